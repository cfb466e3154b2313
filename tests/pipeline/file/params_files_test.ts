import assert from "node:assert/strict";
import type { Result } from "../../../lib/pipeline/diagnostic.ts";
import { type Node, toValue } from "../../../lib/pipeline/file/node.ts";
import { readPython } from "../../../lib/pipeline/file/python_file.ts";
import { readToml } from "../../../lib/pipeline/file/toml_file.ts";
import { Float, type Value } from "../../../lib/pipeline/value.ts";

function value(result: Result<Node>): Value {
  assert.ok(result.ok);
  return toValue(result.value);
}

function python(text: string): Value {
  return value(readPython({ path: "/params.py", text }));
}

Deno.test("readPython() reads what files, classes and __init__ assign literals to", () => {
  assert.deepEqual(
    python(`"""A = 0"""
import os
A = 1  # not 2
B: float = 1e-3; C = -2
D = os.environ
E = F = 3
if A:
    G = 4
class Train(Base):
    """Doc"""
    rate = .5
    class Inner: deep = True
    def __init__(self, x):
        self.layers = 3
        other = 1
    def method(self):
        self.no = 1
async def f():
    H = 5
`),
    { A: 1, B: new Float(0.001), C: -2, Train: { rate: new Float(0.5), Inner: { deep: true }, layers: 3 } },
  );
});

Deno.test("readPython() reads literals as ast.literal_eval does", () => {
  const cases: readonly (readonly [string, Value | undefined])[] = [
    ["None", null],
    ["0x10", 16],
    ["1_000", 1000],
    ["123456789012345678901", 123456789012345678901n],
    ["1.", new Float(1)],
    [`"a" 'b' r"\\n" "\\n\\x41\\u00e9\\q"`, "ab\\n\nAé\\q"],
    [`"""a\n"b" # no comment"""`, `a\n"b" # no comment`],
    ["[1, [2.0,\n 'x'], ]", [1, [new Float(2), "x"]]],
    ["()", []],
    ["(1)", 1],
    ["(1,)", [1]],
    ["1, 2", [1, 2]],
    ["{1, 2}", [1, 2]],
    ["{}", {}],
    ["{'a': {'b': None}, 2: (1,),}", { a: { b: null }, 2: [1] }],
    ["1 + 2", undefined],
    ["f('x')", undefined],
    ["[x]", undefined],
    ["b'x'", undefined],
    ["{'a': 1, 'b'}", undefined],
    ["1j", undefined],
  ];
  for (const [text, expected] of cases) {
    assert.deepEqual(python(`x = ${text}\n`), expected === undefined ? {} : { x: expected }, text);
  }
});

Deno.test("readPython() says where a file ends too soon", () => {
  assert.equal(readPython({ path: "/params.py", text: "x = [1,\n" }).ok, false);
  assert.equal(readPython({ path: "/params.py", text: "x = 'a\n" }).ok, false);
});

Deno.test("readToml() keeps ints and floats apart", () => {
  const text =
    `title = "x"\nbig = 9007199254740993\n[a]\nb = 1\nc = 1.0\nd = [1, 2.5]\ndate = 2020-01-02\n[[list]]\ne = true\n`;
  assert.deepEqual(value(readToml({ path: "/p.toml", text })), {
    title: "x",
    big: 9007199254740993n,
    a: { b: 1, c: new Float(1), d: [1, new Float(2.5)], date: "2020-01-02" },
    list: [{ e: true }],
  });
});

Deno.test("readToml() says where a file is wrong", () => {
  const text = "a = 1\nb = [1,\n";
  const result = readToml({ path: "/p.toml", text });
  assert.equal(result.ok, false);
  assert.match(result.diagnostics[0]?.message ?? "", /^This is no TOML: .*[^.]$/);
  assert.ok((result.diagnostics[0]?.range?.start ?? 0) >= text.indexOf("b"));
});
