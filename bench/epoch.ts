/**
 * An epoch of a perceptron on two cores, with the evaluation of both sets and the measurement of all layers, by the study's
 * stages and by a PyTorch script of the same work (`study_peer.py`), in turn; and what all of Figure 1 takes at that rate, in
 * time and memory: as tables.
 *
 * ```sh
 * deno run -A bench/epoch.ts [rounds [depths...]]
 * ```
 *
 * Ours trains two networks at a time, a thread and a process each, as the engine does. PyTorch trains them one after another by
 * two threads, and two at a time by a thread each. All learn from 50,000 images of 32 x 32 x 3 drawn by a seed, tested on
 * 10,000; the epochs, snapshots and probes that are counted are those of `studies/figure1/pipeline.yaml`.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Split, writeDataset } from "../lib/datasets/dataset.ts";
import { Random } from "../lib/nn/random.ts";
import { readFigureWork } from "./figure_work.ts";
import { medianCosts, type NetworkCosts, ourCosts, parts, peerCosts, type ShortStudy } from "./network_costs.ts";
import { peersPython } from "./peers.ts";
import { type Spent, weighted } from "./spent.ts";
import { checkEqualWork } from "./study_results.ts";
import { row } from "./markdown.ts";

/** How far results may lie apart, of so few epochs. */
const chance = { accuracy: 0.03, cdnvFactor: 2 };

const [rounds = 1, ...chosen] = Deno.args.map(Number);
const work = await readFigureWork(fileURLToPath(new URL("../studies/figure1/pipeline.yaml", import.meta.url)));
const depths = chosen.length > 0 ? chosen : work.networks.map(({ depth }) => depth);

const [classes, pixels] = [10, 3072];
const random = new Random(0, "benchmark");
const patterns = Int8Array.from({ length: classes * pixels }, () => random.integer(15) - 7);
/** Noise of which each image takes a stretch. */
const noise = Uint8Array.from({ length: 2 ** 20 }, () => 24 + random.integer(128) + random.integer(64));

/** A faint pattern a class under much noise. */
function draw(count: number): Split {
  const labels = Uint8Array.from({ length: count }, () => random.integer(classes));
  const images = new Uint8Array(count * pixels);
  for (let image = 0; image < count; image++) {
    const [pattern, start] = [labels[image]! * pixels, random.integer(noise.length - pixels)];
    for (let at = 0; at < pixels; at++) images[image * pixels + at] = noise[start + at]! + patterns[pattern + at]!;
  }
  return { images, labels, shape: [32, 32, 3], count };
}

/** The study in short: the learning rate drops before its last epoch, so that results are comparable. */
function shortStudy(depth: number): ShortStudy {
  const { width, batch, optimizer, probe: { sgd, converged, ridge } } = work;
  return {
    networks: [0, 1].map((seed) => ({ name: `mlp-${depth}-${seed}`, depth, seed })),
    ...{ width, batch, epochs: 3 },
    optimizer: { ...optimizer, drops: { ...optimizer.drops, at: [2] } },
    snapshots: { at: [0, 2, 3] },
    probe: {
      epochs: [2, 3],
      sgd: sgd,
      converged: { ...converged, epochs: "last" },
      ridge: { ...ridge, epochs: "last" },
    },
  };
}

/** A program that does the work, and what it took of a network of each depth. */
interface Program {
  readonly name: string;
  /** Networks that it has at work at a time. */
  readonly atOnce: 1 | 2;
  readonly run: (study: ShortStudy, outputs: string) => Promise<NetworkCosts[]>;
  readonly costs: Map<number, NetworkCosts>;
}

const scratch = await Deno.makeTempDir({ prefix: "mindepth-bench-" });
try {
  const dataset = join(scratch, "dataset");
  const names = Array.from({ length: classes }, (_, label) => `${label}`);
  const sets = { train: draw(50_000), test: draw(10_000) };
  await writeDataset(dataset, { name: "patterns", classes: names, ...sets, digest: "patterns" });

  const programs: Program[] = [
    { name: "mindepth", atOnce: 2, run: (study, outputs) => ourCosts(study, dataset, outputs), costs: new Map() },
  ];
  try {
    const python = await peersPython();
    const peer = (processes: 1 | 2) => (study: ShortStudy, outputs: string) =>
      peerCosts(python, study, { dataset, outputs, processes });
    programs.push(
      { name: "PyTorch, one at a time, 2 threads", atOnce: 1, run: peer(1), costs: new Map() },
      { name: "PyTorch, 2 at a time", atOnce: 2, run: peer(2), costs: new Map() },
    );
  } catch (error) {
    console.error(`PyTorch is left out: ${(error as Error).message}`);
  }
  for (const depth of depths) await measure(depth, programs);
  console.log(epochTable(programs));
  if (work.networks.every(({ depth }) => depths.includes(depth))) console.log(`\n${figureTable(programs)}`);
} finally {
  await Deno.remove(scratch, { recursive: true });
}

