import { mkdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Diagnostic } from "../diagnostic.ts";
import { configurationValue } from "../dvc/configuration.ts";
import { readPipeline } from "./pipeline_reader.ts";
import type { Pipeline, PlotProperties } from "../file/pipeline.ts";
import { definitionsOf, fromFolder, type PlotRequest } from "../plots/definitions.ts";
import { type PageImage, plotPage } from "../plots/page.ts";
import { type ImagePlot, type Plot, type PlotError, type PlotRevision, plotsOf } from "../plots/plot.ts";
import { cachedFiles, committedFiles, diskFiles, type PlotFiles, withFallback } from "../plots/plot_files.ts";
import { readTemplate } from "../plots/template_file.ts";
import { lockPath, readLock } from "../store/lock.ts";
import { Workspace } from "../store/workspace.ts";
import type { Json } from "../value.ts";
import { openRevision } from "../values/revision.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import type { PlotsFlags } from "./flags.ts";
import { conclude, openRequests, report } from "./opening.ts";
import { UsageError } from "./usage_error.ts";

/** The revision that is the files as they are. */
export const WORKSPACE = "workspace";

/**
 * Shows plots of revisions: as a page, as one Vega-Lite specification, or as JSON.
 *
 * @throws {UsageError} where flags contradict each other, or a revision or a template is not known
 */
export async function showPlots(
  context: Context,
  flags: PlotsFlags,
  targets: readonly string[],
  revisions: readonly string[],
): Promise<void> {
  if (flags.showVega && targets.length !== 1) throw new UsageError("--show-vega needs one target, the plot to show");
  if (flags.showVega && flags.json) throw new UsageError("--show-vega and --json contradict each other");
  for (const { pipeline } of await openRequests(context, flags, [])) {
    using workspace = await Workspace.open(pipeline.folder);
    const request: PlotRequest = { folder: context.folder, targets, properties: propertiesOf(flags) };
    const found: PlotRevision[] = [];
    for (const name of revisions) {
      const revision = await revisionOf(context, name, pipeline, workspace, request, flags.noHeader);
      if (revision === undefined) return conclude(context, EXIT.invalid);
      found.push(revision);
    }
    const errors: PlotError[] = [];
    const template = (name: string | undefined) => readTemplate(name, pipeline.folder, context.folder);
    const plots = await usable(plotsOf(found, context.folder, template, errors, flags.json && flags.split));
    const out = flags.out ?? configurationValue(pipeline.folder, "plots", "out_dir") ?? "dvc_plots";
    await show(context, flags, { plots, errors, folder: pipeline.folder, out });
  }
}

async function revisionOf(
  context: Context,
  name: string,
  pipeline: Pipeline,
  workspace: Workspace,
  request: PlotRequest,
  noHeader: boolean,
): Promise<PlotRevision | undefined> {
  const diagnostics: Diagnostic[] = [];
  const describe = async (of: Pipeline, files: PlotFiles): Promise<PlotRevision> => {
    const lock = await readLock(lockPath(of.file), workspace.index);
    const all = lock.ok ? withFallback(files, cachedFiles(workspace, pipeline.folder, lock.value)) : files;
    const here = moved(of, pipeline.folder);
    const definitions = definitionsOf(here, request, all);
    const tables = here.stages.flatMap(({ outs }) => outs).filter(({ plot }) =>
      noHeader || plot?.[0]?.header === false
    );
    const headless = new Set(tables.map(({ path }) => fromFolder(context.folder, path)));
    if (noHeader) { for (const plots of definitions.values()) for (const id of plots.keys()) headless.add(id); }
    return { name, definitions, files: all, headless };
  };
  if (name === WORKSPACE) return await describe(pipeline, diskFiles);
  const opened = await usable(openRevision(pipeline.folder, name));
  try {
    const read = await readPipeline(join(opened.folder, relative(pipeline.folder, pipeline.file)));
    report(context, read.ok ? diagnostics : read.diagnostics);
    return read.ok ? await describe(read.value, await usable(committedFiles(pipeline.folder, name))) : undefined;
  } finally {
    opened[Symbol.dispose]();
  }
}

async function usable<T>(result: Promise<T>): Promise<T> {
  return await result.catch((error: Error) => {
    throw new UsageError(error.message);
  });
}

/** A pipeline that was read in another folder, with the paths of plots where it belongs. */
function moved(pipeline: Pipeline, folder: string): Pipeline {
  const place = (path: string): string => join(folder, relative(pipeline.folder, path));
  return {
    ...pipeline,
    plots: (pipeline.plots ?? []).map(({ file, plots }) => ({ file: place(file), plots })),
    stages: pipeline.stages.map((stage) => ({
      ...stage,
      outs: stage.outs.map((out) => ({ ...out, path: place(out.path) })),
    })),
  };
}

