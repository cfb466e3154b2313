import { posix } from "node:path";
import type { Plot } from "./plot.ts";

/** An image of a page: which revision it is of, and its address relative to the page. */
export interface PageImage {
  /** As typed. */
  readonly revision: string;
  /** Relative to the page, with `/`. */
  readonly address: string;
}

/** The place of the plots in a page of one's own. */
const PLOTS = "{plot_divs}";

const SCRIPTS = ["vega@5.20.2", "vega-lite@5.2.0", "vega-embed@6.18.2"]
  .map((name) => `<script src="https://cdn.jsdelivr.net/npm/${name}"></script>`).join("\n");

const PAGE = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Plots</title>
{scripts}
<style>
body { font-family: sans-serif; margin: 2rem }
figure { margin: 0 0 2rem }
.images { display: flex; flex-wrap: wrap; gap: 1rem }
img { max-width: 100% }
</style>
</head>
<body>
{plot_divs}
</body>
</html>
`;

/**
 * A page with all plots: those that are drawn first, then images. Vega comes from the net, as in DVC's pages.
 *
 * @param images of each image plot, by id
 * @param template a page with `{scripts}` and `{plot_divs}` in it, as DVC's `plots.html_template`
 * @throws {Error} where the template has no place for plots; the message is a sentence
 */
export function plotPage(
  plots: readonly Plot[],
  images: ReadonlyMap<string, readonly PageImage[]>,
  template: string = PAGE,
): string {
  if (!template.includes(PLOTS)) throw new Error(`the page of --html-template has no ${PLOTS}`);
  const drawn = plots.flatMap((plot) =>
    plot.kind === "drawn" && plot.specification !== undefined ? [drawnElement(plot.id, plot.specification.content)] : []
  );
  const shown = plots.filter((plot) => plot.kind === "image").toSorted(byStep)
    .map(({ id }) => imageElement(id, images.get(id) ?? []));
  return template.replace("{refresh_tag}", "").replace("{scripts}", () => SCRIPTS)
    .replace(PLOTS, () => [...drawn, ...shown].join("\n"));
}

function drawnElement(id: string, specification: unknown): string {
  const name = id.replace(/[^\w-]/g, "_");
  // In a script, nothing may look like its end.
  const json = JSON.stringify(specification).replaceAll("<", "\\u003c");
  return `<figure id="${name}"></figure>\n<script>vegaEmbed("#${name}", ${json});</script>`;
}

function imageElement(id: string, images: readonly PageImage[]): string {
  const shown = images.map(({ revision, address }) =>
    `<figure><figcaption>${escaped(revision)}</figcaption><img src="${escaped(encodeURI(address))}" alt="${
      escaped(`${id}, ${revision}`)
    }"></figure>`
  );
  return `<h2>${escaped(id)}</h2>\n<div class="images">${shown.join("")}</div>`;
}

/** Images by folder, and in it by number where names are numbers: steps of a training, say. */
function byStep({ id: one }: Plot, { id: other }: Plot): number {
  const [first, second] = [one, other].map((id) => ({
    folder: posix.dirname(id),
    number: Number(posix.basename(id, posix.extname(id))),
  }));
  if (first!.folder !== second!.folder) return first!.folder < second!.folder ? -1 : 1;
  return first!.number - second!.number || (one < other ? -1 : 1);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
