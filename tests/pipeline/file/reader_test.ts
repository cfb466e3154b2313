import assert from "node:assert/strict";
import type { Pipeline, RunAction, Stage } from "../../../lib/pipeline/file/pipeline.ts";
import { Float } from "../../../lib/pipeline/value.ts";
import { positionOf } from "../../../lib/pipeline/diagnostic_text.ts";
import { project } from "./project.ts";

function stage(pipeline: Pipeline, name: string): Stage {
  const found = pipeline.stages.find((stage) => stage.name === name);
  assert.ok(found, `no stage ${name}`);
  return found;
}

function names(pipeline: Pipeline): readonly string[] {
  return pipeline.stages.map((stage) => stage.name);
}

function parameters(pipeline: Pipeline, name: string): unknown {
  const { action } = stage(pipeline, name);
  return action.kind === "run" ? action.with : undefined;
}

function lines(pipeline: Pipeline, name: string): unknown {
  const { action } = stage(pipeline, name);
  return action.kind === "cmd" ? action.lines : undefined;
}

Deno.test("readPipeline() reads every key of a run stage", async () => {
  await using made = await project({
    "stages/train.ts": "",
    "pipeline.yaml": `vars:
  - optimizer: {lr: 0.1, momentum: 1.0}
stages:
  train:
    desc: Trains
    run: stages/train.ts
    with: {optimizer: "\${optimizer}", epochs: 3, name: "lr \${optimizer.lr}"}
    wdir: inner
    deps: {data: ../data/mnist/, more: [a, b]}
    outs: {weights: weights, history: {path: history.csv, cache: false, desc: Losses}}
    metrics: {score: {path: score.json, persist: true}}
    env: [HOME]
    net: [example.org]
    resources: {cpus: 0.5, gpus: 1, memory: 1.5GiB, time: 1h 30m}
    frozen: true
    always_changed: true
    meta: {a: 1.0}
    verify: bytes
`,
  });
  const { folder } = made;
  const pipeline = await made.pipeline();
  assert.deepEqual(pipeline.files, [made.path("pipeline.yaml")]);
  const { action, deps, outs, ...rest } = stage(pipeline, "train");
  assert.equal(action.kind === "run" && action.module, made.path("stages/train.ts"));
  assert.deepEqual(parameters(pipeline, "train"), {
    optimizer: { lr: new Float(0.1), momentum: new Float(1) },
    epochs: 3,
    name: "lr 0.1",
  });
  assert.deepEqual(deps.map(({ range: _, ...dep }) => dep), [
    { path: `${folder}/data/mnist`, relative: "data/mnist", name: "data" },
    { path: `${folder}/inner/a`, relative: "inner/a", name: "more", index: 0 },
    { path: `${folder}/inner/b`, relative: "inner/b", name: "more", index: 1 },
  ]);
  const plain = { cache: true, persist: false, verify: "bytes" };
  assert.deepEqual(outs.map(({ range: _, path: __, ...out }) => out), [
    { ...plain, relative: "inner/weights", kind: "out", name: "weights" },
    { ...plain, relative: "inner/history.csv", kind: "out", name: "history", cache: false, desc: "Losses" },
    { ...plain, relative: "inner/score.json", kind: "metric", name: "score", persist: true },
  ]);
  const { range, ...fields } = rest;
  assert.deepEqual(positionOf(range), { line: 4, column: 3 });
  assert.deepEqual(fields, {
    name: "train",
    group: "train",
    desc: "Trains",
    wdir: `${folder}/inner`,
    params: [],
    env: ["HOME"],
    net: ["example.org"],
    frozen: true,
    alwaysChanged: true,
    resources: { cpus: 0.5, gpus: 1, memory: 1.5 * 2 ** 30, time: 5400 },
    meta: { a: new Float(1) },
  });
});

