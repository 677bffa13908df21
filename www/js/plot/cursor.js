// The cursor of a figure, moved by a pointer or by keys: a hairline, and the values there as text.
import { axisTitle, cell, upper, valueFormat } from "./format.js";
import { html } from "./html.js";
import { swatchSvg } from "./legend.js";
import { outline } from "./style.js";
import { create, say, set } from "./svg-page.js";
import { el } from "./svg.js";

/**
 * @param {HTMLElement} plot the area of the pointer @param {Element} svg the drawing inside
 * @param {HTMLElement} read the place of the values @param {HTMLElement} live the place of what a screen reader says
 * @param {string} locale @param {import("./strings.js").Strings} strings
 * @param {() => {figure: import("./figure.js").Figure, drawn: import("./draw.js").Drawn | null, width: number}} now
 */
export function createCursor(plot, svg, read, live, locale, strings, now) {
  /** The point or cell under the cursor. @type {{id: string | null, i: number, j: number, held: boolean} | null} */
  let cursor = null;
  const hair = create(el("path", { class: "axis" }));
  const ring = create(el("path", { class: "rule" }));
  const pointer = create(el("g", { "data-layer": "cursor", visibility: "hidden" }));
  pointer.append(hair, ring);
  svg.append(pointer);

  /** The position of the cursor in pixels; null if its point no longer exists. */
  function place() {
    const { drawn } = now();
    if (!drawn || !cursor) return null;
    const { id, i, j } = cursor;
    if (id === null) return drawn.cells?.find((c) => c.i === i && c.j === j) ?? null;
    const p = drawn.placed.find((p) => p.series.id === id);
    return p && Number.isFinite(p.px[i] + p.py[i]) ? { x: p.px[i], y: p.py[i] } : null;
  }

  /** The lines of the read-out: the place, then the values of the series. @returns {{text: string, placed?: import("./draw.js").Placed}[]} */
  function reading() {
    const { drawn, figure, width } = now();
    if (!drawn || !cursor) return [];
    const { x, y, field } = figure;
    const vx = valueFormat(locale, x.unit);
    const vy = valueFormat(locale, y.unit);
    if (cursor.id === null) {
      if (!field) return [];
      const [a, b] = [field.x[cursor.i], field.y[cursor.j]];
      const out = [{ text: `${axisTitle(x)} ${vx(a)}` }, { text: `${axisTitle(y)} ${vy(b)}` }];
      if (field.frame === "simplex")
        out.push({ text: `${strings.third} ${vx(Math.max(0, +(1 - a - b).toFixed(12)))}` });
      return [
        ...out,
        {
          text: `${axisTitle(field)} ${valueFormat(locale, field.unit)(Number(field.z[cursor.j][cursor.i]))}`,
        },
      ];
    }
    const here = /** @type {import("./draw.js").Placed} */ (
      drawn.placed.find((p) => p.series.id === cursor?.id)
    );
    const at = here.px[cursor.i];
    const value = (/** @type {import("./draw.js").Placed} */ p, /** @type {number} */ i) => {
      const { series: s } = p;
      const v = s.kind === "band" ? null : s.y[i];
      const none = s.floor && (v == null || v <= 0);
      return `${upper(s.label)} ${none ? `${strings.floor} ` : ""}${cell(none ? null : v, none ? null : s.lo?.[i], s.hi?.[i], vy, strings)}`;
    };
    const out = [
      { text: `${axisTitle(x)} ${vx(Number(here.series.x[cursor.i]))}` },
      { text: value(here, cursor.i), placed: here },
    ];
    if (field?.frame === "simplex") return out;
    const { invert } = drawn;
    for (const p of drawn.placed) {
      if (p === here || out.length > (width < 500 ? 2 : 4)) continue;
      let best = -1;
      p.px.forEach((px, i) => {
        if (
          Number.isFinite(px + p.py[i]) &&
          (best < 0 || Math.abs(px - at) < Math.abs(p.px[best] - at))
        )
          best = i;
      });
      if (best < 0) continue;
      const off = at - p.px[best];
      const next =
        best + Math.sign(off) * (p.px[best + 1] >= p.px[best - 1] || best === 0 ? 1 : -1);
      if (Math.abs(off) < 1) out.push({ text: value(p, best), placed: p });
      else if (
        p.series.kind === "line" &&
        invert &&
        Math.abs(at - p.px[next]) <= Math.abs(p.px[best] - p.px[next])
      ) {
        // Between two points of a curve, the value is read off the drawn line.
        const y = p.py[best] + (off / (p.px[next] - p.px[best])) * (p.py[next] - p.py[best]);
        if (Number.isFinite(y))
          out.push({
            text: `${upper(p.series.label)} ≈ ${valueFormat(locale, figure.y.unit, 3)(invert(y))}`,
            placed: p,
          });
      }
    }
    return out;
  }

  /** @param {boolean} [aloud] tell the live region too */
  function draw(aloud = false) {
    const { drawn, figure, width } = now();
    const at = place();
    set(pointer, "visibility", at ? "visible" : "hidden");
    if (!at || !drawn) {
      const touch = matchMedia("(hover: none)").matches;
      read.replaceChildren(html("span", "hint", touch ? strings.touch : strings.point));
      return;
    }
    const { box, size } = drawn;
    const simplex = figure.field?.frame === "simplex";
    set(hair, "d", simplex ? null : `M${at.x.toFixed(1)} ${box.y0}V${box.y1}`);
    set(ring, "d", `M${at.x.toFixed(1)} ${at.y.toFixed(1)}${outline(0, size * 0.5)}`);
    set(ring, "stroke-width", size * 0.13);
    const lines = reading();
    read.replaceChildren(
      ...lines.map(({ text, placed }, k) => {
        const span = html("span");
        if (placed) span.append(swatchSvg([placed]), " ");
        span.append(
          k === (figure.field && cursor?.id === null ? lines.length - 1 : 1)
            ? html("b", "", text)
            : text,
        );
        return span;
      }),
    );
    // In a narrow column the read-out wraps. Its largest height stays reserved, so that the page does not jump.
    if (width < 700)
      read.style.minBlockSize = `${Math.max(parseFloat(read.style.minBlockSize) || 0, read.offsetHeight)}px`;
    if (aloud)
      say(
        live,
        lines
          .slice(0, cursor?.id === null ? lines.length : 2)
          .map((l) => l.text)
          .join(". "),
      );
  }

  /** @param {PointerEvent} event */
  function follow(event) {
    const { drawn } = now();
    if (!drawn) return;
    const rect = svg.getBoundingClientRect();
    if (rect.width === 0) return;
    const x = ((event.clientX - rect.left) / rect.width) * drawn.width;
    const y = ((event.clientY - rect.top) / rect.height) * drawn.height;
    let best = Infinity;
    /** @type {typeof cursor} */
    let found = null;
    const { box, size } = drawn;
    for (const { series, px, py } of drawn.placed) {
      for (let i = 0; i < px.length; i++) {
        // The horizontal distance counts more, so that the cursor runs along a curve. A point is preferred to the line through it.
        const d =
          (px[i] - x) ** 2 +
          0.25 * (py[i] - y) ** 2 +
          (series.kind === "points" ? 0 : size * size * 0.5);
        if (d < best) [best, found] = [d, { id: series.id, i, j: 0, held: false }];
      }
    }
    const inside =
      x > box.x0 - size && x < box.x1 + size && y > box.y0 - size * 2 && y < box.y1 + size;
    if (drawn.cells && best > (size * 0.8) ** 2) {
      best = Infinity;
      for (const c of drawn.cells) {
        const d = (c.x - x) ** 2 + (c.y - y) ** 2;
        if (d < best) [best, found] = [d, { id: null, i: c.i, j: c.j, held: false }];
      }
    }
    // On a grip the pointer is about to drag, and the label of the grip says the values.
    const grip = /** @type {Element} */ (event.target).closest(".lab-grip");
    if (grip || (event.pointerType === "mouse" && !inside)) found = null;
    if (found) found.held = event.pointerType !== "mouse";
    if (found || !cursor?.held) cursor = found;
    draw();
  }
  plot.addEventListener("pointermove", follow);
  plot.addEventListener("pointerdown", follow);
  // The read-out disappears when the mouse leaves; one set by touch or by keys stays until the plot loses focus.
  const leave = () => {
    if (cursor && !cursor.held) {
      cursor = null;
      draw();
    }
  };
  plot.addEventListener("pointerleave", leave);
  plot.addEventListener("blur", () => {
    cursor = null;
    draw();
  });

  /** The indices of the points of a series that are drawn. @param {import("./draw.js").Placed} p */
  const stops = (p) =>
    p.px
      .map((_, i) => i)
      .filter((i) => Number.isFinite(p.px[i] + p.py[i]))
      .sort((a, b) => p.px[a] - p.px[b] || a - b);

  /** @param {string} key @returns {boolean} does the key move or remove the cursor? */
  function move(key) {
    const { drawn } = now();
    if (!drawn) return false;
    if (key === "Escape") {
      const had = cursor !== null;
      cursor = null;
      return had;
    }
    const step = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: 1,
      ArrowDown: -1,
      Home: -Infinity,
      End: Infinity,
    }[key];
    if (step === undefined) return false;
    const across = key === "ArrowUp" || key === "ArrowDown";
    if (drawn.cells) {
      const { cells } = drawn;
      const { i, j } = cursor && cursor.id === null ? cursor : cells[Math.floor(cells.length / 2)];
      let next = cells.find((c) => c.i === i && c.j === j) ?? cells[0];
      if (cursor?.id === null) {
        const line = cells.filter((c) => (across ? c.i === i : c.j === j));
        const at = line.findIndex((c) => c.i === i && c.j === j);
        next = line[Math.max(0, Math.min(line.length - 1, at + step))] ?? next;
      }
      cursor = { id: null, i: next.i, j: next.j, held: true };
      return true;
    }
    const usable = drawn.placed.filter((p) => stops(p).length > 0);
    if (usable.length === 0) return false;
    const k = usable.findIndex((p) => p.series.id === cursor?.id);
    if (!cursor || k < 0) {
      const first = stops(usable[0]);
      cursor = {
        id: usable[0].series.id,
        i: first[key === "End" ? first.length - 1 : 0],
        j: 0,
        held: true,
      };
      return true;
    }
    if (across) {
      if (usable.length === 1) return false;
      const next = usable[(k - step + usable.length) % usable.length];
      const x = usable[k].px[cursor.i];
      const i = stops(next).reduce((a, b) =>
        Math.abs(next.px[b] - x) < Math.abs(next.px[a] - x) ? b : a,
      );
      cursor = { id: next.series.id, i, j: 0, held: true };
      return true;
    }
    const list = stops(usable[k]);
    const at = list.indexOf(cursor.i);
    cursor = { ...cursor, i: list[Math.max(0, Math.min(list.length - 1, at + step))], held: true };
    return true;
  }
  plot.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !move(event.key)) return;
    event.preventDefault();
    // A key that moved the cursor must not trigger the page's shortcuts as well.
    event.stopPropagation();
    draw(true);
    // The plot may fill the screen, so make sure that the values are visible.
    read.scrollIntoView({ block: "nearest" });
  });

  return {
    draw,
    /** Removes the cursor from a series that is no longer shown. @param {(id: string) => boolean} shown */
    forget(shown) {
      if (cursor?.id && !shown(cursor.id)) cursor = null;
    },
  };
}
