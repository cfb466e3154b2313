import { markup } from "../markup.ts";
import { sharedText } from "../study/network.ts";
import { lastEpochs } from "../study/series.ts";
import type { Study } from "../study/study.ts";
import { figureSection, provenanceSection, type ReportFigure, type ReportSection, standalonePage } from "./page.ts";
import { seedsSection } from "./seeds_section.ts";
import { layersTables, summaryTable } from "./report_tables.ts";

/** What a report is made of. */
export interface Report {
  /** The page's title. */
  readonly title: string;
  /** What is reported on. */
  readonly study: Study;
  /** What other modules make, after the networks and in the order of the page; none by default. */
  readonly sections?: readonly ReportSection[];
  /** In the order of the page. */
  readonly figures: readonly ReportFigure[];
  /** The path of the folder of figures, relative to the report. */
  readonly figuresFolder: string;
  /** What the report was made from, by name: parameters, and digests of the tables. */
  readonly provenance: Readonly<Record<string, string>>;
}

/** A page that stands alone: figures that answer to the pointer, tables, and where they come from; no network is used. */
export async function reportPage(report: Report): Promise<string> {
  const { title, study, sections = [], figures, figuresFolder, provenance } = report;
  return await standalonePage({
    title,
    introduction: markup`<p class="faint">${sharedText(study.networks, lastEpochs(study))}</p>
<p>How strongly does each layer of a network gather its classes? The class-distance normalized variance (CDNV) of a
layer compares the spread within classes with the distance between their means: the smaller, the more collapsed.
Measured as in “A Note on the Implicit Bias Towards Minimal Depth of Deep Neural Networks”
(Galanti, arXiv 2202.09028).</p>`,
    sections: [
      { id: "networks", heading: "Networks", content: summaryTable(study) },
      ...sections,
      ...figures.map((figure) => figureSection(figure, figuresFolder)),
      { id: "layers", heading: "Layers: after the last measured epoch", content: layersTables(study) },
      ...seedsSection(study),
      provenanceSection(provenance),
    ],
    figures,
    layers: [...new Set(study.cdnv.map(({ layer }) => layer))],
  });
}
