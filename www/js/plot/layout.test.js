import assert from "node:assert/strict";
import { test } from "node:test";
import { fitText, placeBeside, placeRows, spread, stride, textWidth, wrapText } from "./layout.js";

test("labels in rows neither overlap nor leave the plot", () => {
  let state = 7;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  for (let round = 0; round < 200; round++) {
    const labels = Array.from({ length: 1 + Math.floor(random() * 7) }, () => ({
      at: 40 + 300 * random(),
      width: 10 + 120 * random(),
    }));
    const placed = placeRows(labels, 40, 340, 6);
    placed.forEach((p, i) => {
      assert.ok(p.x - labels[i].width / 2 >= 40 - 1e-9 && p.x + labels[i].width / 2 <= 340 + 1e-9);
      for (let j = 0; j < i; j++) {
        if (placed[j].row === p.row)
          assert.ok(
            Math.abs(placed[j].x - p.x) >= (labels[i].width + labels[j].width) / 2 + 6 - 1e-9,
          );
      }
    });
  }
  assert.deepEqual(
    placeRows(
      [
        { at: 100, width: 20 },
        { at: 200, width: 20 },
      ],
      0,
      300,
      4,
    ).map((p) => p.row),
    [0, 0],
  );
});

test("positions are spread inside the box, in order", () => {
  const out = spread([10, 12, 11, 99], 10, 0, 100);
  assert.deepEqual(
    [...out].sort((a, b) => a - b).every((v, i, all) => i === 0 || v - all[i - 1] >= 10 - 1e-9),
    true,
  );
  assert.ok(out.every((v) => v >= 0 && v <= 100));
  assert.deepEqual(spread([30], 10, 0, 100), [30]);
});

test("labels beside points stay in the box and apart", () => {
  const points = [
    { x: 95, y: 50, width: 40 },
    { x: 90, y: 52, width: 40 },
    { x: 5, y: 5, width: 30 },
  ];
  const box = { x0: 0, y0: 0, x1: 100, y1: 100 };
  const placed = placeBeside(points, 12, 4, box);
  placed.forEach((p, i) => {
    assert.ok(
      p.x - points[i].width / 2 >= 0 && p.x + points[i].width / 2 <= 100 && p.y >= 6 && p.y <= 94,
    );
    for (let j = 0; j < i; j++) {
      const apart =
        Math.abs(p.x - placed[j].x) >= (points[i].width + points[j].width) / 2 ||
        Math.abs(p.y - placed[j].y) >= 12;
      assert.ok(apart, `${i} and ${j}`);
    }
  });
});

test("a label goes where no data are", () => {
  const box = { x0: 0, y0: 0, x1: 200, y1: 200 };
  const point = [{ x: 100, y: 100, width: 40 }];
  assert.ok(placeBeside(point, 12, 4, box)[0].x > 100);
  const right = [110, 120, 130].map((x) => ({ x, y: 100 }));
  assert.ok(placeBeside(point, 12, 4, box, right)[0].x < 100);
});

test("a label keeps the gap to another marked point", () => {
  const points = [
    { x: 240, y: 108, width: 170 },
    { x: 230, y: 100, width: 190 },
  ];
  const box = { x0: 0, y0: 0, x1: 360, y1: 200 };
  placeBeside(points, 15, 16, box).forEach(({ x, y }, i) => {
    const other = points[1 - i];
    const aside = Math.abs(x - other.x) - points[i].width / 2;
    const above = Math.abs(y - other.y) - 15 / 2;
    assert.ok(Math.max(aside, above) > 14, `label ${i} at ${x}, ${y}`);
  });
});

test("tick labels are thinned until they are free", () => {
  assert.equal(stride([0, 50, 100], [20, 20, 20], 5), 1);
  assert.equal(stride([0, 20, 40, 60, 80], [30, 30, 30, 30, 30], 5), 2);
  assert.equal(stride([0, 1, 2], [30, 30, 30], 5), 3);
});

test("texts are fitted and wrapped", () => {
  assert.ok(textWidth("数据", 10) === 20);
  assert.ok(textWidth("mmm", 10) > textWidth("iii", 10));
  assert.equal(fitText("short", 10, 100), "short");
  const cut = fitText("a label that is far too long", 10, 60);
  assert.ok(cut.endsWith("…") && textWidth(cut, 10) <= 60);
  const pieces = wrapText("a https://example.org/#/fit?data=none~48", 10, 60);
  assert.ok(
    pieces.every((line) => textWidth(line, 10) <= 60),
    pieces.join("|"),
  );
  assert.equal(pieces.join(""), "ahttps://example.org/#/fit?data=none~48");
  const lines = wrapText("one two three four five six", 10, 60);
  assert.equal(lines.join(" "), "one two three four five six");
  assert.ok(lines.every((line) => textWidth(line, 10) <= 60));
});
