import { existsSync, readFileSync } from "node:fs";
import { isAbsolute, relative, sep } from "node:path";
import { z } from "zod";
import type { Diagnostic, Range, Result } from "../diagnostic.ts";
import { sha256 } from "../store/hash.ts";
import type { ClosureRecord } from "../store/lock_text.ts";
import { isSettled, stateOf } from "../store/file_state.ts";
import type { Workspace } from "../store/workspace.ts";
import { canonical } from "../value.ts";
import { type Configuration, configurationOf } from "../deno_configuration.ts";
import { Erasure } from "./erasure.ts";
import { type ModuleGraph, type ModuleNode, readModuleGraph } from "./module_graph.ts";

/** All that a module is made of: what it imports, directly or not. */
export interface Closure {
  /** The module, relative to the workspace's root. */
  readonly entry: string;
  /** The local modules, sorted by path. */
  readonly modules: readonly ClosureModule[];
  /** The paths of those that are imported dynamically alone: they are read while the code runs, not before. */
  readonly lazy: readonly string[];
  /** The npm packages with all that they depend on, sorted by name. */
  readonly packages: readonly ClosurePackage[];
  /** sha256, hex: equal for equal code, whatever the comments, types and formatting. */
  readonly digest: string;
  /** Absolute paths of the modules' texts. */
  readonly files: readonly string[];
  /** Absolute folders of the packages in npm's cache. */
  readonly packageFolders: readonly string[];
}

/** A local module of a closure. */
export interface ClosureModule {
  /** Relative to the workspace's root, with `/`; the URL of a remote module. */
  readonly path: string;
  /** sha256 of its text without comments, types and formatting, and of what its imports come to. */
  readonly digest: string;
}

/** An npm package of a closure. */
export interface ClosurePackage {
  /** `yaml@2.9.1` */
  readonly name: string;
  /** As `deno.lock` has it; `""` where it has none. */
  readonly integrity: string;
}

/** Grows when closures are worked out otherwise. */
const VERSION = 1;
/** Grows when closures are remembered otherwise. */
const KIND = "closure 2";

/** A closure with the digests of the files that it was made from; null for one that was not there. */
interface Remembered {
  readonly inputs: readonly (readonly [path: string, digest: string | null])[];
  readonly closure: Closure;
}

const lockSchema = z.object({ npm: z.record(z.string(), z.object({ integrity: z.string().optional() })).optional() });

/**
 * The import closures of modules, by the path given. A closure is remembered with the digests of all files that it was
 * made from (the modules, `deno.json` and its like, `deno.lock`), so that an unchanged one costs a look at each file's
 * state. Computed `import()`s and workers are not seen.
 *
 * @param modules absolute paths
 * @param places where the modules are named, for errors about the modules themselves
 */
export async function closureOf(
  modules: Iterable<string>,
  workspace: Workspace,
  places?: ReadonlyMap<string, Range>,
): Promise<Result<ReadonlyMap<string, Closure>>> {
  await using erasure = new Erasure(workspace.index);
  const reader = new ClosureReader(workspace, erasure);
  const closures = new Map<string, Closure>();
  const diagnostics: Diagnostic[] = [];
  const results = await Promise.all(
    [...new Set(modules)].map(async (module) => [module, await reader.read(module, places?.get(module))] as const),
  );
  for (const [module, result] of results) {
    if (result.ok) closures.set(module, result.value);
    else diagnostics.push(...result.diagnostics);
  }
  return diagnostics.length > 0
    ? { ok: false, diagnostics: unique(diagnostics) }
    : { ok: true, value: closures, diagnostics: [] };
}

/** What the lock keeps of a closure. */
export function closureRecord({ entry, modules, packages }: Closure): ClosureRecord {
  return {
    entry,
    modules: Object.fromEntries(modules.map(({ path, digest }) => [path, digest])),
    packages: Object.fromEntries(packages.map(({ name, integrity }) => [name, integrity])),
  };
}

class ClosureReader {
  readonly #workspace: Workspace;
  readonly #erasure: Erasure;
  /** Digests of files as they are now, for the length of one call. */
  readonly #digests = new Map<string, Promise<string | null>>();

  constructor(workspace: Workspace, erasure: Erasure) {
    this.#workspace = workspace;
    this.#erasure = erasure;
  }

  async read(module: string, place: Range | undefined): Promise<Result<Closure>> {
    return await this.#remembered(module) ?? await this.#fresh(module, place);
  }

  async #remembered(module: string): Promise<Result<Closure> | undefined> {
    const text = this.#workspace.index.get(KIND, keyOf(module));
    if (text === undefined) return undefined;
    const { inputs, closure }: Remembered = JSON.parse(text);
    for (const [path, digest] of inputs) {
      if (await this.#digest(path) !== digest) return undefined;
    }
    return { ok: true, value: closure, diagnostics: [] };
  }

