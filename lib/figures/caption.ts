import type { Part } from "./figure.ts";
import { sharedText } from "./study/network.ts";
import { hasBands, lastEpochs } from "./study/series.ts";
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
  return {
    text: options.title === undefined ? text : `${options.title}. ${text}`,
    subtitle: [
      sharedText(study.networks, lastEpochs(study)),
      ...lines([...sizesText(study), ...originText(options)], " · ", 66),
      ...lines(notes.filter((note) => note !== false), "; ", 120),
    ],
    fontSize: 15,
    subtitleFontSize: 11.5,
    subtitleLineHeight: 16,
    offset: 18,
  };
}

/** How many images were measured, as "n = 60,000 train, 10,000 test"; none where the networks' data sets differ in it. */
function sizesText({ cdnv }: Study): string[] {
  const sizes = (["train", "test"] as const).map((split) => {
    return new Set(cdnv.filter((row) => row.split === split).map(({ examples }) => examples));
  });
  const [train, test] = sizes.map((values) => values.size === 1 ? [...values][0]!.toLocaleString("en-US") : undefined);
  return train === undefined || test === undefined ? [] : [`n = ${train} train, ${test} test`];
}

/** By which reading of the paper, and where, the networks were trained. */
function originText({ profile, machine }: FigureOptions): string[] {
  return [
    ...profile === undefined ? [] : [`profile: ${profile}`],
    ...machine === undefined ? [] : [`trained on ${machine}`],
  ];
}

/** Texts in as few lines of so many characters as may be, so that they do not widen a figure, on a phone either. */
function lines(notes: readonly string[], separator: string, length: number): string[] {
  return notes.reduce<string[]>((filled, note) => {
    const line = filled.at(-1);
    if (line === undefined || line.length + note.length > length) return [...filled, note];
    return [...filled.slice(0, -1), `${line}${separator}${note}`];
  }, []);
}

/** Notes that every figure of curves shares. */
export function curveNotes(study: Study, drops: boolean, missing: boolean): (string | false)[] {
  return [
    "epoch 0 is before training",
    drops && "dotted lines: the learning rate falls",
    hasBands(study) && "curves: mean over seeds (geometric for CDNV), bands: least to greatest",
    missing && "gaps: not measurable (zero, a class without images, or class means that coincide)",
  ];
}
