import assert from "node:assert/strict";
import { figure1 } from "../../lib/figures/figure1.ts";
import type { Figure, Part } from "../../lib/figures/figure.ts";
import { specText } from "../../lib/figures/drawing/spec_text.ts";
import { studyFigures } from "../../lib/figures/study_figures.ts";
import { sampleStudy } from "./sample_study.ts";
import type { SampleStudy, SampleTables } from "./sample_tables.ts";
import { assertGolden, vegaLiteCheck } from "./specs.ts";

async function figuresOf(of: SampleStudy, change?: (tables: SampleTables) => void): Promise<Record<string, Figure>> {
  const figures = studyFigures(await sampleStudy(of, change));
  return Object.fromEntries(figures.map(({ name, figure }) => [name, figure]));
}

function rows(figure: Figure, dataset: string): Record<string, number | string | null>[] {
  return [...figure.datasets[dataset]!] as Record<string, number | string | null>[];
}

/** All objects inside a specification. */
function* partsOf(value: unknown): Generator<Part> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield value as Part;
  for (const entry of Object.values(value)) yield* partsOf(entry);
}

Deno.test("every figure is valid Vega-Lite", async (test) => {
  const check = await vegaLiteCheck();
  const studies: Record<string, SampleStudy> = {
    "one network": { depths: [8] },
    "four depths": { depths: [2, 4, 8, 16] },
    "two networks measured once": { depths: [2, 4], seeds: [0, 1], epochs: 3, snapshots: [3] },
    "eight depths": { depths: [1, 2, 3, 4, 5, 6, 8, 16], epochs: 4 },
    "label noise": { depths: [4, 8], seeds: [0, 1], epochs: 3, noises: [0, 0.25, 1] },
    "three datasets and seeds, probes over epochs": {
      datasets: ["mnist", "fashion-mnist", "cifar-10"],
      seeds: [0, 1, 2],
      epochs: 6,
      probes: [0, 2, 4, 6],
    },
  };
  for (const [name, study] of Object.entries(studies)) {
    for (const [figure, spec] of Object.entries(await figuresOf(study))) {
      await test.step(`${figure} of ${name}`, () => check(spec));
    }
  }
});

Deno.test("the figures of a fixed study are what they were", async (test) => {
  const { depth_noise } = await figuresOf({ depths: [4], seeds: [0, 1, 2], noises: [0, 0.5, 1], epochs: 2 });
  const figures = { ...await figuresOf({ depths: [2, 4], epochs: 3 }), depth_noise: depth_noise! };
  for (const [name, figure] of Object.entries(figures)) {
    await test.step(name, () => assertGolden(name, figure));
  }
});

Deno.test("networks that were measured once have their CDNV over layers in place of Figure 1", async () => {
  const figures = await figuresOf({ depths: [2, 4], epochs: 3, snapshots: [3] });
  assert.deepEqual(Object.keys(figures).includes("figure1"), false);
  const found = rows(figures.layers!, "profile").map(({ network, layer, set }) => `${network}, ${layer}, ${set}`);
  const expected = ["train set", "test set"].flatMap((set) =>
    [2, 4].flatMap((depth) => Array.from({ length: depth }, (_, index) => `Depth ${depth}, ${index + 1}, ${set}`))
  );
  assert.deepEqual(found, expected);
  assert.ok("figure1" in await figuresOf({ depths: [2], epochs: 3, snapshots: [0, 3] }));
});

Deno.test("Figure 1 has no panel of accuracies where networks come without a history", async () => {
  const study = await sampleStudy({ depths: [2, 4], epochs: 2 });
  const [told, silent] = [figure1(study), figure1({ ...study, history: [] })];
  assert.equal(silent.concat.length, told.concat.length - 1);
  assert.match(told.description, /accuracies/);
  assert.doesNotMatch(JSON.stringify([silent.title, silent.description]), /accurac/);
});

Deno.test("specText() is JSON of the same value, a row of data in a line", async () => {
  const { figure1 } = await figuresOf({ depths: [2], epochs: 2 });
  const text = specText(figure1!);
  assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(figure1)));
  assert.match(text, /^ +\{"network":"Depth 2","epoch":1,"layer":2,"cdnv":[\d.]+\},$/m);
});

