import { says } from "./project.ts";

says(
  "readPipeline() reports all syntax errors at once",
  {
    "pipeline.yaml": `stages:
  a:
    cmd: [echo, done
  b:
    cmd: echo
\tdeps: [x]
`,
  },
  `
pipeline.yaml:4:3: error: Flow sequence in block collection must be sufficiently indented and end with a ]
  4 |   b:
    |   ^

pipeline.yaml:6:1: error: Tabs are not allowed as indentation
  6 | 	deps: [x]
    | ^
`,
);

says(
  "readPipeline() tells that a text with a reference has to be in quotes within brackets",
  {
    "pipeline.yaml": `stages:
  a:
    cmd: echo
    outs: [models/\${item}.bin]
`,
  },
  `
pipeline.yaml:4:20: error: Missing , or : between flow sequence items
  4 |     outs: [models/\${item}.bin]
    |                    ^
  hint: In brackets, a text with a reference has to be in quotes: "models/\${item}.bin"

pipeline.yaml:4:26: error: Unexpected scalar at node end
  4 |     outs: [models/\${item}.bin]
    |                          ^^^^
  hint: In brackets, a text with a reference has to be in quotes: "models/\${item}.bin"
`,
);

says(
  "readPipeline() points to the start of a text without a closing quote",
  {
    "pipeline.yaml": `stages:
  a: {cmd: "echo}
  b: {cmd: echo}
`,
  },
  `
pipeline.yaml:2:12: error: This text has no closing quote
  2 |   a: {cmd: "echo}
    |            ^^^^^^

pipeline.yaml:4:1: error: Flow map in block collection must be sufficiently indented and end with a }
  4 | 
    | ^
`,
);

says(
  "readPipeline() reports an alias without an anchor",
  {
    "pipeline.yaml": `stages:
  a: *nowhere
`,
  },
  `
pipeline.yaml:2:6: error: No anchor &nowhere before this alias
  2 |   a: *nowhere
    |      ^^^^^^^^
`,
);

says(
  "readPipeline() reports a key that stands twice",
  {
    "pipeline.yaml": `stages:
  a: {cmd: echo}
  a: {cmd: echo}
`,
  },
  `
pipeline.yaml:3:3: error: The key a stands twice in the same map
  3 |   a: {cmd: echo}
    |   ^
  pipeline.yaml:2:3: first here
  2 |   a: {cmd: echo}
    |   ^
`,
);

says(
  "readPipeline() refuses an alias bomb",
  {
    "pipeline.yaml": `a: &a [x, x, x, x, x, x, x, x, x, x]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]
f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]
stages: *f
`,
  },
  `
pipeline.yaml:7:9: error: The aliases of this file multiply beyond measure: *f alone stands for 1111111 values
  7 | stages: *f
    |         ^^
  hint: Expected at most 10000 repetitions of an anchor, those inside it included; write the values out, or name them in vars
`,
);

says(
  "readPipeline() tells of a conflict of a merge once",
  {
    "pipeline.yaml": `stages:
  a:
<<<<<<< HEAD
    cmd: echo 1
=======
    cmd: echo 2
>>>>>>> other
`,
  },
  `
pipeline.yaml:3:1: error: The file holds a conflict of a merge that was not resolved
  3 | <<<<<<< HEAD
    | ^^^^^^^^^^^^
  hint: Keep one side, and remove the marks
`,
);