  async #fresh(module: string, place: Range | undefined): Promise<Result<Closure>> {
    const start = Date.now();
    const configuration = configurationOf(module);
    const graph = await readModuleGraph(module, configuration, place);
    if (!graph.ok) return graph;
    const texts = new Map([...graph.value.modules.values()].map(({ file }) => [file, readFileSync(file)]));
    const closure = await this.#assemble(module, configuration, graph.value, texts);
    if (!closure.ok) return closure;
    // Deno read the files before this did: what changed in between may not fit the graph, and is not remembered.
    if ([...texts.keys(), ...configuration.files].every((file) => isUnchangedSince(file, start))) {
      const inputs: (readonly [string, string | null])[] = [...texts].map(([file, text]) => [file, sha256(text)]);
      for (const file of [...configuration.files, ...graph.value.absent]) inputs.push([file, await this.#digest(file)]);
      this.#workspace.index.set(
        KIND,
        keyOf(module),
        JSON.stringify({ inputs, closure: closure.value } satisfies Remembered),
      );
    }
    return closure;
  }

  async #assemble(
    module: string,
    { lock, emission }: Configuration,
    graph: ModuleGraph,
    texts: ReadonlyMap<string, Uint8Array>,
  ): Promise<Result<Closure>> {
    const diagnostics: Diagnostic[] = [];
    const modules: ClosureModule[] = [];
    for (const [name, node] of graph.modules) {
      const bytes = texts.get(node.file)!;
      const erased = node.isRaw
        ? { ok: true as const, value: sha256(bytes) }
        : await this.#erasure.digest(node.file, bytes);
      if (!erased.ok) {
        diagnostics.push(...erased.diagnostics);
        continue;
      }
      modules.push({
        path: this.#path(name),
        digest: sha256(canonical([erased.value, this.#localImports(node)])),
      });
    }
    if (diagnostics.length > 0) return { ok: false, diagnostics };
    const integrities = lock === undefined ? {} : readIntegrities(lock);
    const packages = [...graph.packages.keys()].sort().map((name) => ({ name, integrity: integrities[name] ?? "" }));
    const sorted = modules.sort((one, other) => one.path < other.path ? -1 : 1);
    const entry = this.#path(module);
    const closure: Closure = {
      entry,
      modules: sorted,
      lazy: [...graph.lazy].map((name) => this.#path(name)).sort(),
      packages,
      digest: sha256(canonical([
        VERSION,
        entry,
        sorted.map(({ path, digest }) => [path, digest]),
        packages.map(({ name, integrity }) => [name, integrity]),
        this.#packageImports(graph),
        ...(emission === "" ? [] : [emission]),
      ])),
      files: [...texts.keys()],
      packageFolders: [...graph.packages.values()].flatMap(({ folder }) => folder === undefined ? [] : [folder]),
    };
    return { ok: true, value: closure, diagnostics: [] };
  }

  /** What a module's specifiers come to among the local modules: an import map may change it. */
  #localImports({ imports }: ModuleNode): { readonly [specifier: string]: string } {
    const local = [...imports].filter(([, target]) => !isPackage(target));
    return Object.fromEntries(local.map(([specifier, target]) => [specifier, this.#path(target)]));
  }

  /** Which package each module's specifiers come to; apart, so that a package's new version does not mark the modules. */
  #packageImports(graph: ModuleGraph): string[][] {
    const imports = [...graph.modules].flatMap(([name, node]) =>
      [...node.imports].filter(([, target]) => isPackage(target))
        .map(([specifier, target]) => [this.#path(name), specifier, target])
    );
    return imports.sort((one, other) => one.join("\n") < other.join("\n") ? -1 : 1);
  }

  #path(name: string): string {
    return isAbsolute(name) ? relative(this.#workspace.root, name).replaceAll(sep, "/") : name;
  }

  #digest(path: string): Promise<string | null> {
    let digest = this.#digests.get(path);
    if (digest === undefined) {
      digest = this.#workspace.digests.digest(path).then((found) => found?.sha256 ?? null);
      this.#digests.set(path, digest);
    }
    return digest;
  }
}

/** The folders of packages lie in Deno's cache, which these variables place. */
function keyOf(module: string): string {
  return [
    module,
    ...["DENO_DIR", "XDG_CACHE_HOME", "HOME", "NPM_CONFIG_REGISTRY"].map((name) => Deno.env.get(name) ?? ""),
  ].join("\n");
}

function isPackage(target: string): boolean {
  return target.startsWith("npm:") || target.startsWith("node:");
}

/** Whether a file was for certain not changed since a time in ms since 1970. */
function isUnchangedSince(path: string, time: number): boolean {
  return !existsSync(path) || isSettled(stateOf(Deno.statSync(path)), time);
}

function readIntegrities(lock: string): { readonly [name: string]: string } {
  const { npm } = lockSchema.parse(JSON.parse(readFileSync(lock, "utf8")));
  return Object.fromEntries(Object.entries(npm ?? {}).map(([name, { integrity }]) => [name, integrity ?? ""]));
}

/** The same problem seen from several entries is one. */
function unique(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const key = ({ message, range }: Diagnostic) => `${range?.source.path}:${range?.start}:${message}`;
  return [...new Map(diagnostics.map((diagnostic) => [key(diagnostic), diagnostic])).values()];
}
