import { datasetName, modelName } from "../figures/study/network.ts";
import { interpolation } from "../figures/study/summary.ts";
import { shown } from "./claim.ts";
import type { Difference } from "./document.ts";
import { depthFamilies, minimalDepth, minimalDepthText } from "./family.ts";
import type { PaperSetting } from "./paper/settings.ts";
import type { Run } from "./run.ts";

/**
 * What the networks of a study and their training differ in from those by which the paper shows a claim, most telling first.
 * Depths, seeds and data sets besides those of the paper are no difference.
 *
 * @param settings of which that with the study's kind of model counts, else the first
 */
export function differencesFromPaper(settings: readonly PaperSetting[], runs: readonly Run[]): Difference[] {
  const setting = settings.find(({ model }) => runs.some(({ identity }) => identity.model === model)) ?? settings[0]!;
  const isOfModel = setting.model === null || runs.every(({ identity }) => identity.model === setting.model);
  return [
    ...datasetDifference(setting, runs),
    ...isOfModel
      ? []
      : [{ setting: "model", here: named(modelsOf(runs), modelName), paper: modelName(setting.model!) }],
    // The depths and widths of another kind of model are not comparable.
    ...isOfModel ? sizeDifferences(setting, runs) : [],
    ...trainingDifferences(setting, runs),
    ...noiseDifference(setting, runs),
    ...interpolationDifferences(setting, runs),
    ...seedDifference(runs),
  ];
}

/** "data set: MNIST (in the paper CIFAR-10)". */
export function differenceText({ setting, here, paper }: Difference): string {
  return `${setting}: ${here}${paper === null ? "" : ` (in the paper ${paper})`}`;
}

function datasetDifference({ datasets }: PaperSetting, runs: readonly Run[]): Difference[] {
  const here = distinct(runs.map(({ identity }) => identity.dataset));
  if (here.every((dataset) => datasets.includes(dataset))) return [];
  return [{ setting: "data set", here: named(here, datasetName), paper: named(datasets, datasetName) }];
}

function sizeDifferences({ width, depths }: PaperSetting, runs: readonly Run[]): Difference[] {
  const widths = distinct(runs.map(({ identity }) => identity.width));
  const here = distinct(runs.map(({ identity }) => identity.depth));
  const left = depths?.filter((depth) => !here.includes(depth)) ?? [];
  return [
    ...width === null || widths.every((value) => value === width)
      ? []
      : [{ setting: "width", here: numbers(widths), paper: String(width) }],
    ...left.length === 0 ? [] : [{ setting: "depths", here: numbers(here), paper: numbers(depths!) }],
  ];
}

function trainingDifferences({ epochs, drops }: PaperSetting, runs: readonly Run[]): Difference[] {
  const lengths = distinct(runs.map((run) => run.epochs));
  const falls = distinct(runs.flatMap((run) => run.drops === null ? [] : [numbers(run.drops)]));
  // What was minimised, and how; when the rate falls is compared by the history.
  const others = distinct(runs.flatMap(({ identity }) => identity.variant.split(", "))).filter((part) =>
    part !== "" && !/^(drops at|no drops)/.test(part)
  );
  return [
    ...epochs === null || lengths.every((length) => length === epochs)
      ? []
      : [{ setting: "epochs", here: numbers(lengths), paper: String(epochs) }],
    ...drops === null || falls.every((text) => text === numbers(drops))
      ? []
      : [{ setting: "learning rate falls after epochs", here: falls.join("; or "), paper: numbers(drops) }],
    ...others.length === 0 ? [] : [{ setting: "settings", here: others.join(", "), paper: null }],
  ];
}

function noiseDifference({ labelNoise }: PaperSetting, runs: readonly Run[]): Difference[] {
  const here = distinct(runs.map(({ identity }) => identity.labelNoise));
  if (labelNoise === null || labelNoise.every((share) => here.includes(share))) return [];
  const percent = (shares: readonly number[]) => `${numbers(shares.map((share) => Number(shown(100 * share))))} %`;
  return [{ setting: "label noise", here: percent(here), paper: percent(labelNoise) }];
}

function interpolationDifferences(setting: PaperSetting, runs: readonly Run[]): Difference[] {
  const short = runs.filter(({ trainAccuracy }) => trainAccuracy !== null && trainAccuracy < interpolation);
  const worst = distinct(short.map(({ network }) => network)).map((network) => {
    const accuracies = short.filter((run) => run.network === network).map(({ trainAccuracy }) => trainAccuracy!);
    return `${network} (${Math.min(...accuracies).toFixed(4)})`;
  });
  const minimal = distinct(
    depthFamilies(runs).flatMap((family) => {
      const found = minimalDepth(family);
      return found === undefined ? [] : [minimalDepthText(found)];
    }),
  );
  const expected = setting.minimalDepth === null ? null : String(setting.minimalDepth);
  return [
    ...expected === null || minimal.every((text) => text === expected)
      ? []
      : [{ setting: "least depth that interpolates", here: minimal.join("; or "), paper: expected }],
    ...worst.length === 0
      ? []
      : [{ setting: `train accuracy of ${interpolation} not reached`, here: worst.join(", "), paper: null }],
  ];
}

/** One seed says nothing of the spread, whatever the paper had. */
function seedDifference(runs: readonly Run[]): Difference[] {
  const seeds = distinct(runs.map(({ identity }) => identity.seed));
  return seeds.length === 1
    ? [{ setting: "seeds", here: "one, so that nothing is known of their spread", paper: null }]
    : [];
}

function modelsOf(runs: readonly Run[]): string[] {
  return distinct(runs.map(({ identity }) => identity.model));
}

function named(names: readonly string[], name: (name: string) => string): string {
  return names.map(name).join(", ");
}

function numbers(values: readonly (number | null)[]): string {
  return values.length === 0 ? "none" : values.toSorted((a, b) => (a ?? 0) - (b ?? 0)).join(", ");
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
