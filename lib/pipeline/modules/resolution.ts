import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Diagnostic, Result } from "../diagnostic.ts";
import type { Stage } from "../file/pipeline.ts";
import { runProcess } from "../process/process.ts";
import { configurationFlags } from "../process/sandbox.ts";
import type { Json } from "../value.ts";
import type { Description } from "./description.ts";
import type { ResolutionAnswer, ResolutionRequest } from "./resolution_protocol.ts";

/** What a value inside `with` came to on this machine. */
export interface Resolution extends Omit<Extract<ResolutionAnswer, { kind: "resolved" }>, "kind"> {
  /** Where the value stands inside `with`. */
  readonly path: readonly (string | number)[];
}

/**
 * Asks the resolvers of all descriptions what their values come to on this machine, now: one process for all, each
 * question asked once. Resolvers may read files, the environment and what is known of the machine, and load native
 * libraries; they may not write, start programs or reach the network.
 *
 * @param stages those described, for the places of errors
 * @returns by name of the stage; a stage without resolvers has none
 */
export async function resolveValues(
  stages: Iterable<Stage>,
  descriptions: ReadonlyMap<string, Description>,
): Promise<Result<Map<string, readonly Resolution[]>>> {
  const questions = new Map<string, ResolutionRequest["questions"][number]>();
  for (const { resolvers } of descriptions.values()) {
    for (const use of resolvers) questions.set(questionKey(use), { module: use.module, value: use.value });
  }
  const answers = new Map<string, ResolutionAnswer>();
  const given = await ask([...questions.values()]);
  for (const [index, key] of [...questions.keys()].entries()) {
    answers.set(key, given[index] ?? { kind: "failed", message: "it ended the process" });
  }
  const resolutions = new Map<string, readonly Resolution[]>();
  const diagnostics = new Map<string, Diagnostic>();
  for (const stage of stages) {
    const { resolvers } = descriptions.get(stage.name) ?? { resolvers: [] };
    const resolved = resolvers.flatMap((use): Resolution[] => {
      const answer = answers.get(questionKey(use));
      if (answer?.kind === "resolved") {
        const { kind: _, ...resolved } = answer;
        return [{ path: use.path, ...resolved }];
      }
      const { action, range } = stage;
      const name = ["with", ...use.path].join(".");
      const message = `${name} is ${JSON.stringify(use.value)}, which cannot be had here: ${answer?.message}`;
      diagnostics.set(message, {
        severity: "error",
        message,
        range: action.kind === "run" ? action.locate(use.path) : range,
      });
      return [];
    });
    if (resolved.length > 0) resolutions.set(stage.name, resolved);
  }
  return diagnostics.size > 0
    ? { ok: false, diagnostics: [...diagnostics.values()] }
    : { ok: true, value: resolutions, diagnostics: [] };
}

function questionKey({ module, value }: { readonly module: string; readonly value: Json }): string {
  return JSON.stringify([module, value]);
}

const hostModule = new URL("./resolution_host.ts", import.meta.url).href;

async function ask(questions: ResolutionRequest["questions"]): Promise<readonly ResolutionAnswer[]> {
  const [first] = questions;
  if (first === undefined) return [];
  const module = fileURLToPath(first.module);
  const answers: ResolutionAnswer[] = [];
  await runProcess({
    command: Deno.execPath(),
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--cached-only",
      ...configurationFlags(module),
      "--allow-read",
      "--allow-env",
      "--allow-sys",
      "--allow-ffi",
      hostModule,
    ],
    folder: dirname(module),
    environment: { ...Deno.env.toObject(), NO_COLOR: "1" },
    input: `${JSON.stringify({ questions })}\n`,
    stdout: { line: () => {}, record: (value) => answers.push(value as unknown as ResolutionAnswer) },
    stderr: { line: () => {} },
    signal: new AbortController().signal,
    grace: 0,
  });
  return answers;
}
