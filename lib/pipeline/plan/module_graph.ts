import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { z } from "zod";
import type { Diagnostic, Range, Result } from "../diagnostic.ts";
import type { Configuration } from "../deno_configuration.ts";

/** What a module reaches at run time, as Deno resolves it. */
export interface ModuleGraph {
  /** By absolute path; by URL for a remote module. */
  readonly modules: ReadonlyMap<string, ModuleNode>;
  /** By `name@version`, with all that they depend on. */
  readonly packages: ReadonlyMap<string, PackageNode>;
  /** Those of the modules, by name, that no chain of static imports reaches: they are loaded while the code runs. */
  readonly lazy: ReadonlySet<string>;
  /** Absolute paths of modules that are imported dynamically and do not exist. */
  readonly absent: readonly string[];
}

/** A module that runs. */
export interface ModuleNode {
  /** Absolute path of its text. */
  readonly file: string;
  /** Imported as it stands (`type: "text"`), not as code. */
  readonly isRaw: boolean;
  /** What its specifiers come to: an absolute path, a URL, or `npm:/name@version/…`. */
  readonly imports: ReadonlyMap<string, string>;
}

/** An npm package. */
export interface PackageNode {
  /** Absolute folder in npm's cache. */
  readonly folder: string | undefined;
}

const resolutionSchema = z.object({
  specifier: z.string().optional(),
  error: z.string().optional(),
  span: z.object({
    start: z.object({ line: z.number(), character: z.number() }),
    end: z.object({ line: z.number(), character: z.number() }),
  }).optional(),
});

const infoSchema = z.object({
  roots: z.array(z.string()),
  modules: z.array(z.object({
    kind: z.string().optional(),
    specifier: z.string(),
    local: z.string().nullish(),
    error: z.string().optional(),
    npmPackage: z.string().optional(),
    dependencies: z.array(z.object({
      specifier: z.string(),
      code: resolutionSchema.optional(),
      isDynamic: z.boolean().optional(),
    })).optional(),
  })),
  redirects: z.record(z.string(), z.string()),
  npmPackages: z.record(z.string(), z.object({ dependencies: z.array(z.string()), localPath: z.string().nullish() }))
    .optional(),
});

type Info = z.output<typeof infoSchema>;
type Module = Info["modules"][number];

/**
 * Asks `deno info` for the graph of a module. Imports of types alone are left away: they are not there at run time.
 *
 * @param place where the module is named, for errors about the module itself
 */
export async function readModuleGraph(
  module: string,
  { config, lock }: Configuration,
  place?: Range,
): Promise<Result<ModuleGraph>> {
  if (!existsSync(module)) return { ok: false, diagnostics: [located(`The module ${module} does not exist`, place)] };
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      "info",
      "--json",
      ...(config === undefined ? ["--no-config"] : ["--config", config]),
      ...(lock === undefined ? ["--no-lock"] : ["--lock", lock, "--frozen"]),
      module,
    ],
    cwd: dirname(module),
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { success, stdout, stderr } = await command.output();
  if (!success) return { ok: false, diagnostics: [refusal(new TextDecoder().decode(stderr), place)] };
  return collect(infoSchema.parse(JSON.parse(new TextDecoder().decode(stdout))), place);
}

/** Why `deno info` would not work at all. */
function refusal(stderr: string, place: Range | undefined): Diagnostic {
  const text = stderr.split("\n").find((line) => line.startsWith("error: "))?.slice("error: ".length) ?? stderr.trim();
  const isOutdated = text.includes("lockfile is out of date");
  return {
    severity: "error",
    message: isOutdated ? "deno.lock lacks a package that a module imports" : text.replace(/\.$/, ""),
    ...(place === undefined ? {} : { range: place }),
    ...(isOutdated ? { hints: ["Run deno install --frozen=false to update it"] } : {}),
  };
}

