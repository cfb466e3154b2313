import { says } from "../file/project.ts";

says(
  "buildGraph() reports one out of two stages",
  {
    "pipeline.yaml": `stages:
  a: {cmd: echo, outs: [data/x]}
  b: {cmd: echo, outs: [./data/x/]}
  c: {cmd: echo, outs: [y], metrics: [y]}
`,
  },
  `
pipeline.yaml:3:25: error: Stages a and b have the same out data/x
  3 |   b: {cmd: echo, outs: [./data/x/]}
    |                         ^^^^^^^^^
  pipeline.yaml:2:25: data/x of stage a
  2 |   a: {cmd: echo, outs: [data/x]}
    |                         ^^^^^^
  hint: Give each out a path of its own

pipeline.yaml:4:39: error: Stage c has the out y twice
  4 |   c: {cmd: echo, outs: [y], metrics: [y]}
    |                                       ^
  pipeline.yaml:4:25: y of stage c
  4 |   c: {cmd: echo, outs: [y], metrics: [y]}
    |                         ^
  hint: Give each out a path of its own
`,
);

says(
  "buildGraph() reports outs that lie inside each other",
  {
    "pipeline.yaml": `stages:
  a: {cmd: echo, outs: [data/x]}
  b: {cmd: echo, outs: [data/x/y]}
  c: {cmd: echo, outs: [data]}
`,
  },
  `
pipeline.yaml:3:25: error: The out data/x/y of stage b lies inside the out data/x of stage a
  3 |   b: {cmd: echo, outs: [data/x/y]}
    |                         ^^^^^^^^
  pipeline.yaml:2:25: data/x of stage a
  2 |   a: {cmd: echo, outs: [data/x]}
    |                         ^^^^^^
  hint: Give each out a path of its own

pipeline.yaml:4:25: error: The out data of stage c holds the out data/x of stage a
  4 |   c: {cmd: echo, outs: [data]}
    |                         ^^^^
  pipeline.yaml:2:25: data/x of stage a
  2 |   a: {cmd: echo, outs: [data/x]}
    |                         ^^^^^^
  hint: Give each out a path of its own
`,
);

says(
  "buildGraph() reports a stage that depends on its own out",
  {
    "pipeline.yaml": `stages:
  a: {cmd: echo, deps: [x/y], outs: [x]}
`,
  },
  `
pipeline.yaml:2:25: error: Stage a depends on its own out x
  2 |   a: {cmd: echo, deps: [x/y], outs: [x]}
    |                         ^^^
  pipeline.yaml:2:38: the out
  2 |   a: {cmd: echo, deps: [x/y], outs: [x]}
    |                                      ^
  hint: Remove the dep, or write elsewhere
`,
);

says(
  "buildGraph() names a whole cycle with each place",
  {
    "pipeline.yaml": `stages:
  a: {cmd: echo, deps: [c.txt], outs: [a.txt]}
  b: {cmd: echo, deps: [a.txt], outs: [b.txt]}
  c: {cmd: echo, deps: [b.txt], outs: [c.txt]}
`,
  },
  `
pipeline.yaml:2:3: error: Stages wait for each other in a circle: a -> b -> c -> a
  2 |   a: {cmd: echo, deps: [c.txt], outs: [a.txt]}
    |   ^
  pipeline.yaml:3:25: b reads a.txt, an out of a
  3 |   b: {cmd: echo, deps: [a.txt], outs: [b.txt]}
    |                         ^^^^^
  pipeline.yaml:4:25: c reads b.txt, an out of b
  4 |   c: {cmd: echo, deps: [b.txt], outs: [c.txt]}
    |                         ^^^^^
  pipeline.yaml:2:25: a reads c.txt, an out of c
  2 |   a: {cmd: echo, deps: [c.txt], outs: [a.txt]}
    |                         ^^^^^
`,
);

says(
  "buildGraph() reports outs that would take the pipeline's own files away",
  {
    "stages/a.ts": "",
    "sub/pipeline.yaml": `# A comment
stages:
  a: {run: ../stages/a.ts, outs: {a: ../stages, b: .git/x, c: ..pipeline}}
  b: {cmd: echo, outs: [pipeline.yaml]}
`,
  },
  `
sub/pipeline.yaml:3:38: error: The out ../stages of stage a holds a file that the pipeline is made of
  3 |   a: {run: ../stages/a.ts, outs: {a: ../stages, b: .git/x, c: ..pipeline}}
    |                                      ^^^^^^^^^
  hint: a.ts lies there
  hint: Give each out a path of its own

sub/pipeline.yaml:3:52: error: The out .git/x of stage a lies where git or the engine keep their own files
  3 |   a: {run: ../stages/a.ts, outs: {a: ../stages, b: .git/x, c: ..pipeline}}
    |                                                    ^^^^^^

sub/pipeline.yaml:4:25: error: The out pipeline.yaml of stage b is a file that the pipeline is made of
  4 |   b: {cmd: echo, outs: [pipeline.yaml]}
    |                         ^^^^^^^^^^^^^
  hint: Give each out a path of its own
`,
  "sub/pipeline.yaml",
);