Deno.test("a CDNV of zero and one that is missing are told apart, each marked and noted where there is one", async () => {
  const plain = await figuresOf({ depths: [2], epochs: 2 });
  const holed = await figuresOf({ depths: [2], epochs: 2 }, (tables) => {
    tables.cdnv.find((row) => row.split === "train" && row.epoch === 1 && row.layer === 1)!.cdnv = null;
    tables.cdnv.find((row) => row.split === "train" && row.epoch === 2 && row.layer === 2)!.cdnv = 0;
  });
  const [triangle, cross] = [/triangles[^"]*: exactly zero/, /crosses[^"]*: not measurable/];
  for (const [name, dataset] of [["figure1", "cdnv"], ["figure2", "train"], ["heat_map", "cells"]] as const) {
    const missing = rows(holed[name]!, dataset).filter((row) => row.cdnv === null);
    assert.deepEqual(missing.map(({ epoch, layer, zero }) => [epoch, layer, zero]), [[1, 1, undefined], [2, 2, "yes"]]);
    for (const [figure, expected] of [[holed[name]!, true], [plain[name]!, false]] as const) {
      const [title, text] = [JSON.stringify(figure.title), JSON.stringify(figure.concat)];
      assert.deepEqual([triangle.test(title), cross.test(title)], [expected, expected], name);
      assert.deepEqual([text.includes("triangle-down"), text.includes('"cross"')], [expected, expected], name);
    }
  }
  const { figure1: zeros } = await figuresOf({ depths: [2], epochs: 2 }, (tables) => {
    for (const row of tables.cdnv) if (row.epoch === 2) row.cdnv = 0;
  });
  assert.match(JSON.stringify(zeros!.title), triangle);
  assert.match(zeros!.description, /Depth 2: from \S+ at epoch 0 to exactly zero at epoch 2/);
  assert.doesNotMatch(JSON.stringify(zeros!.title), cross);
});

Deno.test("an effective depth's ratio of zero is marked and has no number", async () => {
  const { effective_depth: figure } = await figuresOf({ depths: [2], epochs: 2 }, (tables) => {
    Object.assign(tables.depth.find((row) => row.definition === "ncc" && row.epoch === 2 && row.layer === 2)!, {
      value: 0,
      ratio: 0,
    });
  });
  const zeros = rows(figure!, "ratios").filter((row) => row.zero === "yes");
  assert.deepEqual(zeros.map(({ layer, ratio }) => [layer, ratio]), [[2, null]]);
});

Deno.test("epoch 0 lies inside the horizontal axis, which is linear", async () => {
  const { figure1 } = await figuresOf({ depths: [2], epochs: 2 });
  assert.ok(rows(figure1!, "cdnv").some((row) => row.epoch === 0));
  const scales = [...partsOf(figure1!)].filter((part) => part.field === "epoch" && part.scale !== undefined)
    .map((part) => part.scale as { type?: string; domain: [number, number] });
  assert.ok(scales.length > 0);
  for (const { type, domain: [low, high] } of scales) {
    assert.ok(low < 0 && high > 2);
    assert.equal(type, undefined);
  }
});

Deno.test("all panels of Figure 1 share one log axis that holds all of their values", async () => {
  const { figure1 } = await figuresOf({ depths: [2, 8], epochs: 3 });
  const scales = [...partsOf(figure1!)].filter((part) => part.type === "log");
  assert.equal(new Set(scales.map((scale) => JSON.stringify(scale.domain))).size, 1);
  const [low, high] = scales[0]!.domain as [number, number];
  for (const { cdnv } of rows(figure1!, "cdnv")) assert.ok(Number(cdnv) >= low && Number(cdnv) <= high);
});

Deno.test("a pair of classes of a CDNV of zero and one without are told apart", async () => {
  const { class_pairs: figure } = await figuresOf({ depths: [2], epochs: 2 }, (tables) => {
    const at = (other: number) =>
      tables.pairs.find((row) => row.epoch === 2 && row.layer === 2 && row.class === 0 && row.other_class === other)!;
    at(1).pair_cdnv = 0;
    at(2).pair_cdnv = null;
  });
  const empty = rows(figure!, "pairs").filter((row) => row.cdnv === null);
  assert.deepEqual(empty.map((row) => [row.class, row.other, row.zero]), [
    ...[[0, 1, "yes"], [1, 0, "yes"]],
    ...[[0, 2, undefined], [2, 0, undefined]],
  ]);
  assert.match(JSON.stringify(figure!.title), /triangles: exactly zero.*crosses: not measurable/);
});