Deno.test("readPipeline() gives each out what verify and diverged ask of it, the nearest alone", async () => {
  await using made = await project({
    "pipeline.yaml": `vars: [{apart: 0.1}]
stages:
  a:
    cmd: echo
    outs: {table: t.csv, weights: w, figure: f.svg}
    verify: {relative: 1e-9, outs: {weights: bytes}}
    diverged:
      absolute: 1
      columns: {loss: {decades: "\${apart}"}, note: {unchecked: a text}}
      outs: {weights: {unchecked: weights diverge}, figure: {decades: 2}}
`,
  });
  const { outs } = stage(await made.pipeline(), "a");
  const none = { relative: 0, absolute: 0, decades: 0 };
  const strict = { ...none, relative: 1e-9, columns: new Map() };
  assert.deepEqual(outs.map(({ verify }) => verify), [strict, "bytes", strict]);
  const [table, ...others] = outs.map(({ diverged }) => diverged);
  assert.deepEqual(others, [{ unchecked: "weights diverge" }, { ...none, decades: 2, columns: new Map() }]);
  assert.ok(typeof table === "object" && "columns" in table);
  assert.equal(table.absolute, 1);
  assert.deepEqual([...table.columns].map(([name, { exactness, range }]) => [name, exactness, positionOf(range)]), [
    ["loss", { ...none, decades: 0.1 }, { line: 9, column: 17 }],
    ["note", { unchecked: "a text" }, { line: 9, column: 46 }],
  ]);
});

Deno.test("readPipeline() asks nothing of a column that an extending file says null of", async () => {
  await using made = await project({
    "base.yaml": `stages: {a: {cmd: echo, outs: [t.csv], verify: {columns: {loss: {decades: 1}, low: {absolute: 2}}}}}`,
    "pipeline.yaml": `extends: base.yaml
stages: {a: {verify: {columns: {low: null}}}}
`,
  });
  const [out] = stage(await made.pipeline(), "a").outs;
  assert.ok(typeof out!.verify === "object" && "columns" in out!.verify);
  assert.deepEqual([...out!.verify.columns.keys()], ["loss"]);
});

Deno.test("readPipeline() locates values inside with, also those that a variable holds", async () => {
  await using made = await project({
    "stages/train.ts": "",
    "pipeline.yaml": `vars:
  - optimizer: {lr: 0.1}
stages:
  train:
    run: stages/train.ts
    with:
      optimizer: \${optimizer}
      layers: [1, 2]
`,
  });
  const action = stage(await made.pipeline(), "train").action as RunAction;
  const at = (...path: PropertyKey[]): unknown => positionOf(action.locate(path));
  assert.deepEqual(at("layers", 1), { line: 8, column: 19 });
  assert.deepEqual(at("optimizer"), { line: 7, column: 18 });
  assert.deepEqual(at("optimizer", "lr"), { line: 2, column: 21 });
  assert.deepEqual(at("optimizer", "unknown"), { line: 7, column: 18 });
  assert.deepEqual(at("unknown"), { line: 7, column: 7 });
});

Deno.test("readPipeline() names the stages of foreach and matrix as DVC does", async () => {
  await using made = await project({
    "pipeline.yaml": `vars:
  - depths: [2, 4.0, true, null, text]
    models: [{kind: mlp}, plain]
    named: {small: {width: 10}, large: {width: 100}}
    varied: {depth: [1, 2], width: null, seed: [0]}
    besides: {depth: [1, 2], width: null, seed: [0], include: [{seed: 7, depth: 2.5}]}
stages:
  scalar: {foreach: "\${depths}", do: {cmd: "echo \${item}"}}
  composite: {foreach: "\${models}", do: {cmd: "echo"}}
  map: {foreach: "\${named}", do: {cmd: "echo \${key} \${item.width}"}}
  inline: {foreach: ["\${depths[0]}", b], do: {cmd: "echo \${item}"}}
  grid:
    matrix: {model: "\${models}", seed: [0, 1]}
    cmd: echo \${item.seed} \${key}
  varied: {matrix: "\${varied}", cmd: "echo \${item.depth}"}
  besides: {matrix: "\${besides}", cmd: "echo \${item.depth} \${item.seed}"}
  plainly: {matrix: {include: [a, b]}, cmd: "echo \${item.include}"}
  none: {matrix: {seed: [1], include: null}, cmd: "echo"}
`,
  });
  const pipeline = await made.pipeline();
  assert.deepEqual(names(pipeline), [
    ...["scalar@2", "scalar@4.0", "scalar@true", "scalar@None", "scalar@text"],
    ...["composite@0", "composite@1", "map@small", "map@large", "inline@2", "inline@b"],
    ...["grid@model0-0", "grid@model0-1", "grid@plain-0", "grid@plain-1"],
    ...["varied@1-0", "varied@2-0", "besides@1-0", "besides@2-0", "besides@2.5-7"],
    ...["plainly@a", "plainly@b", "none@1"],
  ]);
  assert.deepEqual(lines(pipeline, "scalar@4.0"), ["echo 4.0"]);
  assert.deepEqual(lines(pipeline, "map@large"), ["echo large 100"]);
  assert.deepEqual(lines(pipeline, "besides@2.5-7"), ["echo 2.5 7"]);
  assert.deepEqual(lines(pipeline, "grid@plain-1"), ["echo 1 plain-1"]);
  assert.equal(stage(pipeline, "grid@plain-1").group, "grid");
});

