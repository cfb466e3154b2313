import { caption, type FigureOptions, seedsNote } from "./caption.ts";
import { strongColor } from "./colors.ts";
import { type Figure, grammar, type Part } from "./figure.ts";
import { columnWidth, epochEncoding } from "./panels/panel_axes.ts";
import { arithmeticSpread, groupBy, rounded } from "./study/seeds.ts";
import { hasBands, labelOf, lastEpochs, type Point } from "./study/series.ts";
import type { DepthRow } from "./study/rows.ts";
import type { Study } from "./study/study.ts";
import { themes } from "./theme.ts";

const definitions: Readonly<Record<DepthRow["definition"], string>> = { cdnv: "by CDNV", ncc: "by NCC" };

/** The second of the colours of networks, which tell apart two of anything. */
const colors = [strongColor, "#d55e00"];

const panelsInRow = 4;

/**
 * The effective depth over the epochs of training, by both definitions, a column a network; over seeds the mean, and its interval
 * as bars. Where no layer meets a definition there is a gap.
 *
 * @throws Error where the study has no table of effective depths
 */
export function depthProgress(study: Study, options: FigureOptions = {}): Figure {
  const depths = depthPoints(study);
  if (depths.length === 0) throw new Error("The tables hold no effective depth, which this figure shows");
  const bands = hasBands(study);
  const last = lastEpochs(study);
  const deepest = Math.max(...study.networks.map(({ depth }) => depth));
  return {
    $schema: grammar,
    description:
      "Line charts, one a network: the effective depth over epochs of training, by CDNV and by the nearest class " +
      `center's error, beside the number of layers. ${
        study.networks.map(({ label }) => ending(label, depths)).join("; ")
      }.`,
    title: caption(study, "Effective depth over training", options, [
      "dashed line: the number of layers; epoch 0 is before training",
      seedsNote(study, "curves: mean", "bars"),
      depths.some(({ depth }) => depth === null) && "gaps: no layer meets the definition",
    ]),
    config: themes.light,
    datasets: { depths },
    concat: study.networks.map((network, index) =>
      panel({
        network: network.label,
        layers: network.depth,
        deepest,
        last: last[index]!,
        band: bands,
        width: columnWidth(Math.min(panelsInRow, study.networks.length), 30),
        first: index === 0,
        legend: index === Math.min(panelsInRow, study.networks.length) - 1,
      })
    ),
    columns: Math.min(panelsInRow, study.networks.length),
    spacing: { row: 22, column: 18 },
    resolve: { scale: { color: "independent", strokeDash: "independent" } },
  };
}

/** The effective depth of each network, definition and epoch. */
function depthPoints(study: Study): Point[] {
  const label = labelOf(study);
  const first = study.depth.filter(({ layer }) => layer === 1);
  const groups = groupBy(first, (row) => JSON.stringify([label(row), row.definition, row.epoch]));
  return groups.map((group) => {
    const [row] = group as [DepthRow];
    const { value, low, high } = arithmeticSpread(group.map(({ effectiveDepth }) => effectiveDepth), [0, row.depth]);
    return {
      network: label(row),
      epoch: row.epoch,
      definition: definitions[row.definition],
      depth: rounded(value),
      ...hasBands(study) ? { low, high } : {},
    };
  }).toSorted((a, b) => a.epoch - b.epoch);
}

/** For readers who do not see the figure: where each curve ends. */
function ending(network: string, depths: readonly Point[]): string {
  const texts = Object.values(definitions).map((definition) => {
    const end = depths.findLast((point) => point.network === network && point.definition === definition);
    return `${definition} ${end?.depth ?? "none"}`;
  });
  return `${network}, at the end: ${texts.join(", ")}`;
}

interface ProgressPanel {
  readonly network: string;
  /** The network's number of layers. */
  readonly layers: number;
  /** The greatest number of layers of any network: where the axis ends. */
  readonly deepest: number;
  /** The last epoch. */
  readonly last: number;
  readonly band: boolean;
  readonly width: number;
  /** Whether the panel bears the axis' title. */
  readonly first: boolean;
  readonly legend: boolean;
}

function panel({ network, layers, deepest, last, band, width, first, legend }: ProgressPanel): Part {
  const x = epochEncoding(last);
  const y = {
    field: "depth",
    type: "quantitative",
    title: first ? "Effective depth" : "",
    scale: { domain: [-0.3, deepest + 0.5], nice: false, zero: false },
    axis: { tickMinStep: 1, tickCount: 6, format: "d" },
  };
  const names = Object.values(definitions);
  const shared = {
    field: "definition",
    type: "nominal",
    legend: legend ? { title: null, symbolType: "stroke", symbolSize: 200 } : null,
  };
  const color = { ...shared, scale: { domain: names, range: colors } };
  const strokeDash = { ...shared, scale: { domain: names, range: [[1, 0], [4, 2]] } };
  const bars = {
    mark: { type: "rule", clip: true, tooltip: null, aria: false },
    encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color },
  };
  return {
    title: network,
    width,
    height: 180,
    data: { name: "depths" },
    transform: [{ filter: { field: "network", equal: network } }],
    layer: [
      {
        data: { values: [{ layers }] },
        mark: { type: "rule", style: "threshold" },
        encoding: { y: { field: "layers", type: "quantitative" } },
      },
      ...band ? [bars] : [],
      { mark: { type: "line", tooltip: null }, encoding: { x, y, color, strokeDash } },
      {
        mark: { type: "point", filled: true, size: 26, opacity: 1 },
        encoding: {
          x,
          y,
          color,
          tooltip: [
            { field: "epoch", type: "quantitative", title: "Epoch" },
            { field: "definition", type: "nominal", title: "Definition" },
            { field: "depth", type: "quantitative", title: "Effective depth" },
          ],
        },
      },
    ],
  };
}
