import assert from "node:assert/strict";
import { byteDeviations } from "../../../lib/pipeline/verification/byte_deviation.ts";
import { jsonDeviations } from "../../../lib/pipeline/verification/json_deviation.ts";
import { tableDeviations } from "../../../lib/pipeline/verification/table_deviation.ts";

const TOLERANCE = { relative: 1e-3, absolute: 1e-9, decades: 0, columns: new Map() };

Deno.test("tableDeviations() names row, column, both values and their distance", () => {
  const deviations = tableDeviations("a,b\n1,100\n2,200\n", "a,b\n1,100.05\n2,250\n", TOLERANCE);
  const distance = { measure: "relative", value: 0.2, allowed: 1e-3 };
  assert.deepEqual(deviations, [{ place: "row 2, column b", here: "200", again: "250", distance }]);
});

Deno.test("tableDeviations() takes numbers near zero by the absolute tolerance", () => {
  assert.deepEqual(tableDeviations("a\n0\n", "a\n1e-10\n", TOLERANCE), []);
  assert.equal(tableDeviations("a\n0\n", "a\n1e-8\n", TOLERANCE).length, 1);
});

Deno.test("tableDeviations() measures decades, which neither a sign nor zero is near", () => {
  const decades = { relative: 0, absolute: 0, decades: 0.3, columns: new Map() };
  const values = (here: string, again: string): (number | undefined)[] =>
    tableDeviations(`a\n${here}\n`, `a\n${again}\n`, decades).map(({ distance }) => distance?.value);
  assert.deepEqual(values("1e-9", "1.9e-9"), []);
  assert.deepEqual(values("1000", "10"), [2]);
  assert.deepEqual(values("-1000", "-10"), [2]);
  assert.deepEqual(tableDeviations("a\n1\n", "a\n-1\n", decades).length, 1);
  assert.deepEqual(tableDeviations("a\n1\n", "a\n0\n", decades).length, 1);
});

Deno.test("tableDeviations() takes a column by its own tolerance, or not at all", () => {
  const range = { source: { path: "pipeline.yaml", text: "" }, start: 0, end: 0 };
  const exactness = {
    relative: 0,
    absolute: 0,
    decades: 0,
    columns: new Map([
      ["b", { exactness: { relative: 0.1, absolute: 0, decades: 0 }, range }],
      ["c", { exactness: { unchecked: "it follows from b" }, range }],
    ]),
  };
  assert.deepEqual(tableDeviations("a,b,c\n1,10,yes\n", "a,b,c\n1,10.5,no\n", exactness), []);
  const places = tableDeviations("a,b,c\n1,10,yes\n", "a,b,c\n1.01,12,no\n", exactness).map(({ place }) => place);
  assert.deepEqual(places, ["row 1, column a", "row 1, column b"]);
});

Deno.test("tableDeviations() takes texts, empty cells and signs exactly", () => {
  for (const [here, again] of [["x", "y"], ["", "0"], ["true", "1"], ["1", "-1"], ["007", "7"], ["1", ""]]) {
    assert.equal(tableDeviations(`a,b\n${here},0\n`, `a,b\n${again},0\n`, TOLERANCE).length, 1, `${here} ${again}`);
  }
});

Deno.test("tableDeviations() overlooks no header, row or cell", () => {
  const places = (here: string, again: string): (string | undefined)[] =>
    tableDeviations(here, again, TOLERANCE).map(({ place }) => place);
  assert.deepEqual(places("a,b\n1,2\n", "a,c\n1,2\n"), ["the header"]);
  assert.deepEqual(places("a,b\n1,2\n", "a,b\n1,2\n1,2\n"), ["the number of rows"]);
  assert.deepEqual(places("a,b\n1,2\n", "a,b\n1,2,3\n"), ["row 1, column 3"]);
  assert.deepEqual(places("a,b\n1,2\n", "a,b\n1\n"), ["row 1, column b"]);
});

Deno.test("tableDeviations() reads quoted cells and either line end", () => {
  const [quoted, crlf] = ['a,b\n"x, ""y""\nz",2\n', 'a,b\r\n"x, ""y""\nz",2\r\n'];
  assert.deepEqual(tableDeviations(quoted, crlf, TOLERANCE), []);
  assert.deepEqual(tableDeviations(quoted, quoted.replace("z", "w"), TOLERANCE), [
    { place: "row 1, column a", here: 'x, "y"\nz', again: 'x, "y"\nw' },
  ]);
});

Deno.test("jsonDeviations() names the path of a leaf", () => {
  const here = { a: [1, { b: 2 }], c: "x", d: null };
  assert.deepEqual(jsonDeviations(here, { a: [1.0001, { b: 2 }], c: "x", d: null }, TOLERANCE), []);
  assert.deepEqual(jsonDeviations(here, { a: [1, { b: 4 }, 5], c: "y" }, TOLERANCE), [
    { place: "a[1].b", here: "2", again: "4", distance: { measure: "relative", value: 0.5, allowed: 1e-3 } },
    { place: "a[2]", here: "nothing", again: "5" },
    { place: "c", here: '"x"', again: '"y"' },
    { place: "d", here: "null", again: "nothing" },
  ]);
});

Deno.test("byteDeviations() names the first byte that differs", () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  assert.deepEqual(byteDeviations(bytes("same"), bytes("same")), []);
  assert.deepEqual(byteDeviations(bytes("one"), bytes("ono")), [
    { place: "from byte 2 on", here: '"e"', again: '"o"' },
  ]);
  assert.deepEqual(byteDeviations(bytes("on"), bytes("one")), [
    { place: "from byte 2 on", here: "the end (2 bytes)", again: '"e"' },
  ]);
});
