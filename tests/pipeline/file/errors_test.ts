import { says } from "./project.ts";

const module = { "stages/train.ts": "" };

says(
  "readPipeline() reports an unknown key with the nearest valid one",
  {
    ...module,
    "pipeline.yaml": `stages:
  train:
    run: stages/train.ts
    wtih: {lr: 0.1}
    outs: {weights: {path: w, cahce: false}}
`,
  },
  `
pipeline.yaml:4:5: error: Unknown key wtih
  4 |     wtih: {lr: 0.1}
    |     ^^^^
  hint: Did you mean with?
  hint: Expected one of desc, run, with, cmd, wdir, deps, params, outs, metrics, plots, env, tools, untracked, net, resources, executor, slurm, verify, diverged, frozen, always_changed, meta, vars, foreach, …

pipeline.yaml:5:31: error: Unknown key cahce
  5 |     outs: {weights: {path: w, cahce: false}}
    |                               ^^^^^
  hint: Did you mean cache?
  hint: Expected one of path, cache, persist, desc, remote, push, type, labels, meta
`,
);

says(
  "readPipeline() reports values of the wrong type",
  {
    ...module,
    "pipeline.yaml": `stages:
  train:
    run: stages/train.ts
    with: [1]
    deps: 5
    frozen: maybe
    resources: {cpus: two, memory: much, time: -1}
`,
  },
  `
pipeline.yaml:4:11: error: stages.train.with is a list
  4 |     with: [1]
    |           ^^^
  hint: Expected a map of parameters

pipeline.yaml:5:11: error: stages.train.deps is the number 5
  5 |     deps: 5
    |           ^
  hint: Expected a list of paths, or a map of named paths

pipeline.yaml:6:13: error: stages.train.frozen is the text "maybe"
  6 |     frozen: maybe
    |             ^^^^^
  hint: Expected true or false

pipeline.yaml:7:23: error: stages.train.resources.cpus is the text "two"
  7 |     resources: {cpus: two, memory: much, time: -1}
    |                       ^^^
  hint: Expected a positive number

pipeline.yaml:7:36: error: stages.train.resources.memory is the text "much"
  7 |     resources: {cpus: two, memory: much, time: -1}
    |                                    ^^^^
  hint: Expected an amount of memory such as 4GB or 512MiB

pipeline.yaml:7:48: error: stages.train.resources.time is the number -1
  7 |     resources: {cpus: two, memory: much, time: -1}
    |                                                ^^
  hint: Expected a time such as 90m or 2h
`,
);

says(
  "readPipeline() reports a wrong type that a reference leads to",
  {
    "pipeline.yaml": `vars: [{cores: many, places: [2, x]}]
stages:
  a: {cmd: echo, resources: {cpus: "\${cores}"}}
  b:
    foreach: \${places}
    do: {cmd: echo, resources: {cpus: "\${item}"}}
`,
  },
  `
pipeline.yaml:3:36: error: stages.a.resources.cpus is the text "many"
  3 |   a: {cmd: echo, resources: {cpus: "\${cores}"}}
    |                                    ^^^^^^^^^^
  hint: Expected a positive number

pipeline.yaml:6:39: error: stages.b@x.resources.cpus is the text "x"
  6 |     do: {cmd: echo, resources: {cpus: "\${item}"}}
    |                                       ^^^^^^^^^
  hint: Expected a positive number
`,
);

says(
  "readPipeline() reports unknown variables with the nearest known one",
  {
    "pipeline.yaml": `vars:
  - optimizer: {momentum: 0.9}
    depths: [2, 4]
stages:
  a:
    cmd: echo \${optimiser.momentum} \${optimizer.momentun} \${depths[2]}
  b:
    cmd: echo \${HOME} \${a b} \${x..y}
`,
  },
  `
pipeline.yaml:6:15: error: Unknown variable optimiser
  6 |     cmd: echo \${optimiser.momentum} \${optimizer.momentun} \${depths[2]}
    |               ^^^^^^^^^^^^^^^^^^^^^
  hint: Did you mean \${optimizer.momentum}?
  hint: Expected one of optimizer, depths

pipeline.yaml:6:37: error: The variable optimizer holds no momentun
  6 |     cmd: echo \${optimiser.momentum} \${optimizer.momentun} \${depths[2]}
    |                                     ^^^^^^^^^^^^^^^^^^^^^
  hint: Did you mean \${optimizer.momentum}?
  hint: Expected momentum

pipeline.yaml:6:59: error: The variable depths holds no 2
  6 |     cmd: echo \${optimiser.momentum} \${optimizer.momentun} \${depths[2]}
    |                                                           ^^^^^^^^^^^^
  hint: depths is a list of 2, counted from 0

pipeline.yaml:8:15: error: Unknown variable HOME
  8 |     cmd: echo \${HOME} \${a b} \${x..y}
    |               ^^^^^^^
  hint: Expected one of optimizer, depths
  hint: Write \\\${…} to keep it as it is, for the shell

pipeline.yaml:8:23: error: Unknown variable a b
  8 |     cmd: echo \${HOME} \${a b} \${x..y}
    |                       ^^^^^^
  hint: Expected one of optimizer, depths

pipeline.yaml:8:30: error: Cannot read the reference \${x..y}
  8 |     cmd: echo \${HOME} \${a b} \${x..y}
    |                              ^^^^^^^
  hint: Expected the path of a variable such as \${name}, \${map.key} or \${list[0]}
  hint: Write \\\${…} to keep it as it is, for the shell
`,
);

