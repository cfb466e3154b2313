import { says } from "./project.ts";

says(
  "readPipeline() reports a slurm.remote that there is not, with the nearest one",
  {
    "pipeline.yaml": `remotes: { group: /results }
slurm: { scratch: /tmp, remote: gruop }
stages: {}
`,
  },
  `
pipeline.yaml:2:33: error: There is no remote gruop
  2 | slurm: { scratch: /tmp, remote: gruop }
    |                                 ^^^^^
  hint: Did you mean group?
`,
);

says(
  "readPipeline() reports a slurm.remote to which nothing can be written",
  {
    "pipeline.yaml": `remotes: { group: { url: /results, read_only: true } }
slurm: { scratch: /tmp, remote: group }
stages: {}
`,
  },
  `
pipeline.yaml:2:33: error: Jobs cannot leave anything on group, which is read_only
  2 | slurm: { scratch: /tmp, remote: group }
    |                                 ^^^^^
  hint: Name one that may be written to
`,
);

says(
  "readPipeline() reports a slurm.remote without a folder of the nodes",
  {
    "pipeline.yaml": `remotes: { group: /results }
slurm: { remote: group }
stages: {}
`,
  },
  `
pipeline.yaml:2:18: error: remote needs scratch besides
  2 | slurm: { remote: group }
    |                  ^^^^^
  hint: Name a folder of the nodes, such as scratch: $TMPDIR
`,
);
