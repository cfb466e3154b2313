import { createHash } from "node:crypto";
import { dirname, relative } from "node:path";
import { pathToFileURL } from "node:url";
import type { Diagnostic, Result } from "../diagnostic.ts";
import type { RunAction, Stage } from "../file/pipeline.ts";
import { runProcess } from "../process/process.ts";
import { sandboxArguments, sandboxEnvironment } from "../process/sandbox.ts";
import type { Across } from "../stage/stage.ts";
import { type Json, toJson } from "../value.ts";
import type { DefinitionNames, DescriptionAnswer, ResolverUse, ValueCheck } from "./description_protocol.ts";
import { issueDiagnostics } from "./issue_text.ts";
import { namesDiagnostics } from "./names_check.ts";
import { nativeFolders } from "./native.ts";
import { preparePackages } from "./package_cache.ts";

/** What the engine needs to know of the code behind a `run` stage: a part of its closure. */
export interface Code {
  /** sha256 of everything the module imports. */
  readonly digest: string;
  /** Absolute paths of the local modules. */
  readonly files: readonly string[];
  /** Absolute folders of the npm packages. */
  readonly packageFolders: readonly string[];
}

/** What a stage's module says of the stage. */
export interface Description {
  /** `with`, parsed by the module's schema: defaults filled in, values still to be resolved as they are. */
  readonly with: Json;
  /** Values inside `with` that a module has yet to resolve on this machine. */
  readonly resolvers: readonly ResolverUse[];
  /** How the stage goes on where an earlier attempt ended; absent: it does not. */
  readonly resumes?: Across;
}

/** Where descriptions are kept between runs: a workspace's index. */
export interface Memory {
  /** What was kept under a key; keys of different kinds do not meet. */
  get(kind: string, key: string): string | undefined;
  /** Keeps a text. */
  set(kind: string, key: string, text: string): void;
}

/** A `run` stage. */
interface ModuleStage extends Stage {
  readonly action: RunAction;
}

/** What a module makes of one stage's values. */
interface Remembered {
  readonly names: DefinitionNames;
  readonly resumes?: Across;
  readonly check: ValueCheck;
}

/** Grows when descriptions are worked out otherwise. */
const kind = "description 3";

/**
 * Describes the `run` stages: imports each module once, in a sandbox that grants its own code alone, checks the names of
 * its deps and outs and parses each `with` by its schema. What is wrong comes at once for all stages. Descriptions are
 * remembered by the digest of the code and the values, so that nothing is imported where nothing changed.
 *
 * @param closures by absolute path of the module; must hold that of every `run` stage
 * @returns descriptions by name of the stage
 */
export async function describeModules(
  stages: Iterable<Stage>,
  closures: ReadonlyMap<string, Code>,
  memory?: Memory,
): Promise<Result<Map<string, Description>>> {
  const described = [...stages].filter(isModuleStage);
  const modules = Map.groupBy(described, ({ action }) => action.module);
  const outcomes = await Promise.all(
    [...modules].map(([module, stages]) => describeModule(stages, closureOf(module, closures), memory)),
  );
  const found = new Map(outcomes.flatMap((outcome) => Array.isArray(outcome) ? [] : [...outcome]));
  const diagnostics = outcomes.flatMap((outcome) => Array.isArray(outcome) ? outcome : []);
  const descriptions = new Map<string, Description>();
  for (const stage of described) {
    const remembered = found.get(stage.name);
    if (remembered === undefined) continue;
    diagnostics.push(...problemsOf(stage, remembered));
    const { check, resumes } = remembered;
    if (check.kind !== "valid") continue;
    const { with: values, resolvers } = check;
    descriptions.set(stage.name, { with: values, resolvers, ...resumes === undefined ? {} : { resumes } });
  }
  return diagnostics.length > 0
    ? { ok: false, diagnostics: distinct(diagnostics) }
    : { ok: true, value: descriptions, diagnostics: [] };
}

