import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { median } from "../median.ts";
import { type Contender, measure } from "./measurement.ts";

const engine = fileURLToPath(new URL("../../lib/pipeline", import.meta.url));

/**
 * What a `run` stage costs beyond `deno run` of the same module: sandbox, audit, hashing and all. In milliseconds a stage,
 * of so many one after the other; what the engine takes when nothing is to be done is told apart.
 */
export async function runStageOverhead(
  folder: string,
  count: number,
  rounds: number,
): Promise<{ bare: number; stage: number; idle: number }> {
  await Deno.mkdir(join(folder, ".git"));
  const definition = pathToFileURL(join(engine, "stage/mod.ts")).href;
  await Deno.writeTextFile(
    join(folder, "write.ts"),
    `import { stage } from ${JSON.stringify(definition)};
import { z } from "npm:zod@4.6.7";
const definition = stage({
  parameters: z.strictObject({ n: z.int() }), deps: [], outs: ["out"],
  run: async ({ with: { n }, outs }) => await Deno.writeTextFile(outs.out, String(n)),
});
export default definition;
if (import.meta.main) await Deno.writeTextFile("bare.txt", "1");
`,
  );
  const stages = Array.from(
    { length: count },
    (_, n) => `  s${n}: {run: write.ts, with: {n: ${n}}, outs: {out: out/${n}.txt}}\n`,
  );
  await Deno.writeTextFile(join(folder, "pipeline.yaml"), `stages:\n${stages.join("")}`);
  const repro = ["run", "-A", join(engine, "cli.ts"), "repro", "--jobs", "1"];
  const contender = (name: string, args: readonly string[]): Contender => ({
    name,
    folder,
    invocation: { program: Deno.execPath(), args },
  });
  const times = await measure(
    [
      contender("bare", ["run", "-A", "write.ts"]),
      contender("stages", [...repro, "--force"]),
      contender("idle", repro),
    ],
    rounds,
    1,
  );
  const [bare, all, idle] = [...times.values()].map((seconds) => 1000 * median(seconds));
  return { bare: bare!, stage: (all! - idle!) / count - bare!, idle: idle! };
}
