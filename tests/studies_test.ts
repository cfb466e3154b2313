import assert from "node:assert/strict";
import { existsSync, globSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { readPipeline } from "../lib/pipeline/file/reader.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** What a study consists of: its data sets, and its networks by their keys. */
interface Study {
  readonly datasets: readonly string[];
  readonly networks: readonly string[];
  /** All stages, where they are not those of a training for each network. */
  readonly stages?: readonly string[];
  /** Studies whose outputs it reads. */
  readonly reads?: readonly string[];
}

const depths = [1, 2, 3, 4, 5, 6, 8, 16];
const figure1 = [
  ...depths.flatMap((depth) => [0, 1, 2].map((seed) => `${depth}-${seed}-0`)),
  ...[4, 8, 16].map((depth) => `${depth}-0-1`),
];
const noisy = (seeds: readonly number[]) =>
  seeds.flatMap((seed) => [0, 0.25, 0.5, 0.75, 1].map((share) => `8-${seed}-${share}`));

const studies: Readonly<Record<string, Study>> = {
  ".": { datasets: ["mnist"], networks: ["2", "4", "8", "16"] },
  "studies/comparison": {
    datasets: [],
    networks: [],
    stages: ["compare"],
    reads: [".", "studies/figure1/reduced", "studies/figure2/reduced", "studies/label-noise/reduced"],
  },
  "studies/figure1": { datasets: ["cifar-10"], networks: figure1 },
  "studies/figure1/as-coded": { datasets: ["cifar-10"], networks: figure1 },
  "studies/figure1/reduced": { datasets: ["mnist"], networks: figure1 },
  "studies/figure2": {
    datasets: ["mnist", "fashion-mnist", "cifar-10"],
    networks: ["mnist-0", "fashion-mnist-0", "cifar-10-0"],
  },
  "studies/figure2/as-coded": {
    datasets: ["mnist", "fashion-mnist", "cifar-10"],
    networks: ["0-images0", "0-images1", "0-images2"],
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

for (const [study, { datasets, networks, stages: own, reads = [] }] of Object.entries(studies)) {
  // tests/comparison_study_test.ts runs it on studies that are made there.
  const ignore = reads.some((other) => !existsSync(`${ROOT}${other}/outputs/tables`));
  if (ignore) console.log(`The test that ${study} plans is skipped: the studies that it reads have not been run`);
  Deno.test({
    name: `${study} plans: every stage of each network, and what they need and lead to`,
    ignore,
    fn: async () => {
      // This also holds the values of each stage against its schema.
      await engine("repro", "--dry", study);
      const names = (await engine("list", study)).trim().split("\n").map((line) => line.split(/\s/)[0]!);
      const stages = ["train", "features", "cdnv", "probe"];
      assert.deepEqual(
        names.toSorted(),
        own?.toSorted() ?? [
          ...datasets.map((dataset) => `fetch@${dataset}`),
          ...networks.flatMap((network) => stages.map((stage) => `${stage}@${network}`)),
          "claims",
          "plot",
        ].toSorted(),
      );
    },
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
  for (const figure of ["figure1", "figure2", "label-noise"]) {
    assert.equal(await machineOf(`studies/${figure}`), null);
    assert.equal(await machineOf(`studies/${figure}/as-coded`), null);
    assert.equal(await machineOf(`studies/${figure}/reduced`), here);
  }
});
