// Places labels: pure functions of estimated text widths, so that a figure can be laid out
// without a document (exports, tests).

/** The estimated width of a text in a sans-serif font of `size` px; rather too wide than too narrow. @param {string} text @param {number} size */
export function textWidth(text, size) {
  let units = 0;
  for (const c of text) {
    const code = c.codePointAt(0) ?? 0;
    units +=
      code > 0x2e7f
        ? 1
        : /[ilj.,:;'|!\s()[\]Iftr]/.test(c)
          ? 0.4
          : /[mwMW%@×]/.test(c)
            ? 0.95
            : /[A-Z]/.test(c)
              ? 0.72
              : /[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]/.test(c)
                ? 0.42
                : 0.63;
  }
  return units * size;
}

/** Shortens a text with an ellipsis to fit. @param {string} text @param {number} size @param {number} room */
export function fitText(text, size, room) {
  if (textWidth(text, size) <= room) return text;
  let cut = text;
  while (cut.length > 1 && textWidth(`${cut}…`, size) > room) cut = cut.slice(0, -1);
  return `${cut.trimEnd()}…`;
}

/** Breaks a text into lines of at most `room` px, at spaces, and inside words that are longer than a line. @param {string} text @param {number} size @param {number} room */
export function wrapText(text, size, room) {
  const lines = [];
  let line = "";
  for (const part of text.split(/(?= )/)) {
    if (line && textWidth(line + part, size) > room) {
      lines.push(line);
      line = "";
    }
    for (const c of line ? part : part.trimStart()) {
      if (line && textWidth(line + c, size) > room) {
        lines.push(line);
        line = "";
      }
      line += c;
    }
  }
  return [...lines, line];
}

/**
 * Places labels near `at`, inside [x0, x1], in rows so that none overlap. Row 0 is filled first.
 * @param {{at: number, width: number}[]} labels @param {number} x0 @param {number} x1 @param {number} gap
 * @returns {{x: number, row: number}[]} centre and row of each label
 */
export function placeRows(labels, x0, x1, gap) {
  /** @type {{x: number, row: number}[]} */
  const out = [];
  /** @type {[number, number][][]} taken intervals by row */
  const rows = [];
  const order = labels.map((_, i) => i).sort((a, b) => labels[a].at - labels[b].at || a - b);
  for (const [k, i] of order.entries()) {
    const { at, width } = labels[i];
    // The line of the next label may pass through this row.
    const next = (labels[order[k + 1]]?.at ?? Infinity) - gap / 2;
    const end = next < x0 + width ? x1 : Math.min(x1, next);
    const x = Math.max(x0 + width / 2, Math.min(end - width / 2, at));
    const [l, r] = [x - width / 2 - gap / 2, x + width / 2 + gap / 2];
    let row = 0;
    while (rows[row]?.some(([a, b]) => l < b && a < r)) row++;
    (rows[row] ??= []).push([l, r]);
    out[i] = { x, row };
  }
  return out;
}

/**
 * Moves positions apart to at least `gap`, in order, and into [lo, hi] if there is room.
 * @param {number[]} wanted @param {number} gap @param {number} lo @param {number} hi
 */
export function spread(wanted, gap, lo, hi) {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b] || a - b);
  /** @type {number[]} */
  const out = [];
  let least = lo;
  for (const i of order) {
    out[i] = Math.max(wanted[i], least);
    least = out[i] + gap;
  }
  let most = hi;
  for (const i of order.reverse()) {
    out[i] = Math.min(out[i], most);
    most = out[i] - gap;
  }
  return out;
}

/** The smallest k for which every k-th label does not touch its neighbours. @param {number[]} at @param {number[]} widths @param {number} gap */
export function stride(at, widths, gap) {
  for (let k = 1; k < at.length; k++) {
    let free = true;
    for (let i = k; i < at.length && free; i += k) {
      free = Math.abs(at[i] - at[i - k]) >= (widths[i] + widths[i - k]) / 2 + gap;
    }
    if (free) return k;
  }
  return Math.max(1, at.length);
}

/**
 * A place for a label beside each point: the first of right, left, above and below, then further away, that is inside the
 * box and free of the labels `others` and of `data`; or else the one inside the box with the least overlap.
 * @param {{x: number, y: number, width: number}[]} points @param {number} height @param {number} gap
 * @param {{x0: number, y0: number, x1: number, y1: number}} box @param {{x: number, y: number}[]} [data]
 * @param {{x: number, y: number, w: number}[]} [others]
 * @returns {{x: number, y: number}[]} centres
 */
export function placeBeside(points, height, gap, box, data = [], others = []) {
  const taken = [...others, ...points.map((p) => ({ x: p.x, y: p.y, w: gap }))];
  // A marked point has an extent: its label keeps the gap, and those of others too.
  const edges = points.flatMap(({ x, y }) =>
    [gap, -gap].flatMap((far) => [
      { x: x + 0.9 * far, y },
      { x, y: y + 0.9 * far },
    ]),
  );
  return points.map(({ x, y, width: w }) => {
    const dx = w / 2 + gap;
    const dy = height / 2 + gap;
    const tries = [
      [dx, 0],
      [-dx, 0],
      [0, -dy],
      [0, dy],
      [dx, -dy],
      [-dx, -dy],
      [dx, dy],
      [-dx, dy],
      ...[2, 3, 4].flatMap((far) => [
        [0, -far * dy],
        [0, far * dy],
        [-dx, -far * dy],
        [dx, far * dy],
        [dx, -far * dy],
        [-dx, far * dy],
      ]),
    ];
    let best = { x, y, w };
    let least = Infinity;
    for (const [ox, oy] of tries) {
      const c = {
        x: Math.max(box.x0 + w / 2, Math.min(box.x1 - w / 2, x + ox)),
        y: Math.max(box.y0 + height / 2, Math.min(box.y1 - height / 2, y + oy)),
        w,
      };
      let cost = Math.hypot(c.x - x - ox, c.y - y - oy);
      for (const t of taken) {
        const [ax, ay] = [(t.w + w) / 2 - Math.abs(t.x - c.x), height - Math.abs(t.y - c.y)];
        if (ax > 0 && ay > 0) cost += ax * ay;
      }
      for (const d of [...data, ...edges])
        if (Math.abs(d.x - c.x) < w / 2 && Math.abs(d.y - c.y) < height / 2) cost += height;
      if (cost < least - 1e-9) [best, least] = [c, cost];
    }
    taken.push(best);
    return best;
  });
}
