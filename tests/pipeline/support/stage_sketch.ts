import { join, relative, resolve } from "node:path";
import type { Dep, Out, Resources, RunAction, Stage } from "../../../lib/pipeline/file/pipeline.ts";
import type { Range } from "../../../lib/pipeline/diagnostic.ts";
import type { Value } from "../../../lib/pipeline/value.ts";

/** A folder that is removed at the end of the block. */
export function temporaryFolder(): { readonly path: string } & Disposable {
  // The real path: on some systems the folder for temporary files is a link.
  const path = Deno.realPathSync(Deno.makeTempDirSync());
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

/** Writes files below a folder and makes the folders they need. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    Deno.mkdirSync(join(path, ".."), { recursive: true });
    Deno.writeTextFileSync(path, text);
  }
}

/** What a test says of a stage; paths relative to its folder. */
export interface StageSketch {
  readonly name?: string;
  readonly run?: string;
  readonly with?: { readonly [key: string]: Value };
  readonly cmd?: readonly string[];
  readonly deps?: Readonly<Record<string, string | readonly string[]>> | readonly string[];
  readonly outs?: Readonly<Record<string, string>> | readonly string[];
  readonly persist?: boolean;
  readonly env?: readonly string[];
  readonly untracked?: readonly string[];
  readonly net?: true | readonly string[];
  readonly wdir?: string;
  readonly resources?: Partial<Resources>;
}

/** A stage as the reader of pipeline files would hand it out. */
export function stageOf(folder: string, sketch: StageSketch): Stage {
  const range = fixtureRange(folder);
  const place = (path: string): { path: string; relative: string; range: Range } => {
    const absolute = resolve(folder, path);
    return { path: absolute, relative: relative(folder, absolute), range };
  };
  const deps: Dep[] = Array.isArray(sketch.deps)
    ? sketch.deps.map(place)
    : Object.entries(sketch.deps ?? {}).flatMap(([name, path]) =>
      typeof path === "string"
        ? [{ name, ...place(path) }]
        : path.map((item: string, index: number) => ({ name, index, ...place(item) }))
    );
  const out = (path: string, name?: string): Out => ({
    ...place(path),
    ...(name === undefined ? {} : { name }),
    kind: "out",
    cache: true,
    persist: sketch.persist ?? false,
  });
  const outs: Out[] = Array.isArray(sketch.outs)
    ? sketch.outs.map((path) => out(path))
    : Object.entries(sketch.outs ?? {}).map(([name, path]) => out(path, name));
  const name = sketch.name ?? "stage";
  return {
    name,
    group: name.split("@")[0] ?? name,
    action: sketch.run === undefined
      ? { kind: "cmd", lines: sketch.cmd ?? [], range }
      : runAction(resolve(folder, sketch.run), sketch.with ?? {}, range),
    wdir: sketch.wdir === undefined ? folder : join(folder, sketch.wdir),
    params: [],
    deps,
    outs,
    ...(sketch.env === undefined ? {} : { env: sketch.env }),
    ...(sketch.untracked === undefined ? {} : { untracked: sketch.untracked }),
    net: sketch.net ?? [],
    frozen: false,
    alwaysChanged: false,
    resources: { cpus: 1, gpus: 0, memory: 0, time: 0, ...sketch.resources },
    range,
  };
}

function runAction(module: string, values: { readonly [key: string]: Value }, range: Range): RunAction {
  return { kind: "run", module, with: values, range, locate: () => range };
}

function fixtureRange(folder: string): Range {
  return { source: { path: join(folder, "pipeline.yaml"), text: "stages:\n" }, start: 0, end: 6 };
}
