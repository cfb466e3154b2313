import assert from "node:assert/strict";
import fc from "fast-check";
import { cut, cutMiddle, pad, widthOf, wrap } from "../../lib/pipeline/width.ts";

Deno.test("widthOf() counts columns: wide characters are two, colours none", () => {
  assert.equal(widthOf("abc"), 3);
  assert.equal(widthOf("深度"), 4);
  assert.equal(widthOf("\x1b[32mabc\x1b[39m"), 3);
  assert.equal(widthOf("e\u0301"), 1);
});

Deno.test("cut() ends a text that is too wide with an ellipsis and resets its colour", () => {
  assert.equal(cut("abcdef", 6), "abcdef");
  assert.equal(cut("abcdef", 4), "abc…");
  assert.equal(cut("\x1b[32mabcdef\x1b[39m", 4), "\x1b[32mabc…\x1b[0m");
  assert.equal(cut("深度学习", 4), "深…");
  assert.equal(cut("abc", 0), "");
});

Deno.test("cutMiddle() keeps the end of a name", () => {
  assert.equal(cutMiddle("train@8", 7), "train@8");
  assert.equal(cutMiddle("a-long-name@深度", 12), "a-long…@深度");
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.nat(40), (text, columns) => {
    assert.ok(widthOf(cutMiddle(text, columns)) <= columns);
  }));
});

Deno.test("cut() never gives more columns than asked for", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.nat(40), (text, columns) => {
    assert.ok(widthOf(cut(text, columns)) <= columns);
  }));
});

Deno.test("wrap() breaks between words", () => {
  assert.deepEqual(wrap("  one two-three four", 9), ["  one ", "two-three", " four"]);
  assert.deepEqual(wrap("  abcdefgh", 4), ["  ab", "cdef", "gh"]);
});

Deno.test("wrap() keeps every character, in lines that fit", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 2, max: 40 }), (text, columns) => {
    const lines = wrap(text, columns);
    assert.equal(lines.join(""), text);
    for (const line of lines) assert.ok(widthOf(line) <= columns);
  }));
});

Deno.test("pad() fills up to a width", () => {
  assert.equal(pad("深", 4), "深  ");
  assert.equal(pad("abcdef", 4), "abcdef");
});
