import assert from "node:assert/strict";
import fc from "fast-check";
import { stringify } from "yaml";
import { formatDiagnostics } from "../../../lib/pipeline/diagnostic_text.ts";
import { readPipeline } from "../../../lib/pipeline/file/reader.ts";
import { buildGraph } from "../../../lib/pipeline/graph/builder.ts";
import { graphMermaid, graphText } from "../../../lib/pipeline/graph/drawing.ts";
import { project } from "./project.ts";

const key = fc.constantFrom(
  ...["run", "with", "cmd", "wdir", "deps", "params", "outs", "metrics", "plots", "foreach", "do", "matrix", "vars"],
  ...[
    "frozen",
    "desc",
    "meta",
    "resources",
    "cpus",
    "memory",
    "time",
    "env",
    "net",
    "path",
    "cache",
    "a",
    "${x}",
    "__proto__",
  ],
);
const text = fc.constantFrom(
  "",
  "${x}",
  "${x}-${m.a}",
  "${l[0]}",
  "${",
  "a",
  "a/b",
  "stages/a.ts",
  "4GB",
  "2h",
  "x:y",
  "params.yaml",
  "\0",
  "..",
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "medium" },
    text,
    fc.constantFrom(null, true, false, 0, -1, 1.5, 3),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(key, tie("value"), { maxKeys: 4 }),
  ),
}));
const stage = fc.dictionary(key, value, { minKeys: 1, maxKeys: 5 });
const file = fc.record({
  vars: fc.oneof(fc.constant([{ x: 1, m: { a: true }, l: [2, "b"] }]), value),
  stages: fc.dictionary(fc.constantFrom("a", "b", "c@d", "e/f", "${x}"), fc.oneof(stage, value), {
    minKeys: 1,
    maxKeys: 3,
  }),
}, { requiredKeys: ["stages"] });

Deno.test("readPipeline() answers any document with a pipeline or with errors that name a place", async () => {
  await using made = await project({ "stages/a.ts": "", "params.yaml": "p: 1\n" });
  const path = made.path("pipeline.yaml");
  await fc.assert(
    fc.asyncProperty(fc.oneof(file, value), async (content) => {
      await Deno.writeTextFile(path, stringify(content));
      const result = await readPipeline(path);
      for (const diagnostic of result.diagnostics) assert.ok(diagnostic.range, diagnostic.message);
      formatDiagnostics(result.diagnostics);
      const graph = result.ok ? buildGraph(result.value) : undefined;
      if (graph?.ok) assert.ok(graphText(graph.value).length < graphMermaid(graph.value).length);
    }),
    { numRuns: 500 },
  );
});

Deno.test("readPipeline() answers any text", async () => {
  await using made = await project({});
  const path = made.path("pipeline.yaml");
  const piece = fc.constantFrom(
    ..."stages a b cmd : - { } [ ] ' \" & * ! | > # % @ ` , ? ${x} <<: \n \n\n \t é 😀".split(" "),
    " ",
    "  ",
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 40 }), async (pieces) => {
      await Deno.writeTextFile(path, pieces.join(""));
      const result = await readPipeline(path);
      assert.ok(result.ok || result.diagnostics.length > 0);
      formatDiagnostics(result.diagnostics);
    }),
    { numRuns: 500 },
  );
});
