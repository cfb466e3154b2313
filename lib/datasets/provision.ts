import { unpack } from "./archive.ts";
import type { DescribedDataset, Split } from "./dataset.ts";
import type { NamedBytes } from "./named_bytes.ts";
import { datasetDigest, inCanonicalOrder } from "./record_order.ts";
import { placeNames, readSourceFile, type Source, sourceSize } from "./source.ts";

/** A dataset as it is known before it is there. */
export interface DatasetDefinition {
  /** As `with.dataset` names it, and its folder. */
  readonly name: string;
  /** The classes' names, by label; or how to read them from the unpacked files. */
  readonly classes: readonly string[] | ((file: FileByName) => readonly string[]);
  /**
   * Order-independent digest of its records; whatever source serves, they must come to this. Where all sources have the same
   * version of each file, the digests of the files say as much, and it may be left away.
   */
  readonly digest?: string;
  /** Where it can be had, tried in this order. */
  readonly sources: readonly Source[];
  /** Reads the unpacked files of a source, by base name. */
  readonly read: (file: FileByName) => { readonly train: Split; readonly test: Split };
}

/** The unpacked file of a base name. */
export type FileByName = (name: string) => NamedBytes;

/** How a dataset is to be got. */
export interface ProvisionOptions {
  /** What `DATASET_MIRROR` names: a folder, or an http(s) address. */
  readonly mirror?: string | undefined;
  /** Ends downloads. */
  readonly signal: AbortSignal;
  /** Bytes that came of the source at hand, and how many it has. */
  readonly progress?: (bytes: number, total: number) => void;
  /** Called with the reason when a source cannot be had and the next is tried. */
  readonly passedOver?: (reason: string) => void;
}

/**
 * Gets a dataset from the first of its sources that can be had, puts its records in canonical order and checks their digest.
 *
 * @throws {Error} listing every source with the reason why it cannot be had
 */
export async function provideDataset(
  definition: DatasetDefinition,
  options: ProvisionOptions,
): Promise<DescribedDataset> {
  const reasons: string[] = [];
  for (const source of definition.sources) {
    try {
      return await fromSource(definition, source, options);
    } catch (error) {
      options.signal.throwIfAborted();
      const reason = `${placeNames[source.place.kind]}: ${(error as Error).message}`;
      if (reasons.includes(reason)) continue;
      reasons.push(reason);
      options.passedOver?.(reason);
    }
  }
  throw new Error(
    [
      `No source of ${definition.name} can be had:`,
      ...reasons.map((reason) => `  - ${reason}`),
      `Set DATASET_MIRROR to a folder (or an http address) that holds ${
        mirrorFiles(definition)
      }, or connect to the network, and run again`,
    ].join("\n"),
  );
}

async function fromSource(
  definition: DatasetDefinition,
  source: Source,
  { mirror, signal, progress }: ProvisionOptions,
): Promise<DescribedDataset> {
  const total = sourceSize(source);
  let bytes = 0;
  const received = (more: number) => progress?.(bytes += more, total);
  const files = new Map<string, NamedBytes>();
  for (const file of source.files) {
    const { origin, bytes } = await readSourceFile(source, file, { mirror, signal, received });
    for (const [name, content] of await unpack(file.name, origin, bytes)) files.set(name, content);
  }
  const fileByName: FileByName = (name) => {
    const file = files.get(name);
    if (file === undefined) throw new Error(`no file ${name} in it; found ${[...files.keys()].join(", ")}`);
    return file;
  };
  const { train, test } = definition.read(fileByName);
  const classes = typeof definition.classes === "function" ? definition.classes(fileByName) : definition.classes;
  const ordered = { train: inCanonicalOrder(train), test: inCanonicalOrder(test) };
  const digest = datasetDigest(ordered.train, ordered.test);
  if (definition.digest !== undefined && digest !== definition.digest) {
    throw new Error(`its records are not those of ${definition.name}: digest ${digest}, expected ${definition.digest}`);
  }
  return { name: definition.name, classes, ...ordered, digest };
}

function mirrorFiles({ sources }: DatasetDefinition): string {
  const mirror = sources.find(({ place }) => place.kind === "mirror") ?? sources[0]!;
  return mirror.files.map(({ name }) => name).join(", ");
}