Deno.test("readPipeline() makes a list of a dep with foreach, or matrix, and do", async () => {
  await using made = await project({
    "pipeline.yaml": `vars: [{depths: [2, 4], named: {a: 1}, varied: {depth: [1, 2], seed: [5]}}]
stages:
  product:
    cmd: echo
    deps: {history: {matrix: "\${varied}", do: "out/\${key}/\${item.seed}.csv"}}
  all:
    cmd: echo
    deps:
      history: {foreach: "\${depths}", do: "out/\${item}.csv"}
      other: {foreach: "\${named}", do: "out/\${key}\${item}"}
  each:
    foreach: [x]
    do:
      cmd: echo
      deps: {history: {foreach: "\${depths}", do: "in/\${item}"}, one: "in/\${item}"}
`,
  });
  const pipeline = await made.pipeline();
  const deps = (name: string): unknown => stage(pipeline, name).deps.map((dep) => [dep.name, dep.index, dep.relative]);
  assert.deepEqual(deps("product"), [["history", 0, "out/1-5/5.csv"], ["history", 1, "out/2-5/5.csv"]]);
  assert.deepEqual(deps("all"), [["history", 0, "out/2.csv"], ["history", 1, "out/4.csv"], ["other", 0, "out/a1"]]);
  assert.deepEqual(deps("each@x"), [["history", 0, "in/2"], ["history", 1, "in/4"], ["one", undefined, "in/x"]]);
});

Deno.test("readPipeline() splits the lines of a command after interpolation, entries of a list not", async () => {
  await using made = await project({
    "pipeline.yaml": `vars: [{two: "a\\nb"}]
stages:
  text: {cmd: "echo \${two}\\n\\n"}
  list: {cmd: ["echo \${two}", last]}
`,
  });
  const pipeline = await made.pipeline();
  assert.deepEqual(lines(pipeline, "text"), ["echo a", "b"]);
  assert.deepEqual(lines(pipeline, "list"), ["echo a\nb", "last"]);
});

Deno.test("readPipeline() loads params.yaml, then vars in order, and a stage's own vars", async () => {
  await using made = await project({
    "params.yaml": "model: {depth: 2}\n",
    "more.json": '{"model": {"width": 1.0}, "unused": 1}',
    "work/own.yaml": "own: here\n",
    "pipeline.yaml": `vars:
  - params.yaml
  - more.json:model
  - {seed: 0}
stages:
  a: {cmd: "echo \${model.depth} \${model.width} \${seed}"}
  b: {cmd: "echo \${own} \${extra} \${seed}", wdir: work, vars: [own.yaml, {extra: 1}]}
`,
  });
  const pipeline = await made.pipeline();
  assert.deepEqual(lines(pipeline, "a"), ["echo 2 1.0 0"]);
  assert.deepEqual(lines(pipeline, "b"), ["echo here 1 0"]);
  assert.deepEqual(
    pipeline.files,
    ["pipeline.yaml", "params.yaml", "more.json", "work/own.yaml"].map((name) => made.path(name)),
  );
});

Deno.test("readPipeline() resolves params of a cmd stage in DVC's forms", async () => {
  await using made = await project({
    "params.yaml": "lr: 1.0\ntrain: {layers: [1, 2]}\n",
    "other.json": '{"a": 1}',
    "pipeline.yaml": `stages:
  a:
    cmd: echo
    params: [lr, train, train.layers.1, other.json: [a], other.json: ]
`,
  });
  const params = stage(await made.pipeline(), "a").params.map(({ file, key, value }) => [file, key, value]);
  assert.deepEqual(params, [
    [made.path("params.yaml"), "lr", new Float(1)],
    [made.path("params.yaml"), "train", { layers: [1, 2] }],
    [made.path("params.yaml"), "train.layers.1", 2],
    [made.path("other.json"), "a", 1],
    [made.path("other.json"), "", { a: 1 }],
  ]);
});

