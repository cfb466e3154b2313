import { markup } from "../markup.ts";
import {
  figureSection,
  provenanceSection,
  type ReportFigure,
  type ReportSection,
  standalonePage,
} from "../report/page.ts";
import { differenceFigure } from "./difference_figure.ts";
import { type Pairing, studyPairs } from "./difference_rows.ts";
import { differenceTable } from "./difference_table.ts";
import { cdnvIntervals, depthIntervals, hasIntervals, intervalFigure, intervalPanel } from "./interval_figure.ts";
import type { IntervalKind } from "./interval_rows.ts";
import type { NamedStudy } from "./named_study.ts";
import { comparedNetworksTable } from "./summary_table.ts";

/** What a page of comparison is made of. */
export interface ComparisonPage {
  /** The page's title. */
  readonly title: string;
  /** In the order in which they are shown. */
  readonly studies: readonly NamedStudy[];
  /** Which of them are held against each other. */
  readonly pairing: Pairing;
  /** In the order of the page. */
  readonly figures: readonly ReportFigure[];
  /** What stands below a figure, by its name, besides the numbers of the paired differences. */
  readonly below: Readonly<Record<string, ReportSection["content"]>>;
  /** The path of the folder of figures, relative to the page. */
  readonly figuresFolder: string;
  /** What the page was made from, by name: parameters, and digests of the tables. */
  readonly provenance: Readonly<Record<string, string>>;
}

const intervalFigures: readonly (Omit<ReportFigure, "figure"> & { readonly kind: IntervalKind })[] = [
  {
    kind: depthIntervals,
    name: "effective_depth",
    heading: "Effective depth: by study",
    explanation: [
      "How many layers a network needs before the collapsed ones, by both definitions. Intervals are over seeds and say " +
      "how well the mean is known, not how far seeds lie apart: that of two seeds is wide whatever they are. Depths are " +
      "whole numbers, so that seeds which agree have an interval of no width.",
    ],
    panel: intervalPanel,
    selects: false,
  },
  {
    kind: cdnvIntervals,
    name: "last_layer_cdnv",
    heading: "CDNV of the last layer: by study",
    explanation: [
      "How far the last layer has collapsed, on the train and on the test set. All studies share one logarithmic axis.",
    ],
    panel: intervalPanel,
    selects: false,
  },
];

/** The figures in which studies are compared, as far as they have what these show. */
export function comparisonFigures(studies: readonly NamedStudy[], pairing: Pairing = "all"): ReportFigure[] {
  const pairs = studyPairs(studies, pairing);
  return [
    ...intervalFigures.filter(({ kind }) => hasIntervals(studies, kind)).map(({ kind, ...figure }) => ({
      ...figure,
      figure: intervalFigure(studies, kind),
    })),
    ...pairs.length === 0 ? [] : [{
      name: "differences",
      heading: "Paired differences: the same network in two studies",
      explanation: [
        "Networks of the same data set, model, depth, width and label noise, over the seeds that both studies have. A " +
        "seed starts both from the same weights, where these do not depend on what the studies differ in; what it " +
        "brings to both cancels, so that a difference may be clear where the intervals above overlap. Where an interval " +
        "leaves out the dashed line, the studies differ; of many rows, one in twenty does so by chance.",
      ],
      figure: differenceFigure(pairs),
      panel: null,
      selects: false,
    }],
  ];
}

/** A page that stands alone: studies side by side, in tables and in figures that answer to the pointer. */
export async function comparisonPage(page: ComparisonPage): Promise<string> {
  const { title, studies, pairing, figures, below, figuresFolder, provenance } = page;
  const pairs = studyPairs(studies, pairing);
  const sections = figures.map((figure): ReportSection => {
    const section = figureSection(figure, figuresFolder);
    const more = figure.name === "differences" ? differenceTable(pairs) : below[figure.name];
    return more === undefined ? section : { ...section, content: markup`${section.content}\n${more}` };
  });
  const unpaired: ReportSection = {
    id: "differences-heading",
    heading: "Paired differences",
    content: markup`<p>No two of these studies have a network and a seed in common.</p>`,
  };
  return await standalonePage({
    title,
    introduction: markup`<p class="faint">${studies.map(({ name }) => name).join(" · ")}</p>
<p>How far the layers of networks collapse, and what comes of the paper’s claims, in several studies side by side.
Measured as in “A Note on the Implicit Bias Towards Minimal Depth of Deep Neural Networks”
(Galanti, arXiv 2202.09028).</p>`,
    sections: [
      { id: "networks", heading: "Networks", content: comparedNetworksTable(studies) },
      ...sections,
      ...pairs.length === 0 ? [unpaired] : [],
      provenanceSection(provenance),
    ],
    figures,
    layers: [],
  });
}
