import type { Part } from "./figure.ts";
import { datasetName, sharedText } from "./study/network.ts";
import type { LogAxis } from "./panels/domains.ts";
import { type Absence, absenceNotes } from "./panels/floor_marks.ts";
import { confidence } from "./study/intervals.ts";
import { intervalSeeds } from "./study/seeds.ts";
import { hasBands, lastEpochs, numbersOf, type Point } from "./study/series.ts";
import type { CdnvRow } from "./study/rows.ts";
import type { Study } from "./study/study.ts";

/** What a caller may say about a figure. */
export interface FigureOptions {
  /** Stands before the figure's own title. */
  readonly title?: string;
  /** Which of the readings of the paper the study follows, as "as written". */
  readonly profile?: string;
  /** What the networks were trained on, as "2 cores of an AMD EPYC 9R14". */
  readonly machine?: string;
}

/** The title block of a figure: what it shows, of which networks, and what its marks mean. */
export function caption(
  study: Study,
  text: string,
  options: FigureOptions,
  notes: readonly (string | false)[],
): Part {
  return titleBlock(options.title === undefined ? text : `${options.title}. ${text}`, [
    sharedText(study.networks, lastEpochs(study)),
    ...lines([...sizesText(study), ...originText(options)], " · ", 66),
    ...lines(notes.filter((note) => note !== false), "; ", 120),
  ]);
}

/** A title above all panels, with lines below it. */
export function titleBlock(text: string, subtitle: readonly string[]): Part {
  return { text, subtitle, fontSize: 15, subtitleFontSize: 11.5, subtitleLineHeight: 16, offset: 18 };
}

/** Data sets that a caption names one by one; of more it gives ranges. */
const namedDatasets = 4;

/**
 * How many images were measured: "n = 60,000 train, 10,000 test"; where data sets differ in it an entry each, and a range where
 * networks of one do.
 */
export function sizesText({ cdnv }: Study): string[] {
  const sizes = (rows: readonly CdnvRow[]) =>
    (["train", "test"] as const).flatMap((split) => {
      const values = rows.filter((row) => row.split === split).map(({ examples }) => examples);
      return values.length === 0 ? [] : [`${rangeText(values)} ${split}`];
    }).join(", ");
  const all = sizes(cdnv);
  const datasets = [...Map.groupBy(cdnv, ({ dataset }) => dataset)];
  const entries = datasets.map(([dataset, rows]) => `${datasetName(dataset)} ${sizes(rows)}`);
  if (all === "") return [];
  const differ = new Set(datasets.map(([, rows]) => sizes(rows))).size > 1;
  return differ && datasets.length <= namedDatasets
    ? entries.map((entry, index) => index === 0 ? `n = ${entry}` : entry)
    : [`n = ${all}`];
}

/** "60,000", or "50,000 to 60,000". */
function rangeText(values: readonly number[]): string {
  const [least, most] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  const text = (value: number) => value.toLocaleString("en-US");
  return least === most ? text(least) : `${text(least)} to ${text(most)}`;
}

/** By which reading of the paper, and where, the networks were trained. */
function originText({ profile, machine }: FigureOptions): string[] {
  return [
    ...profile === undefined ? [] : [`profile: ${profile}`],
    ...machine === undefined ? [] : [`trained on ${machine}`],
  ];
}

/** Texts in as few lines of so many characters as may be, so that they do not widen a figure, on a phone either. */
export function lines(notes: readonly string[], separator: string, length: number): string[] {
  return notes.reduce<string[]>((filled, note) => {
    const line = filled.at(-1);
    if (line === undefined || line.length + note.length > length) return [...filled, note];
    return [...filled.slice(0, -1), `${line}${separator}${note}`];
  }, []);
}

/** Notes that every figure of curves shares. */
export function curveNotes(study: Study, drops: boolean, absence: Absence): (string | false)[] {
  return [
    "epoch 0 is before training",
    drops && "dotted lines: the learning rate falls",
    seedsNote(study, "curves: mean (geometric for CDNV)", "bands"),
    ...absenceNotes(absence, { bands: hasBands(study) }),
  ];
}

/** The note of a figure whose axis does not hold the whole of its marks over seeds. */
export function cutNote(
  points: readonly Point[],
  { domain: [low, high] }: LogAxis,
  marks: "bands" | "bars",
): string | false {
  const cut = numbersOf(points, ["low", "high"]).some((end) => end < low || end > high);
  return cut && `${marks} that end at the edge of a chart go on beyond it`;
}

/**
 * What marks over several seeds mean: the mean, and Student's interval of it, or of two seeds their range; nothing where there is
 * one seed.
 */
export function seedsNote(study: Study, mean: string, marks: "bands" | "bars"): string | false {
  if (!hasBands(study)) return false;
  const counts = study.networks.map(({ seeds }) => seeds.length);
  const means = `${mean} over ${rangeText(counts)} seeds`;
  if (Math.max(...counts) < intervalSeeds) {
    return `${means}, ${marks}: least to greatest (two are too few for an interval)`;
  }
  const few = counts.some((count) => count > 1 && count < intervalSeeds);
  return `${means}, ${marks}: its ${100 * confidence} % interval by Student's t${
    few ? ", of two least to greatest" : ""
  }`;
}
