import assert from "node:assert/strict";
import { test } from "node:test";
import { axisFormat, axisTitle, fill, power, valueFormat } from "./format.js";

test("values", () => {
  const value = valueFormat("en", "");
  assert.equal(value(0.0158424), "0.01584");
  assert.equal(value(-0.5), "−0.5");
  assert.equal(value(1234.5), "1,235");
  assert.equal(value(123456), "123,456");
  assert.equal(value(1e6), "10⁶");
  assert.equal(value(2.5e-7), "2.5×10⁻⁷");
  assert.equal(value(9.9999e-5), "10⁻⁴");
  assert.equal(value(0), "0");
  assert.equal(value(NaN), "–");
  assert.equal(valueFormat("en", "%")(0.75), "75%");
  assert.equal(valueFormat("en", "%")(0.01234567), "1.235%");
  assert.equal(valueFormat("en", "%")(1e-7), "10⁻⁷");
});

test("one format for an axis", () => {
  const axis = (
    /** @type {string} */ unit,
    /** @type {"linear" | "log"} */ kind,
    /** @type {number[]} */ ...ticks
  ) => ticks.map(axisFormat("en", unit, kind, ticks));
  assert.deepEqual(axis("", "linear", 0, 0.25, 0.5), ["0.00", "0.25", "0.50"]);
  assert.deepEqual(axis("", "linear", 0, 0.2, 0.4), ["0.0", "0.2", "0.4"]);
  assert.deepEqual(axis("", "linear", -10, 0, 10), ["−10", "0", "10"]);
  assert.deepEqual(axis("%", "linear", 0, 0.1, 0.2), ["0%", "10%", "20%"]);
  assert.deepEqual(axis("%", "linear", 0, 0.005, 0.01), ["0.0%", "0.5%", "1.0%"]);
  assert.deepEqual(axis("", "linear", 0, 5e5, 1e6), ["0", "500K", "1M"]);
  assert.deepEqual(axis("", "log", 0.01, 0.1, 1), ["0.01", "0.1", "1"]);
  assert.deepEqual(axis("", "log", 1, 100, 1e4, 1e6), ["1", "100", "10⁴", "10⁶"]);
  assert.deepEqual(axis("", "log", 0.028, 0.0285, 0.029), ["0.0280", "0.0285", "0.0290"]);
  assert.deepEqual(axis("", "log", 1e-8, 3e-8), ["10⁻⁸", "3×10⁻⁸"]);
  assert.deepEqual(axis("%", "log", 0.01, 0.1, 1), ["1%", "10%", "100%"]);
  // Values that differ only in late digits, and very large values.
  assert.deepEqual(axis("", "linear", 1e6, 1000001, 1000002), ["1M", "1.000001M", "1.000002M"]);
  assert.deepEqual(axis("", "linear", 1.2345e-4, 1.23451e-4), ["1.2345×10⁻⁴", "1.23451×10⁻⁴"]);
  assert.deepEqual(axis("", "linear", 0, 5e17, 1e18), ["0", "5×10¹⁷", "10¹⁸"]);
  assert.deepEqual(axis("", "linear", 1, 1 + 1e-12), ["1.000000000000", "1.000000000001"]);
  assert.deepEqual(axis("%", "linear", 0, 1e-30), ["0", "10⁻³⁰"]);
});

test("another language", () => assert.equal(valueFormat("de", "")(1234.5), "1.235"));

test("words", () => {
  assert.equal(power(-12), "10⁻¹²");
  assert.equal(axisTitle({ label: "Time", unit: "s" }), "Time (s)");
  assert.equal(axisTitle({ label: "Share", unit: "%" }), "Share");
  assert.equal(axisTitle({ label: "training samples N", unit: "samples" }), "Training samples N");
  assert.equal(axisTitle({ label: "p", unit: "" }), "p");
  assert.equal(fill("{a} of {b}, {c}", { a: 1, b: "{a}" }), "1 of {a}, {c}");
});
