import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { shownPath } from "../diagnostic_text.ts";
import manifest from "../deno.json" with { type: "json" };
import type { Context } from "./context.ts";
import type { InitFlags } from "./shell_flags.ts";
import { PIPELINE_FILES } from "./pipeline_file.ts";
import { startingFiles } from "./starting_files.ts";
import { UsageError } from "./usage_error.ts";

/** `init`: writes a pipeline file with one stage, and what that needs; nothing that is there is written over. */
export default function init(this: Context, { cmd }: InitFlags, target: string = "."): void {
  const folder = resolve(this.folder, target);
  const files = startingFiles(cmd ? "cmd" : "module", {
    stageModule: reference(join(folder, "stages"), "../stage/mod.ts"),
    schema: reference(folder, "../pipeline.schema.json"),
    zod: manifest.imports.zod,
  });
  const names = [...PIPELINE_FILES, ...Object.keys(files)];
  const there = names.find((name) => existsSync(join(folder, name)));
  if (there !== undefined) {
    throw new UsageError(`${shownPath(join(folder, there), this.folder)} is there already; init writes over nothing`);
  }
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { flag: "wx" });
    this.output.write(`${shownPath(path, this.folder)}\n`);
  }
  this.output.write("repro runs it, status says what would run\n");
}

/** How a file of the engine is named in a file of a folder: relatively where both lie in one project, else by its URL. */
function reference(folder: string, file: string): string {
  const url = new URL(file, import.meta.url);
  if (url.protocol !== "file:") return url.href;
  const path = relative(folder, fileURLToPath(url));
  const isNear = projectOf(folder) !== undefined && projectOf(folder) === projectOf(fileURLToPath(url));
  return isNear ? (path.startsWith(".") ? path : `./${path}`) : url.href;
}

/** The nearest folder from a path up that git keeps. */
function projectOf(path: string): string | undefined {
  for (let folder = path;; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}