/** Lets all programs train two networks of a depth, in turn. */
async function measure(depth: number, programs: readonly Program[]): Promise<void> {
  const study = shortStudy(depth);
  const found = programs.map((): NetworkCosts[] => []);
  for (let round = 0; round < rounds; round++) {
    const folder = join(scratch, "outputs");
    for (const [index, program] of programs.entries()) {
      const outputs = join(folder, `${index}`);
      found[index]!.push(...await program.run(study, outputs));
      if (index === 0) continue;
      await checkEqualWork(join(folder, "0"), outputs, study.networks.map(({ name }) => name), chance);
    }
    await Deno.remove(folder, { recursive: true });
  }
  programs.forEach(({ name, costs }, index) => {
    costs.set(depth, medianCosts(found[index]!));
    const { epoch, snapshot, probes, last, once, peak } = costs.get(depth)!;
    const seconds = Object.entries({ epoch, snapshot, probes, last, once }).map(([part, spent]) => {
      return `${part} ${spent.wall.toFixed(2)} (${spent.processor.toFixed(2)})`;
    });
    console.error(`depth ${depth}, ${name}: ${seconds.join(", ")}; ${(peak / 1e9).toFixed(2)} GB`);
  });
}

/** A table with a column for each program, and one for our share of it. */
function table(first: string, programs: readonly Program[], rows: readonly (readonly string[])[]): string {
  const header = [first, ...programs.flatMap(({ name }, index) => index === 0 ? [name] : [name, "ratio"])];
  return [header, header.map((_, column) => column === 0 ? ":--" : "--:"), ...rows].map(row).join("\n");
}

/** Cells of a row: a number a program, and ours over it. */
function compared(values: readonly number[], digits: number): string[] {
  return values.flatMap((value, index) => {
    return index === 0 ? [value.toFixed(digits)] : [value.toFixed(digits), (values[0]! / value).toFixed(2)];
  });
}

function epochTable(programs: readonly Program[]): string {
  const rows = depths.map((depth) => {
    const seconds = programs.map(({ costs, atOnce }) => {
      const { epoch, snapshot } = costs.get(depth)!;
      return (epoch.wall + snapshot.wall) / atOnce;
    });
    return [`${depth}`, ...compared(seconds, 2)];
  });
  return "Seconds for an epoch of a network, with evaluation and the measurement of all layers, on two cores; medians of " +
    `${rounds}\n\n${table("depth", programs, rows)}`;
}

function figureTable(programs: readonly Program[]): string {
  const counts = { epoch: work.epochs, snapshot: work.snapshots, probes: work.probed, last: 1, once: 1 };
  const said = {
    epoch: `${counts.epoch} epochs with evaluation`,
    snapshot: `${counts.snapshot} snapshots measured`,
    probes: `${counts.probes} snapshots probed`,
    last: "further probes of the last one",
    once: "starting and compiling",
  };
  const all = (costs: Program["costs"], part: typeof parts[number]): Spent => {
    return weighted(
      ...work.networks.map(({ depth, count }) => [count * counts[part], costs.get(depth)![part]] as const),
    );
  };
  const total = ({ costs }: Program) => weighted(...parts.map((part) => [1, all(costs, part)] as const));
  const rows = [
    ...parts.map((part) => {
      return [said[part], ...compared(programs.map(({ costs, atOnce }) => all(costs, part).wall / atOnce / 60), 1)];
    }),
    ["all of it", ...compared(programs.map((program) => total(program).wall / program.atOnce / 60), 1)],
    ["processor minutes", ...compared(programs.map((program) => total(program).processor / 60), 1)],
    [
      "peak memory, GB",
      ...compared(
        programs.map(({ costs, atOnce }) => atOnce * Math.max(...[...costs.values()].map(({ peak }) => peak)) / 1e9),
        2,
      ),
    ],
  ];
  const networks = work.networks.reduce((sum, { count }) => sum + count, 0);
  return `Figure 1 in full, extrapolated: minutes on two cores for its ${networks} networks\n\n${
    table("each network's", programs, rows)
  }`;
}
