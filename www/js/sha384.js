// SHA-384 of bytes, computed at once. A worker that fetches a piece synchronously cannot wait for the browser's own.

const MASK = 0xffff_ffff_ffff_ffffn;

/** The first 64 bits of the fraction of the n-th root of `x`. @param {number} x @param {bigint} n */
function fraction(x, n) {
  const shifted = BigInt(x) << (64n * n);
  let [low, high] = [0n, 1n << 70n];
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** n <= shifted) low = middle;
    else high = middle;
  }
  return low & MASK;
}

/** The first 80 primes. */
const primes = () => {
  /** @type {number[]} */
  const found = [];
  for (let n = 2; found.length < 80; n++) if (found.every((p) => n % p)) found.push(n);
  return found;
};

/** @param {bigint} x @param {bigint} n */
const turned = (x, n) => (x >> n) | ((x << (64n - n)) & MASK);

/** The sum as the attribute `integrity` spells it: `sha384-` and base64. @param {Uint8Array} bytes */
export function sha384(bytes) {
  const k = primes().map((p) => fraction(p, 3n));
  let state = primes()
    .slice(8, 16)
    .map((p) => fraction(p, 2n));
  // A one, zeros, and the number of bits make whole blocks of 128 bytes.
  const padded = new Uint8Array(Math.ceil((bytes.length + 17) / 128) * 128);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, 8n * BigInt(bytes.length));
  for (let at = 0; at < padded.length; at += 128) {
    const w = Array.from({ length: 16 }, (_, i) => view.getBigUint64(at + 8 * i));
    for (let i = 16; i < 80; i++) {
      const [x, y] = [w[i - 15], w[i - 2]];
      const first = turned(x, 1n) ^ turned(x, 8n) ^ (x >> 7n);
      const second = turned(y, 19n) ^ turned(y, 61n) ^ (y >> 6n);
      w.push((w[i - 16] + first + w[i - 7] + second) & MASK);
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 80; i++) {
      const one =
        h +
        (turned(e, 14n) ^ turned(e, 18n) ^ turned(e, 41n)) +
        ((e & f) ^ (~e & MASK & g)) +
        k[i] +
        w[i];
      const two =
        (turned(a, 28n) ^ turned(a, 34n) ^ turned(a, 39n)) + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) & MASK, c, b, a, (one + two) & MASK];
    }
    state = [a, b, c, d, e, f, g, h].map((x, i) => (x + state[i]) & MASK);
  }
  const sum = new DataView(new ArrayBuffer(48));
  state.slice(0, 6).forEach((x, i) => sum.setBigUint64(8 * i, x));
  return `sha384-${btoa(String.fromCharCode(...new Uint8Array(sum.buffer)))}`;
}
