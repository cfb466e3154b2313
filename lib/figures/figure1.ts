import { logAxis } from "./panels/domains.ts";
import { caption, curveNotes, cutNote, type FigureOptions } from "./caption.ts";
import { curvesPanel } from "./panels/curves.ts";
import { absenceOf } from "./panels/floor_marks.ts";
import { accuracyAxis, cdnvAxis, cutsOff, epochAxis } from "./panels/panel_axes.ts";
import { layerSeries, networkSeries } from "./panels/series_legend.ts";
import {
  accuraciesAndIntervals,
  accuracyPoints,
  cdnvPoints,
  epochCount,
  hasBands,
  lastEpoch,
  layersOf,
  learningRateDrops,
  type Point,
  settled,
  valuesAndIntervals,
} from "./study/series.ts";
import type { Study } from "./study/study.ts";
import { type Figure, grammar } from "./figure.ts";
import { themes } from "./theme.ts";

/**
 * Figure 1 of the paper: for each network the CDNV of each layer on the train set over epochs (log axis, the same in all
 * panels), and the train accuracies of all networks, where there are any, in one panel.
 *
 * @throws Error where the study has no CDNV on the train set
 */
export function figure1(study: Study, options: FigureOptions = {}): Figure {
  const cdnv = cdnvPoints(study, "train");
  if (cdnv.length === 0) throw new Error("The tables hold no CDNV on the train set, which Figure 1 shows");
  const accuracy = accuracyPoints(study, "trainAccuracy");
  const drops = learningRateDrops(study);
  const last = lastEpoch(study);
  const level = accuracyAxis("Train accuracy", accuraciesAndIntervals(settled(accuracy)));
  const axis = logAxis(valuesAndIntervals(cdnv, "cdnv"));
  const absence = absenceOf(cdnv, "cdnv");
  const common = { width: 255, height: 235, band: hasBands(study), owns: true, legend: true };
  const panels = study.networks.map((network, index) =>
    curvesPanel({
      ...common,
      title: network.label,
      data: "cdnv",
      network: network.label,
      series: layerSeries(layersOf(cdnv, network.label)),
      value: cdnvAxis("Train CDNV", axis),
      epochs: epochAxis(last, epochCount(cdnv), "drops"),
      absence,
      selection: `layer_${index + 1}`,
    })
  );
  const accuracies = curvesPanel({
    ...common,
    title: "Train accuracy",
    data: "accuracy",
    series: networkSeries(study.networks.map((network) => network.label)),
    value: level,
    epochs: epochAxis(last, epochCount(accuracy)),
    clip: true,
    selection: "network",
  });
  // Weights that were trained elsewhere come without a history.
  const hasHistory = accuracy.length > 0;
  return {
    $schema: grammar,
    description: description(study, cdnv, hasHistory),
    title: caption(
      study,
      `Figure 1: CDNV of each layer on the train set${hasHistory ? ", and train accuracy" : ""}`,
      options,
      [
        ...curveNotes(study, drops.length > 0, absence),
        cutNote(cdnv, axis, "bands"),
        cutsOff(level, accuracy) && "the axis of accuracy leaves out low values of the first epochs",
      ],
    ),
    config: themes.light,
    datasets: { cdnv, accuracy, drops },
    concat: hasHistory ? [...panels, accuracies] : panels,
    columns: panels.length === 3 ? 2 : Math.min(3, panels.length + 1),
    spacing: { row: 28, column: 28 },
    resolve: { scale: { color: "independent" } },
  };
}

/** For readers who do not see the figure: what is drawn, and where each network's last layer ends. */
function description(study: Study, cdnv: ReturnType<typeof cdnvPoints>, hasHistory: boolean): string {
  const ends = study.networks.map(({ label }) => {
    const layer = layersOf(cdnv, label).at(-1);
    const curve = cdnv.filter((point) => point.network === label && point.layer === layer);
    return `${label}: from ${valueText(curve[0]!)} to ${valueText(curve.at(-1)!)}`;
  });
  return "Line charts, one a network: the class-distance normalized variance (CDNV) of each layer on the train set over " +
    `epochs, on a log axis${
      hasHistory ? "; and a line chart of the networks' train accuracies" : ""
    }. CDNV of the last layer, ${ends.join("; ")}.`;
}

/** "0.13 at epoch 20". */
function valueText({ cdnv, epoch, zero }: Point): string {
  const missing = zero === "yes" ? "exactly zero" : "not measurable";
  return `${typeof cdnv === "number" ? cdnv.toPrecision(2) : missing} at epoch ${epoch}`;
}
