import { dirname, resolve } from "node:path";
import { type Diagnostic, errorAt } from "../diagnostic.ts";
import { nearest } from "../nearest.ts";
import { child, type Node, textOf, toPlain } from "./node.ts";
import type { RemoteAddress, RemotePlace } from "./pipeline.ts";
import { resolveTemplates, type Templating } from "./template.ts";

/** What a public key looks like: 32 bytes in base64. */
const KEY = /^[A-Za-z0-9+/]{43}=$/;

/** The remotes of a file, in its order: an address each, or a map with one. A folder is relative to the file that names it. */
export function remotesOf(written: Node | undefined, templating: Templating): readonly RemotePlace[] {
  if (written?.kind !== "map") return [];
  return [...written.entries].flatMap(([name, { node, keyRange }]): RemotePlace[] => {
    const resolved = resolveTemplates(node, templating);
    const place = child(resolved, "url") ?? resolved;
    const url = textOf(place);
    // Null removes one of a file that is extended; what is no text the schema tells.
    if (url === undefined) return [];
    const options = resolved.kind === "map" ? toPlain(resolved) as RemoteMap : {};
    checkOptions(url, resolved, templating.diagnostics);
    return [{
      name,
      url,
      ...(scheme(url) === undefined && { folder: resolve(dirname(place.range.source.path), url) }),
      readOnly: options.read_only ?? false,
      trusts: options.trusts ?? [],
      ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
      ...(options.region !== undefined && { region: options.region }),
      ...(options.profile !== undefined && { profile: options.profile }),
      ...(options.authorization !== undefined && { authorization: options.authorization }),
      range: keyRange,
    }];
  });
}

/** The remote that a file's `slurm.remote` names; undefined where it names none, or none that will do. */
export function carrierOf(
  slurm: Node | undefined,
  remotes: readonly RemotePlace[],
  diagnostics: Diagnostic[],
): RemoteAddress | undefined {
  const named = child(slurm, "remote");
  const name = textOf(named);
  if (named === undefined || name === undefined) return undefined;
  const place = remotes.find((one) => one.name === name);
  if (place === undefined) {
    const names = remotes.map((one) => one.name);
    const near = nearest(name, names);
    const expected = near === undefined
      ? `Expected one of ${names.join(", ") || "those under remotes"}`
      : `Did you mean ${near}?`;
    diagnostics.push(errorAt(named.range, `There is no remote ${name}`, expected));
  } else if (place.readOnly) {
    diagnostics.push(
      errorAt(
        named.range,
        `Jobs cannot leave anything on ${name}, which is read_only`,
        "Name one that may be written to",
      ),
    );
  } else if (textOf(child(slurm, "scratch")) === undefined) {
    diagnostics.push(
      errorAt(named.range, "remote needs scratch besides", "Name a folder of the nodes, such as scratch: $TMPDIR"),
    );
  }
  if (place === undefined) return undefined;
  const { range: _, ...address } = place;
  return address;
}

interface RemoteMap {
  readonly read_only?: boolean;
  readonly trusts?: readonly string[];
  readonly endpoint?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly authorization?: string;
}

/** What stands before `://`, in lower case; undefined where the text is a path. */
function scheme(url: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
}

/** The rules between keys: which kinds of remotes there are, and which take which key. */
function checkOptions(url: string, node: Node, diagnostics: Diagnostic[]): void {
  const kind = scheme(url) ?? "folder";
  const at = (child(node, "url") ?? node).range;
  if (!["folder", "http", "https", "s3"].includes(kind)) {
    diagnostics.push(
      errorAt(
        at,
        `${url} is no remote`,
        "Expected a folder, or an address that begins with s3://, http:// or https://",
      ),
    );
  } else if (kind !== "folder" && !URL.canParse(url)) {
    diagnostics.push(
      errorAt(at, `${url} is no address`, kind === "s3" ? "Expected s3://bucket/prefix" : "Expected https://host/path"),
    );
  }
  const keys: Readonly<Record<string, readonly string[]>> = {
    endpoint: ["s3"],
    region: ["s3"],
    profile: ["s3"],
    authorization: ["http", "https"],
  };
  for (const [key, kinds] of Object.entries(keys)) {
    const entry = node.kind === "map" ? node.entries.get(key) : undefined;
    if (entry === undefined || kinds.includes(kind)) continue;
    diagnostics.push(
      errorAt(entry.keyRange, `${key} is for ${kinds.join(":// and ")}:// alone`, `Leave it out for ${url}`),
    );
  }
  const trusts = child(node, "trusts");
  for (const item of trusts?.kind === "list" ? trusts.items : []) {
    if (KEY.test(textOf(item) ?? "")) continue;
    diagnostics.push(
      errorAt(item.range, "This is no public key", "Expected what remote keygen printed: 44 characters of base64"),
    );
  }
}