says(
  "readPipeline() reports a map or a list where a text is made",
  {
    "pipeline.yaml": `vars: [{m: {a: 1}, l: [1], nested: {l: [[1]]}}]
stages:
  a:
    cmd: echo \${l} \${nested}
    deps: ["\${m}", "in/\${l}"]
`,
  },
  `
pipeline.yaml:4:15: error: This reference is a list, which cannot become text
  4 |     cmd: echo \${l} \${nested}
    |               ^^^^
  hint: Expected a scalar; a list may stand only alone, as a value in with or foreach

pipeline.yaml:4:20: error: The list l holds lists or maps, so it cannot become a flag
  4 |     cmd: echo \${l} \${nested}
    |                    ^^^^^^^^^

pipeline.yaml:5:13: error: This reference is a map, which cannot become text
  5 |     deps: ["\${m}", "in/\${l}"]
    |             ^^^^
  hint: Expected a scalar; a map may stand only in cmd (as flags) or, alone, as a value in with

pipeline.yaml:5:24: error: This reference is a list, which cannot become text
  5 |     deps: ["\${m}", "in/\${l}"]
    |                        ^^^^
  hint: Expected a scalar; a list may stand only alone, as a value in with or foreach
`,
);

says(
  "readPipeline() reports a missing module with the nearest file",
  {
    ...module,
    "pipeline.yaml": `stages:
  a: {run: stages/trian.ts}
  b: {run: stages}
  c: {run: other/thing.ts}
`,
  },
  `
pipeline.yaml:2:12: error: The module stages/trian.ts does not exist
  2 |   a: {run: stages/trian.ts}
    |            ^^^^^^^^^^^^^^^
  hint: Did you mean stages/train.ts?

pipeline.yaml:3:12: error: The module stages is a folder
  3 |   b: {run: stages}
    |            ^^^^^^
  hint: Expected the path of a Deno module

pipeline.yaml:4:12: error: The module other/thing.ts does not exist
  4 |   c: {run: other/thing.ts}
    |            ^^^^^^^^^^^^^^
  hint: Expected the path of a Deno module, relative to pipeline.yaml
`,
);

says(
  "readPipeline() reports which keys of a stage are missing or exclude each other",
  {
    ...module,
    "pipeline.yaml": `stages:
  neither: {deps: [x]}
  both: {run: stages/train.ts, cmd: echo}
  with: {cmd: echo, with: {a: 1}}
  params: {run: stages/train.ts, params: [a]}
  each: {foreach: [1]}
  do: {do: {cmd: echo}}
  beside: {foreach: [1], do: {cmd: echo}, deps: [x]}
  "at@1": {cmd: echo}
`,
  },
  `
pipeline.yaml:2:3: error: Stage neither has neither run nor cmd
  2 |   neither: {deps: [x]}
    |   ^^^^^^^
  hint: Expected exactly one of run (a Deno module) and cmd (a shell command)

pipeline.yaml:3:32: error: Stage both has both run and cmd
  3 |   both: {run: stages/train.ts, cmd: echo}
    |                                ^^^
  pipeline.yaml:3:10: run stands here
  3 |   both: {run: stages/train.ts, cmd: echo}
    |          ^^^
  hint: Expected exactly one of run and cmd

pipeline.yaml:4:21: error: with needs run
  4 |   with: {cmd: echo, with: {a: 1}}
    |                     ^^^^
  hint: with holds the values a module gets; with cmd, use params

pipeline.yaml:5:34: error: params needs cmd
  5 |   params: {run: stages/train.ts, params: [a]}
    |                                  ^^^^^^
  hint: params holds values of params files that a command depends on; with run, use with

pipeline.yaml:6:10: error: Stage each has foreach without do
  6 |   each: {foreach: [1]}
    |          ^^^^^^^
  hint: Put the stage's keys under do

pipeline.yaml:7:8: error: Stage do has do without foreach
  7 |   do: {do: {cmd: echo}}
    |        ^^
  hint: Add foreach: a list or a map

pipeline.yaml:8:43: error: deps cannot stand beside foreach and do
  8 |   beside: {foreach: [1], do: {cmd: echo}, deps: [x]}
    |                                           ^^^^
  hint: Move deps into do

pipeline.yaml:9:3: error: at@1 cannot be a name here
  9 |   "at@1": {cmd: echo}
    |   ^^^^^^
  hint: Expected a name without @, : and spaces
`,
);

