import { logAxis } from "./panels/domains.ts";
import { caption, curveNotes, cutNote, type FigureOptions } from "./caption.ts";
import { type CurvesPanel, curvesPanel } from "./panels/curves.ts";
import { absenceOf } from "./panels/floor_marks.ts";
import { bareAxis, cdnvAxis, columnWidth, epochAxis } from "./panels/panel_axes.ts";
import { layerSeries } from "./panels/series_legend.ts";
import { probePanels } from "./panels/probe_panels.ts";
import {
  cdnvPoints,
  epochCount,
  hasBands,
  lastEpoch,
  layersOf,
  learningRateDrops,
  valuesAndIntervals,
} from "./study/series.ts";
import type { Study } from "./study/study.ts";
import { type Figure, grammar } from "./figure.ts";
import { themes } from "./theme.ts";

/**
 * Figure 2 of the paper, a column a network: the CDNV of each layer over epochs on the train set (row 1) and the test set
 * (row 2), on one log axis; and the test accuracy of a linear probe on each layer, with the network's own accuracies
 * (row 3).
 *
 * @throws Error where the study has no CDNV or no probe
 */
export function figure2(study: Study, options: FigureOptions = {}): Figure {
  const train = cdnvPoints(study, "train");
  const test = cdnvPoints(study, "test");
  if (train.length === 0 || test.length === 0 || study.probe.length === 0) {
    throw new Error("The tables hold no CDNV on both sets with probes, which Figure 2 shows");
  }
  const drops = learningRateDrops(study);
  const axis = logAxis(valuesAndIntervals([...train, ...test], "cdnv"));
  const absence = absenceOf([...train, ...test], "cdnv");
  const size = { width: columnWidth(study.networks.length, 66), height: 180 };
  const values = { train: cdnvAxis("Train CDNV", axis), test: cdnvAxis("Test CDNV", axis) };
  const row = (split: "train" | "test", panel: Pick<CurvesPanel, "owns" | "legend">) =>
    study.networks.map((network, index) =>
      curvesPanel({
        ...size,
        ...panel,
        title: split === "train" ? network.label : "",
        data: split,
        network: network.label,
        series: layerSeries(layersOf(train, network.label)),
        value: index === 0 ? values[split] : bareAxis(values[split]),
        epochs: epochAxis(lastEpoch(study), epochCount(train), "drops"),
        band: hasBands(study),
        absence: absenceOf(split === "train" ? train : test, "cdnv"),
        selection: `layer_${index + 1}`,
      })
    );
  const probes = probePanels(study, { ...size, selection: (index) => `layer_${index + 1}` });
  return {
    $schema: grammar,
    description:
      "A grid of charts, a column a network. First and second row: the class-distance normalized variance (CDNV) of " +
      "each layer over epochs on a log axis, on the train set and on the test set. Third row: the test accuracy of a " +
      `linear probe on each layer, beside the network's own train and test accuracy. Networks: ${
        study.networks.map((network) => network.label).join("; ")
      }.`,
    title: caption(study, "Figure 2: CDNV on the train and the test set, and linear probes", options, [
      ...curveNotes(study, drops.length > 0, absence),
      cutNote([...train, ...test], axis, "bands"),
      probes.note,
    ]),
    config: themes.light,
    datasets: { train, test, drops, ...probes.datasets },
    concat: [
      ...row("train", { owns: true, legend: true }),
      ...row("test", { owns: false, legend: false }),
      ...probes.panels,
    ],
    columns: study.networks.length,
    spacing: { row: 14, column: 18 },
    resolve: { scale: { color: "independent", strokeDash: "independent", shape: "independent" } },
  };
}
