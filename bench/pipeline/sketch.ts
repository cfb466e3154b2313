import { dirname, join } from "node:path";
import { stringify } from "yaml";

/** A stage that all programs can run. */
export interface Sketch {
  /** Unique; letters and digits. */
  readonly name: string;
  /** One line of shell. */
  readonly cmd: string;
  /** Files or folders. */
  readonly deps: readonly string[];
  /** The file that it writes. */
  readonly out: string;
}

/** Stages in chains of ten; each reads a file of its own and the out before it, and writes a line. */
export function chains(count: number): Sketch[] {
  return Array.from({ length: count }, (_, index) => {
    const [input, out] = [`in/${index}.txt`, `out/${index}.txt`];
    const deps = index % 10 === 0 ? [input] : [input, `out/${index - 1}.txt`];
    return { name: `s${index}`, cmd: `cat ${input} > ${out}`, deps, out };
  });
}

/** Writes what the stages read and no stage makes, and the folders of their outs. */
export async function writeInputs(folder: string, stages: readonly Sketch[]): Promise<void> {
  const outs = new Set(stages.map(({ out }) => out));
  for (const path of new Set(stages.flatMap(({ deps, out }) => [...deps, out]))) {
    await Deno.mkdir(join(folder, dirname(path)), { recursive: true });
    if (!outs.has(path)) await Deno.writeTextFile(join(folder, path), `${path}\n`);
  }
}

/** As a `dvc.yaml`. */
export async function writeDvc(folder: string, stages: readonly Sketch[]): Promise<void> {
  const entries = stages.map(({ name, cmd, deps, out }) => [name, { cmd, deps, outs: [out] }]);
  await Deno.writeTextFile(join(folder, "dvc.yaml"), stringify({ stages: Object.fromEntries(entries) }));
}

/** As a `Snakefile`. */
export async function writeSnakefile(folder: string, stages: readonly Sketch[]): Promise<void> {
  const list = (paths: readonly string[]): string => paths.map((path) => JSON.stringify(path)).join(", ");
  const rules = stages.map(({ name, cmd, deps, out }) =>
    `rule ${name}:\n    input: ${list(deps)}\n    output: ${list([out])}\n    shell: ${JSON.stringify(cmd)}\n`
  );
  const all = `rule all:\n    input: ${list(stages.map(({ out }) => out))}\n`;
  await Deno.writeTextFile(join(folder, "Snakefile"), [all, ...rules].join("\n"));
}

/** As a `package.json` with wireit's scripts. */
export async function writeWireit(
  folder: string,
  stages: readonly Sketch[],
  devDependencies: Readonly<Record<string, string>>,
): Promise<void> {
  const makers = new Map(stages.map(({ name, out }) => [out, name]));
  const scripts = stages.map(({ name, cmd, deps, out }) => {
    const dependencies = deps.flatMap((path) => makers.get(path) ?? []);
    const files = deps.filter((path) => !makers.has(path)).map((path) => path.includes(".") ? path : `${path}/**`);
    return [name, { command: cmd, dependencies, files, output: [out] }] as const;
  });
  const all = ["all", { dependencies: stages.map(({ name }) => name) }] as const;
  const manifest = {
    private: true,
    scripts: Object.fromEntries([...scripts, all].map(([name]) => [name, "wireit"])),
    wireit: Object.fromEntries([...scripts, all]),
    devDependencies,
  };
  await Deno.writeTextFile(join(folder, "package.json"), JSON.stringify(manifest, undefined, 2));
}
