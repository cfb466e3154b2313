import type { Part } from "./figure.ts";
import { sharedText } from "./study/network.ts";
import { hasBands, lastEpochs } from "./study/series.ts";
import type { Study } from "./study/study.ts";

/** What a caller may say about a figure. */
export interface FigureOptions {
  /** Stands before the figure's own title. */
  readonly title?: string;
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
    subtitle: [sharedText(study.networks, lastEpochs(study)), ...lines(notes.filter((note) => note !== false))],
    fontSize: 15,
    subtitleFontSize: 11.5,
    subtitleLineHeight: 16,
    offset: 18,
  };
}

/** Notes in as few lines as may stand above a figure without widening it. */
function lines(notes: readonly string[]): string[] {
  return notes.reduce<string[]>((filled, note) => {
    const line = filled.at(-1);
    if (line === undefined || line.length + note.length > 120) return [...filled, note];
    return [...filled.slice(0, -1), `${line}; ${note}`];
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
