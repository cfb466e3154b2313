import { child, type Node, textOf, toValue } from "./node.ts";
import type { FilePlots, PlotProperties } from "./pipeline.ts";
import { resolveTemplates, type Templating } from "./template.ts";
import { isMap } from "../value.ts";

/** The names by which plots are shown. */
const PROPERTIES = ["x", "y", "x_label", "y_label", "title", "template", "header"] as const;

/** What `plots` at the top of a file defines: a list of ids, each alone or with properties. */
export function plotsOf(written: Node | undefined, templating: Templating): FilePlots["plots"] {
  const items = written?.kind === "list" ? written.items : [];
  return items.flatMap((item): FilePlots["plots"] => {
    const resolved = resolveTemplates(item, templating);
    const id = textOf(resolved);
    if (id !== undefined) return [[id, {}]];
    const value = toValue(resolved);
    if (value === null || !isMap(value)) return [];
    return Object.entries(value).map(([id, properties]) => [
      id,
      properties !== null && isMap(properties) ? properties : {},
    ]);
  });
}

/** How an out under `plots` is shown, by the options beside its path: in one way, or in several. */
export function outProperties(options: Node | undefined): readonly PlotProperties[] {
  const ways = options?.kind === "list" ? options.items : [options];
  return ways.map((way) =>
    Object.fromEntries(
      PROPERTIES.flatMap((name) => {
        const node = child(way, name);
        return node === undefined ? [] : [[name, toValue(node)]];
      }),
    )
  );
}
