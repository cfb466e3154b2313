import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { readPipeline } from "../lib/pipeline/commands/pipeline_reader.ts";
import { toJson } from "../lib/pipeline/value.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** What a study consists of: its data sets, and its networks by their keys. */
interface Study {
  readonly datasets: readonly string[];
  readonly networks: readonly string[];
  /** All stages, where they are not those of a training for each network. */
  readonly stages?: readonly string[];
}

const depths = [1, 2, 3, 4, 5, 6, 8, 16];
const figure1 = [
  ...depths.flatMap((depth) => [0, 1, 2].map((seed) => `${depth}-${seed}-0`)),
  ...[4, 8, 16].map((depth) => `${depth}-0-1`),
];
const noisy = (seeds: readonly number[]) =>
  seeds.flatMap((seed) => [0, 0.25, 0.5, 0.75, 1].map((share) => `8-${seed}-${share}`));

/** The networks of the paper's four depths, three seeds of each. */
const fourDepths = [2, 4, 8, 16].flatMap((depth) => [0, 1, 2].map((seed) => `${depth}-${seed}-0`));

const studies: Readonly<Record<string, Study>> = {
  ".": { datasets: ["mnist"], networks: ["2", "4", "8", "16"] },
  "studies/comparison": {
    datasets: [],
    networks: [],
    stages: ["compare"],
  },
  "studies/figure1": { datasets: ["cifar-10"], networks: figure1 },
  "studies/figure1/as-coded": { datasets: ["cifar-10"], networks: ["2-0-0", "4-0-0", "8-0-0", "16-0-0"] },
  "studies/figure1/reduced": { datasets: ["mnist"], networks: figure1 },
  "studies/figure2": {
    datasets: ["mnist", "fashion-mnist", "cifar-10"],
    networks: ["mnist-0", "fashion-mnist-0", "cifar-10-0"],
  },
  "studies/figure2/as-coded": {
    datasets: ["mnist", "fashion-mnist", "cifar-10"],
    networks: ["0-images0", "0-images1", "0-images2"],
  },
  "studies/figure2/narrow": {
    datasets: ["mnist", "fashion-mnist", "cifar-10"],
    networks: ["mnist-0", "fashion-mnist-0", "cifar-10-0"],
  },
  "studies/figure2/reduced": { datasets: ["mnist", "fashion-mnist"], networks: ["mnist-0", "fashion-mnist-0"] },
  "studies/imported": {
    datasets: [],
    networks: [],
    stages: [
      ...["fetch", "train", "export@0", "export@last", "import"],
      ...["features", "cdnv", "probe", "claims", "plot"],
    ],
  },
  "studies/label-noise": { datasets: ["cifar-10"], networks: noisy([0, 1, 2]) },
  "studies/label-noise/as-coded": { datasets: ["cifar-10"], networks: noisy([0, 1, 2]) },
  "studies/label-noise/reduced": { datasets: ["mnist"], networks: noisy([0, 1]) },
  "studies/sensitivity": { datasets: [], networks: [], stages: ["compare@perceptrons", "compare@resnets"] },
  "studies/sensitivity/augmentation": { datasets: ["mnist"], networks: fourDepths },
  "studies/sensitivity/augmented-measurement": { datasets: ["mnist"], networks: fourDepths },
  "studies/sensitivity/before-relu": { datasets: ["mnist"], networks: fourDepths },
  "studies/sensitivity/drop-factor": { datasets: ["mnist"], networks: fourDepths },
  "studies/sensitivity/linear-maps": { datasets: ["mnist"], networks: fourDepths },
  "studies/sensitivity/no-batch-norm": { datasets: ["mnist"], networks: fourDepths },
  "studies/sensitivity/pooled": { datasets: ["mnist", "fashion-mnist"], networks: ["mnist-0", "fashion-mnist-0"] },
};

Deno.test("every study is named here", () => {
  const found = globSync("{.,studies/**}/pipeline.yaml", { cwd: ROOT }).map((path) => dirname(path));
  assert.deepEqual(found.toSorted(), Object.keys(studies).toSorted());
});

/** Runs the engine; it must not complain. */
async function engine(...args: readonly string[]): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "lib/pipeline/cli.ts", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  });
  const { code, stdout, stderr } = await command.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** The stages of a study. */
function stagesOf({ datasets, networks, stages }: Study): string[] {
  const trained = ["train", "features", "cdnv", "probe"];
  return stages?.toSorted() ?? [
    ...datasets.map((dataset) => `fetch@${dataset}`),
    ...networks.flatMap((network) => trained.map((stage) => `${stage}@${network}`)),
    ...["claims", "plot"],
  ].toSorted();
}

/** Whether a path of the repository is kept by git. */
function isTracked(path: string): boolean {
  return new Deno.Command("git", { args: ["ls-files", "--error-unmatch", path], cwd: ROOT }).outputSync().success;
}

for (const [folder, study] of Object.entries(studies)) {
  // What compares others reads their tables.
  const ignore = study.networks.length === 0 && !isTracked(`${folder}/pipeline.lock`);
  Deno.test(`${folder} plans: every stage of each network, and what they need and lead to`, { ignore }, async () => {
    // This also holds the values of each stage against its schema.
    await engine("repro", "--dry", folder);
    const names = (await engine("list", folder)).trim().split("\n").map((line) => line.split(/\s/)[0]!);
    assert.deepEqual(names.toSorted(), stagesOf(study));
  });
}

/** Of what is run in minutes, results are committed; of the other studies, those that were run. */
const isRequired = (study: string): boolean => /^\.$|\/reduced$|\/imported$|\/comparison$|\/sensitivity\b/.test(study);
const committed = Object.entries(studies).filter(([study]) => isRequired(study) || isTracked(`${study}/pipeline.lock`));

