import { resolve } from "node:path";
import type { PlotProperties } from "../file/pipeline.ts";
import { type Json, toJson } from "../value.ts";
import { type Definitions, definitionsById, sourcesOf } from "./definitions.ts";
import type { PlotFiles } from "./plot_files.ts";
import { isImage, readData } from "./points.ts";
import { type Series, seriesOf } from "./series.ts";
import { type Specification, specificationOf } from "./specification.ts";

/** What a revision has of plots. */
export interface PlotRevision {
  /** Its name, as typed; `workspace`: the files as they are. */
  readonly name: string;
  /** Its plots, by file. */
  readonly definitions: ReadonlyMap<string, Definitions>;
  /** Its files. */
  readonly files: PlotFiles;
  /** Paths, relative to the current folder, of the tables whose first row is no header. */
  readonly headless: ReadonlySet<string>;
}

/** A plot that is drawn of data, or images that are shown as they are. */
export type Plot = DrawnPlot | ImagePlot;

/** A plot that is drawn. */
export interface DrawnPlot {
  /** Tells it from images. */
  readonly kind: "drawn";
  /** By which it is shown. */
  readonly id: string;
  /** Undefined where there is nothing to draw. */
  readonly specification?: Specification;
  /** Those that have points. */
  readonly revisions: readonly string[];
}

/** An image in several revisions. */
export interface ImagePlot {
  /** Tells it from what is drawn. */
  readonly kind: "image";
  /** Its path, relative to the current folder. */
  readonly id: string;
  /** What each revision has. */
  readonly images: readonly { readonly revision: string; readonly bytes: Uint8Array }[];
}

/** What could not be shown. */
export interface PlotError {
  /** The id of the plot. */
  readonly name: string;
  /** The revision. */
  readonly rev: string;
  /** The file, where one is to blame. */
  readonly source?: string;
  /** One sentence. */
  readonly msg: string;
}

/**
 * The plots of revisions, each with all of them in it.
 *
 * @param folder absolute current folder
 * @param template the template of a name; the default one of undefined
 * @param errors take what could not be read or drawn
 * @param isSplit as of `specificationOf`
 */
export async function plotsOf(
  revisions: readonly PlotRevision[],
  folder: string,
  template: (name: string | undefined) => Json,
  errors: PlotError[],
  isSplit = false,
): Promise<readonly Plot[]> {
  const groups = new Map<string, { revision: PlotRevision; inner: string; properties: PlotProperties }[]>();
  for (const revision of revisions) {
    for (const [id, [inner, properties]] of definitionsById(revision.definitions)) {
      groups.set(id, [...groups.get(id) ?? [], { revision, inner, properties }]);
    }
  }
  const plots: Plot[] = [];
  for (const [id, members] of groups) {
    // Where revisions differ in how a plot is shown, the first one's word counts.
    const properties = members.toReversed().reduce<PlotProperties>((all, one) => ({ ...all, ...one.properties }), {});
    const { inner } = members.at(-1)!;
    if (isImage(inner)) plots.push(await imagesOf(inner, members.map(({ revision }) => revision), folder, errors));
    else plots.push(await drawnOf(id, properties, members, { folder, template, errors, isSplit }));
  }
  return plots;
}

async function imagesOf(
  id: string,
  revisions: readonly PlotRevision[],
  folder: string,
  errors: PlotError[],
): Promise<ImagePlot> {
  const images: { revision: string; bytes: Uint8Array }[] = [];
  for (const { name, files } of revisions) {
    const bytes = await files.read(resolve(folder, id));
    if (bytes === undefined) errors.push({ name: id, rev: name, source: id, msg: `${id} does not exist` });
    else images.push({ revision: name, bytes });
  }
  return { kind: "image", id, images };
}

interface DrawingPlot {
  readonly folder: string;
  readonly template: (name: string | undefined) => Json;
  readonly errors: PlotError[];
  readonly isSplit: boolean;
}

async function drawnOf(
  id: string,
  properties: PlotProperties,
  members: readonly { revision: PlotRevision; inner: string; properties: PlotProperties }[],
  { folder, template, errors, isSplit }: DrawingPlot,
): Promise<DrawnPlot> {
  const found: { readonly revision: string; readonly series: Series }[] = [];
  for (const { revision, inner, properties: own } of members) {
    const data = new Map<string, Json>();
    for (const source of sourcesOf(inner, own)) {
      try {
        const bytes = await revision.files.read(resolve(folder, source));
        if (bytes === undefined) throw new Error(`${source} does not exist`);
        data.set(source, readData(source, bytes, !revision.headless.has(source)));
      } catch (error) {
        errors.push({ name: id, rev: revision.name, source, msg: (error as Error).message });
      }
    }
    try {
      const series = seriesOf(inner, properties, data, revision.name);
      if (series !== undefined) found.push({ revision: revision.name, series });
    } catch (error) {
      errors.push({ name: id, rev: revision.name, msg: (error as Error).message });
    }
  }
  const [first] = found;
  if (first === undefined) return { kind: "drawn", id, revisions: [] };
  const revisions = found.map(({ revision }) => revision);
  const points = found.flatMap(({ series }) => series.points);
  const title = properties.title === undefined ? id : String(toJson(properties.title));
  const name = typeof properties.template === "string" ? properties.template : undefined;
  const drawing = { title, series: first.series, points, revisions };
  const specification = specificationOf(template(name), drawing, isSplit);
  return { kind: "drawn", id, specification, revisions };
}