function collect(info: Info, place: Range | undefined): Result<ModuleGraph> {
  const byName = new Map(info.modules.map((module) => [module.specifier, module]));
  const modules = new Map<string, ModuleNode>();
  const packages = new Map<string, PackageNode>();
  const absent: string[] = [];
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  const staticImports = new Map<string, string[]>();

  const reachPackage = (name: string): void => {
    const found = info.npmPackages?.[name];
    if (found === undefined || packages.has(name)) return;
    packages.set(name, { folder: found.localPath ?? undefined });
    for (const dependency of found.dependencies) reachPackage(dependency);
  };

  const reach = (specifier: string, range: Range | undefined, isDynamic: boolean): void => {
    const name = info.redirects[specifier] ?? specifier;
    if (seen.has(name)) return;
    seen.add(name);
    const module = byName.get(name);
    if (module === undefined) return;
    if (module.npmPackage !== undefined) return reachPackage(module.npmPackage);
    if (module.error !== undefined) {
      const isMissing = module.error.startsWith("Module not found");
      if (isDynamic && isMissing && name.startsWith("file:")) absent.push(fileURLToPath(name));
      else diagnostics.push(importError(module, range));
      return;
    }
    if (module.local === undefined || module.local === null) return;
    const imports = new Map<string, string>();
    const loadedWithIt: string[] = [];
    staticImports.set(nameOf(name), loadedWithIt);
    modules.set(nameOf(name), { file: module.local, isRaw: module.kind === "external", imports });
    for (const dependency of module.dependencies ?? []) {
      const { code } = dependency;
      if (code === undefined) continue;
      const at = spanRange(module.local, code.span);
      if (code.specifier === undefined) {
        diagnostics.push(located(`${dependency.specifier} cannot be imported: ${code.error ?? "unknown"}`, at));
        continue;
      }
      const target = info.redirects[code.specifier] ?? code.specifier;
      imports.set(dependency.specifier, nameOf(target));
      if (dependency.isDynamic !== true) loadedWithIt.push(nameOf(target));
      reach(target, at, dependency.isDynamic === true);
    }
  };

  for (const root of info.roots) reach(root, place, false);
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  const eager = new Set(info.roots.map((root) => nameOf(info.redirects[root] ?? root)));
  for (const name of eager) for (const target of staticImports.get(name) ?? []) eager.add(target);
  const lazy = new Set([...modules.keys()].filter((name) => !eager.has(name)));
  return { ok: true, value: { modules, packages, lazy, absent }, diagnostics: [] };
}

function nameOf(specifier: string): string {
  return specifier.startsWith("file:") ? fileURLToPath(specifier) : specifier;
}

/** An error of Deno's about a module: `SyntaxError: <what>`, an excerpt, and `at <URL>:<line>:<column>`. */
function importError(module: Module, range: Range | undefined): Diagnostic {
  const path = nameOf(module.specifier);
  const error = module.error ?? "";
  if (error.startsWith("Module not found")) return located(`The module ${path} does not exist`, range);
  const message = (error.split("\n")[0] ?? "").replaceAll(pathToFileURL(path).href, path).replace(/^\w+: /, "");
  const [, line, column] = /:(\d+):(\d+)\s*$/.exec(error) ?? [];
  const isPlaced = line !== undefined && column !== undefined && existsSync(path);
  const start = { line: Number(line) - 1, character: Number(column) - 1 };
  return located(message.replace(/\.$/, ""), isPlaced ? spanRange(path, { start, end: start }) : range);
}

function located(message: string, range: Range | undefined): Diagnostic {
  return { severity: "error", message, ...(range === undefined ? {} : { range }) };
}

/** Lines and characters count from 0. */
function spanRange(path: string, span: z.output<typeof resolutionSchema>["span"]): Range | undefined {
  if (span === undefined) return undefined;
  const source = { path, text: readFileSync(path, "utf8") };
  const lines = source.text.split("\n");
  const offset = ({ line, character }: { line: number; character: number }) =>
    lines.slice(0, line).reduce((sum, { length }) => sum + length + 1, 0) + character;
  const start = offset(span.start);
  return { source, start, end: Math.max(start + 1, offset(span.end)) };
}
