/**
 * The whole default study, from fetched images to figures, beside a PyTorch script of the same work without figures
 * (`study_peer.py`), in turn: `deno run -A bench/study.ts [rounds]`. It needs two cores for some ten minutes a round.
 *
 * Ours runs in a copy of the project whose cache is empty but for the images. PyTorch runs twice: its networks one after
 * another by two threads, and two at a time by a thread each, as ours does. All times are of whole processes.
 *
 * @module
 */
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { median, medianRatio } from "./median.ts";
import { peersPython } from "./peers.ts";
import { checkEqualWork } from "./study_results.ts";

const chance = { accuracy: 0.005, cdnvFactor: 1.5 };

const project = fileURLToPath(new URL("..", import.meta.url));
const script = fileURLToPath(new URL("study_peer.py", import.meta.url));

/** Copies the project without what it has made. */
function copyProject(folder: string): void {
  // The engine's cache lies at the root of a repository.
  mkdirSync(join(folder, ".git"), { recursive: true });
  for (const name of ["deno.json", "deno.lock", "pipeline.yaml", "lib", "stages"]) {
    cpSync(join(project, name), join(folder, name), { recursive: true });
  }
}

/** Runs the study with nothing but the images at hand; returns the seconds that it took. */
async function runOurs(folder: string): Promise<number> {
  for (const name of [".pipeline", "pipeline.lock", "outputs"]) {
    await Deno.remove(join(folder, name), { recursive: true }).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
  const repro = ["run", "-A", join(folder, "lib/pipeline/cli.ts"), "repro"];
  await timed(Deno.execPath(), [...repro, "fetch"], folder);
  return await timed(Deno.execPath(), repro, folder);
}

async function timed(command: string, args: string[], cwd: string): Promise<number> {
  const start = performance.now();
  const options = { args, cwd, stdout: "null", stderr: "inherit" } as const;
  const { code } = await new Deno.Command(command, options).output();
  if (code !== 0) throw new Error(`\`${[command, ...args].join(" ")}\` ended with ${code}`);
  return (performance.now() - start) / 1000;
}

const rounds = Number(Deno.args[0] ?? 1);
const python = await peersPython().catch((error: Error) => {
  console.error(`PyTorch is left out: ${error.message}`);
  return undefined;
});
const scratch = await Deno.makeTempDir({ prefix: "mindepth-bench-" });
try {
  const folder = join(scratch, "project");
  copyProject(folder);
  const study = parse(await Deno.readTextFile(join(folder, "pipeline.yaml"))).vars[0];
  const depths: readonly number[] = study.networks.depth;
  const networks = depths.map((depth) => ({ name: `mlp-${depth}`, depth, seed: study.seed }));
  await Deno.writeTextFile(join(scratch, "study.json"), JSON.stringify({ ...study, networks }));
  const peers = python === undefined ? [] : [
    { name: "PyTorch, one network at a time, 2 threads", processes: 1, seconds: [] as number[] },
    { name: "PyTorch, 2 networks at a time, a thread each", processes: 2, seconds: [] as number[] },
  ];
  const ours: number[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await runOurs(folder));
    console.error(`mindepth: ${ours.at(-1)!.toFixed(1)} s`);
    for (const { name, processes, seconds } of peers) {
      const outputs = join(scratch, `outputs-${processes}`);
      const args = [
        script,
        join(scratch, "study.json"),
        join(folder, `data/${study.dataset}`),
        outputs,
        `${processes}`,
      ];
      seconds.push(await timed(python!, args, scratch));
      console.error(`${name}: ${seconds.at(-1)!.toFixed(1)} s`);
      await checkEqualWork(join(folder, "outputs"), outputs, networks.map(({ name }) => name), chance);
      await Deno.remove(outputs, { recursive: true });
    }
  }
  console.log(`Seconds for the default study, medians of ${rounds}; a ratio is the median of the rounds' own\n`);
  console.log("| program | seconds | mindepth's share |\n| :-- | --: | --: |");
  console.log(`| mindepth, with figures and report | ${median(ours).toFixed(1)} | |`);
  for (const { name, seconds } of peers) {
    console.log(`| ${name} | ${median(seconds).toFixed(1)} | ${medianRatio(ours, seconds).toFixed(2)} |`);
  }
} finally {
  await Deno.remove(scratch, { recursive: true });
}
