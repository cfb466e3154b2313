import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { peers } from "../../bench/peers.ts";
import { LayerMeasurement } from "../../lib/collapse/measurement.ts";
import { neuralCollapseTable } from "../../lib/collapse/neural_collapse_table.ts";
import { pooledLayers } from "../../lib/collapse/pooled_layers.ts";
import type { ProbedNetwork } from "../../lib/collapse/probe.ts";
import { convergeProbe } from "../../lib/collapse/probe_converged.ts";
import { ridgeProbe } from "../../lib/collapse/probe_ridge.ts";
import { scoreProbes } from "../../lib/collapse/probe_score.ts";
import { cdnvTable } from "../../lib/collapse/tables.ts";
import { writeSafetensors } from "../../lib/formats/safetensors.ts";
import type { Row } from "../../lib/formats/table.ts";
import { onnxRuntime } from "../../lib/runtimes/onnx.ts";
import { isInstalled, pythonOf } from "../../setup/virtual_environment.ts";
import { assertClose, type Cloud, cloudNetwork, cloudSets, gaussianCloud, normal } from "../collapse/clouds.ts";

// With PyTorch 5 GB, so not in continuous integration.
const hasPeers = await isInstalled(peers);
if (!hasPeers) console.log("Measurements are not held against NumPy and scikit-learn; get them by `deno task bench`");
const script = fileURLToPath(new URL("measurement_peer.py", import.meta.url));
const hasNeuralCollapse = hasPeers && (await run(["neural-collapse"])).success;
if (!hasNeuralCollapse) {
  console.log(
    "Measurements are not held against neural-collapse; after `deno task bench` get it by " +
      "`bench/.venv/bin/python -m pip install --no-deps --requirement bench/neural_collapse.txt`",
  );
}

function run(args: readonly string[]): Promise<Deno.CommandOutput> {
  return new Deno.Command(pythonOf(peers), { args: [script, ...args] }).output();
}

const [classes, size, each] = [10, 24, 80];
const next = normal(5);
const centres = Array.from({ length: classes }, () => Array.from({ length: size }, () => 3 + next()));
const weights = Float32Array.from({ length: size * classes }, (_, at) => {
  return centres[at % classes]![Math.floor(at / classes)]! - 3 + 0.4 * next();
});

/** Clouds about the same centres. */
function cloudOf(deviation: number): Cloud {
  return gaussianCloud(centres, deviation, each, 7);
}

/** The first of four fifths of the examples are the train set. */
const train = 4 * each * classes / 5;

/** A layer's rows of both tables, train and test, as the stages make them. */
async function measured(cloud: Cloud): Promise<Row[]> {
  const logits = Float32Array.from({ length: cloud.labels.length * classes }, (_, at) => {
    const [row, label] = [Math.floor(at / classes), at % classes];
    return cloud.features.subarray(row * size, (row + 1) * size)
      .reduce((sum, value, index) => sum + value * weights[index * classes + label]!, 0);
  });
  const measurement = new LayerMeasurement(cloudNetwork([cloud]), { runtime: onnxRuntime, threads: 1, batch: 100 });
  const found = await measurement.measure({
    sets: cloudSets([cloud], train, logits),
    classifier: { weights },
    ranks: true,
  });
  await measurement.dispose();
  const rows = found.map((row) => ({ epoch: 0, ...row }));
  const statistics = { identity: {}, classes, rows };
  const collapse = neuralCollapseTable(statistics).rows;
  return cdnvTable(statistics).rows.map((row, index) => ({ ...row, ...collapse[index]! }));
}

