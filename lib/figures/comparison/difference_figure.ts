import { lines, titleBlock } from "../caption.ts";
import { strongColor } from "../colors.ts";
import { type Figure, grammar, type Part } from "../figure.ts";
import { logAxis } from "../panels/domains.ts";
import { logEncoding } from "../panels/panel_axes.ts";
import { seedsText } from "../study/network.ts";
import { themes } from "../theme.ts";
import { differences, differencesOf, type StudyPair } from "./difference_rows.ts";
import type { Quantity } from "./ended_network.ts";
import { estimateMarks } from "./estimate_marks.ts";
import { roomFor, type ShownEstimate, shownEstimate } from "./shown_estimate.ts";

/** What a network's quantity is in one study against another, as the figure's data holds it. */
interface DifferenceRow extends ShownEstimate {
  readonly pair: number;
  readonly network: string;
  readonly quantity: string;
  /** How many both have. */
  readonly seeds: number;
  readonly seeds_text: string;
  /** What the two differ in besides the study. */
  readonly differs: string;
}

const panelWidth = 200;
const rowHeight = 20;

/**
 * Paired differences: a row of panels two studies, a column a quantity, and the networks that both have. Ratios of CDNV are on a
 * log axis. What seeds have in common cancels, so that intervals are narrower than the studies' own would suggest.
 *
 * @throws {Error} where there is no pair
 */
export function differenceFigure(pairs: readonly StudyPair[]): Figure {
  if (pairs.length === 0) throw new Error("No two studies have a network and a seed in common");
  const all = pairs.flatMap(({ networks }) => networks.map((network) => differencesOf(network)));
  const rooms = differences.map(([, , isRatio], column) => {
    const estimates = all.map((row) => row[column]!);
    const values = estimates.flatMap(({ estimate }) => estimate === null ? [] : [estimate]);
    return isRatio
      ? roomFor([1, ...values], estimates, { below: (least) => least / 2, above: (greatest) => greatest * 2 })
      : roomFor([0, ...values], estimates, beside(values));
  });
  const rows = pairs.flatMap(({ networks }, pair) =>
    networks.flatMap((paired) =>
      differencesOf(paired).map((estimate, column): DifferenceRow => ({
        pair,
        network: paired.first.network.label,
        quantity: differences[column]![0],
        ...shownEstimate(estimate, rooms[column]!),
        seeds: paired.seeds.length,
        seeds_text: seedsText(paired.seeds),
        differs: paired.differs.join("; ") || "nothing",
      }))
    )
  );
  return {
    $schema: grammar,
    description:
      "Charts in rows, a row two studies that have networks in common and a column a quantity: what it is in " +
      `the second study against the first, paired by seed, with 95 % intervals. ${
        pairs.map((pair, index) => spoken(pair, rows.filter((row) => row.pair === index))).join(" ")
      }`,
    title: titleBlock("Paired differences between studies", lines(notes(rows), "; ", 100)),
    config: themes.light,
    datasets: { differences: rows },
    concat: pairs.flatMap((pair, index) => differences.map((_, column) => panel(pair, index, column, rooms[column]!))),
    columns: differences.length,
    spacing: { row: 26, column: 18 },
    resolve: { scale: { x: "independent", y: "independent" } },
  };
}

/** The room of an axis of differences: as much as the values span, on either side. */
function beside(values: readonly number[]): { below: (least: number) => number; above: (greatest: number) => number } {
  const span = Math.max(...values.map(Math.abs), 0) || 1e-3;
  return { below: (least) => least - span, above: (greatest) => greatest + span };
}

/** For readers who do not see the figure. */
function spoken({ first, second, networks }: StudyPair, rows: readonly DifferenceRow[]): string {
  const texts = networks.map(({ first: { network } }) => {
    const own = differences.map(([quantity, title]) => {
      const row = rows.find((row) => row.network === network.label && row.quantity === quantity);
      return `${title} ${row?.text}`;
    });
    return `${network.label}: ${own.join(", ")}`;
  });
  return `${second} against ${first}: ${texts.join("; ")}.`;
}

function notes(rows: readonly DifferenceRow[]): string[] {
  const several = rows.some(({ seeds }) => seeds > 1);
  const notes: [string, boolean][] = [
    ["networks that two studies have, after the last epoch, over the seeds that both have", true],
    ["bars: 95 % intervals by Student’s t over pairs, on log10 for ratios", several],
    ["hollow: one seed, which has no interval", rows.some(({ seeds }) => seeds === 1)],
    ["triangles at a bar’s end: it reaches beyond the axis", rows.some(({ cut }) => cut !== "no")],
    ["dashed line: no difference", true],
    ["gaps: not measured, or without a value in a seed", rows.some(({ estimate }) => estimate === null)],
  ];
  return notes.filter(([, applies]) => applies).map(([note]) => note);
}

function panel(pair: StudyPair, index: number, column: number, room: readonly [number, number]): Part {
  const [quantity, title, isRatio] = differences[column]!;
  const labels = pair.networks.map(({ first }) => first.network.label);
  const isFirst = column === 0;
  const value = { type: "quantitative", title, ...valueAxis(quantity, isRatio, room) };
  const place = {
    y: {
      field: "network",
      type: "nominal",
      title: "",
      scale: { domain: labels },
      axis: isFirst ? { labelLimit: 200, grid: true } : { labels: false, ticks: false, grid: true },
    },
  };
  const heading = `${pair.second} against ${pair.first}`;
  return {
    title: isFirst ? { text: heading, anchor: "start" } : { text: " " },
    width: panelWidth,
    height: Math.max(2, labels.length) * rowHeight,
    layer: [
      {
        data: { values: [{ none: isRatio ? 1 : 0 }] },
        mark: { type: "rule", style: "threshold", tooltip: null, aria: false },
        encoding: { x: { ...value, field: "none" } },
      },
      {
        data: { name: "differences" },
        transform: [{ filter: { field: "pair", equal: index } }, { filter: { field: "quantity", equal: quantity } }],
        layer: estimateMarks({
          ...{ along: "x", value, place, color: { value: strongColor } },
          tooltip: [
            { field: "network", type: "nominal", title: heading },
            { field: "text", type: "nominal", title },
            { field: "seeds_text", type: "nominal", title: "Seeds of both" },
            { field: "differs", type: "nominal", title: "Differ besides in" },
          ],
        }),
      },
    ],
  };
}

function valueAxis(quantity: Quantity, isRatio: boolean, [low, high]: readonly [number, number]): Part {
  if (isRatio) return logEncoding(logAxis([low, high]));
  const margin = 0.06 * (high - low);
  return {
    scale: { domain: [low - margin, high + margin], nice: false, zero: false },
    axis: { tickCount: 4, format: "~g", ...quantity.startsWith("effective_depth") ? { tickMinStep: 1 } : {} },
  };
}