says(
  "readPipeline() reports params that are not there",
  {
    "params.yaml": "train: {lr: 1}\n",
    "p.yaml": "a: 1\n",
    "pipeline.yaml": `stages:
  a:
    cmd: echo
    params: [trian.lr, train.rate, gone.yaml: [x], p.ini: [x], p.yaml: {a: 1}, p.yaml: [[a]]]
`,
  },
  `
pipeline.yaml:4:14: error: params.yaml has no key trian.lr
  4 |     params: [trian.lr, train.rate, gone.yaml: [x], p.ini: [x], p.yaml: {a: 1}, p.yaml: [[a]]]
    |              ^^^^^^^^
  hint: Did you mean train.lr?
  hint: Expected train

pipeline.yaml:4:24: error: params.yaml has no key train.rate
  4 |     params: [trian.lr, train.rate, gone.yaml: [x], p.ini: [x], p.yaml: {a: 1}, p.yaml: [[a]]]
    |                        ^^^^^^^^^^
  hint: Expected lr

pipeline.yaml:4:48: error: The params file does not exist: gone.yaml
  4 |     params: [trian.lr, train.rate, gone.yaml: [x], p.ini: [x], p.yaml: {a: 1}, p.yaml: [[a]]]
    |                                                ^

pipeline.yaml:4:59: error: p.ini is no params file
  4 |     params: [trian.lr, train.rate, gone.yaml: [x], p.ini: [x], p.yaml: {a: 1}, p.yaml: [[a]]]
    |                                                           ^^^
  hint: Expected one of .yaml, .yml, .json, .toml, .py

pipeline.yaml:4:72: error: The keys of p.yaml are a map
  4 |     params: [trian.lr, train.rate, gone.yaml: [x], p.ini: [x], p.yaml: {a: 1}, p.yaml: [[a]]]
    |                                                                        ^^^^^^
  hint: Expected a list of keys

pipeline.yaml:4:89: error: This key is a list
  4 | …], p.ini: [x], p.yaml: {a: 1}, p.yaml: [[a]]]
    |                                          ^^^
  hint: Expected a key such as train.lr
`,
);

says(
  "readPipeline() reports a combination that does not fit its matrix, and one that is there already",
  {
    "pipeline.yaml": `stages:
  a: {matrix: {depth: [1], seed: [0], include: [{depht: 2, seed: 0}]}, cmd: echo}
  b: {matrix: {depth: [1], include: [{depth: [2]}]}, cmd: echo}
  c: {matrix: {depth: [1], include: [{depth: 1}]}, cmd: echo}
`,
  },
  `
pipeline.yaml:2:49: error: This combination has no depth
  2 |   a: {matrix: {depth: [1], seed: [0], include: [{depht: 2, seed: 0}]}, cmd: echo}
    |                                                 ^^^^^^^^^^^^^^^^^^^
  hint: Give it a value of each list

pipeline.yaml:2:50: error: The matrix has no list depht
  2 |   a: {matrix: {depth: [1], seed: [0], include: [{depht: 2, seed: 0}]}, cmd: echo}
    |                                                  ^^^^^
  hint: Did you mean depth?
  hint: Expected one of depth, seed

pipeline.yaml:3:46: error: include.depth is a list
  3 |   b: {matrix: {depth: [1], include: [{depth: [2]}]}, cmd: echo}
    |                                              ^^^
  hint: Expected a plain value

pipeline.yaml:4:38: error: Two items give the name c@1
  4 |   c: {matrix: {depth: [1], include: [{depth: 1}]}, cmd: echo}
    |                                      ^^^^^^^^^^
  pipeline.yaml:4:15: the first stands here
  4 |   c: {matrix: {depth: [1], include: [{depth: 1}]}, cmd: echo}
    |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  hint: Remove one of the two
`,
);

