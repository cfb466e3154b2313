import { darkColors } from "../colors.ts";
import { browserLibraries, libraryVersions } from "./libraries.ts";
import { codeScript, jsonScript, type Markup, markup, trusted } from "../markup.ts";
import { sharedText } from "../study/network.ts";
import { reportScript } from "./report_script.ts";
import { reportStyle } from "./report_style.ts";
import { layersTables, summaryTable } from "./report_tables.ts";
import { lastEpochs } from "../study/series.ts";
import type { Study } from "../study/study.ts";
import type { Figure } from "../figure.ts";
import { themes } from "../theme.ts";

/** A figure as it stands in a report. */
export interface ReportFigure {
  /** The file name of the figure without its ending; also the element's id. */
  readonly name: string;
  /** The heading above it; up to a colon also its name in the contents. */
  readonly heading: string;
  /** How to read it, a paragraph each. */
  readonly explanation: readonly string[];
  /** The Vega-Lite specification. */
  readonly figure: Figure;
  /** The pixels that a panel takes where panels may wrap on narrow screens; null where their order is a grid. */
  readonly panel: number | null;
  /** Whether the curves of layers stand out when their entry in a legend is clicked. */
  readonly selects: boolean;
}

/** A part of a report that other modules make, after the networks. */
export interface ReportSection {
  /** The heading's id, which is unique on the page. */
  readonly id: string;
  /** Also its name in the contents. */
  readonly heading: string;
  /** What stands below the heading. */
  readonly content: Markup;
}

/** What a report is made of. */
export interface Report {
  /** The page's title. */
  readonly title: string;
  /** What is reported on. */
  readonly study: Study;
  /** In the order of the page; none by default. */
  readonly sections?: readonly ReportSection[];
  /** In the order of the page. */
  readonly figures: readonly ReportFigure[];
  /** The path of the folder of figures, relative to the report. */
  readonly figuresFolder: string;
  /** What the report was made from, by name: parameters, and digests of the tables. */
  readonly provenance: Readonly<Record<string, string>>;
}

/** Nothing may be loaded; the page's own code and style, and images it makes itself, may be used. */
const policy = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; " +
  "img-src data: blob:";

/** A page that stands alone: figures that answer to the pointer, tables, and where they come from; no network is used. */
export async function reportPage(report: Report): Promise<string> {
  const { title, study, sections = [], figures, figuresFolder, provenance } = report;
  const data = {
    figures: figures.map(({ name, figure, panel }) => ({ name, panel, spec: figure })),
    themes,
    darkColors: darkColors([...new Set(study.cdnv.map(({ layer }) => layer))]),
  };
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${trusted(reportStyle)}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="faint">${sharedText(study.networks, lastEpochs(study))}</p>
<p>How strongly does each layer of a network gather its classes? The class-distance normalized variance (CDNV) of a
layer compares the spread within classes with the distance between their means: the smaller, the more collapsed.
Measured as in “A Note on the Implicit Bias Towards Minimal Depth of Deep Neural Networks”
(Galanti, arXiv 2202.09028).</p>
<nav aria-label="Contents">
<a href="#networks">Networks</a>
${sections.map(({ id, heading }) => markup`<a href="#${id}">${heading}</a>\n`)}${
    figures.map(contentsEntry)
  }<a href="#layers">Layers</a>
<a href="#provenance">Provenance</a>
</nav>
<button type="button" id="mode" hidden>Dark mode</button>
</header>
<main>
<h2 id="networks">Networks</h2>
${summaryTable(study)}
${sections.map(({ id, heading, content }) => markup`<h2 id="${id}">${heading}</h2>\n${content}\n`)}${
    figures.map((figure) => figureSection(figure, figuresFolder))
  }
<h2 id="layers">Layers after the last measured epoch</h2>
${layersTables(study)}
<h2 id="provenance">Provenance</h2>
<p>Everything on this page follows from the tables named here; the engine’s lock file says which code, data and
parameters made them.</p>
<dl>
${Object.entries({ ...provenance, ...libraryVersions }).map(provenanceEntry)}</dl>
</main>
<footer>Made by mindepth. This page is one file and loads nothing.</footer>
${jsonScript("figures", data)}
${(await browserLibraries()).map(codeScript)}
${codeScript(reportScript)}
</body>
</html>
`;
  return page.markup;
}

function contentsEntry({ name, heading }: ReportFigure): Markup {
  return markup`<a href="#${name}-heading">${heading.split(":")[0]!}</a>
`;
}

function provenanceEntry([name, value]: [string, string]): Markup {
  return markup`<dt>${name}</dt><dd>${value}</dd>
`;
}

function figureSection({ name, heading, explanation, figure, selects }: ReportFigure, folder: string): Markup {
  const [svg, png, spec] = ["svg", "png", "vl.json"].map((ending) => `${folder}/${name}.${ending}`) as [
    string,
    string,
    string,
  ];
  return markup`<h2 id="${name}-heading">${heading}</h2>
${explanation.map((paragraph) => markup`<p>${paragraph}</p>\n`)}<figure>
<div class="chart" id="${name}" role="region" tabindex="0" aria-label="${heading}. ${figure.description}">
<noscript><p>Drawing this figure takes JavaScript; ${svg} is the same as an image.</p></noscript>
</div>
<figcaption>${
    selects ? "Click a layer in a legend to bring its curves out, beside the charts to show all. " : null
  }Point at a chart to read values.
Files: <a href="${svg}">SVG</a>, <a href="${png}">PNG</a>, <a href="${spec}">Vega-Lite</a>.</figcaption>
</figure>
`;
}
