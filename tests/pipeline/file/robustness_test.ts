import assert from "node:assert/strict";
import fc from "fast-check";
import { stringify } from "yaml";
import { formatDiagnostics } from "../../../lib/pipeline/diagnostic_text.ts";
import { readPipeline } from "../../../lib/pipeline/commands/pipeline_reader.ts";
import { buildGraph } from "../../../lib/pipeline/graph/builder.ts";
import { graphMermaid, graphText } from "../../../lib/pipeline/graph/drawing.ts";
import { stageView } from "../../../lib/pipeline/graph/views.ts";
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
const path = fc.constantFrom("a", "b", "a/c", "${x}", "${x}/${l[1]}");
const paths = fc.oneof(
  fc.uniqueArray(path, { maxLength: 2 }),
  fc.dictionary(fc.constantFrom("one", "two"), path, { maxKeys: 2 }),
);
const likely = fc.record({
  cmd: fc.constantFrom("echo", "echo ${x} ${m}", ["a", "b"]),
  deps: paths,
  outs: paths,
  frozen: fc.constantFrom(true, "${m.a}"),
  matrix: fc.constantFrom({ i: "${l}" }, { i: [1, { a: 1 }], j: ["x"] }),
}, { requiredKeys: ["cmd"] });
const stage = fc.oneof({ arbitrary: likely, weight: 4 }, {
  arbitrary: fc.dictionary(key, value, { minKeys: 1, maxKeys: 5 }),
  weight: 1,
});
const file = fc.record({
  vars: fc.oneof(
    { arbitrary: fc.constant([{ x: "d", m: { a: true }, l: [2, "b"] }]), weight: 9 },
    { arbitrary: value, weight: 1 },
  ),
  stages: fc.dictionary(
    fc.oneof(
      { arbitrary: fc.constantFrom("a", "b", "e/f"), weight: 9 },
      { arbitrary: fc.constantFrom("c@d", "${x}"), weight: 1 },
    ),
    fc.oneof({ arbitrary: stage, weight: 9 }, { arbitrary: value, weight: 1 }),
    { minKeys: 1, maxKeys: 3 },
  ),
});

Deno.test("readPipeline() answers any document with a pipeline or with errors that name a place", async () => {
  await using made = await project({ "stages/a.ts": "", "params.yaml": "p: 1\n" });
  const path = made.path("pipeline.yaml");
  let pipelines = 0;
  await fc.assert(
    fc.asyncProperty(fc.oneof({ arbitrary: file, weight: 9 }, { arbitrary: value, weight: 1 }), async (content) => {
      await Deno.writeTextFile(path, stringify(content));
      const result = await readPipeline(path);
      for (const diagnostic of result.diagnostics) assert.ok(diagnostic.range, diagnostic.message);
      formatDiagnostics(result.diagnostics);
      const graph = result.ok ? buildGraph(result.value) : undefined;
      if (!graph?.ok) return;
      const drawn = stageView(graph.value, new Set(graph.value.stages.keys()));
      assert.ok(graphText(drawn).length < graphMermaid(drawn).length);
      if (graph.value.stages.size > 0) pipelines++;
    }),
    { numRuns: 500 },
  );
  assert.ok(pipelines > 10, `the documents are too wild: ${pipelines} of 500 were pipelines`);
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