says(
  "readPipeline() reports what is there but empty, a matrix without lists, and one beyond measure",
  {
    "pipeline.yaml": `vars: [{blank: "", ten: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]}]
stages:
  a: {cmd: []}
  b: {cmd: " "}
  c: {cmd: "\${blank}"}
  d: {matrix: {a: 5}, cmd: echo}
  e: {matrix: {a: "\${ten}", b: "\${ten}", c: "\${ten}", d: "\${ten}", e: "\${ten}"}, cmd: echo}
  f:
`,
  },
  `
pipeline.yaml:3:12: error: stages.a.cmd is a list
  3 |   a: {cmd: []}
    |            ^^
  hint: Expected at least one command

pipeline.yaml:4:12: error: stages.b.cmd is the text " "
  4 |   b: {cmd: " "}
    |            ^^^
  hint: Expected a command

pipeline.yaml:5:12: error: stages.c.cmd is the text ""
  5 |   c: {cmd: "\${blank}"}
    |            ^^^^^^^^^^
  hint: Expected a command

pipeline.yaml:6:19: error: stages.d.matrix.a is the number 5
  6 |   d: {matrix: {a: 5}, cmd: echo}
    |                   ^
  hint: Expected a list, or a reference to one

pipeline.yaml:7:15: error: This matrix has more than 10000 combinations
  7 |   e: {matrix: {a: "\${ten}", b: "\${ten}", c: "\${ten}", d: "\${ten}", e: "\${ten}"}, cmd: echo}
    |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

pipeline.yaml:8:5: error: stages.f is empty
  8 |   f:
    |     ^
  hint: Expected a stage
`,
);

says(
  "readPipeline() reports what is neither bytes nor a tolerance",
  {
    "pipeline.yaml": `stages:
  a: {cmd: echo, verify: {relativ: 1e-9}}
  b: {cmd: echo, verify: exactly}
  c: {cmd: echo, verify: {absolute: -1}}
`,
  },
  `
pipeline.yaml:2:27: error: Unknown key relativ
  2 |   a: {cmd: echo, verify: {relativ: 1e-9}}
    |                           ^^^^^^^
  hint: Did you mean relative?
  hint: Expected one of relative, absolute, decades, unchecked, columns, outs

pipeline.yaml:3:26: error: stages.b.verify is the text "exactly"
  3 |   b: {cmd: echo, verify: exactly}
    |                          ^^^^^^^
  hint: Expected bytes, or a tolerance

pipeline.yaml:4:37: error: stages.c.verify.absolute is the number -1
  4 |   c: {cmd: echo, verify: {absolute: -1}}
    |                                     ^^
  hint: Expected a number from 0
`,
);

says(
  "readPipeline() reports a tolerance of what is unchecked, and an unknown measure",
  {
    ...module,
    "pipeline.yaml": `stages:
  train:
    run: stages/train.ts
    outs: {history: h.csv, weights: w}
    diverged: {outs: {weights: {unchecked: weights diverge, relative: 1}}, columns: {loss: {decade: 0.1}}}
`,
  },
  `
pipeline.yaml:5:44: error: stages.train.diverged.outs.weights.unchecked is the text "weights diverge"
  5 |     diverged: {outs: {weights: {unchecked: weights diverge, relative: 1}}, columns: {loss: {decade: 0.1}}}
    |                                            ^^^^^^^^^^^^^^^
  hint: Expected no relative, absolute, decades or columns beside it

pipeline.yaml:5:93: error: Unknown key decade
  5 | …iverge, relative: 1}}, columns: {loss: {decade: 0.1}}}
    |                                          ^^^^^^
  hint: Did you mean decades?
  hint: Expected one of relative, absolute, decades, unchecked
`,
);

says(
  "readPipeline() reports an unknown out under verify, by path where outs have no names",
  {
    "pipeline.yaml": `stages:
  a: {cmd: echo, outs: [table.csv, w], verify: {outs: {tabel.csv: bytes}}}
`,
  },
  `
pipeline.yaml:2:56: error: There is no out tabel.csv
  2 |   a: {cmd: echo, outs: [table.csv, w], verify: {outs: {tabel.csv: bytes}}}
    |                                                        ^^^^^^^^^
  hint: Did you mean table.csv?
  hint: Expected one of table.csv, w
`,
);
