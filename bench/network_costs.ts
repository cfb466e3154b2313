/**
 * What a network's parts of a study take, by the stages and by the PyTorch script, told from a short run of each.
 *
 * @module
 */
import { join } from "node:path";
import { cacheStages, runStage, type StageRun } from "./stage_process.ts";
import { between, mean, medianSpent, type Spent, weighted } from "./spent.ts";

/** What a network's parts take. */
export interface NetworkCosts {
  /** An epoch of training, and the evaluation of both sets after it. */
  readonly epoch: Spent;
  /** CDNV, nearest class centres and what else is measured of all layers on both sets after an epoch. */
  readonly snapshot: Spent;
  /** The probes by SGD of all layers after an epoch. */
  readonly probes: Spent;
  /** What the last snapshot takes more: converged probes, those of ridge regression, effective ranks. */
  readonly last: Spent;
  /** All that is there once: starting processes, reading images, compiling. */
  readonly once: Spent;
  /** Bytes of memory that a process took at most. */
  readonly peak: number;
}

/** The parts of {@linkcode NetworkCosts} that take time. */
export const parts = ["epoch", "snapshot", "probes", "last", "once"] as const;

/** A study short enough to be measured, in the form that `study_peer.py` takes. */
export interface ShortStudy {
  /** The networks, trained at the same time or one after another. */
  readonly networks: readonly { readonly name: string; readonly depth: number; readonly seed: number }[];
  readonly width: number;
  readonly batch: number;
  readonly epochs: number;
  readonly optimizer: unknown;
  /** Three: the last and the one before are probed. */
  readonly snapshots: { readonly at: readonly number[] };
  readonly probe: {
    readonly epochs: readonly number[];
    readonly sgd: unknown;
    readonly converged: object;
    readonly ridge: object;
  };
}

/** Medians over several measurements of the same network. */
export function medianCosts(all: readonly NetworkCosts[]): NetworkCosts {
  const medians = parts.map((part) => [part, medianSpent(all.map((costs) => costs[part]))]);
  return { ...Object.fromEntries(medians), peak: Math.max(...all.map(({ peak }) => peak)) };
}

const stages = ["train", "features", "cdnv", "probe"] as const;

/**
 * Runs the stages of all networks of a study, the networks at the same time.
 *
 * @param outputs a new folder: gets the tables, in a folder a network
 */
export async function ourCosts(study: ShortStudy, dataset: string, outputs: string): Promise<NetworkCosts[]> {
  await cacheStages(stages);
  return await Promise.all(study.networks.map(async ({ name, depth, seed }) => {
    const folder = join(outputs, name);
    const path = (file: string) => join(folder, file);
    await Deno.mkdir(path("state"), { recursive: true });
    const [snapshots, statistics, runtime] = [path("snapshots"), path("statistics.safetensors"), "onnx"];
    const { width, batch, epochs, optimizer, probe } = study;
    const train = await runStage("train", {
      with: {
        model: { kind: "mlp", depth, width, batchNorm: true },
        ...{ optimizer, batch, epochs, seed, runtime, snapshots: study.snapshots },
      },
      deps: { dataset },
      outs: { snapshots, history: path("history.csv") },
      state: path("state"),
    });
    const features = await runStage("features", {
      with: { runtime },
      deps: { dataset, snapshots },
      outs: { statistics },
    });
    const tables = ["depth", "collapse", "curve", "pairs"].map((table) => [table, path(`${table}.csv`)]);
    const cdnv = await runStage("cdnv", {
      with: {},
      deps: { statistics },
      outs: { cdnv: path("cdnv.csv"), ...Object.fromEntries(tables) },
    });
    const probed = await runStage("probe", {
      with: { ...probe, seed, runtime },
      deps: { dataset, snapshots },
      outs: { probe: path("probe.csv") },
    });
    return costsOf({ train, features, cdnv, probe: probed }, study);
  }));
}

/** Tells parts by when the stages said how far they were. */
function costsOf(
  runs: Readonly<Record<typeof stages[number], StageRun>>,
  { epochs, snapshots }: ShortStudy,
): NetworkCosts {
  const { train, features, cdnv, probe } = runs;
  // Each says so after the untrained network, and after each epoch.
  const epoch = weighted([1 / (epochs - 1), between(train.steps[1]!, train.steps.at(-1)!)]);
  // At the beginning, and after each snapshot.
  const [, first, second, third] = features.steps;
  const measured = between(first!, second!);
  const table = weighted([1 / snapshots.at.length, between(cdnv.begin, cdnv.end)]);
  const snapshot = weighted([1, measured], [1, table]);
  // After the probes by SGD of each snapshot, then more often.
  const [before, after] = probe.steps;
  const probes = between(before!, after!);
  const last = weighted([1, between(second!, third!)], [-1, measured], [1, between(after!, probe.end)]);
  const once = weighted(
    ...Object.values(runs).map(({ total }) => [1, total] as const),
    [-epochs, epoch],
    [-snapshots.at.length, snapshot],
    [-2, probes],
    [-1, last],
  );
  return { epoch, snapshot, probes, last, once, peak: Math.max(...Object.values(runs).map(({ peak }) => peak)) };
}

/** What the script writes of a network. */
interface PeerResources {
  readonly parts: readonly (Spent & { readonly name: string })[];
  readonly peak: number;
}

/**
 * Runs the script, its networks one after another by two threads or at the same time by a thread each.
 *
 * @param outputs a new folder: gets the tables, in a folder a network
 */
export async function peerCosts(
  python: string,
  study: ShortStudy,
  { dataset, outputs, processes }: { readonly dataset: string; readonly outputs: string; readonly processes: 1 | 2 },
): Promise<NetworkCosts[]> {
  const script = new URL("study_peer.py", import.meta.url).pathname;
  await Deno.mkdir(outputs, { recursive: true });
  const file = join(outputs, "study.json");
  await Deno.writeTextFile(file, JSON.stringify(study));
  const args = [script, file, dataset, outputs, `${processes}`];
  const { code } = await new Deno.Command(python, { args, stdout: "null", stderr: "inherit" }).output();
  if (code !== 0) throw new Error(`study_peer.py ended with ${code}`);
  return await Promise.all(study.networks.map(async ({ name }) => {
    const { parts, peak }: PeerResources = JSON.parse(await Deno.readTextFile(join(outputs, name, "resources.json")));
    const of = (part: string) => parts.filter(({ name }) => name === part);
    return {
      epoch: mean(of("epoch").slice(1)),
      snapshot: of("snapshot")[1]!,
      probes: of("probes by SGD")[1]!,
      last: of("last probes")[0]!,
      once: weighted([1, of("preparation")[0]!], [1, of("evaluation")[0]!]),
      peak,
    };
  }));
}
