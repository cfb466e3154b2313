import { dirname, join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

const text = z.record(z.string(), z.string());

const commandSchema = z.strictObject({ run: z.string(), in: z.string().default("."), differs: z.string().optional() });

const stepSchema = z.union([
  z.string().transform((run) => commandSchema.parse({ run })),
  commandSchema,
  z.strictObject({ write: text }),
  z.strictObject({ remove: z.array(z.string()) }),
  /** All files into git, with this message. */
  z.strictObject({ commit: z.string() }),
  /** A command line of git. */
  z.strictObject({ git: z.string() }),
]);

const projectSchema = z.strictObject({
  files: text,
  steps: z.array(stepSchema).min(1),
  /** `free`: of stages in several folders, DVC's order is that of the file system. */
  order: z.literal("free").optional(),
});

/** Files, by path, and what is done to them: command lines of either program, and edits between. */
export type Project = z.output<typeof projectSchema>;

/** An edit of a project's files. */
export type Edit = Exclude<Project["steps"][number], { run: string }>;

/** The projects of `projects/*.yaml`, by name, each file's behind the last one's. */
export async function readProjects(): Promise<ReadonlyMap<string, Project>> {
  const folder = new URL("projects/", import.meta.url);
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  const projects = new Map<string, Project>();
  for (const name of names) {
    const written: unknown = parse(await Deno.readTextFile(new URL(name, folder)));
    for (const [title, project] of Object.entries(z.record(z.string(), projectSchema).parse(written))) {
      if (projects.has(title)) throw new Error(`Two projects have the name ${title}`);
      projects.set(title, project);
    }
  }
  return projects;
}

/** Writes texts by path into a folder. */
export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
    await Deno.writeTextFile(join(folder, path), content);
  }
}

/** What only one of the two programs keeps. */
const OWN = new Set([".dvc", ".git", ".gitignore", ".pipeline", "dvc.lock", "pipeline.lock"]);

/** The texts of a folder's files, by path, without what the programs keep for themselves. */
export async function readFiles(folder: string, inside = ""): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  const entries = await Array.fromAsync(Deno.readDir(join(folder, inside)));
  for (const { name, isDirectory } of entries.toSorted((one, other) => one.name < other.name ? -1 : 1)) {
    if (OWN.has(name)) continue;
    const path = join(inside, name);
    if (isDirectory) Object.assign(files, await readFiles(folder, path));
    else {
      const text = await Deno.readTextFile(join(folder, path));
      files[path] = name === "index.html" ? shownOn(text) : text;
    }
  }
  return files;
}

/** What a page of plots shows, as text: specifications and images. What is around them is each program's own. */
function shownOn(page: string): string {
  const drawn = [...page.matchAll(/var spec = (\{.*\});$|vegaEmbed\("[^"]*", (\{.*\})\);/gm)];
  const specifications = drawn.map(([, dvc, own]) => sorted(JSON.parse((dvc ?? own)!)));
  const images = [...page.matchAll(/<img src="([^"]*)"/g)].map(([, source]) => source);
  return JSON.stringify({ specifications, images }, undefined, 1);
}

/** JSON with the keys of its maps in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort().map(([key, item]) => [key, sorted(item)]));
}
