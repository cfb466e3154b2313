import { darkColors } from "../colors.ts";
import type { Figure } from "../figure.ts";
import { codeScript, jsonScript, type Markup, markup, trusted } from "../markup.ts";
import { themes } from "../theme.ts";
import { browserLibraries, libraryVersions } from "./libraries.ts";
import { reportScript } from "./report_script.ts";
import { reportStyle } from "./report_style.ts";

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

/** A part of a page below a heading of its own. */
export interface ReportSection {
  /** The heading's id, which is unique on the page. */
  readonly id: string;
  /** Also its name in the contents, up to a colon. */
  readonly heading: string;
  /** What stands below the heading. */
  readonly content: Markup;
}

/** What a page is made of. */
export interface Page {
  /** The page's title. */
  readonly title: string;
  /** What stands between the title and the contents. */
  readonly introduction: Markup;
  /** In the order of the page. */
  readonly sections: readonly ReportSection[];
  /** The figures that the sections show, in the order in which they are drawn. */
  readonly figures: readonly ReportFigure[];
  /** For how many layers figures colour them. */
  readonly layers: readonly number[];
}

/** Nothing may be loaded; the page's own code and style, and images it makes itself, may be used. */
const policy = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; " +
  "img-src data: blob:";

/** A page that stands alone: figures that answer to the pointer, light and dark; no network is used. */
export async function standalonePage({ title, introduction, sections, figures, layers }: Page): Promise<string> {
  const data = {
    figures: figures.map(({ name, figure, panel }) => ({ name, panel, spec: figure })),
    themes,
    darkColors: darkColors(layers),
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
${introduction}
<nav aria-label="Contents">
${sections.map(({ id, heading }) => markup`<a href="#${id}">${heading.split(":")[0]!}</a>\n`)}</nav>
<button type="button" id="mode" hidden>Dark mode</button>
</header>
<main>
${sections.map(({ id, heading, content }) => markup`<h2 id="${id}">${heading}</h2>\n${content}\n`)}</main>
<footer>Made by mindepth. This page is one file and loads nothing.</footer>
${jsonScript("figures", data)}
${(await browserLibraries()).map(codeScript)}
${codeScript(reportScript)}
</body>
</html>
`;
  return page.markup;
}

/**
 * The section of a figure: how to read it, the figure, and its files.
 *
 * @param folder the path of the folder of figures, relative to the page
 */
export function figureSection(
  { name, heading, explanation, figure, selects }: ReportFigure,
  folder: string,
): ReportSection {
  const [svg, png, spec] = ["svg", "png", "vl.json"].map((ending) => `${folder}/${name}.${ending}`) as [
    string,
    string,
    string,
  ];
  const content = markup`${explanation.map((paragraph) => markup`<p>${paragraph}</p>\n`)}<figure>
<div class="chart" id="${name}" role="region" tabindex="0" aria-label="${heading}. ${figure.description}">
<noscript><p>Drawing this figure takes JavaScript; ${svg} is the same as an image.</p></noscript>
</div>
<figcaption>${
    selects ? "Click a layer in a legend to bring its curves out, beside the charts to show all. " : null
  }Point at a chart to read values.
Files: <a href="${svg}">SVG</a>, <a href="${png}">PNG</a>, <a href="${spec}">Vega-Lite</a>.</figcaption>
</figure>`;
  return { id: `${name}-heading`, heading, content };
}

/**
 * The section on where a page comes from.
 *
 * @param provenance what it was made from, by name: parameters, and digests of the tables
 */
export function provenanceSection(provenance: Readonly<Record<string, string>>): ReportSection {
  const entries = Object.entries({ ...provenance, ...libraryVersions });
  const content = markup`<p>Everything on this page follows from the tables named here; the engine’s lock file says
which code, data and parameters made them.</p>
<dl>
${entries.map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>\n`)}</dl>`;
  return { id: "provenance", heading: "Provenance", content };
}
