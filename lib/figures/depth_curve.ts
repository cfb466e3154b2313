import { caption, type FigureOptions, seedsNote } from "./caption.ts";
import { faintColor, strongColor } from "./colors.ts";
import { type Figure, grammar, type Part } from "./figure.ts";
import { columnWidth } from "./panels/panel_axes.ts";
import { type ComparedDepth, comparedDepths } from "./study/depth_curves.ts";
import type { DepthRow } from "./study/rows.ts";
import { arithmeticSpread, groupBy, rounded } from "./study/seeds.ts";
import { hasBands, labelOf, type Point } from "./study/series.ts";
import type { Study } from "./study/study.ts";
import { themes } from "./theme.ts";

/** A network and what it is compared with, in the order of the legend. */
const kinds = ["trained", "untrained", "shuffled labels"] as const;

/** The third is the second of the colours of networks, as in the other figures of effective depth. */
const colors = [strongColor, faintColor, "#d55e00"];
const dashes = [[1, 0], [4, 2], [1.5, 2]];

const rows: readonly { readonly definition: DepthRow["definition"]; readonly title: string; readonly axis: string }[] =
  [
    { definition: "cdnv", title: "by CDNV", axis: "Multiple of the last layer's CDNV" },
    { definition: "ncc", title: "by NCC", axis: "Margin on the network's train error" },
  ];

/**
 * The effective depth at many thresholds, by both definitions, of each network after training, before, and of one like it
 * trained on shuffled labels where the study has it; over seeds the mean, and its interval as bars.
 *
 * @throws Error where the study has no table of effective depths over thresholds
 */
export function depthCurve(study: Study, options: FigureOptions = {}): Figure {
  const depths = curvePoints(study);
  if (depths.length === 0) {
    throw new Error("The tables hold no effective depth over its threshold, which this figure shows");
  }
  const shown = kinds.filter((kind) => depths.some((point) => point.kind === kind));
  const networks = study.networks.filter(({ label }) => depths.some(({ network }) => network === label));
  return {
    $schema: grammar,
    description:
      "Step charts, one a network and definition: the effective depth over the threshold at which a layer counts as " +
      `collapsed, after training${
        shown.includes("shuffled labels") ? ", before, and with shuffled labels" : " and before"
      }. ${networks.map(({ label }) => range(label, depths)).join("; ")}.`,
    title: caption(study, "Effective depth over its threshold", options, [
      "dashed: the network before training",
      shown.includes("shuffled labels") && "dotted: a network like it trained on labels that were all replaced",
      seedsNote(study, "mean", "bars"),
      depths.some(({ depth }) => depth === null) && "gaps: no layer meets the definition",
    ]),
    config: themes.light,
    datasets: { depths },
    concat: rows.flatMap(({ definition, title, axis }) =>
      networks.map((network, index) =>
        panel({
          ...{ network: network.label, definition, axis, kinds: shown, layers: network.depth },
          title: `Effective depth ${title}`,
          band: hasBands(study),
          width: columnWidth(networks.length, 30),
          first: index === 0,
          legend: definition === "cdnv" && index === networks.length - 1,
        })
      )
    ),
    columns: networks.length,
    spacing: { row: 22, column: 18 },
    resolve: { scale: { color: "independent", strokeDash: "independent" } },
  };
}

/** A point a network, definition, threshold and kind; a kind that the study does not have is left out. */
function curvePoints(study: Study): Point[] {
  const label = labelOf(study);
  // Networks that are there for comparison have rows, but no panels.
  const compared = comparedDepths(study).filter(({ row }) => label(row) !== "");
  const groups = groupBy(compared, ({ row }) => {
    return JSON.stringify([label(row), row.definition, row.threshold]);
  });
  return kinds.flatMap((kind, index) => {
    const value = ({ row, untrained, shuffled }: ComparedDepth) => [row.effectiveDepth, untrained, shuffled][index]!;
    const points = groups.map((group): Point => {
      const { row } = group[0]!;
      const { value: depth, low, high } = arithmeticSpread(group.map(value), [0, row.depth]);
      return {
        ...{ network: label(row), epoch: row.epoch, definition: row.definition, threshold: row.threshold, kind },
        depth: rounded(depth),
        ...hasBands(study) ? { low, high } : {},
      };
    });
    return points.filter(({ network }) => points.some((other) => other.network === network && other.depth !== null));
  });
}

/** For readers who do not see the figure: how far the verdict depends on the threshold. */
function range(network: string, depths: readonly Point[]): string {
  const texts = rows.map(({ definition, title }) => {
    const values = depths
      .filter((point) => point.network === network && point.definition === definition && point.kind === "trained")
      .map(({ depth }) => depth)
      .filter((depth) => depth !== null);
    const ends = values.length === 0
      ? "none"
      : `${Math.min(...values.map(Number))} to ${Math.max(...values.map(Number))}`;
    return `${title} ${ends}`;
  });
  return `${network}: ${texts.join(", ")}`;
}

interface CurvePanel {
  readonly network: string;
  readonly definition: DepthRow["definition"];
  /** Below the horizontal axis. */
  readonly axis: string;
  /** Those that the study has. */
  readonly kinds: readonly string[];
  /** The network's number of layers: where the axis ends. */
  readonly layers: number;
  readonly band: boolean;
  readonly width: number;
  /** Beside the vertical axis of the first panel. */
  readonly title: string;
  /** Whether the panel stands first in its row. */
  readonly first: boolean;
  readonly legend: boolean;
}

function panel(
  { network, definition, axis, title, kinds: shown, layers, band, width, first, legend }: CurvePanel,
): Part {
  // Ordinal, since one of the margins is zero, and the thresholds are about even steps of a logarithm.
  const x = { field: "threshold", type: "ordinal", title: axis, axis: { labelAngle: 0, labelOverlap: true } };
  const y = {
    field: "depth",
    type: "quantitative",
    title: first ? title : "",
    scale: { domain: [-0.3, layers + 0.5], nice: false, zero: false },
    axis: { tickMinStep: 1, tickCount: Math.min(layers, 6), format: "d" },
  };
  const shared = {
    field: "kind",
    type: "nominal",
    legend: legend ? { title: null, symbolType: "stroke", symbolSize: 200 } : null,
  };
  const color = { ...shared, scale: { domain: shown, range: colors.slice(0, shown.length) } };
  const strokeDash = { ...shared, scale: { domain: shown, range: dashes.slice(0, shown.length) } };
  const bars = {
    mark: { type: "rule", clip: true, tooltip: null, aria: false },
    encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color },
  };
  return {
    title: network,
    width,
    height: 150,
    data: { name: "depths" },
    transform: [{
      filter: { and: [{ field: "network", equal: network }, { field: "definition", equal: definition }] },
    }],
    layer: [
      ...band ? [bars] : [],
      { mark: { type: "line", tooltip: null, interpolate: "step" }, encoding: { x, y, color, strokeDash } },
      {
        mark: { type: "point", filled: true, size: 26, opacity: 1 },
        encoding: {
          x,
          y,
          color,
          tooltip: [
            { field: "kind", type: "nominal", title: "Network" },
            { field: "threshold", type: "ordinal", title: axis },
            { field: "depth", type: "quantitative", title: "Effective depth" },
          ],
        },
      },
    ],
  };
}