Deno.test("seeds become a geometric mean with Student's interval as a band, two their range", async () => {
  const drawn = async (values: readonly number[]) => {
    const seeds = values.map((_, seed) => seed);
    const { figure1 } = await figuresOf({ depths: [2], epochs: 1, seeds }, ({ cdnv }) => {
      const at = cdnv.filter((row) => row.split === "train" && row.epoch === 1 && row.layer === 1);
      for (const row of at) row.cdnv = values[Number(row.seed)]!;
    });
    const row = rows(figure1!, "cdnv").find(({ epoch, layer }) => epoch === 1 && layer === 1)!;
    return { figure: figure1!, row, title: JSON.stringify(figure1!.title) };
  };
  const two = await drawn([0.1, 0.4]);
  assert.deepEqual(two.row, { network: "Depth 2", epoch: 1, layer: 1, cdnv: 0.2, low: 0.1, high: 0.4 });
  assert.match(two.title, /over 2 seeds, bands: least to greatest \(two are too few for an interval\)/);
  // Logarithms of -2, -1 and 0 have a standard deviation of 1; t of two degrees of freedom is 4.3027.
  const three = await drawn([0.01, 0.1, 1]);
  const reach = 10 ** (4.30265273 / Math.sqrt(3));
  for (const [end, expected] of [["cdnv", 0.1], ["low", 0.1 / reach], ["high", 0.1 * reach]] as const) {
    assert.ok(Math.abs(Number(three.row[end]) / expected - 1) < 1e-5, end);
  }
  assert.match(three.title, /over 3 seeds, bands: its 95 % interval by Student's t/);
  const [low, high] = [...partsOf(three.figure)].find(({ type }) => type === "log")!.domain as [number, number];
  const values = rows(three.figure, "cdnv").map(({ cdnv }) => Number(cdnv));
  assert.ok(low > Math.min(...values) / 3 && high < Math.max(...values) * 3, "a wide band does not stretch the axis");
  assert.match(three.title, /bands that end at the edge of a chart go on beyond it/);
  assert.doesNotMatch((await drawn([0.1, 0.11, 0.12])).title, /beyond it/);
});

Deno.test("bands of accuracies end at 0 and 1, and captions say where networks have few seeds", async () => {
  const { figure1 } = await figuresOf({ depths: [2, 4], epochs: 1, seeds: [0, 1, 2] }, ({ history, ...tables }) => {
    for (const row of history) row.train_accuracy = [0, 0.5, 1][Number(row.seed)]!;
    for (const kept of [history, ...Object.values(tables)]) {
      kept.splice(0, kept.length, ...kept.filter(({ depth, seed }) => depth === 2 || Number(seed) < 2));
    }
  });
  const ends = rows(figure1!, "accuracy").map(({ network, accuracy, low, high }) => [network, accuracy, low, high]);
  assert.deepEqual(ends.slice(1, 3), [["Depth 2", 0.5, 0, 1], ["Depth 4", 0.25, 0, 0.5]]);
  assert.match(
    JSON.stringify(figure1!.title),
    /over 2 to 3 seeds, bands: its 95 % interval .*, of two least to greatest/,
  );
});

Deno.test("titles say dataset, epochs and seed, descriptions what is drawn", async () => {
  for (const figure of Object.values(await figuresOf({ depths: [2, 4], epochs: 3 }))) {
    assert.match(JSON.stringify(figure.title), /MNIST · MLP of width 100 · 3 epochs · seed 0/);
    assert.match(figure.description, /Depth 4/);
  }
});

Deno.test("captions say n of each data set where they differ, and seeds where networks have not the same", async () => {
  const subtitle = async (of: SampleStudy, change?: (tables: SampleTables) => void) =>
    ((await figuresOf(of, change)).figure1!.title.subtitle as string[]).join(" · ");
  const cifar = (tables: SampleTables) => {
    for (const row of tables.cdnv) if (row.dataset === "cifar-10" && row.split === "train") row.examples = 50000;
  };
  const datasets = ["mnist", "cifar-10"];
  assert.match(
    await subtitle({ datasets, depths: [2], epochs: 2 }, cifar),
    /n = MNIST 60,000 train, 10,000 test · CIFAR-10 50,000 train, 10,000 test/,
  );
  const many = ["a", "b", "c", "d", "cifar-10"];
  assert.match(
    await subtitle({ datasets: many, depths: [2], epochs: 2 }, cifar),
    /n = 50,000 to 60,000 train, 10,000 test/,
  );
  const fewer = (tables: SampleTables) => {
    for (const kind of ["history", "cdnv", "depth", "probe", "pairs", "curve"] as const) {
      const kept = tables[kind].filter((row) => row.depth === 2 || row.seed !== 1);
      tables[kind].splice(0, tables[kind].length, ...kept);
    }
  };
  assert.match(
    await subtitle({ depths: [2, 4], seeds: [0, 1], epochs: 2 }, fewer),
    /seeds 0, 1 \(1 to 2 a network\)/,
  );
});

Deno.test("the axes of separability hold the whole line of Chebyshev's bound, and ticks no error above 1", async () => {
  const { separability: figure } = await figuresOf({ depths: [2], epochs: 3 });
  const axes = [...partsOf(figure!)].filter((part) => part.scale !== undefined && part.axis !== undefined);
  const domain = (field: string) =>
    (axes.find((part) => part.field === field)!.scale as { domain: [number, number] }).domain;
  const ticks = (axes.find(({ field }) => field === "error")!.axis as { values: number[] }).values;
  assert.ok(domain("error")[1] >= 36 * domain("cdnv")[1]);
  assert.equal(Math.max(...ticks), 1);
});

Deno.test("separability says how far the errors lie below the bound, and what is left out", async () => {
  const { separability: figure } = await figuresOf({ depths: [2, 4], epochs: 2 }, ({ cdnv }) => {
    const [two, four] = [2, 4].map((depth) => cdnv.filter((row) => row.depth === depth && row.split === "train"));
    // With 10 classes the bound is 36 CDNV: 18 over errors of 0.5 and 0.001.
    for (const row of two!) Object.assign(row, { cdnv: 0.5, ncc_accuracy: row.layer === 1 ? 0.5 : 0.999 });
    for (const row of four!) Object.assign(row, { cdnv: row.layer === 1 ? 0 : 1, ncc_accuracy: 1 });
  });
  assert.deepEqual(figure!.concat.map(({ title }) => title), [
    { text: "Depth 2", subtitle: "36 to 18,000 times below the bound" },
    { text: "Depth 4", subtitle: "" },
  ]);
  assert.match(figure!.description, /Depth 2, 36 to 18,000 times below the bound; Depth 4, none\./);
  const title = JSON.stringify(figure!.title);
  assert.match(title, /left out: layers of a CDNV of exactly zero/);
  assert.doesNotMatch(title, /not measurable/);
});

Deno.test("the description of Figure 1 tells a last CDNV of zero from one that is missing", async () => {
  const { figure1 } = await figuresOf({ depths: [2, 4], epochs: 2 }, ({ cdnv }) => {
    for (const row of cdnv) if (row.epoch === 2) row.cdnv = row.depth === 2 ? 0 : null;
  });
  assert.match(
    figure1!.description,
    /Depth 2: from [\d.]+ at epoch 0 to exactly zero at epoch 2; Depth 4: from [\d.]+ at epoch 0 to not measurable at epoch 2/,
  );
});

Deno.test("the learning rate's falls are drawn at the end of the epoch before", async () => {
  const { figure1 } = await figuresOf({ depths: [2], epochs: 20 });
  assert.deepEqual(rows(figure1!, "drops"), [
    { network: "Depth 2", epoch: 10, text: "0.1 → 0.01" },
    { network: "Depth 2", epoch: 15, text: "0.01 → 0.001" },
  ]);
});

Deno.test("a rate that falls every epoch draws no lines", async () => {
  const { figure1 } = await figuresOf({ depths: [2], epochs: 20 }, (tables) => {
    for (const row of tables.history) row.learning_rate = row.epoch === 0 ? null : 1 / Number(row.epoch);
  });
  assert.deepEqual(rows(figure1!, "drops"), []);
});

Deno.test("epochs without an evaluation leave no hole in the accuracies", async () => {
  const { figure1 } = await figuresOf({ depths: [2], epochs: 4 }, (tables) => {
    tables.history.find((row) => row.epoch === 3)!.train_accuracy = null;
  });
  assert.deepEqual(rows(figure1!, "accuracy").map((row) => row.epoch), [0, 1, 2, 4]);
});

Deno.test("probes are drawn over layers at the last epoch, or over epochs where there are four", async () => {
  const few = await figuresOf({ depths: [2], epochs: 6, probes: [0, 3, 6] });
  assert.deepEqual([...new Set(rows(few.figure2!, "probe").map((row) => row.epoch))], [6]);
  const many = await figuresOf({ depths: [2], epochs: 6, probes: [0, 2, 4, 6] });
  assert.deepEqual([...new Set(rows(many.figure2!, "probe").map((row) => row.epoch))], [0, 2, 4, 6]);
  assert.deepEqual([...new Set(rows(many.figure2!, "probe").map((row) => row.kind))], ["sgd"]);
});

Deno.test("converged probes of the last epoch stand beside the curves of those trained by SGD", async () => {
  const { figure2 } = await figuresOf({ depths: [2], epochs: 6, probes: [0, 2, 4, 6] }, (tables) => {
    const kept = tables.probe.filter((row) => row.kind === "sgd" || row.epoch === 6);
    tables.probe.splice(0, tables.probe.length, ...kept);
  });
  assert.deepEqual(rows(figure2!, "converged").map(({ epoch, layer }) => [epoch, layer]), [[6, 1], [6, 2]]);
});

Deno.test("the layers are shaded that the effective depth says, in every seed and whatever the threshold", async () => {
  const shades = async (depths: readonly (number | null)[]): Promise<unknown[]> => {
    const { effective_depth: figure } = await figuresOf({ depths: [4], epochs: 2, seeds: [0, 1] }, (tables) => {
      for (const row of tables.depth) {
        // A threshold of zero, which every ratio lacks.
        Object.assign(row, { value: 0, threshold: 0, ratio: null, effective_depth: depths[Number(row.seed)]! });
      }
    });
    assert.match(JSON.stringify(figure!.title), /triangles on the floor: exactly zero in a seed/);
    return [...partsOf(figure!)].filter((part) => part.from !== undefined).map((part) => part.from);
  };
  assert.deepEqual(await shades([2, 3]), [3.5, 2.5]);
  assert.deepEqual(await shades([2, null]), []);
});

Deno.test("effective depth is drawn against label noise where networks differ in it alone", async () => {
  const none = [{ depths: [2, 4] }, { depths: [4], noises: [0.5] }, { depths: [4], noises: [0, 1] }];
  for (const study of none) assert.ok(!("depth_noise" in await figuresOf({ ...study, epochs: 2 })));
  const noises = [0, 0.25, 1];
  const { depth_noise: figure } = await figuresOf({ depths: [4, 8], seeds: [0, 1], epochs: 2, noises }, (tables) => {
    for (const row of tables.depth) {
      const trained = row.epoch === 2 && row.depth === 8 && row.definition === "cdnv";
      if (trained) row.effective_depth = row.label_noise === 1 ? null : 3 + 4 * Number(row.label_noise);
    }
    for (const row of tables.history) {
      if (row.epoch === 2) row.train_accuracy = row.label_noise === 0 || row.seed === 1 ? 1 : 0.99;
    }
  });
  assert.equal(figure!.columns, 2);
  const found = rows(figure!, "depths").filter((row) => row.network === "Depth 8" && row.definition === "cdnv");
  const states = (stage: string) =>
    found.filter((row) => row.stage === stage).map(({ share, depth, interpolates }) => [share, depth, interpolates]);
  assert.deepEqual(states("after training"), [[0, 3, "yes"], [0.25, 4, "no"], [1, null, "no"]]);
  assert.deepEqual(states("untrained").map(([share]) => share), noises);
  assert.match(JSON.stringify(figure!.title), /crosses above the line: no layer meets the definition in a seed/);
  assert.match(figure!.description, /Depth 8: effective depth by CDNV 3 at 0 %, 4 at 25 %, none at 100 %;/);
});

Deno.test("a caption says that an axis of accuracy is cut where it is", async () => {
  const cut = /leaves out low values of the first epochs/;
  const { figure1: whole } = await figuresOf({ depths: [2], epochs: 5 }, (tables) => {
    for (const row of tables.history) row.train_accuracy = 0.5;
  });
  assert.doesNotMatch(JSON.stringify(whole!.title), cut);
  assert.match(JSON.stringify((await figuresOf({ depths: [2], epochs: 5 })).figure1!.title), cut);
});

Deno.test("Figure 2 notes where probes to convergence see the mean over the image", async () => {
  const note = "converged ones see wide layers by their mean over the image";
  const pool = (tables: SampleTables) => {
    for (const row of tables.probe) row.form = row.kind === "converged" ? "pooled" : "flattened";
  };
  for (const probes of [[3], [0, 1, 2, 3]]) {
    const study = { depths: [2], epochs: 3, probes };
    assert.ok(!specText((await figuresOf(study)).figure2!).includes(note));
    assert.ok(specText((await figuresOf(study, pool)).figure2!).replaceAll(/",\s+"/g, " ").includes(note));
  }
});
