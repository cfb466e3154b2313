import type { Diagnostic } from "../diagnostic.ts";
import type { Stage } from "../file/pipeline.ts";
import { shellWord } from "../shell_word.ts";
import type { Access } from "./audit.ts";

/** Lines of a stage's log that a message about its failure shows. */
const shownLines = 10;

/** The newest lines of a stage's log. */
export class LogTail {
  readonly #lines: string[] = [];

  /** Keeps a line; empty ones do not count. */
  add(line: string): void {
    if (line.trim() === "") return;
    this.#lines.push(line);
    if (this.#lines.length > shownLines) this.#lines.shift();
  }

  /** The lines. */
  get text(): string {
    return this.#lines.join("\n");
  }

  /** The lines as one hint, or none. */
  hints(): string[] {
    if (this.#lines.length === 0) return [];
    return [["The last lines of its log:", ...this.#lines.map((line) => `  ${line}`)].join("\n")];
  }
}

/** That a stage failed, why, and what its log said last. */
export function failure(stage: Stage, cause: string, hints: readonly string[] = []): Diagnostic {
  return { severity: "error", message: `${stage.name} ${cause}`, range: stage.range, hints };
}

/** The same, where the last message tells the end of the log and the command that runs the stage alone. */
export function completed(
  diagnostics: readonly Diagnostic[],
  stage: Stage,
  log: LogTail,
  retry?: string,
): Diagnostic[] {
  const command = `Run it alone: ${retry ?? "deno task repro --single-item"} ${shellWord(stage.name)}`;
  return diagnostics.map((diagnostic, index) =>
    index === diagnostics.length - 1
      ? { ...diagnostic, hints: [...diagnostic.hints ?? [], ...log.hints(), command] }
      : diagnostic
  );
}

/** What to do about a signal that nobody here sent. */
export function signalHints(signal: Deno.Signal): string[] {
  switch (signal) {
    case "SIGKILL":
      return [
        `It took more memory than there was, most likely: the kernel then kills it (\`dmesg\` tells). ${memoryRemedy}`,
      ];
    case "SIGSEGV":
    case "SIGBUS":
    case "SIGILL":
    case "SIGABRT":
    case "SIGTRAP":
      return ["It crashed, in native code or for want of memory; its log may tell"];
    default:
      return [];
  }
}

/** What to do where something was thrown, or logged, for want of space or memory. */
export function resourceHints(text: string): string[] {
  if (/os error 28|ENOSPC|[Nn]o space left/.test(text)) return ["The disk is full; free some space"];
  if (/os error 122|EDQUOT|[Qq]uota exceeded/.test(text)) return ["Your share of the disk is full; free some space"];
  if (/JavaScript (heap )?out of memory/.test(text)) {
    return ["The heap of JavaScript is full; keep many numbers in typed arrays, which lie outside of it"];
  }
  if (/os error 12\b|ENOMEM|Cannot allocate memory|Array buffer allocation failed/.test(text)) {
    return [`There was not enough memory. ${memoryRemedy}`];
  }
  return [];
}

const memoryRemedy = "Say in its resources.memory what it takes, so that less runs beside it, or give it less to do";

/**
 * That a stage reached for something that it did not declare.
 *
 * @param shown the path as people see it, where a path was reached for
 */
export function undeclared(stage: Stage, { permission, value }: Access, shown: string): Diagnostic {
  const [cause, hint] = undeclaredCause(permission, value, shown);
  return failure(stage, cause, [hint]);
}

function undeclaredCause(permission: string, value: string | null, shown: string): [string, string] {
  switch (permission) {
    case "read":
      return [`read ${shown}, which it did not declare`, "Add it to deps"];
    case "write":
      return value === "<TMP>"
        ? ["made a temporary file, which it may not", "Write inside one of its outs"]
        : [`wrote ${shown}, which it did not declare`, "Add it to outs, or write inside one of its outs"];
    case "net":
      return [`reached for ${value ?? "the network"}, which it did not declare`, "Name the host in `net`"];
    case "run":
      return [`started ${value ?? "a program"}, which a module may not`, "Make it a stage of its own with `cmd`"];
    case "ffi":
      return [`loaded the native library ${shown}, which is in none of its npm packages`, "Use `cmd` for such a stage"];
    default:
      return [`asked for ${permission} ${value ?? ""}`.trimEnd() + ", which a stage may not", "Do without it"];
  }
}
