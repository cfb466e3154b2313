import { countText } from "../display/quantity.ts";
import type { Out } from "../file/pipeline.ts";
import { type ManifestEntry, parseManifest } from "../store/manifest.ts";
import type { OutRecord } from "../store/out_record.ts";
import type { PathDigest } from "../store/path_digest.ts";
import type { Workspace } from "../store/workspace.ts";

/** What putting outs in place changed. */
export class CheckoutChanges {
  readonly #workspace: Workspace;
  readonly #outs: { readonly modified: string[]; readonly added: string[] } = { modified: [], added: [] };
  readonly #files = { modified: 0, added: 0, deleted: 0 };
  #stages = 0;

  /** Nothing is changed yet. */
  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  /**
   * Takes in what became of the outs of a stage.
   *
   * @param before what stood at the place of each out
   * @param records what stands there now
   */
  add(outs: readonly Out[], before: readonly (PathDigest | undefined)[], records: readonly OutRecord[]): void {
    this.#stages += 1;
    for (const [position, { relative }] of outs.entries()) {
      const [old, now] = [before[position], records.find(({ path }) => path === relative)];
      if (now === undefined || old?.sha256 === now.sha256) continue;
      const shown = now.kind === "directory" ? `${relative}/` : relative;
      this.#outs[old === undefined ? "added" : "modified"].push(shown);
      this.#count(old === undefined ? new Map() : filesOf(old), this.#recordedFiles(now));
    }
  }

  /** An out a line behind `M` or `A`, as DVC writes it; empty where none changed. */
  list(): string {
    const lines = (mark: string, outs: readonly string[]): string[] =>
      outs.toSorted().map((path) => `${mark}\t${path}\n`);
    return [...lines("M", this.#outs.modified), ...lines("A", this.#outs.added)].join("");
  }

  /** How many files changed, in DVC's words: `2 files modified and 1 file added`. */
  summary(): string {
    const parts = Object.entries(this.#files).flatMap(([change, count]) =>
      count > 0 ? `${countText(count, "file")} ${change}` : []
    );
    if (parts.length === 0) return "No changes.";
    return parts.length === 1 ? parts[0]! : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
  }

  /** Of how many stages the outs are in place. */
  conclusion(): string {
    return `The outs of ${countText(this.#stages, "stage")} are those of the lock`;
  }

  #count(old: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): void {
    for (const [path, sha256] of now) {
      const earlier = old.get(path);
      if (earlier === undefined) this.#files.added += 1;
      else if (earlier !== sha256) this.#files.modified += 1;
    }
    for (const path of old.keys()) if (!now.has(path)) this.#files.deleted += 1;
  }

  #recordedFiles({ kind, sha256 }: OutRecord): ReadonlyMap<string, string> {
    if (kind === "file") return new Map([["", sha256]]);
    return byPath(parseManifest(this.#workspace.blobs.text(sha256) ?? "[]") ?? []);
  }
}

function filesOf(digest: PathDigest): ReadonlyMap<string, string> {
  return digest.kind === "file" ? new Map([["", digest.sha256]]) : byPath(digest.files);
}

function byPath(files: readonly ManifestEntry[]): ReadonlyMap<string, string> {
  return new Map(files.map(({ path, sha256 }) => [path, sha256]));
}
