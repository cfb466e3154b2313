import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
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

  /** All folders by name, with their bytes and the times of their last change in ms since 1970. */
  sizes(): Map<string, { readonly size: number; readonly changed: number }> {
    return new Map(
      readdirSync(this.#folder).map((name) => {
        const paths = readdirSync(join(this.#folder, name), { recursive: true, encoding: "utf8" });
        const stats = ["", ...paths].map((path) => statSync(join(this.#folder, name, path)));
        const size = stats.reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0);
        return [name, { size, changed: Math.max(...stats.map(({ mtimeMs }) => mtimeMs)) }];
      }),
    );
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
