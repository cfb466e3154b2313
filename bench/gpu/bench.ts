/**
 * Training steps by the runtimes that use a GPU and by PyTorch, in turn: perceptrons of 2 to 16 layers and a ResNet18, by `xla`
 * in float32, TF32 and bfloat16, by `webgpu` and `tensorflow` in float32 where they are there, beside PyTorch eager, by
 * `torch.compile` with CUDA graphs, and with the whole step in one. `--help` has the options.
 *
 * XLA's plugin is the installed one (`deno task setup:xla`) or else that of the JAX that the Python has; PyTorch is the
 * Python's. Without a GPU it runs through all of it on a CPU, small, to show that it would.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { type EngineName, engineNames, enginesHere } from "./engines.ts";
import { measure } from "./measurement.ts";
import { allModes, startPytorch } from "./pytorch.ts";
import { remarksOn, type Report, tableOf } from "./report.ts";
import { subjectsOf } from "./subjects.ts";

const usage = `bench.ts [options]

  --python PYTHON       has PyTorch, and JAX with XLA's plugin unless one was set up (python3)
  --without-pytorch     measures ours alone
  --runtimes NAMES      of ${engineNames.join(", ")}, separated by commas (xla, and the others where they have a GPU)
  --only KIND           mlp or resnet18 alone
  --rounds NUMBER       rounds that count; one before them warms up (5)
  --json FILE           where the times of each round go (mindepth-gpu.json)
  --trial               small, as where there is no GPU`;

const say = (line: string) => console.error(line);

try {
  await main();
} catch (error) {
  say((error as Error).message);
  Deno.exit(1);
}

async function main(): Promise<void> {
  const flags = readFlags();
  const engines = await enginesHere(flags.runtimes, flags.python, say);
  const isTrial = flags.trial || engines.every(({ onCpu }) => onCpu);
  if (isTrial) say("A trial of the benchmark, small, whose times say nothing");
  using pytorch = flags.withoutPytorch ? undefined : await startPytorch(flags.python);
  const modes = pytorch === undefined ? [] : isTrial ? ["eager"] as const : allModes;
  const report: Report = {
    trial: isTrial,
    batch: isTrial ? 16 : 128,
    rounds: flags.rounds,
    engines: Object.fromEntries(engines.map(({ name, identity }) => [name, identity])),
    deno: Deno.version.deno,
    rows: [],
  };
  const columns = { ours: engines.map(({ name }) => name), modes };
  const all = subjectsOf(isTrial);
  for (const subject of all.filter(({ kind }) => flags.only === undefined || kind === flags.only)) {
    for (const precision of ["float32", "tf32", "bfloat16"] as const) {
      const able = engines.filter(({ precisions }) => precisions.includes(precision));
      if (able.length === 0) continue;
      const settings = { subject, precision, batch: report.batch, rounds: flags.rounds, pytorch, modes };
      const row = { network: subject.name, precision };
      try {
        const { timings, device } = await measure({ ...settings, engines: able });
        report.rows.push({ ...row, timings });
        if (device !== undefined) report.pytorch = `PyTorch ${pytorch!.version} on ${device}`;
      } catch (error) {
        // What was measured before is worth its time all the same.
        report.rows.push({ ...row, error: (error as Error).message });
      }
      say(tableOf({ ...report, rows: report.rows.slice(-1) }, columns).split("\n").slice(4).join("\n"));
      await Deno.writeTextFile(flags.json, JSON.stringify(report, undefined, 2) + "\n");
    }
  }
  console.log(tableOf(report, columns));
  say(`The times of each round are in ${flags.json}`);
  if (report.rows.flatMap(remarksOn).length > 0) Deno.exitCode = 1;
}

/** The options, checked. */
interface Flags {
  readonly python: string;
  readonly withoutPytorch: boolean;
  readonly runtimes?: readonly EngineName[];
  readonly only?: string;
  readonly rounds: number;
  readonly json: string;
  readonly trial: boolean;
}

function readFlags(): Flags {
  try {
    const { values } = parseArgs({
      options: {
        python: { type: "string", default: "python3" },
        "without-pytorch": { type: "boolean", default: false },
        runtimes: { type: "string" },
        only: { type: "string" },
        rounds: { type: "string", default: "5" },
        json: { type: "string", default: "mindepth-gpu.json" },
        trial: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) {
      console.log(usage);
      Deno.exit(0);
    }
    const { python, only, json, trial } = values;
    const rounds = Number(values.rounds);
    if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds is ${values.rounds}, expected 1 or more`);
    if (only !== undefined && only !== "mlp" && only !== "resnet18") {
      throw new Error(`--only is ${only}, expected mlp or resnet18`);
    }
    const runtimes = values.runtimes?.split(",").map((name) => {
      const known = engineNames.find((engine) => engine === name.trim());
      if (known === undefined) throw new Error(`--runtimes has ${name}, expected of ${engineNames.join(", ")}`);
      return known;
    });
    return {
      ...{ python, rounds, json, trial, withoutPytorch: values["without-pytorch"] },
      ...runtimes === undefined ? {} : { runtimes },
      ...only === undefined ? {} : { only },
    };
  } catch (error) {
    say(`${(error as Error).message}\n\n${usage}`);
    Deno.exit(2);
  }
}
