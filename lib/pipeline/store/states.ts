import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Folders that stages which resume keep from one attempt to the next, by a fingerprint. */
export class States {
  readonly #folder: string;

  /**
   * Nothing is read yet.
   *
   * @param folder absolute; has to be there
   */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The folder of a fingerprint, absolute; made where there is none. */
  open(fingerprint: string): string {
    const folder = join(this.#folder, fingerprint);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** Whether the folder of a fingerprint holds anything. */
  holds(fingerprint: string): boolean {
    const folder = join(this.#folder, fingerprint);
    return existsSync(folder) && readdirSync(folder).length > 0;
  }

  /** Removes what the stage gave up for when it has succeeded: the folder `spent` in that of a fingerprint. */
  dropSpent(fingerprint: string): void {
    rmSync(join(this.#folder, fingerprint, "spent"), { recursive: true, force: true });
  }

  /** Removes the folder of a fingerprint, where there is one. */
  drop(fingerprint: string): void {
    rmSync(join(this.#folder, fingerprint), { recursive: true, force: true });
  }
}
