import { basename } from "node:path";
import type { Stage } from "../file/pipeline.ts";

/** A shell, ready to be given a line. */
export interface Shell {
  /** Its path. */
  readonly command: string;
  /** The arguments before the line. */
  readonly args: readonly string[];
}

/**
 * The shell that runs `cmd`, chosen as DVC does (`dvc/stage/run.py`): `$SHELL`, or `/bin/sh`, without the start-up files
 * of the user.
 */
export function userShell(): Shell {
  const command = Deno.env.get("SHELL") || "/bin/sh";
  switch (basename(command)) {
    case "bash":
      return { command, args: ["--noprofile", "--norc", "-c"] };
    case "zsh":
      return { command, args: ["--no-rcs", "-c"] };
    default:
      return { command, args: ["-c"] };
  }
}

/**
 * The environment of a `cmd` stage: the engine's own, or, where the stage names variables, those alone and the two without
 * which hardly any command runs; and what DVC adds.
 */
export function shellEnvironment(stage: Stage, root: string): Record<string, string> {
  const environment: Record<string, string> = { ...Deno.env.toObject() };
  // It is meant for the engine; the commands of a stage may be Deno programs themselves.
  delete environment.DENO_AUDIT_PERMISSIONS;
  if (stage.env !== undefined) {
    const seen = new Set([...stage.env, "PATH", "HOME"]);
    for (const name of Object.keys(environment)) {
      if (!seen.has(name)) delete environment[name];
    }
  }
  return { ...environment, DVC_ROOT: root, DVC_STAGE: stage.name };
}
