import type { Diagnostic } from "../diagnostic.ts";
import type { OutRecord } from "../store/out_record.ts";
import type { StoredResult } from "../store/results.ts";
import type { Workspace } from "../store/workspace.ts";
import { download, type Traffic } from "./download.ts";
import type { Meter } from "./meter.ts";
import type { Remote } from "./remote.ts";
import { RemoteError } from "./remote_error.ts";

/** A result whose contents have come. */
export interface Provided extends Traffic {
  /** What the stage left. */
  readonly result: StoredResult;
  /** The name of the remote that had it. */
  readonly remote: string;
}

/** What is asked for. */
export interface Wanted {
  /** Of the stage, for messages. */
  readonly stage: string;
  /** What it is known by. */
  readonly fingerprint: string;
  /** The outs that the result has to have; any where absent. */
  readonly outs?: readonly OutRecord[];
}

/** Several remotes, of which the first that has a result answers. What fails is a warning, and the next one is asked. */
export class Remotes {
  readonly #remotes: readonly Remote[];
  readonly #warn: (diagnostic: Diagnostic) => void;
  /** Those that cannot be reached: one warning, and no more waiting. */
  readonly #lost = new Set<Remote>();

  /** Takes the remotes in the order in which they are asked, and who is told what fails. */
  constructor(remotes: readonly Remote[], warn: (diagnostic: Diagnostic) => void) {
    this.#remotes = remotes;
    this.#warn = warn;
  }

  /**
   * Brings the contents of a result into the cache; undefined where no remote has it whole.
   *
   * @param meter is told of what comes
   */
  async provide(
    workspace: Workspace,
    { stage, fingerprint, outs }: Wanted,
    meter?: Meter,
  ): Promise<Provided | undefined> {
    for (const remote of this.#remotes) {
      const { name, signal } = remote.options;
      if (this.#lost.has(remote) || signal?.aborted) continue;
      try {
        const answer = await remote.entry(fingerprint, outs);
        if (answer.kind === "refused") {
          this.#warn(warning(`The entry of ${stage} on ${name} ${answer.because}`, "It counts as missing"));
        }
        if (answer.kind !== "known") continue;
        const traffic = await download(workspace, remote, answer.entry, meter);
        return { ...traffic, result: answer.entry.result, remote: name };
      } catch (error) {
        if (!(error instanceof RemoteError)) throw error;
        if (signal?.aborted) continue;
        if (!error.unreachable) {
          this.#warn(
            warning(`The result of ${stage} cannot be had from ${name}: ${error.message}`, "It counts as missing"),
          );
        } else if (!this.#lost.has(remote)) {
          this.#lost.add(remote);
          this.#warn(lostWarning(remote, error));
        }
      }
    }
    return undefined;
  }
}

/** What is said of a remote that is of no use for now. */
export function lostWarning({ options: { name, address } }: Remote, { message }: RemoteError): Diagnostic {
  return warning(`The remote ${name} (${address}) fails: ${message}`, "All goes on without it");
}

function warning(message: string, hint: string): Diagnostic {
  return { severity: "warning", message, hints: [hint] };
}