Deno.test("readPipeline() keeps absent_outs to the file that has it", async () => {
  await using made = await project({
    "pipeline.yaml": "absent_outs: make\nstages: {}\n",
    "more.yaml": "extends: pipeline.yaml\n",
    "again.yaml": "extends: more.yaml\nabsent_outs: make\n",
    "left.yaml": "extends: pipeline.yaml\nabsent_outs: leave\n",
  });
  const makes = async (name: string) => (await made.pipeline(name)).makesAbsent ?? false;
  assert.deepEqual(await Promise.all(["pipeline.yaml", "more.yaml", "again.yaml", "left.yaml"].map(makes)), [
    true,
    false,
    true,
    false,
  ]);
});

Deno.test("readPipeline() extends a file: vars and stages merge, deps move, modules stay", async () => {
  await using made = await project({
    "stages/train.ts": "",
    "studies/one/extra.ts": "",
    "pipeline.yaml": `vars: [{depths: [2, 4], optimizer: {lr: 0.1, momentum: 0.9}}]
stages:
  fetch: {cmd: get, outs: [data]}
  train:
    foreach: \${depths}
    do:
      run: stages/train.ts
      with: {optimizer: "\${optimizer}", epochs: 20}
      deps: {data: data}
      outs: {weights: "out/\${item}"}
  plot: {cmd: plot}
`,
    "studies/one/pipeline.yaml": `extends: ../../pipeline.yaml
vars: [{depths: [8], optimizer: {lr: 1}}]
stages:
  plot: null
  train: {do: {with: {epochs: 500}}}
  extra: {run: extra.ts}
`,
    "studies/two/pipeline.yaml": `extends: ../one/pipeline.yaml
vars: [{optimizer: {momentum: 0}}]
`,
  });
  const pipeline = await made.pipeline("studies/two/pipeline.yaml");
  assert.deepEqual(names(pipeline), ["fetch", "train@8", "extra"]);
  const train = stage(pipeline, "train@8");
  assert.deepEqual(parameters(pipeline, "train@8"), { optimizer: { lr: 1, momentum: 0 }, epochs: 500 });
  assert.equal(train.action.kind === "run" && train.action.module, made.path("stages/train.ts"));
  assert.equal(train.deps[0]?.path, made.path("studies/two/data"));
  assert.equal(train.outs[0]?.relative, "out/8");
  const extra = stage(pipeline, "extra").action;
  assert.equal(extra.kind === "run" && extra.module, made.path("studies/one/extra.ts"));
});

Deno.test("readPipeline() reads a dvc.yaml as DVC has it", async () => {
  await using made = await project({
    "dvc.yaml": `vars: []
stages:
  prepare:
    cmd:
      - python prepare.py
      - python check.py
    deps: [prepare.py]
    outs:
      - data:
          persist: true
          push: false
          remote: store
    plots:
      - loss.csv: {x: step, y: loss, cache: false}
  base: &base
    cmd: echo
    frozen: false
  other:
    <<: *base
    desc: Merged
plots:
  - loss.csv: {x: step}
artifacts:
  model: {path: data, type: model}
params: [params.yaml]
metrics: [m.json]
`,
  });
  const pipeline = await made.pipeline("dvc.yaml");
  assert.deepEqual(lines(pipeline, "prepare"), ["python prepare.py", "python check.py"]);
  assert.deepEqual(
    stage(pipeline, "prepare").outs.map(({ relative, kind, cache, persist }) => ({ relative, kind, cache, persist })),
    [
      { relative: "data", kind: "out", cache: true, persist: true },
      { relative: "loss.csv", kind: "plot", cache: false, persist: false },
    ],
  );
  assert.equal(stage(pipeline, "other").desc, "Merged");
});

Deno.test("readPipeline() says that the file is missing", async () => {
  await using made = await project({});
  assert.equal(await made.errors(), `error: The pipeline file does not exist: ${made.path("pipeline.yaml")}`);
});
