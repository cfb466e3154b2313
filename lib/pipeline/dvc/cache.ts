import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { PathDigest } from "../store/path_digest.ts";

/** A file of a folder, as DVC's `.dir` objects list it. */
export interface DirEntry {
  /** Of the file's content, hex. */
  readonly md5: string;
  /** Relative to the folder, with `/`. */
  readonly relpath: string;
}

const dirSchema = z.array(z.looseObject({ md5: z.string(), relpath: z.string() }));

/** The objects of a DVC cache, of DVC 3 (`files/md5/`) and of older ones beside. */
export class DvcCache {
  readonly #folder: string;

  /** Takes the absolute folder of the cache, which need not exist. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Where the object of an md5 lies; undefined where the cache does not have it, or has it damaged. */
  async object(md5: string): Promise<string | undefined> {
    const inside = join(md5.slice(0, 2), md5.slice(2));
    for (const path of [join(this.#folder, "files", "md5", inside), join(this.#folder, inside)]) {
      if (existsSync(path) && await fileMd5(path) === md5.replace(/\.dir$/, "")) return path;
    }
    return undefined;
  }

  /** What the folder of a `.dir` object holds; undefined where the cache does not have it. */
  async entries(md5: string): Promise<readonly DirEntry[] | undefined> {
    const path = await this.object(md5);
    const listed = path === undefined ? undefined : dirSchema.safeParse(JSON.parse(await Deno.readTextFile(path)));
    return listed?.success ? listed.data : undefined;
  }
}

/** DVC's digest of what stands at an absolute path: a file's md5, or that of the `.dir` object of a folder. */
export async function dvcDigest(path: string, digest: PathDigest): Promise<string> {
  if (digest.kind === "file") return await fileMd5(path);
  const entries: DirEntry[] = [];
  for (const file of digest.files) {
    entries.push({ md5: await fileMd5(join(path, file.path)), relpath: file.path });
  }
  return `${createHash("md5").update(dirText(entries)).digest("hex")}.dir`;
}

/** The text of a `.dir` object: as Python's `json.dumps` writes it, sorted by code points. */
function dirText(entries: readonly DirEntry[]): string {
  const sorted = entries.toSorted((one, other) => comparePoints(one.relpath, other.relpath));
  const items = sorted.map(({ md5, relpath }) => `{"md5": ${asciiJson(md5)}, "relpath": ${asciiJson(relpath)}}`);
  return `[${items.join(", ")}]`;
}

function asciiJson(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => unit === "\x7f" ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function comparePoints(one: string, other: string): number {
  const [first, second] = [Array.from(one), Array.from(other)];
  for (const [index, point] of first.entries()) {
    const difference = point.codePointAt(0)! - (second[index]?.codePointAt(0) ?? -1);
    if (difference !== 0) return difference;
  }
  return first.length - second.length;
}

async function fileMd5(path: string): Promise<string> {
  const hash = createHash("md5");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}
