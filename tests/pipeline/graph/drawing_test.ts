import assert from "node:assert/strict";
import { graphDot, graphMermaid, graphText } from "../../../lib/pipeline/graph/drawing.ts";
import { groupView, outView, stageView } from "../../../lib/pipeline/graph/views.ts";
import type { Drawn } from "../../../lib/pipeline/graph/drawing.ts";
import { type Project, project } from "../file/project.ts";

type View = typeof stageView;

/** All stages of a project, drawn by a view of them. */
async function drawn(made: Project, view: View = stageView): Promise<Drawn> {
  const graph = await made.graph();
  return view(graph, new Set(graph.stages.keys()));
}

function study(): Promise<Project> {
  return project({
    "pipeline.yaml": `stages:
  fetch: {cmd: echo, outs: [data]}
  train: {foreach: [2, 4], do: {cmd: echo, deps: [data], outs: ["weights/\${item}"]}}
  features: {foreach: [2, 4], do: {cmd: echo, deps: [data, "weights/\${item}"], outs: ["features/\${item}"]}}
  plot: {cmd: echo, deps: [features], outs: [figures]}
  alone: {cmd: echo}
`,
  });
}

Deno.test("graphText() draws each stage once, below the last that it waits for", async () => {
  await using made = await study();
  assert.equal(
    graphText(await drawn(made)),
    `fetch
├─ train@2
│  └─ features@2
└─ train@4
   └─ features@4
      └─ plot  (also after features@2)
alone`,
  );
});

Deno.test("graphMermaid() draws every edge", async () => {
  await using made = await study();
  assert.equal(
    graphMermaid(await drawn(made)),
    `flowchart TD
  stage0["fetch"]
  stage1["train@2"]
  stage2["train@4"]
  stage3["features@2"]
  stage4["features@4"]
  stage5["plot"]
  stage6["alone"]
  stage0 --> stage1
  stage0 --> stage2
  stage0 --> stage3
  stage0 --> stage4
  stage1 --> stage3
  stage2 --> stage4
  stage3 --> stage5
  stage4 --> stage5`,
  );
});

Deno.test("graphDot() has each stage and each edge once", async () => {
  await using made = await project({
    "pipeline.yaml": "stages: {a: {cmd: echo, outs: [x]}, b: {cmd: echo, deps: [x]}, c: {cmd: echo, deps: [x]}}\n",
  });
  assert.equal(
    graphDot(await drawn(made)),
    'strict digraph {\n  "a";\n  "b";\n  "c";\n  "a" -> "b";\n  "a" -> "c";\n}',
  );
});

Deno.test("groupView() has the stages of a foreach as one, and keeps who waits for whom", async () => {
  await using made = await study();
  assert.equal(
    graphText(await drawn(made, groupView)),
    `fetch
└─ train
   └─ features
      └─ plot
alone`,
  );
});

Deno.test("groupView() of groups that wait for each other draws each of them", async () => {
  await using made = await project({
    "pipeline.yaml": `stages:
  one: {foreach: {a: x, b: two/a}, do: {cmd: echo, deps: ["\${item}"], outs: ["one/\${key}"]}}
  two: {foreach: {a: one/a}, do: {cmd: echo, deps: ["\${item}"], outs: ["two/\${key}"]}}
`,
  });
  assert.equal(graphText(await drawn(made, groupView)), "one  (also after two)\n└─ two");
});

Deno.test("outView() has the outs, each below what its stage reads, whole or in part", async () => {
  await using made = await project({
    "pipeline.yaml": `stages:
  fetch: {cmd: echo, outs: [data, readme]}
  train: {cmd: echo, deps: [data/train], outs: [weights/a, weights/b]}
  plot: {cmd: echo, deps: [{glob: "weights/*"}], outs: [figures]}
  look: {cmd: echo, deps: [figures]}
`,
  });
  assert.equal(
    graphText(await drawn(made, outView)),
    `data
├─ weights/a
└─ weights/b
   └─ figures  (also after weights/a)
readme`,
  );
});
