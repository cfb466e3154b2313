import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { RemoteAddress } from "../file/pipeline.ts";
import { openRemotes } from "../remote/opening.ts";
import type { Remote } from "../remote/remote.ts";
import { RemoteError } from "../remote/remote_error.ts";
import type { Workspace } from "../store/workspace.ts";
import { writeDurably } from "../store/durable_file.ts";
import { carriageError, parcelKey, sendParcel, takeParcel } from "./parcel.ts";
import type { PlacedTask } from "./submissions.ts";
import { type ScratchWork, taskFiles } from "./work.ts";

/** Carries files between the engine and nodes that do not see the workspace, over a remote. */
export class Courier {
  readonly #workspace: Workspace;
  readonly #address: RemoteAddress;
  #opened?: Promise<Remote>;

  /** Asks the remote nothing yet. */
  constructor(workspace: Workspace, address: RemoteAddress) {
    this.#workspace = workspace;
    this.#address = address;
  }

  /**
   * Brings what a job needs to the remote.
   *
   * @param work its text
   * @param inputs what of the cache it needs
   * @throws {StoreError} where that does not work
   */
  async send(task: PlacedTask, work: string, inputs: ScratchWork["inputs"]): Promise<void> {
    const remote = await this.#remote();
    const contents = inputs.map(({ record }) => record);
    try {
      await sendParcel(remote, this.#workspace.blobs, parcelKey(task, "work"), {
        stage: task.stage,
        texts: { work },
        contents,
      });
    } catch (error) {
      throw error instanceof RemoteError ? carriageError(remote, error) : error;
    }
  }

  /**
   * Brings what a job has left to where it would stand if the node had the same disk: outs into the cache, then texts, that
   * of its end last. Nothing happens where it has left none.
   *
   * @throws {StoreError} where what it left counts as nothing
   * @returns why that did not work now, though it may later; undefined: it did
   */
  async collect(task: PlacedTask): Promise<string | undefined> {
    const remote = await this.#remote();
    const key = parcelKey(task, "end");
    try {
      const texts = await takeParcel(remote, this.#workspace.blobs, key);
      if (texts === undefined) return undefined;
      const { events, deps, exit } = taskFiles(task.folder);
      for (const [path, text] of [[events, texts.events], [deps, texts.deps], [task.outs, texts.outs]] as const) {
        if (path === undefined || text === undefined) continue;
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text);
      }
      if (texts.exit !== undefined) writeDurably(exit, texts.exit);
      // Nobody else needs what it was given; what it left, jobs that come after it may.
      if (remote.canDelete) await remote.delete("ac", parcelKey(task, "work"));
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      return carriageError(remote, error).message;
    }
    return undefined;
  }

  #remote(): Promise<Remote> {
    return this.#opened ??= openRemotes([this.#address]).then(([remote]) => remote!);
  }
}
