// The control of a square matrix of numbers.
import { button, textField, title } from "./controls.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { formatMatrix, identity, parseMatrix, short } from "./value-text.js";

/** @type {import("./controls.js").Make} */
export function matrix(spec, { field: id, notes }, report, context) {
  const grid = h("div", {
    class: "matrix",
    role: "group",
    id,
    tabindex: -1,
    "aria-label": title(spec),
    "aria-describedby": notes,
  });
  /** @type {number[][]} */
  let rows = [];
  /** @param {number[][]} next */
  const change = (next) => {
    rows = next;
    draw();
    report(formatMatrix(rows), true);
  };
  /** @param {number} n */
  const resize = (n) => change(identity(n).map((row, i) => row.map((x, j) => rows[i]?.[j] ?? x)));
  const smaller = button(t("smaller"), () => resize(rows.length - 1));
  const larger = button(t("larger"), () => resize(rows.length + 1));
  const edit = button(t("editMatrix"), () =>
    change(identity(Math.min(context.size(), spec.max_len))),
  );
  const plainly = button(t("identity"), () => {
    rows = [];
    draw();
    report("", true);
  });
  function draw() {
    const n = rows.length;
    grid.style.setProperty("--columns", String(rows[0]?.length ?? 1));
    grid.replaceChildren(
      ...(n
        ? rows.flatMap((row, i) =>
            row.map(
              (x, j) =>
                textField(
                  {
                    value: short(x),
                    inputmode: "decimal",
                    "aria-label": t("cell", { i: i + 1, j: j + 1 }),
                  },
                  (text) => {
                    rows[i][j] = Number(text);
                    report(
                      rows
                        .map((r, a) =>
                          r.map((y, b) => (a === i && b === j ? text : short(y))).join(","),
                        )
                        .join(";"),
                      true,
                    );
                  },
                ).field,
            ),
          )
        : [h("span", {}, t("identityNow"))]),
    );
    smaller.hidden = larger.hidden = plainly.hidden = !n;
    edit.hidden = n > 0;
    smaller.disabled = n <= 1;
    larger.disabled = n >= spec.max_len;
  }
  return {
    body: [grid, h("div", { class: "buttons" }, edit, smaller, larger, plainly)],
    set(value) {
      if (rows.length && formatMatrix(rows) === value) return;
      rows = value.trim() ? parseMatrix(value) : [];
      draw();
    },
  };
}
