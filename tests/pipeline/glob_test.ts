import assert from "node:assert/strict";
import fc from "fast-check";
import { Glob, splitGlob } from "../../lib/pipeline/glob.ts";

Deno.test("splitGlob() splits behind the last folder before any wildcard", () => {
  for (
    const [text, folder, pattern] of [
      ["data/*.csv", "data", "*.csv"],
      ["./data/raw/**/*.csv", "data/raw", "**/*.csv"],
      ["*.csv", ".", "*.csv"],
      ["../other/{a,b}/x.txt", "../other", "{a,b}/x.txt"],
      ["outputs/mlp-*/history.csv", "outputs", "mlp-*/history.csv"],
      ["data/a.csv", "data", "a.csv"],
      ["a.csv", ".", "a.csv"],
    ] as const
  ) assert.deepEqual(splitGlob(text), { folder, pattern }, text);
});

Deno.test("Glob matches as a shell does, and tells which folders may hold a match", () => {
  const cases: [pattern: string, matching: string[], reached: string[], others: string[]][] = [
    ["*.csv", ["a.csv"], [], ["a.txt", "b/a.csv", ".a.csv"]],
    ["mlp-*/history.csv", ["mlp-2/history.csv"], ["mlp-2"], ["mlp-2/other.csv", "cnn", "mlp-2/history.csv/x"]],
    ["**/*.csv", ["a.csv", "b/c/a.csv"], ["b", "b/c"], []],
    ["raw/**/x-*.csv", ["raw/x-1.csv", "raw/b/x-1.csv"], ["raw", "raw/b"], ["other", "other/x-1.csv"]],
    ["{a,b/c}/*.csv", ["a/1.csv", "b/c/1.csv"], ["a", "b", "b/c"], []],
  ];
  for (const [pattern, matching, reached, others] of cases) {
    const glob = new Glob(pattern);
    for (const path of matching) assert.ok(glob.matches(path) && glob.reaches(path), `${pattern} ${path}`);
    for (const path of reached) assert.ok(!glob.matches(path) && glob.reaches(path), `${pattern} ${path}`);
    for (const path of others) assert.ok(!glob.matches(path) && !glob.reaches(path), `${pattern} ${path}`);
  }
});

Deno.test("every folder on the way to a match is one that may hold it", () => {
  const name = fc.constantFrom("a", "b", "ab", "x.csv");
  const part = fc.constantFrom("a", "*", "a*", "?", "**", "{a,b}", "[ab]", "*.csv", "{a/b,x}", "!(a)");
  const path = fc.array(name, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), path, (parts, names) => {
      const glob = new Glob(parts.join("/"));
      fc.pre(glob.matches(names.join("/")));
      for (let length = 1; length <= names.length; length++) {
        assert.ok(glob.reaches(names.slice(0, length).join("/")), names.slice(0, length).join("/"));
      }
    }),
    { numRuns: 500 },
  );
});
