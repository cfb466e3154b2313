import { pathToFileURL } from "node:url";
import { fileURLToPath } from "node:url";

const STAGE_MODULE = pathToFileURL(fileURLToPath(new URL("../../../lib/pipeline/stage/mod.ts", import.meta.url))).href;

/** A small study of `run` stages: `write` -> `repeat` -> `draw`, and `count` beside `draw`. By path. */
export function study(): Record<string, string> {
  return {
    "deno.json": JSON.stringify({ imports: { "zod": "npm:zod@4.6.7", "stage": STAGE_MODULE } }),
    "pipeline.yaml": `vars:
  - word: hello
    times: 2
stages:
  write:
    run: stages/write.ts
    with: {word: "\${word}"}
    outs: {text: outputs/text.txt}
  repeat:
    run: stages/repeat.ts
    with: {times: "\${times}"}
    deps: {text: outputs/text.txt}
    outs: {repeated: outputs/repeated.txt}
  draw:
    run: stages/draw.ts
    deps: {repeated: outputs/repeated.txt}
    outs: {figures: outputs/figures}
  count:
    run: stages/count.ts
    deps: {repeated: outputs/repeated.txt}
    outs: {count: outputs/count.txt}
`,
    "lib/frame.ts": `/** How a figure begins. */
export const frame: string = "figure";
`,
    "stages/write.ts": module(
      `z.strictObject({ word: z.string() })`,
      [],
      ["text"],
      `
      await Deno.writeTextFile(outs.text, parameters.word.toLowerCase() + "\\n");`,
    ),
    "stages/repeat.ts": module(
      `z.strictObject({ times: z.int().min(1) })`,
      ["text"],
      ["repeated"],
      `
      await Deno.writeTextFile(outs.repeated, (await Deno.readTextFile(deps.text)).repeat(parameters.times));`,
    ),
    "stages/draw.ts": `import { frame } from "../lib/frame.ts";\n` +
      module(
        `z.strictObject({})`,
        ["repeated"],
        ["figures"],
        `
      await Deno.mkdir(outs.figures);
      await Deno.writeTextFile(outs.figures + "/1.txt", frame + ": " + await Deno.readTextFile(deps.repeated));`,
      ),
    "stages/count.ts": module(
      `z.strictObject({})`,
      ["repeated"],
      ["count"],
      `
      const text = await Deno.readTextFile(deps.repeated);
      await Deno.writeTextFile(outs.count, String(text.trim().split("\\n").length));`,
    ),
  };
}

function module(parameters: string, deps: string[], outs: string[], body: string): string {
  return `import { stage } from "stage";
import { z } from "zod";

export default stage({
  parameters: ${parameters},
  deps: ${JSON.stringify(deps)},
  outs: ${JSON.stringify(outs)},
  async run({ with: parameters, deps, outs }) {${body}
  },
});
`;
}
