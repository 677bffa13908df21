// Converts between the position of a slider and the value of a parameter.
/** @typedef {import("./types.d.ts").Spec} Spec */

const STEPS = 1000;
/** The part of its maximum at which a logarithmic scale begins whose minimum is 0. Its first step is 0. */
const LEAST = 1e-4;

/**
 * Converts between slider positions and values. An integer range shorter than the slider gets one position per integer.
 * `next` gives the value that one press of an arrow key leads to.
 * @param {Spec} spec
 */
export function sliderScale({ kind, scale, min, max }) {
  const log = scale === "log";
  const whole = kind === "integer";
  const steps = whole && !log ? Math.min(max - min, STEPS) : STEPS;
  const [a, b] = log ? [Math.log(min || LEAST * max), Math.log(max)] : [min, max];
  /** @param {number} value */
  const position = (value) => {
    if (value <= min) return 0;
    const at = Math.round((steps * ((log ? Math.log(value) : value) - a)) / (b - a));
    return log && min === 0 ? Math.max(1, at) : at;
  };
  /** @param {number} position */
  const value = (position) => {
    const at = a + ((b - a) * position) / steps;
    const value = position <= 0 ? min : position >= steps ? max : log ? Math.exp(at) : at;
    return Math.min(max, Math.max(min, whole ? Math.round(value) : +value.toPrecision(3)));
  };
  /** @param {number} from @param {1 | -1} way */
  const next = (from, way) => {
    if (whole)
      return Math.min(max, Math.max(min, way > 0 ? Math.floor(from) + 1 : Math.ceil(from) - 1));
    for (let at = position(from); at >= 0 && at <= steps; at += way)
      if ((value(at) - from) * way > 0) return value(at);
    return way > 0 ? max : min;
  };
  return { steps, position, value, next };
}