async function peer<T>(way: string, cloud: Cloud, l2 = 0, channels = size): Promise<T> {
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  try {
    const { features, labels } = cloud;
    const count = labels.length;
    const integers = (from: number, to: number) => Int32Array.from(labels.subarray(from, to));
    await writeSafetensors(path, {
      tensors: {
        train: { dtype: "F32", shape: [train, size], data: features.slice(0, train * size) },
        test: { dtype: "F32", shape: [count - train, size], data: features.slice(train * size) },
        train_labels: { dtype: "I32", shape: [train], data: integers(0, train) },
        test_labels: { dtype: "I32", shape: [count - train], data: integers(train, count) },
        weights: { dtype: "F32", shape: [size, classes], data: weights },
        l2: { dtype: "F64", shape: [1], data: Float64Array.of(l2) },
        channels: { dtype: "I32", shape: [1], data: Int32Array.of(channels) },
      },
      metadata: {},
    });
    const { success, stdout, stderr } = await run([way, path]);
    assert.ok(success, new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(path);
  }
}

function assertAgreement(found: Row, expected: Record<string, number>, tolerance: number): void {
  for (const [name, value] of Object.entries(expected)) {
    try {
      assertClose(found[name] as number, value, tolerance);
    } catch (cause) {
      throw new Error(name, { cause });
    }
  }
}

Deno.test({
  name: "NumPy in float64 gives our CDNV to 1e-9 down to 1e-9, NC1 to NC3 and the effective ranks",
  ignore: !hasPeers,
  fn: async () => {
    for (const deviation of [1, 0.1, 1e-3, 3e-5]) {
      const cloud = cloudOf(deviation);
      const [row] = await measured(cloud);
      assertAgreement(row!, await peer("numpy", cloud), 1e-9);
    }
  },
});

Deno.test({
  name: "scikit-learn's discriminant analysis has our Sigma_W, and its nearest centroid our accuracies",
  ignore: !hasPeers,
  fn: async () => {
    for (const deviation of [1, 0.1]) {
      const cloud = cloudOf(deviation);
      const [row, test] = await measured(cloud);
      const { ncc_train, ncc_test, ...rest } = await peer<Record<string, number>>("scikit-learn", cloud);
      assertAgreement(row!, rest, 1e-9);
      assert.equal(row!.ncc_accuracy, ncc_train);
      assert.equal(test!.ncc_accuracy, ncc_test);
    }
  },
});

Deno.test({
  name: "the package neural-collapse gives our CDNV, NC1, NC2, NC3 and NC4",
  ignore: !hasNeuralCollapse,
  fn: async () => {
    for (const deviation of [1, 0.1]) {
      const cloud = cloudOf(deviation);
      const [row] = await measured(cloud);
      const { cdnv, ...rest } = await peer<Record<string, number>>("neural-collapse", cloud);
      assertClose(row!.cdnv as number, cdnv!, 1e-6);
      assertAgreement(row!, rest, 1e-9);
    }
  },
});

for (const channels of [size, 6]) {
  const of = channels === size ? "" : ", of what PyTorch's global average pooling leaves";
  Deno.test({
    name: "scikit-learn's Ridge and LogisticRegression have our closed-form and our converged probe" + of,
    ignore: !hasPeers,
    fn: async () => {
      const [cloud, l2] = [cloudOf(1), 1e-3];
      const { layers, pool } = pooledLayers([{ name: "1", size, channels }]);
      const network: ProbedNetwork = {
        layers,
        classes,
        examples: { inputs: { shape: [size], dtype: "float32" }, labels: { shape: [], dtype: "int32" } },
        constants: {},
        features: ({ examples }) => pool([examples.inputs!]),
      };
      const examples = {
        inputs: cloud.features.slice(0, train * size),
        labels: Int32Array.from(cloud.labels.subarray(0, train)),
      };
      const [data, engine] = [{ examples, constants: {} }, { runtime: onnxRuntime, threads: 1 }];
      interface Found {
        readonly weights: number[];
        readonly biases: number[];
        readonly loss: number;
      }
      const { ridge, logistic } = await peer<{ ridge: Found; logistic: Found }>("probes", cloud, l2, channels);
      const near = (found: Float32Array, expected: number[], tolerance: number) => {
        const largest = Math.max(...expected.map(Math.abs));
        found.forEach((value, at) =>
          assert.ok(Math.abs(value - expected[at]!) <= tolerance * largest, `${value} ${expected[at]}`)
        );
      };
      const solved = await ridgeProbe(network, "1", data, { l2 }, engine);
      near(solved.weights, ridge.weights, 1e-6);
      near(solved.biases, ridge.biases, 1e-6);
      const converged = await convergeProbe(network, "1", data, { l2, tolerance: 1e-6, iterations: 1000 }, engine);
      near(converged.weights, logistic.weights, 1e-4);
      const { train: score } = await scoreProbes(network, { 1: converged }, { train: data }, engine);
      assertClose(score[1]!.loss, logistic.loss, 1e-5);
    },
  });
}