/** What the module of these stages makes of each, by name; diagnostics where the module itself is at fault. */
async function describeModule(
  stages: readonly ModuleStage[],
  code: Code,
  memory?: Memory,
): Promise<Map<string, Remembered> | Diagnostic[]> {
  const found = new Map<string, Remembered>();
  const missing: ModuleStage[] = [];
  for (const stage of stages) {
    const text = memory?.get(kind, memoryKey(stage, code));
    if (text === undefined) missing.push(stage);
    else found.set(stage.name, JSON.parse(text));
  }
  if (missing.length === 0) return found;
  const answer = await askModule(missing, code);
  if (answer.kind === "failed") return [moduleDiagnostic(missing, answer.message, answer.place)];
  for (const [index, stage] of missing.entries()) {
    const check = answer.checks[index];
    if (check === undefined) throw new Error(`${stage.action.module} was not asked about ${stage.name}`);
    const { names, resumes } = answer;
    const remembered: Remembered = { names, check, ...resumes === undefined ? {} : { resumes } };
    memory?.set(kind, memoryKey(stage, code), JSON.stringify(remembered));
    found.set(stage.name, remembered);
  }
  return found;
}

/** The code and the values; the order of keys may decide in which order a schema speaks of them, so it counts. */
function memoryKey({ action }: ModuleStage, { digest }: Code): string {
  const values = JSON.stringify(toJson(action.with));
  return createHash("sha256").update(`${action.module}\n${digest}\n${values}`).digest("hex");
}

const hostModule = new URL("./description_host.ts", import.meta.url).href;

async function askModule(stages: readonly ModuleStage[], code: Code): Promise<DescriptionAnswer> {
  const { module } = stages[0]!.action;
  const unprepared = await preparePackages(module, code.packageFolders);
  if (unprepared !== undefined) return { kind: "failed", message: unprepared };
  const sandbox = {
    read: [...code.files, ...code.packageFolders],
    write: [],
    env: [],
    net: [],
    native: await nativeFolders(code.packageFolders),
  };
  const request = { module: pathToFileURL(module).href, values: stages.map(({ action }) => toJson(action.with)) };
  let answer: DescriptionAnswer | undefined;
  const complaints: string[] = [];
  const { code: exitCode, signal } = await runProcess({
    command: Deno.execPath(),
    args: sandboxArguments(hostModule, module, sandbox),
    folder: dirname(module),
    environment: sandboxEnvironment([]),
    input: `${JSON.stringify(request)}\n`,
    stdout: {
      line: () => {},
      record: (value) => {
        answer = value as unknown as DescriptionAnswer;
      },
    },
    stderr: { line: (text) => complaints.push(text) },
    signal: new AbortController().signal,
    grace: 0,
  });
  const complaint = complaints.find((line) => line.startsWith("error: "))?.slice("error: ".length);
  return answer ?? { kind: "failed", message: complaint ?? `it ended with ${signal ?? `exit code ${exitCode}`}` };
}

function problemsOf(stage: ModuleStage, { names, check }: Remembered): Diagnostic[] {
  const problems = namesDiagnostics(stage, names, shownModule(stage.action));
  if (check.kind === "valid") return problems;
  const value = toJson(stage.action.with);
  return [...problems, ...check.issues.flatMap((issue) => issueDiagnostics(issue, stage.action, value))];
}

function moduleDiagnostic([stage]: readonly ModuleStage[], message: string, place?: string): Diagnostic {
  const { action } = stage!;
  return {
    severity: "error",
    message: `${shownModule(action)} cannot be used as a stage: ${message.replace(/\.$/, "")}`,
    range: action.range,
    ...(place === undefined ? {} : { hints: [`It comes from ${place}`] }),
  };
}

/** The module as the file that names it would write it. */
function shownModule({ module, range }: RunAction): string {
  return relative(dirname(range.source.path), module);
}

function isModuleStage(stage: Stage): stage is ModuleStage {
  return stage.action.kind === "run";
}

function closureOf(module: string, closures: ReadonlyMap<string, Code>): Code {
  const code = closures.get(module);
  if (code === undefined) throw new Error(`there is no closure of ${module}`);
  return code;
}

/** Stages made by one `foreach` repeat each other's mistakes. */
function distinct(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ message, range }) => {
    const key = `${range?.source.path}:${range?.start}:${message}`;
    return !seen.has(key) && seen.add(key);
  });
}
