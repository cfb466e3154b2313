import { says } from "./project.ts";

const module = { "stages/train.ts": "" };

says(
  "readPipeline() reports variables that are defined twice, may not interpolate, or whose file is missing",
  {
    "params.yaml": "lr: 0.1\nmodel: {depth: 2}\n",
    "more.yaml": "width: 100\n",
    "pipeline.yaml": `vars:
  - {lr: 0.1, model: {width: 5, depth: 2}}
  - {name: "\${lr}"}
  - other.yaml
  - more.yaml:widht
stages: {}
`,
  },
  `
pipeline.yaml:2:6: error: The variable lr is defined twice
  2 |   - {lr: 0.1, model: {width: 5, depth: 2}}
    |      ^^
  params.yaml:1:1: first defined here
  1 | lr: 0.1
    | ^^
  hint: Remove one of the two: only a file that extends this one may give it another value

pipeline.yaml:2:33: error: The variable model.depth is defined twice
  2 |   - {lr: 0.1, model: {width: 5, depth: 2}}
    |                                 ^^^^^
  params.yaml:2:9: first defined here
  2 | model: {depth: 2}
    |         ^^^^^
  hint: Remove one of the two: only a file that extends this one may give it another value

pipeline.yaml:3:12: error: vars may not interpolate
  3 |   - {name: "\${lr}"}
    |            ^^^^^^^
  hint: Write the value out, or use the reference in a stage

pipeline.yaml:4:5: error: The params file does not exist: other.yaml
  4 |   - other.yaml
    |     ^^^^^^^^^^

pipeline.yaml:5:5: error: more.yaml has no key widht
  5 |   - more.yaml:widht
    |     ^^^^^^^^^^^^^^^
  hint: Did you mean width?
  hint: Expected width
`,
);

says(
  "readPipeline() reports a circle of extends",
  {
    "pipeline.yaml": "extends: studies/a/pipeline.yaml\n",
    "studies/a/pipeline.yaml": "extends: ../b/pipeline.yaml\n",
    "studies/b/pipeline.yaml": "extends: ../../pipeline.yaml\n",
  },
  `
studies/b/pipeline.yaml:1:10: error: These files extend each other in a circle: pipeline.yaml -> studies/a/pipeline.yaml -> studies/b/pipeline.yaml -> pipeline.yaml
  1 | extends: ../../pipeline.yaml
    |          ^^^^^^^^^^^^^^^^^^^
`,
);

says(
  "readPipeline() names the file that wrote the line",
  {
    "pipeline.yaml": `stages:
  a: {cmd: "echo \${wrod}"}
  b: {cmd: echo}
`,
    "studies/one/pipeline.yaml": `extends: ../../pipeline.yaml
vars: [{word: hello}]
stages:
  b: {frozn: true}
  c: null
`,
  },
  `
pipeline.yaml:2:18: error: Unknown variable wrod
  2 |   a: {cmd: "echo \${wrod}"}
    |                  ^^^^^^^
  hint: Did you mean \${word}?
  hint: Expected word

studies/one/pipeline.yaml:4:7: error: Unknown key frozn
  4 |   b: {frozn: true}
    |       ^^^^^
  hint: Did you mean frozen?
  hint: Expected one of desc, run, with, cmd, wdir, deps, params, outs, metrics, plots, env, tools, untracked, net, resources, executor, slurm, verify, diverged, frozen, always_changed, meta, vars, foreach, …

studies/one/pipeline.yaml:5:3: error: There is no stage c to remove
  5 |   c: null
    |   ^
  hint: Expected one of a, b
`,
  "studies/one/pipeline.yaml",
);

says(
  "readPipeline() reports a missing file that is extended",
  {
    "pipeline.yaml": "extends: base.yaml\n",
  },
  `
pipeline.yaml:1:10: error: The extended file does not exist: base.yaml
  1 | extends: base.yaml
    |          ^^^^^^^^^
`,
);

says(
  "readPipeline() refuses the keys that DVC does not have in a dvc.yaml",
  {
    ...module,
    "dvc.yaml": `stages:
  a:
    run: stages/train.ts
    outs: {x: x}
    resources: {cpus: 1}
`,
  },
  `
dvc.yaml:3:5: error: run is no key of a dvc.yaml
  3 |     run: stages/train.ts
    |     ^^^
  hint: Rename the file to pipeline.yaml to use what DVC does not have

dvc.yaml:4:11: error: outs is a map
  4 |     outs: {x: x}
    |           ^^^^^^
  hint: Expected a list in a dvc.yaml; maps are for a pipeline.yaml

dvc.yaml:5:5: error: resources is no key of a dvc.yaml
  5 |     resources: {cpus: 1}
    |     ^^^^^^^^^
  hint: Rename the file to pipeline.yaml to use what DVC does not have
`,
  "dvc.yaml",
);

says(
  "readPipeline() reports two items of one name",
  {
    "pipeline.yaml": `stages:
  a: {foreach: [1, 1], do: {cmd: echo}}
`,
  },
  `
pipeline.yaml:2:20: error: Two items give the name a@1
  2 |   a: {foreach: [1, 1], do: {cmd: echo}}
    |                    ^
  pipeline.yaml:2:17: the first stands here
  2 |   a: {foreach: [1, 1], do: {cmd: echo}}
    |                 ^
  hint: Remove one of the two
`,
);

says(
  "readPipeline() refuses numbers that a module cannot get, and addresses as paths",
  {
    ...module,
    "pipeline.yaml": `stages:
  a:
    run: stages/train.ts
    with: {seed: 12345678901234567890, limit: .inf}
    deps: [s3://bucket/data]
`,
  },
  `
pipeline.yaml:4:18: error: A module cannot get the number 12345678901234567890
  4 |     with: {seed: 12345678901234567890, limit: .inf}
    |                  ^^^^^^^^^^^^^^^^^^^^
  hint: Expected a finite number, and no integer beyond 2^53; write it as text

pipeline.yaml:4:47: error: A module cannot get the number Infinity
  4 |     with: {seed: 12345678901234567890, limit: .inf}
    |                                               ^^^^
  hint: Expected a finite number, and no integer beyond 2^53; write it as text

pipeline.yaml:5:12: error: s3://bucket/data is an address, not a path
  5 |     deps: [s3://bucket/data]
    |            ^^^^^^^^^^^^^^^^
  hint: Fetch it in a stage of its own and depend on its out
`,
);
