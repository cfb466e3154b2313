/** A way to start: a Deno module, or a shell command. */
export type Start = "module" | "cmd";

/** Where a project finds the engine, as its files are to spell it. */
export interface EnginePlaces {
  /** The module that stages import. */
  readonly stageModule: string;
  /** The JSON Schema of a pipeline file. */
  readonly schema: string;
  /** The specifier of zod. */
  readonly zod: string;
}

/** The files of a first pipeline, by path: the pipeline file, what its stage reads, and the stage where it is a module. */
export function startingFiles(start: Start, { stageModule, schema, zod }: EnginePlaces): Record<string, string> {
  const head = `# yaml-language-server: $schema=${schema}
# \`repro\` runs what is not up to date; \`status\` says what that is, and why.
`;
  const words = { "words.txt": "a deep network and a deeper one\n" };
  if (start === "cmd") {
    return {
      "pipeline.yaml": `${head}vars:
  - least: 4

stages:
  count:
    desc: Counts the words of at least \${least} letters
    cmd: tr ' ' '\\n' < words.txt | grep -c '.\\{\${least}\\}' > count.txt
    deps: [words.txt]
    outs: [count.txt]
`,
      ...words,
    };
  }
  return {
    "pipeline.yaml": `${head}vars:
  - least: 4

stages:
  count:
    desc: Counts the words of at least \${least} letters
    run: stages/count.ts
    with: { least: "\${least}" }
    deps: { text: words.txt }
    outs: { count: count.json }
`,
    "stages/count.ts": `import { stage } from ${JSON.stringify(stageModule)};
import { z } from ${JSON.stringify(zod)};

/** Counts the words of a text. What it imports is a dependency by itself; it may read its deps and write its outs. */
export default stage({
  parameters: z.strictObject({ least: z.int().min(1).describe("Letters of the shortest word that counts") }),
  deps: ["text"],
  outs: ["count"],
  async run({ with: { least }, deps, outs }) {
    const words = (await Deno.readTextFile(deps.text)).trim().split(/\\s+/);
    const counted = words.filter((word) => word.length >= least);
    await Deno.writeTextFile(outs.count, JSON.stringify(counted.length));
  },
});
`,
    ...words,
  };
}
