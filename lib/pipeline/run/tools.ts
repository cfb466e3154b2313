import type { Diagnostic, Result } from "../diagnostic.ts";
import type { Stage } from "../file/pipeline.ts";
import { failure } from "./failure.ts";
import { shellEnvironment, userShell } from "./shell.ts";

/** Characters that are kept of what a tool prints: a version is short. */
const LONGEST = 4096;

/** What tools printed, by stage name, then by command. */
export type ToolVersions = ReadonlyMap<string, { readonly [command: string]: string }>;

/**
 * Runs the commands by which stages tell the versions of their tools, each once in a folder and an environment.
 *
 * @param root absolute root of the project
 */
export async function askTools(stages: readonly Stage[], root: string): Promise<Result<ToolVersions>> {
  const asked = new Map<string, Promise<string | Diagnostic>>();
  const versions = new Map<string, { [command: string]: string }>();
  const diagnostics: Diagnostic[] = [];
  for (const stage of stages.filter(({ tools = [] }) => tools.length > 0)) {
    const printed: { [command: string]: string } = {};
    for (const command of stage.tools!.toSorted()) {
      const key = JSON.stringify([command, stage.wdir, stage.env?.toSorted() ?? null]);
      const answer = asked.get(key) ?? ask(stage, command, root);
      asked.set(key, answer);
      const found = await answer;
      if (typeof found === "string") printed[command] = found;
      else diagnostics.push(found);
    }
    versions.set(stage.name, printed);
  }
  return diagnostics.length > 0 ? { ok: false, diagnostics } : { ok: true, value: versions, diagnostics };
}

/** What a command prints, to either stream; without trailing white space. */
async function ask(stage: Stage, command: string, root: string): Promise<string | Diagnostic> {
  const shell = userShell();
  // The name of a stage is no part of what a tool is.
  const { DVC_STAGE: _, ...env } = shellEnvironment(stage, root);
  try {
    const { code, stdout, stderr } = await new Deno.Command(shell.command, {
      args: [...shell.args, `{ ${command}\n} 2>&1`],
      cwd: stage.wdir,
      env,
      clearEnv: true,
      stdin: "null",
    }).output();
    const text = new TextDecoder().decode(stdout).trim().slice(0, LONGEST);
    if (code === 0) return text;
    const said = [text, new TextDecoder().decode(stderr).trim()].filter((part) => part !== "").join("\n");
    return failure(stage, `asks for a tool that is not there: \`${command}\` ended with exit code ${code}`, [
      ...said === "" ? [] : [said],
      "Install it, or correct the stage's tools",
    ]);
  } catch (error) {
    return failure(stage, `cannot ask \`${command}\`: ${error instanceof Error ? error.message : String(error)}`);
  }
}
