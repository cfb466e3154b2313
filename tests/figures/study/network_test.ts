import assert from "node:assert/strict";
import { type Identity, networksOf, seedsText, sharedText } from "../../../lib/figures/study/network.ts";

const mlp = (rest: Partial<Identity>): Identity => ({
  dataset: "mnist",
  model: "mlp",
  depth: 2,
  width: 100,
  seed: 0,
  labelNoise: 0,
  variant: "",
  ...rest,
});

const labels = (...rows: Partial<Identity>[]) => networksOf(rows.map(mlp)).map((network) => network.label);

Deno.test("networksOf() names what differs, by depth in order", () => {
  assert.deepEqual(labels({ depth: 16 }, { depth: 4 }), ["Depth 4", "Depth 16"]);
  assert.deepEqual(labels({ dataset: "mnist" }, { dataset: "cifar-10" }), ["MNIST", "CIFAR-10"]);
  assert.deepEqual(labels({ width: 100 }, { width: 20 }), ["Width 20", "Width 100"]);
  assert.deepEqual(labels({ depth: 2, width: 20 }, { depth: 4, width: 100 }), [
    "Depth 2, width 20",
    "Depth 4, width 100",
  ]);
  assert.deepEqual(labels({}, { model: "resnet18", depth: 4, width: null }), [
    "MLP, depth 2, width 100",
    "ResNet18, depth 4, no width",
  ]);
  assert.deepEqual(labels({}), ["Depth 2"]);
  assert.deepEqual(labels({ labelNoise: 0.25 }, {}), ["No label noise", "25 % label noise"]);
  assert.deepEqual(labels({}, { depth: 8 }, { depth: 8, labelNoise: 1 }), [
    "Depth 2",
    "Depth 8",
    "Depth 8, 100 % label noise",
  ]);
  assert.deepEqual(labels({ variant: "residual" }, {}), ["Plain", "Residual"]);
  assert.deepEqual(
    labels({ depth: 4, variant: "residual, flips" }, { variant: "flips" }, { variant: "loss mse, flips" }),
    ["Depth 2, plain", "Depth 2, loss mse", "Depth 4, residual"],
  );
});

Deno.test("networksOf() takes rows that differ in the seed alone for one network", () => {
  const networks = networksOf([mlp({ seed: 2 }), mlp({ seed: 0 }), mlp({ seed: 2 })]);
  assert.equal(networks.length, 1);
  assert.deepEqual(networks[0]!.seeds, [0, 2]);
});

Deno.test("sharedText() says dataset, model, epochs and seeds, and leaves out what differs", () => {
  assert.equal(
    sharedText(networksOf([mlp({}), mlp({ depth: 4 })]), [20, 20]),
    "MNIST · MLP of width 100 · 20 epochs · seed 0",
  );
  const mixed = networksOf([mlp({}), mlp({ dataset: "digits", depth: 4, width: 50, seed: 3 })]);
  assert.equal(sharedText(mixed, [1, 1]), "MLP · 1 epoch · seeds 0, 3 (1 a network)");
  const widths = networksOf([
    mlp({ width: 50 }),
    mlp({ width: 20, seed: 1 }),
    mlp({ width: 20 }),
    mlp({ width: 50, seed: 1 }),
  ]);
  assert.equal(sharedText(widths, [10, 20]), "MNIST · MLP of depth 2 · 10 to 20 epochs · seeds 0, 1");
  const residual = networksOf([mlp({ variant: "residual" }), mlp({ variant: "residual, flips" })]);
  assert.equal(sharedText(residual, [20]), "MNIST · MLP of depth 2 and width 100 · residual · 20 epochs · seed 0");
  const noisy = networksOf([mlp({ labelNoise: 0.125 })]);
  assert.equal(sharedText(noisy, [20]), "MNIST · MLP of width 100 · 12.5 % label noise · 20 epochs · seed 0");
});

Deno.test("seedsText() counts seeds where they are many", () => {
  assert.equal(seedsText([0, 1, 2, 3, 4, 5]), "seeds 0, 1, 2, 3, 4, 5");
  assert.equal(seedsText([0, 1, 2, 3, 4, 5, 6]), "7 seeds");
});
