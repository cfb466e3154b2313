import { darkColors } from "./colors.ts";
import { codeScript, Html, html, jsonScript } from "./html.ts";
import { browserLibraries, libraryVersions } from "./libraries.ts";
import { sharedText } from "./network.ts";
import { reportScript } from "./report_script.ts";
import { reportStyle } from "./report_style.ts";
import { layersTables, summaryTable } from "./report_tables.ts";
import { lastEpoch } from "./series.ts";
import type { Study } from "./study.ts";
import { type Figure, themes } from "./theme.ts";

/** A figure as it stands in a report. */
export interface ReportFigure {
  /** The file name of the figure without its ending; also the element's id. */
  readonly name: string;
  readonly heading: string;
  /** How to read it, a paragraph each. */
  readonly explanation: readonly string[];
  readonly figure: Figure;
  /** The pixels that a panel takes where panels may wrap on narrow screens; null where their order is a grid. */
  readonly panel: number | null;
}

/** What a report is made of. */
export interface Report {
  readonly title: string;
  readonly study: Study;
  readonly figures: readonly ReportFigure[];
  /** The path of the folder of figures, relative to the report. */
  readonly figuresFolder: string;
  /** What the report was made from, by name: parameters, and digests of the tables. */
  readonly provenance: Readonly<Record<string, string>>;
}

/** A page that stands alone: figures that answer to the pointer, tables, and where they come from; no network is used. */
export async function reportPage(report: Report): Promise<string> {
  const { study, figures } = report;
  const layers = study.networks.map((network) => network.depth);
  const data = {
    figures: figures.map(({ name, figure, panel }) => ({ name, panel, spec: figure })),
    themes,
    darkColors: darkColors(layers),
  };
  const policy = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; " +
    "img-src data: blob:";
  const page = html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="${policy}">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <link rel="icon" href="data:,">
        <title>${report.title}</title>
        <style>${new Html(reportStyle)}</style>
      </head>
      <body>
    <header>
    <h1>${report.title}</h1>
    <p class="faint">${sharedText(study.networks, lastEpoch(study))}</p>
    <p>How strongly does each layer of a network gather its classes? The class-distance normalized variance (CDNV) of a layer
    compares the spread within classes with the distance between their means: the smaller, the more collapsed. Measured as in
    “A Note on the Implicit Bias Towards Minimal Depth of Deep Neural Networks” (Galanti, arXiv 2202.09028).</p>
    <nav aria-label="Contents"><a href="#networks">Networks</a>
    ${figures.map(({ name, heading }) =>
      html`
        <a href="#${name}-heading">${heading}</a>
      `
    )}
    <a href="#layers">Layers</a> <a href="#provenance">Provenance</a>
    <button type="button" id="mode" hidden>Dark mode</button></nav>
    </header>
    <main>
    <h2 id="networks">Networks</h2>
    ${summaryTable(study)}
    ${figures.map((figure) => figureSection(figure, report.figuresFolder))}
    <h2 id="layers">Layers after the last measured epoch</h2>
    ${layersTables(study)}
    <h2 id="provenance">Provenance</h2>
    <p>Everything here follows from the tables below; the engine’s lock file says which code, data and parameters made them.</p>
    <dl>${Object.entries({ ...report.provenance, ...libraryVersions }).map(([name, value]) =>
      html`
        <dt>${name}</dt>
        <dd>${value}</dd>
      `
    )}</dl>
    </main>
    <footer>Made by mindepth. This page is one file and loads nothing.</footer>
    ${jsonScript("figures", data)}
    ${(await browserLibraries()).map((code) => codeScript(code))}
    ${codeScript(reportScript)}
      </body>
    </html>
  `;
  return page.text;
}

function figureSection({ name, heading, explanation, figure }: ReportFigure, folder: string): Html {
  const file = (ending: string) => `${folder}/${name}.${ending}`;
  return html`
    <h2 id="${name}-heading">${heading}</h2>
    ${explanation.map((paragraph) => html`<p>${paragraph}</p>`)}
    <figure>
      <div class="chart" id="${name}" role="region" tabindex="0" aria-label="${heading}. ${figure.description ?? ""}">
    <noscript><p>This figure needs JavaScript here; as an image it is in ${file("svg")}.</p></noscript></div>
      <figcaption>Click an entry of a legend to bring one curve out, double-click to show all; point at a chart to read values.
    Files: <a href="${file("svg")}">SVG</a>, <a href="${file("png")}">PNG</a>, <a href="${file(
      "vl.json",
    )}">Vega-Lite</a>.</figcaption>
    </figure>
  `;
}
