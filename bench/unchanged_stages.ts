/**
 * How long `repro` takes beside `dvc repro` on 1, 100 and 1,000 stages of one dvc.yaml when nothing is to be done, in turn:
 * `deno run -A bench/unchanged_stages.ts [rounds [stages...]]`.
 *
 * Stages stand in ten chains. Each has a file of its own, a parameter and the out before it in its chain as deps, and an out.
 * Ours makes the outs. DVC is given what its first `repro` would leave, lock and cache, since that takes long on many stages.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { median, medianRatio } from "./median.ts";
import { peersPython } from "./peers.ts";

const chains = 10;
const cli = fileURLToPath(new URL("../lib/pipeline/cli.ts", import.meta.url));

/** A program that is to find that nothing is to be done. */
interface Command {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** What it says when it did. */
  readonly unchanged: (stages: number) => string;
}

const ours: Command = {
  name: "mindepth",
  program: Deno.execPath(),
  args: ["run", "-A", cli, "repro", "--file", "dvc.yaml"],
  unchanged: (stages) => `${stages} unchanged`,
};
const dvcCommand = (program: string, version: string): Command => {
  const unchanged = () => "Data and pipelines are up to date.";
  return { name: `DVC ${version}`, program, args: ["repro"], unchanged };
};

/** What a stage is made of. */
interface Stage {
  readonly name: string;
  readonly cmd: string;
  readonly deps: readonly string[];
  readonly out: string;
  readonly parameter: number;
}

function stagesOf(count: number): Stage[] {
  return Array.from({ length: count }, (_, index) => {
    const [input, out] = [`in/${index}.txt`, `out/${index}.txt`];
    const deps = index < chains ? [input] : [input, `out/${index - chains}.txt`];
    return { name: `s${index}`, cmd: `cat ${input} > ${out}`, deps, out, parameter: index };
  });
}

/** Writes the project and brings it up to date, for us by `repro`, for DVC by the files that it would leave. */
async function prepare(folder: string, stages: readonly Stage[], dvc: string | undefined): Promise<void> {
  for (const name of ["in", "out", ".git"]) await Deno.mkdir(join(folder, name), { recursive: true });
  const named = <Value>(value: (stage: Stage) => Value) =>
    Object.fromEntries(stages.map((stage) => [stage.name, value(stage)]));
  await Deno.writeTextFile(join(folder, "params.yaml"), stringify(named(({ parameter }) => parameter)));
  const dvcYaml = { stages: named(({ name, cmd, deps, out }) => ({ cmd, deps, params: [name], outs: [out] })) };
  await Deno.writeTextFile(join(folder, "dvc.yaml"), stringify(dvcYaml));
  for (const { name } of stages) await Deno.writeTextFile(join(folder, "in", `${name.slice(1)}.txt`), `${name}\n`);
  await run(ours.program, ours.args, folder);
  if (dvc === undefined) return;

  await run(dvc, ["init", "--no-scm", "--quiet"], folder);
  await run(dvc, ["config", "core.analytics", "false"], folder);
  const recorded = async (path: string) => {
    const content = await Deno.readFile(join(folder, path));
    const md5 = createHash("md5").update(content).digest("hex");
    return { entry: { path, hash: "md5", md5, size: content.length }, content };
  };
  const entries = await Promise.all(stages.map(async ({ name, cmd, deps, out, parameter }) => {
    const { entry, content } = await recorded(out);
    const cached = join(folder, ".dvc/cache/files/md5", entry.md5.slice(0, 2));
    await Deno.mkdir(cached, { recursive: true });
    await Deno.writeFile(join(cached, entry.md5.slice(2)), content);
    const depEntries = (await Promise.all(deps.map(recorded))).map(({ entry }) => entry);
    const params = { "params.yaml": { [name]: parameter } };
    return [name, { cmd, deps: depEntries, params, outs: [entry] }] as const;
  }));
  const lock = { schema: "2.0", stages: Object.fromEntries(entries) };
  await Deno.writeTextFile(join(folder, "dvc.lock"), stringify(lock, { aliasDuplicateObjects: false }));
}

async function run(program: string, args: readonly string[], cwd: string): Promise<{ seconds: number; text: string }> {
  const start = performance.now();
  const environment = { DVC_NO_ANALYTICS: "1", NO_COLOR: "1" };
  const { code, stdout, stderr } = await new Deno.Command(program, { args: [...args], cwd, env: environment }).output();
  const seconds = (performance.now() - start) / 1000;
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (code !== 0) throw new Error(`\`${[program, ...args].join(" ")}\` ended with ${code}: ${text}`);
  return { seconds, text };
}

/** Seconds of each command, a round each, on so many stages. */
async function measure(count: number, commands: readonly Command[], rounds: number): Promise<number[][]> {
  const folder = await Deno.makeTempDir({ prefix: "mindepth-bench-" });
  try {
    await prepare(folder, stagesOf(count), commands[1]?.program);
    const times: number[][] = commands.map(() => []);
    // The first round warms up: DVC keeps what it hashed.
    for (let round = 0; round <= rounds; round++) {
      for (const [index, { name, program, args, unchanged }] of commands.entries()) {
        const { seconds, text } = await run(program, args, folder);
        if (!text.includes(unchanged(count))) throw new Error(`${name} found something to do: ${text}`);
        if (round > 0) times[index]!.push(seconds);
      }
    }
    return times;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const [rounds = 7, ...counts] = Deno.args.map(Number);
const commands = [ours];
try {
  const dvc = join(await peersPython(), "../dvc");
  commands.push(dvcCommand(dvc, (await run(dvc, ["--version"], ".")).text.trim()));
} catch (error) {
  console.error(`DVC is left out: ${(error as Error).message}`);
}
const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
const header = ["stages", ...commands.map(({ name }) => name), ...(commands.length > 1 ? ["ratio"] : [])];
console.log(`Seconds of a \`repro\` that has nothing to do, medians of ${rounds} rounds\n`);
console.log([row(header), row(header.map(() => "--:"))].join("\n"));
for (const count of counts.length > 0 ? counts : [1, 100, 1000]) {
  const times = await measure(count, commands, rounds);
  const [here, there] = times as [number[], number[] | undefined];
  const ratio = there === undefined ? [] : [medianRatio(here, there).toFixed(3)];
  console.log(row([`${count}`, ...times.map((seconds) => median(seconds).toFixed(2)), ...ratio]));
}
