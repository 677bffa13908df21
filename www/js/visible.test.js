import assert from "node:assert/strict";
import { test } from "node:test";
import { visible } from "./visible.js";

test("hidden characters get a name", () => {
  assert.equal(visible("1\n2\r\t\u0000"), "1␊2␍␉␀");
  assert.equal(visible("\u007f\u0085\u2028\u202e\ufffe"), "␡⟨U+0085⟩⟨U+2028⟩⟨U+202E⟩⟨U+FFFE⟩");
  assert.equal(visible("\ud800a \udc00"), "⟨U+D800⟩a ⟨U+DC00⟩");
});

test("visible characters stay", () => {
  for (const text of ["", "loss (nats), 10⁻³ × α", "数据", "🎲 dice", "<b>&amp;"])
    assert.equal(visible(text), text);
});
