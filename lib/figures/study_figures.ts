import type { FigureOptions } from "./caption.ts";
import { effectiveDepth } from "./effective_depth.ts";
import { figure1 } from "./figure1.ts";
import { figure2 } from "./figure2.ts";
import { isMeasuredOnce, layerProfile } from "./layer_profile.ts";
import type { ReportFigure } from "./report/report.ts";
import type { Study } from "./study/study.ts";

/** The figures that the study has tables for, in the order of the report. */
export function studyFigures(study: Study, options: FigureOptions = {}): ReportFigure[] {
  const figures: ReportFigure[] = [isMeasuredOnce(study) ? onceMeasured(study, options) : overTraining(study, options)];
  if (study.probe.length > 0) {
    figures.push({
      name: "figure2",
      heading: "Figure 2: train, test and linear probes",
      explanation: [
        "A column is a network. The upper rows show whether the collapse seen on the train set carries over to the test " +
        "set. The last row shows how well a linear classifier does that sees one layer only: where it reaches the " +
        "network’s own test accuracy (long dashes), the layers above add nothing that a linear classifier needs.",
      ],
      figure: figure2(study, options),
      panel: null,
      selects: true,
    });
  }
  if (study.depth.length > 0) {
    figures.push({
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
      figure: effectiveDepth(study, options),
      panel: null,
      selects: false,
    });
  }
  return figures;
}

function overTraining(study: Study, options: FigureOptions): ReportFigure {
  return {
    name: "figure1",
    heading: "Figure 1: collapse of each layer during training",
    explanation: [
      "Each chart but the last is a network, each curve one of its layers, from the first (dark) to the last (light); " +
      "these charts share one logarithmic axis. Look at the right end: curves that lie together are layers that have collapsed " +
      "equally far. The paper’s claim is that in a network deep enough they do so from a certain layer on, the same " +
      "for every depth.",
      "The last chart shows when each network fits its train set; compare whether its layers collapse further after that.",
    ],
    figure: figure1(study, options),
    panel: 345,
    selects: true,
  };
}

function onceMeasured(study: Study, options: FigureOptions): ReportFigure {
  return {
    name: "layers",
    heading: "Collapse of each layer",
    explanation: [
      "A column is a network, which was measured once. The lower the CDNV of a layer, the closer its features gather " +
      "around the means of their classes; where the curve no longer falls, the layers above have collapsed equally far. " +
      "The test set tells whether that carries over to images that the network was not trained on.",
    ],
    figure: layerProfile(study, options),
    panel: null,
    selects: false,
  };
}