for (const [folder, study] of committed) {
  Deno.test(`${folder} has a committed lock of all its stages, and what they left: figures, tables, claims, report`, () => {
    const tracked = new Set(
      new TextDecoder().decode(
        new Deno.Command("git", { args: ["ls-files", folder], cwd: ROOT }).outputSync().stdout,
      ).trim().split("\n").map((path) => path.slice(folder === "." ? 0 : folder.length + 1)),
    );
    assert.ok(tracked.has("pipeline.lock"), "pipeline.lock is not committed");
    const lock = parse(Deno.readTextFileSync(join(ROOT, folder, "pipeline.lock"))) as { stages: object };
    // A study in full may be committed network by network.
    if (!isRequired(folder) && !("plot" in lock.stages)) {
      return assert.deepEqual(Object.keys(lock.stages).filter((stage) => !stagesOf(study).includes(stage)), []);
    }
    assert.deepEqual(Object.keys(lock.stages).toSorted(), stagesOf(study));
    if (study.networks.length > 0) {
      for (
        const path of ["claims.json", "report.html", "tables/summary.csv", "tables/layers.csv", "figures/figure1.svg"]
      ) {
        assert.ok(tracked.has(`outputs/${path}`), `outputs/${path} is not committed`);
      }
    }
    for (const figure of [...tracked].filter((path) => path.endsWith(".vl.json"))) {
      for (const ending of ["svg", "png"]) {
        const drawn = figure.replace(/vl\.json$/, ending);
        assert.ok(tracked.has(drawn), `${drawn} is not committed`);
      }
    }
  });
}

/** What the networks of a study were trained and measured by, stage by stage. */
async function settingsOf(study: string): Promise<ReadonlyMap<string, ReadonlyMap<string, unknown>>> {
  const pipeline = await readPipeline(`${ROOT}/${study}/pipeline.yaml`);
  assert.ok(pipeline.ok);
  return new Map(pipeline.value.stages.flatMap(({ name, action, deps, outs }) => {
    assert.ok(action.kind === "run");
    const paths = { deps: deps.map(({ relative }) => relative), outs: outs.map(({ relative }) => relative) };
    return /^(train|features|cdnv|probe)@/.test(name)
      ? [[name, new Map(leaves({ with: toJson(action.with), ...paths }))]]
      : [];
  }));
}

/** The values inside one, by their paths. */
function leaves(value: unknown, path = ""): [string, unknown][] {
  if (typeof value !== "object" || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === "" ? key : `${path}.${key}`));
}

/** What each study of sensitivity changes in the stages of every network, and in which study. */
const sensitivities = {
  "drop-factor": { of: "studies/figure1/reduced", changes: { train: ["with.optimizer.drops.factor"] } },
  "no-batch-norm": {
    of: "studies/figure1/reduced",
    changes: { train: ["with.model.batchNorm", "with.optimizer.clip"] },
  },
  "before-relu": {
    of: "studies/figure1/reduced",
    changes: { features: ["with.layers"], probe: ["with.layers"] },
  },
  "linear-maps": {
    of: "studies/figure1/reduced",
    changes: { features: ["with.layers"], probe: ["with.layers"] },
  },
  "augmentation": {
    of: "studies/figure1/reduced",
    changes: { train: ["with.augmentation.flip", "with.augmentation.pad"] },
  },
  "augmented-measurement": {
    of: "studies/sensitivity/augmentation",
    changes: {
      features: ["with.augmentation.flip", "with.augmentation.pad"],
      probe: ["with.augmentation.flip", "with.augmentation.pad"],
    },
  },
  "pooled": { of: "studies/figure2/reduced", changes: { features: ["with.form"], probe: ["with.form"] } },
} satisfies Record<string, { of: string; changes: Partial<Record<"train" | "features" | "probe", string[]>> }>;

for (const [name, { of, changes }] of Object.entries(sensitivities)) {
  Deno.test(`studies/sensitivity/${name} changes what it says of ${of} and nothing else, so that they share what is as there`, async () => {
    const [one, other] = [await settingsOf(of), await settingsOf(`studies/sensitivity/${name}`)];
    for (const [stage, settings] of other) {
      const before = one.get(stage);
      assert.ok(before !== undefined, `${of} has no ${stage}`);
      const paths = new Set([...before.keys(), ...settings.keys()]);
      const changed = [...paths].filter((path) => before.get(path) !== settings.get(path)).toSorted();
      assert.deepEqual(
        changed,
        new Map<string, string[]>(Object.entries(changes)).get(stage.split("@")[0]!) ?? [],
        stage,
      );
    }
  });
}

Deno.test("captions name the machine of what runs here, and none of what is for another", async () => {
  const machineOf = async (study: string) => {
    const pipeline = await readPipeline(`${ROOT}/${study}/pipeline.yaml`);
    assert.ok(pipeline.ok);
    const { action } = pipeline.value.stages.find(({ name }) => name === "plot")!;
    assert.ok(action.kind === "run");
    return action.with.machine;
  };
  const here = await machineOf(".");
  assert.ok(typeof here === "string" && here.length > 0);
  const run = [
    "figure1",
    "figure1/as-coded",
    "figure1/reduced",
    "figure2/narrow",
    "figure2/reduced",
    "label-noise/reduced",
  ];
  for (const study of run) assert.equal(await machineOf(`studies/${study}`), here, study);
  for (const study of ["figure2", "figure2/as-coded", "label-noise", "label-noise/as-coded"]) {
    assert.equal(await machineOf(`studies/${study}`), null, study);
  }
});
