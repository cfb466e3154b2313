import { caption, type FigureOptions, seedsNote } from "./caption.ts";
import { faintColor, strongColor } from "./colors.ts";
import { type Figure, grammar, type Part } from "./figure.ts";
import { columnWidth } from "./panels/panel_axes.ts";
import { depthVerdicts, type EffectiveDepth } from "./study/depth_verdict.ts";
import { isSameButNoise, type Network, networkCells, networkColumns } from "./study/network.ts";
import { arithmeticSpread, groupBy, rounded } from "./study/seeds.ts";
import { hasBands, type Point } from "./study/series.ts";
import type { Study } from "./study/study.ts";
import { interpolation, summaryRows } from "./study/summary.ts";
import { themes } from "./theme.ts";

const rows = [
  { definition: "cdnv", title: "Effective depth by CDNV" },
  { definition: "ncc", title: "Effective depth by NCC" },
] as const;

const stages = ["after training", "untrained"] as const;
const [width, height] = [250, 170];

/** Networks that differ in nothing but the share of their labels that were replaced. */
interface NoiseFamily {
  /** What they share besides what all networks of the study share, as "Depth 8". */
  readonly name: string;
  /** At least two, by ascending share. */
  readonly networks: readonly Network[];
}

/** The families of networks of several shares of label noise; none where no two networks differ in that alone. */
function noiseFamilies({ networks }: Study): NoiseFamily[] {
  const groups: Network[][] = [];
  for (const network of networks) {
    const group = groups.find(([first]) => isSameButNoise(first!, network));
    if (group === undefined) groups.push([network]);
    else group.push(network);
  }
  return groups
    .filter((group) => group.length > 1)
    // The label ends with the share, which is what the axis says.
    .map((group) => ({ name: familyName(group), networks: group.toSorted((a, b) => a.labelNoise - b.labelNoise) }));
}

/** The label of a family's networks without their share of label noise; of one whose label is nothing else its depth. */
function familyName([first, ...others]: readonly Network[]): string {
  const parts = first!.label.split(", ").filter((part) =>
    others.every(({ label }) => label.split(", ").includes(part))
  );
  return parts.join(", ") || `Depth ${first!.depth}`;
}

/** Whether networks of the study differ in label noise alone, so that something can be drawn against it. */
export function variesNoise(study: Study): boolean {
  return study.depth.length > 0 && noiseFamilies(study).length > 0;
}

/**
 * The effective depth against the share of train labels that were replaced, by both definitions, a column a family of networks
 * that differ in nothing else: after training, means over seeds with Student's interval, filled where every seed interpolates
 * its train set; and before training. Abstracts of later versions of the paper have it grow with the share.
 *
 * @throws Error where no networks differ in label noise alone, or the study has no table of effective depths
 */
export function depthNoise(study: Study, options: FigureOptions = {}): Figure {
  if (!variesNoise(study)) {
    throw new Error(
      "No two networks differ in their label noise alone, which this figure shows effective depth against",
    );
  }
  const families = noiseFamilies(study);
  const depths = families.flatMap((family) => familyPoints(study, family));
  const has = (test: (point: Point) => boolean) => depths.some(test);
  return {
    $schema: grammar,
    description:
      "A grid of line charts, a column a family of networks, the upper row by CDNV and the lower by the nearest class " +
      "center's error: the effective depth over the share of train labels that were replaced, after training and before. " +
      `${families.map((family) => spoken(family, depths)).join(" ")}`,
    title: caption(study, "Effective depth against label noise", options, [
      seedsNote(study, "points: mean", "bars"),
      has(({ interpolates }) => interpolates === "yes" || interpolates === "no") &&
      `filled: ${hasBands(study) ? "every seed interpolates" : "interpolates"} its train set, noise and all (train ` +
        `accuracy of at least ${interpolation}); hollow: not`,
      "dotted line: the number of layers",
      has(({ depth }) => depth === null) &&
      `crosses above the line: no layer meets the definition${hasBands(study) ? " in a seed" : ""}`,
    ]),
    config: themes.light,
    datasets: { depths },
    concat: rows.flatMap(({ definition, title }, row) =>
      families.map(({ name, networks }, index) =>
        panel({
          family: name,
          definition,
          shares: networks.map(({ labelNoise }) => labelNoise),
          layers: networks[0]!.depth,
          width: Math.max(width, columnWidth(families.length, 30)),
          heading: row === 0 ? name : "",
          title: index === 0 ? title : "",
          legend: row === 0 && index === families.length - 1,
        })
      )
    ),
    columns: families.length,
    spacing: { row: 22, column: 18 },
    resolve: { scale: { color: "independent", strokeDash: "independent" } },
  };
}