function propertiesOf({ x, y, title, xLabel, yLabel, template }: PlotsFlags): PlotProperties {
  const given = { x, y, title, x_label: xLabel, y_label: yLabel, template };
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => value === undefined ? [] : [[name, value]]),
  );
}

interface Shown {
  readonly plots: readonly Plot[];
  readonly errors: readonly PlotError[];
  /** The project's root, absolute. */
  readonly folder: string;
  /** Where pages go, relative to the current folder. */
  readonly out: string;
}

async function show(context: Context, flags: PlotsFlags, { plots, errors, folder, out }: Shown): Promise<void> {
  if (flags.json) {
    const images = writeImages(plots, resolve(context.folder, out));
    const data = Object.fromEntries(plots.map((plot) => [plot.id, plotJson(plot, images)]));
    const parts = { ...errors.length > 0 && { errors }, ...plots.length > 0 && { data } };
    return context.output.write(`${JSON.stringify(parts)}\n`);
  }
  report(
    context,
    errors.map(({ name, rev, msg }): Diagnostic => ({
      severity: "warning",
      message: `${name} of ${rev} is not shown: ${msg}`,
    })),
  );
  if (flags.showVega) {
    const drawn = plots.find((plot) => plot.kind === "drawn");
    if (drawn?.kind === "drawn") context.output.write(`${JSON.stringify(drawn.specification?.content ?? {})}\n`);
    return;
  }
  if (plots.length === 0) return context.errors.write("There are no plots to show\n");
  const page = resolve(context.folder, out, "index.html");
  const images = writeImages(plots, resolve(context.folder, out, "static"));
  mkdirSync(resolve(context.folder, out), { recursive: true });
  Deno.writeTextFileSync(
    page,
    pageText(flags, context.folder, folder, plots, relativeTo(resolve(context.folder, out), images)),
  );
  const address = pathToFileURL(page).href;
  context.output.write(`${address}\n`);
  if (!flags.open && configurationValue(folder, "plots", "auto_open") !== "true") return;
  const { openInBrowser } = await import("./browser.ts");
  if (await openInBrowser(address)) return;
  context.errors.write(`No browser opened ${address}; open it by hand, or name one by the variable BROWSER\n`);
  conclude(context, EXIT.failed);
}

function pageText(
  flags: PlotsFlags,
  folder: string,
  root: string,
  plots: readonly Plot[],
  images: ReadonlyMap<string, readonly PageImage[]>,
): string {
  const configured = configurationValue(root, "plots", "html_template");
  const path = flags.htmlTemplate !== undefined
    ? resolve(folder, flags.htmlTemplate)
    : configured !== undefined
    ? resolve(root, ".dvc", configured)
    : undefined;
  try {
    return plotPage(plots, images, path === undefined ? undefined : readFileSync(path, "utf8"));
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Writes images into a folder, and says where each lies; absolute. */
function writeImages(plots: readonly Plot[], folder: string): ReadonlyMap<string, readonly PageImage[]> {
  const written = new Map<string, readonly PageImage[]>();
  for (const { id, images } of plots.filter((plot): plot is ImagePlot => plot.kind === "image")) {
    mkdirSync(folder, { recursive: true });
    written.set(
      id,
      images.map(({ revision, bytes }) => {
        const address = join(folder, `${revision}_${id}`.replaceAll("/", "_"));
        Deno.writeFileSync(address, bytes);
        return { revision, address };
      }),
    );
  }
  return written;
}

function relativeTo(
  folder: string,
  images: ReadonlyMap<string, readonly PageImage[]>,
): ReadonlyMap<string, readonly PageImage[]> {
  return new Map(
    [...images].map(([id, shown]) => [
      id,
      shown.map(({ revision, address }) => ({ revision, address: fromFolder(folder, address) })),
    ]),
  );
}

function plotJson(plot: Plot, images: ReadonlyMap<string, readonly PageImage[]>): Json {
  if (plot.kind === "image") {
    return images.get(plot.id)!.map(({ revision, address }) => ({
      type: "image",
      revisions: [revision],
      url: address,
    }));
  }
  if (plot.specification === undefined) return [];
  const { content, anchors } = plot.specification;
  return [{
    type: "vega",
    revisions: plot.revisions,
    content,
    ...Object.keys(anchors).length > 0 && { anchor_definitions: anchors },
  }];
}
