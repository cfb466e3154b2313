import assert from "node:assert/strict";
import fc from "fast-check";
import type { Diagnostic } from "../../../lib/pipeline/diagnostic.ts";
import { readDocument } from "../../../lib/pipeline/file/document.ts";
import { type MapNode, type Node, toValue } from "../../../lib/pipeline/file/node.ts";
import { parsePath } from "../../../lib/pipeline/file/scope.ts";
import { type Place, resolveTemplates } from "../../../lib/pipeline/file/template.ts";
import { Float, type Value } from "../../../lib/pipeline/value.ts";

function node(text: string): Node {
  const result = readDocument({ path: "/pipeline.yaml", text });
  assert.ok(result.ok);
  return result.value;
}

function resolved(text: string, variables: string, place: Place = "plain"): Value {
  const diagnostics: Diagnostic[] = [];
  const scope = { variables: node(variables) as MapNode };
  const value = toValue(resolveTemplates(node(text), { scope, place, diagnostics }));
  assert.deepEqual(diagnostics, []);
  return value;
}

Deno.test("resolveTemplates() keeps the type of a reference that stands alone", () => {
  const scalar = fc.oneof(
    fc.boolean().map(String),
    fc.constant("null"),
    fc.integer().map(String),
    fc.bigInt({ min: 2n ** 54n, max: 2n ** 80n }).map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number.toExponential()),
    fc.string().map((text) => JSON.stringify(text.replaceAll("${", ""))),
  );
  fc.assert(fc.property(scalar, (written) => {
    const expected = toValue(node(written));
    assert.deepEqual(resolved("${a.b[1]}", `{a: {b: [0, ${written}]}}`), expected);
    assert.deepEqual(resolved("${a.b[1]}", `{a: {b: [0, ${written}]}}`, "whole"), expected);
  }));
});

Deno.test("resolveTemplates() writes values into a text in Python's spelling", () => {
  const cases: Readonly<Record<string, string>> = {
    "1": "1",
    "1.0": "1.0",
    "1e-5": "1e-05",
    "0.0001": "0.0001",
    "1e5": "100000.0",
    "1e15": "1000000000000000.0",
    "1e16": "1e+16",
    "-2.5": "-2.5",
    "123456.789": "123456.789",
    "-0.0": "-0.0",
    ".inf": "inf",
    "-.inf": "-inf",
    ".nan": "nan",
    "null": "None",
    "true": "true",
    "yes": "yes",
    "12345678901234567890": "12345678901234567890",
    "0x10": "16",
  };
  for (const [written, expected] of Object.entries(cases)) {
    assert.equal(resolved('"<${x}>"', `{x: ${written}}`), `<${expected}>`, written);
  }
});

Deno.test("resolveTemplates() reads numbers as Python's YAML reader does", () => {
  const numbers = "{a: 1_000, b: -1_000.5, c: 1_0e3, d: 0b101, e: 0x1F, f: 010, g: +5}";
  assert.equal(resolved("${a} ${b} ${c} ${d} ${e} ${f} ${g}", numbers), "1000 -1000.5 10000.0 5 31 10 5");
  assert.equal(resolved("${a} ${b} ${c} ${d}", "{a: _1, b: 1_, c: 1__0, d: v1_0}"), "_1 1 10 v1_0");
});

Deno.test("resolveTemplates() reads back every float that it writes", () => {
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
    const written = Object.is(number, -0) ? "-0.0" : number.toExponential();
    const text = resolved('"${x} "', `{x: ${written}}`);
    assert.ok(Object.is(Number(text), number));
    assert.match(String(text), /[.e]/);
  }));
});

Deno.test("resolveTemplates() leaves escaped references and what is no reference", () => {
  assert.equal(resolved("'\\${x} $x ${'", "{}"), "${x} $x ${");
  assert.equal(resolved("'\\${x}-${x}'", "{x: 1}"), "${x}-1");
});

Deno.test("resolveTemplates() resolves keys", () => {
  assert.deepEqual(resolved('{"${x}.csv": {cache: "${y}"}}', "{x: a, y: false}"), { "a.csv": { cache: false } });
});

Deno.test("resolveTemplates() turns a map into flags in a command", () => {
  const variables =
    "{p: {lr: 1e-5, name: it's, layers: [2, a b], on: true, off: false, deep: {er: 3}, none: null, empty: []}}";
  assert.equal(
    resolved('"train ${p}"', variables, "command"),
    `train --lr 1e-05 --name 'it'"'"'s' --layers 2 'a b' --on --deep.er 3 --none None`,
  );
});

Deno.test("resolveTemplates() gives a whole map or list where that may stand", () => {
  assert.deepEqual(resolved('{a: "${m}", b: ["${m.l}"]}', "{m: {l: [1, 1.0]}}", "whole"), {
    a: { l: [1, new Float(1)] },
    b: [[1, new Float(1)]],
  });
});

Deno.test("parsePath() reads DVC's grammar", () => {
  assert.deepEqual(parsePath("a.b[0].c"), ["a", "b", "0", "c"]);
  assert.deepEqual(parsePath("a[b]"), ["a", "b"]);
  for (const wrong of ["", ".a", "a.", "a..b", "a[", "a[]", "a]"]) assert.equal(parsePath(wrong), undefined, wrong);
});
