/**
 * Draws the figures of a study, merges its tables and writes its report.
 *
 * Deps: lists of the tables of all networks (CSV) and, if there, the verdicts on the paper's claims (JSON). Outs: a folder of figures (Vega-Lite, SVG, PNG), a folder of tables
 * (CSV), and the report (HTML).
 * @module
 */
import { dirname, relative } from "node:path/posix";
import { z } from "zod";
import { readClaims } from "../lib/claims/document.ts";
import { claimsSection } from "../lib/claims/section.ts";
import { writeFigure } from "../lib/figures/drawing/figure_files.ts";
import { reportPage } from "../lib/figures/report/report.ts";
import { readStudy } from "../lib/figures/study/study.ts";
import { studyFigures } from "../lib/figures/study_figures.ts";
import { condensedTables, mergedTables, provenanceOf, writeTables } from "../lib/figures/study/tables.ts";
import { stage } from "../lib/pipeline/stage/mod.ts";

/** Draws the figures of a study, merges its tables and writes its report. */
export default stage({
  parameters: z.strictObject({
    title: z.string().min(1).default("Layer-wise collapse").meta({ description: "The report's title" }),
    profile: z.string().min(1).optional().meta({ description: "Which reading of the paper this is, for the captions" }),
    machine: z.string().min(1).nullish().meta({
      description: "What the networks were trained on, for the captions; null or none leaves it out",
    }),
    zoom: z.number().min(0.5).max(6).default(2).meta({ description: "Pixels of a PNG per pixel of its SVG" }),
  }),
  deps: [],
  optionalDeps: ["claims"],
  lists: ["history", "cdnv", "depth", "probe", "pairs", "curve", "collapse"],
  outs: ["figures", "tables", "report"],

  async run({ with: { title, profile, machine, zoom }, deps, outs, progress }) {
    const { study, tables: raw } = await readStudy(deps);
    const figures = studyFigures(study, {
      ...profile === undefined ? {} : { profile },
      ...machine === undefined || machine === null ? {} : { machine },
    });

    await Deno.mkdir(outs.figures);
    for (const [index, { name, figure }] of figures.entries()) {
      await writeFigure(outs.figures, name, figure, zoom);
      progress({ done: index + 1, total: figures.length, unit: "figure" });
    }

    await Deno.mkdir(outs.tables);
    const tables = [...mergedTables(study, raw), ...condensedTables(study)];
    await writeTables(outs.tables, tables);

    const sections = deps.claims === undefined ? [] : [{
      id: "claims",
      heading: "Claims of the paper",
      content: claimsSection(await readClaims(deps.claims)),
    }];
    const page = await reportPage({
      title,
      study,
      sections,
      figures,
      figuresFolder: relative(dirname(outs.report), outs.figures),
      provenance: { title, zoom: String(zoom), ...await provenanceOf(outs.tables, tables) },
    });
    await Deno.writeTextFile(outs.report, page);
  },
});
