import type { FigureOptions } from "./caption.ts";
import { classMeans } from "./class_means.ts";
import { classPairs } from "./class_pairs.ts";
import { depthCurve } from "./depth_curve.ts";
import { depthNoise, variesNoise } from "./depth_noise.ts";
import { depthProgress } from "./depth_progress.ts";
import { effectiveDepth } from "./effective_depth.ts";
import type { Figure } from "./figure.ts";
import { figure1 } from "./figure1.ts";
import { figure2 } from "./figure2.ts";
import { heatMap } from "./heat_map.ts";
import { isMeasuredOnce, layerProfile } from "./layer_profile.ts";
import type { ReportFigure } from "./report/page.ts";
import { separability } from "./separability.ts";
import { withoutControls } from "./study/controls.ts";
import type { Study } from "./study/study.ts";

/** A figure that a study may have. */
interface FigureKind extends Omit<ReportFigure, "figure"> {
  /** Whether the study has what it shows. */
  readonly suits: (study: Study) => boolean;
  /** Draws it. */
  readonly draw: (study: Study, options: FigureOptions) => Figure;
}

/** Pixels of a panel of Figure 1, which may wrap. */
const wrapping = 354;

/** In the order of the report. */
const kinds: readonly FigureKind[] = [
  {
    name: "figure1",
    heading: "Figure 1: collapse of each layer during training",
    explanation: [
      "Each chart but the last is a network, each curve one of its layers, from the first (dark) to the last (light); " +
      "these charts share one logarithmic axis. Look at the right end: curves that lie together are layers that have collapsed " +
      "equally far. The paper’s claim is that in a network deep enough they do so from a certain layer on, the same " +
      "for every depth.",
      "The last chart shows when each network fits its train set; compare whether its layers collapse further after that.",
    ],
    suits: (study) => !isMeasuredOnce(study),
    draw: figure1,
    panel: wrapping,
    selects: true,
  },
  {
    name: "layers",
    heading: "Collapse of each layer",
    explanation: [
      "A column is a network, which was measured once. The lower the CDNV of a layer, the closer its features gather " +
      "around the means of their classes; where the curve no longer falls, the layers above have collapsed equally far. " +
      "The test set tells whether that carries over to images that the network was not trained on.",
    ],
    suits: isMeasuredOnce,
    draw: layerProfile,
    panel: null,
    selects: false,
  },
  {
    name: "figure2",
    heading: "Figure 2: train, test and linear probes",
    explanation: [
      "A column is a network. The upper rows show whether the collapse seen on the train set carries over to the test " +
      "set. The last row shows how well a linear classifier does that sees one layer only: where it reaches the " +
      "network’s own test accuracy (long dashes), the layers above add nothing that a linear classifier needs.",
    ],
    suits: ({ probe }) => probe.length > 0,
    draw: figure2,
    panel: null,
    selects: true,
  },
  {
    name: "effective_depth",
    heading: "Effective depth",
    explanation: [
      "Each layer’s value divided by a threshold fixed beforehand. By CDNV it is a multiple of the last layer’s CDNV " +
      "(twice, unless the study sets another), and the effective depth counts the layers before the first from which " +
      "on all stay at or below it. By NCC it is the network’s train error and a margin (0.01, unless the study sets " +
      "another), and the effective depth is the first layer whose nearest-class-center error, " +
      "and that of all above, stays at or below it. The whole curve is shown since a verdict that hangs on one point " +
      "near the line is weak; the untrained network shows what the definition says where nothing was learned.",
    ],
    suits: ({ depth }) => depth.length > 0,
    draw: effectiveDepth,
    panel: null,
    selects: false,
  },
  {
    name: "depth_noise",
    heading: "Effective depth against label noise",
    explanation: [
      "Later versions of the paper claim that the more labels are random, the more layers are needed before the classes " +
      "gather. Compare with the untrained network, which knows nothing of labels, and look at whether the networks fit " +
      "their train set at all: one that does not (hollow) was not brought to where the claim speaks of.",
    ],
    suits: variesNoise,
    draw: depthNoise,
    panel: null,
    selects: false,
  },
  {
    name: "depth_progress",
    heading: "Effective depth over training",
    explanation: [
      "When the depth that is needed settles, and whether it keeps to that while the network goes on collapsing. The " +
      "dashed line is the number of layers that the network has.",
    ],
    suits: (study) => study.depth.length > 0 && !isMeasuredOnce(study),
    draw: depthProgress,
    panel: null,
    selects: false,
  },
  {
    name: "depth_curve",
    heading: "Effective depth over its threshold",
    explanation: [
      "What the verdict would have been at other thresholds. A flat stretch is a verdict that does not hang on the choice " +
      "of one; where the curve before training, or that with shuffled labels, lies on the same level, it says nothing of " +
      "what was learned.",
    ],
    suits: ({ curve }) => curve.length > 0,
    draw: depthCurve,
    panel: null,
    selects: false,
  },
  {
    name: "heat_map",
    heading: "Layers and epochs",
    explanation: [
      "The curves of Figure 1 as maps, in which neighbouring layers do not hide each other. A front that climbs down " +
      "says that collapse starts at the last layers; a boundary that stays at one height is the effective depth.",
    ],
    suits: (study) => !isMeasuredOnce(study),
    draw: heatMap,
    panel: null,
    selects: false,
  },
  {
    name: "separability",
    heading: "From CDNV to separability",
    explanation: [
      "Why CDNV matters: it bounds how many images lie nearer to another class’s mean. The bound is far from the points; " +
      "what they show is the relation that holds in fact, and whether layers and epochs share it.",
    ],
    suits: () => true,
    draw: separability,
    panel: null,
    selects: false,
  },
  {
    name: "class_means",
    heading: "Angles between classes",
    explanation: [
      "Variability that vanishes is the first part of neural collapse; the second is that the class means point into " +
      "directions as different as can be. Their mean cosine is close to the dashed line by construction, since the " +
      "means are centred: what tells is how short the bars are.",
    ],
    suits: ({ pairs }) => pairs.length > 0,
    draw: classMeans,
    panel: null,
    selects: false,
  },
  {
    name: "class_pairs",
    heading: "Pairs of classes",
    explanation: [
      "CDNV is a mean over pairs of classes. Here are the pairs: light cells are classes that the last layer does not " +
      "yet tell well apart.",
    ],
    suits: ({ pairs }) => pairs.length > 0,
    draw: classPairs,
    panel: null,
    selects: false,
  },
];

/**
 * The figures that the study has tables for, in the order of the report; networks of shuffled labels that it has for
 * comparison alone are in that of the effective depth over its threshold, and in no other.
 */
export function studyFigures(whole: Study, options: FigureOptions = {}): ReportFigure[] {
  const study = withoutControls(whole);
  return kinds.filter(({ suits }) => suits(study)).map(({ suits: _, draw, ...kind }) => ({
    ...kind,
    figure: draw(study, options),
  }));
}