function familyPoints(study: Study, { name, networks }: NoiseFamily): Point[] {
  const verdicts = depthVerdicts(study);
  const summary = summaryRows(study);
  return networks.flatMap((network) => {
    const cells = networkCells(network);
    const reached = summary
      .filter((row) => networkColumns.every((column) => row[column] === cells[column]))
      .map(({ interpolates }) => interpolates);
    const interpolates = reached.includes(null) ? "unknown" : reached.includes("false") ? "no" : "yes";
    const own = verdicts.filter((verdict) => verdict.network === network.label);
    return groupBy(own, ({ definition }) => definition).flatMap((group) =>
      stages.flatMap((stage): Point[] => {
        const trained = stage === stages[0];
        const found = group.map((verdict): EffectiveDepth => trained ? verdict.trained : verdict.untrained);
        if (found.includes(undefined)) return [];
        const { value, low, high } = arithmeticSpread(found.map((depth) => depth ?? null), [0, network.depth]);
        return [{
          ...{ network: name, epoch: 0, label: network.label, definition: group[0]!.definition, stage },
          share: network.labelNoise,
          depth: rounded(value),
          ...hasBands(study) ? { low: rounded(low), high: rounded(high) } : {},
          ...trained ? { interpolates } : {},
          seeds: network.seeds.length,
        }];
      })
    );
  });
}

/** For readers who do not see the figure: every point of a family. */
function spoken({ name }: NoiseFamily, depths: readonly Point[]): string {
  const texts = rows.map(({ definition, title }) => {
    const own = depths.filter((point) =>
      point.network === name && point.definition === definition && point.stage === stages[0]
    );
    return `${title.toLowerCase().replace("cdnv", "CDNV").replace("ncc", "NCC")} ${
      own.map(({ share, depth }) => `${depth ?? "none"} at ${100 * Number(share)} %`).join(", ")
    }`;
  });
  return `${name}: ${texts.join("; ")}.`;
}

/** From no layer to all, in whole steps. */
function depthTicks(layers: number): number[] {
  const step = Math.ceil(layers / 6);
  return Array.from({ length: Math.floor(layers / step) + 1 }, (_, index) => index * step);
}

interface NoisePanel {
  readonly family: string;
  readonly definition: string;
  readonly shares: readonly number[];
  /** The networks' number of layers. */
  readonly layers: number;
  readonly width: number;
  /** Above the panel; empty for none. */
  readonly heading: string;
  /** Beside the vertical axis; empty for none. */
  readonly title: string;
  readonly legend: boolean;
}

function panel({ family, definition, shares, layers, width, heading, title, legend }: NoisePanel): Part {
  const x = {
    field: "share",
    type: "quantitative",
    title: "Share of train labels that were replaced",
    scale: { domain: [-0.05, Math.max(...shares) + 0.05], nice: false, zero: false },
    axis: { grid: false, values: shares, format: ".3~%", labelOverlap: true },
  };
  const y = {
    field: "depth",
    type: "quantitative",
    title,
    // Room above for what no layer meets, which takes more layers than there are.
    scale: { domain: [-0.3, layers + 1.2], nice: false, zero: false },
    axis: { values: depthTicks(layers), format: "d" },
  };
  const shared = {
    field: "stage",
    type: "nominal",
    legend: legend ? { title: null, symbolType: "stroke", symbolSize: 200 } : null,
  };
  const color = { ...shared, scale: { domain: stages, range: [strongColor, faintColor] } };
  const strokeDash = { ...shared, scale: { domain: stages, range: [[1, 0], [4, 4]] } };
  const tooltip = [
    { field: "label", type: "nominal", title: "Network" },
    { field: "stage", type: "nominal", title: "State" },
    { field: "depth", type: "quantitative", title: "Effective depth", format: ".3~g" },
    { field: "interpolates", type: "nominal", title: "Interpolates" },
    { field: "seeds", type: "quantitative", title: "Seeds" },
  ];
  const points = (filter: string, look: Part): Part => ({
    transform: [{ filter: `${filter} && isValid(datum.depth)` }],
    mark: { type: "point", size: 52, strokeWidth: 1.6, ...look },
    encoding: { x, y, color, tooltip },
  });
  return {
    title: heading,
    width,
    height,
    data: { name: "depths" },
    transform: [{ filter: { and: [{ field: "network", equal: family }, { field: "definition", equal: definition }] } }],
    layer: [
      {
        data: { values: [{ layers }] },
        mark: { type: "rule", style: "event" },
        encoding: { y: { field: "layers", type: "quantitative" } },
      },
      {
        mark: { type: "rule", clip: true, strokeWidth: 1.6, tooltip: null, aria: false },
        encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color },
      },
      { mark: { type: "line", tooltip: null }, encoding: { x, y, color, strokeDash } },
      points(`datum.stage === '${stages[0]}' && datum.interpolates !== 'no'`, { filled: true, opacity: 1 }),
      points("datum.interpolates === 'no'", { filled: false, opacity: 1 }),
      // For tooltips alone: a filled mark would say that the untrained network interpolates.
      points(`datum.stage === '${stages[1]}'`, { filled: true, opacity: 0 }),
      {
        transform: [{ filter: "!isValid(datum.depth)" }],
        mark: { type: "point", shape: "cross", filled: false, size: 50, opacity: 1, strokeWidth: 1.3 },
        encoding: { x, y: { value: 8 }, color, tooltip: tooltip.filter(({ field }) => field !== "depth") },
      },
    ],
  };
}
