/**
 * Holds several studies side by side: their networks, their effective depths, the verdicts on the paper's claims.
 *
 * Deps: lists of the folders of tables that the `plot` stages of the studies left, and of their claims (JSON), each beside one
 * of these folders. Outs: a folder of figures (Vega-Lite, SVG, PNG), a folder of tables (CSV), and the page (HTML).
 * @module
 */
import { dirname, relative } from "node:path/posix";
import { z } from "zod";
import { readNamedClaims, withProfiles } from "../lib/claims/comparison/named_claims.ts";
import { verdictsFigure } from "../lib/claims/comparison/verdict_figure.ts";
import { verdictDetails } from "../lib/claims/comparison/verdict_details.ts";
import { verdictTable } from "../lib/claims/comparison/verdict_table.ts";
import { comparisonFigures, comparisonPage } from "../lib/figures/comparison/comparison_page.ts";
import { comparisonTables } from "../lib/figures/comparison/comparison_tables.ts";
import { readStudies } from "../lib/figures/comparison/named_study.ts";
import { writeFigure } from "../lib/figures/drawing/figure_files.ts";
import { provenanceOf, writeTables } from "../lib/figures/study/tables.ts";
import { stage } from "../lib/pipeline/stage/mod.ts";

/** Holds several studies side by side: their networks, their effective depths, the verdicts on the paper's claims. */
export default stage({
  parameters: z.strictObject({
    title: z.string().min(1).default("Studies compared").meta({ description: "The page's title" }),
    names: z.array(z.string().min(1)).optional().meta({
      description: "A name a folder of tables; else the folder of the study, as figure1/reduced",
    }),
    pairs: z.enum(["all", "first"]).default("all").meta({
      description: "Which studies are held against each other: any two, or all others against the first",
    }),
    zoom: z.number().min(0.5).max(6).default(2).meta({ description: "Pixels of a PNG per pixel of its SVG" }),
  }),
  deps: [],
  lists: ["tables", "claims"],
  outs: ["figures", "tables", "report"],

  async run({ with: { title, names, pairs, zoom }, deps, outs, progress }) {
    const named = await readStudies(deps.tables, names);
    const claims = await readNamedClaims(
      deps.claims,
      named.map(({ name }, index) => ({ name, tables: deps.tables[index]! })),
    );
    const studies = withProfiles(named, claims);
    const figures = [...claims.length === 0 ? [] : [verdictsFigure(claims)], ...comparisonFigures(studies, pairs)];

    await Deno.mkdir(outs.figures);
    for (const [index, { name, figure }] of figures.entries()) {
      await writeFigure(outs.figures, name, figure, zoom);
      progress({ done: index + 1, total: figures.length, unit: "figure" });
    }

    await Deno.mkdir(outs.tables);
    const tables = [...comparisonTables(studies, pairs), ...verdictTable(claims)];
    await writeTables(outs.tables, tables);

    const page = await comparisonPage({
      title,
      studies,
      pairing: pairs,
      figures,
      below: { verdicts: verdictDetails(claims) },
      figuresFolder: relative(dirname(outs.report), outs.figures),
      provenance: { title, pairs, zoom: String(zoom), ...await provenanceOf(outs.tables, tables) },
    });
    await Deno.writeTextFile(outs.report, page);
  },
});
