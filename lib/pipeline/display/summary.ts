import type { Event } from "../run/event.ts";
import { countText, durationText } from "./quantity.ts";
import type { Style } from "./style.ts";

/** Counts what became of the stages, for the last line of a run. */
export class Summary {
  #planned = 0;
  #ran = 0;
  #restored = 0;
  #absent = 0;
  /** With the seconds that each took when it last ran: one may yet run, once another has made what was absent. */
  readonly #unchanged = new Map<string, number>();
  #frozen = 0;
  #failed = 0;
  #skipped = 0;
  #cancelled = 0;
  #left = 0;
  #saved = 0;

  /** Takes note of an event. */
  add(event: Event): void {
    if ("stage" in event && event.kind !== "stage unchanged") this.#unchanged.delete(event.stage);
    switch (event.kind) {
      case "run started":
        this.#planned = event.stages.length;
        break;
      case "stage finished":
        this.#ran += 1;
        break;
      case "stage restored":
        this.#restored += 1;
        this.#saved += event.seconds ?? 0;
        break;
      case "stage unchanged":
        this.#unchanged.set(event.stage, event.seconds ?? 0);
        break;
      case "stage absent":
        this.#absent += 1;
        break;
      case "stage frozen":
        this.#frozen += 1;
        break;
      case "stage failed":
        this.#failed += 1;
        break;
      case "stage skipped":
        this.#skipped += 1;
        break;
      case "stage cancelled":
        this.#cancelled += 1;
        break;
      case "stage left":
        this.#left += 1;
        break;
    }
  }

  /** `2 ran, 1 restored, 9 unchanged in 12 s (saved 3 min 20 s)`. */
  text(seconds: number, style: Style): string {
    const settled = this.#ran + this.#restored + this.#unchanged.size + this.#absent + this.#frozen + this.#failed +
      this.#skipped + this.#cancelled + this.#left;
    const counts: [count: number, word: string, paint?: (text: string) => string][] = [
      [this.#failed, "failed", style.bad],
      [this.#cancelled, "cancelled", style.doubtful],
      [this.#skipped, "skipped", style.doubtful],
      [this.#planned - settled, "not started", style.doubtful],
      [this.#left, this.#left === 1 ? "is a Slurm job" : "are Slurm jobs", style.busy],
      [this.#ran, "ran", style.good],
      [this.#restored, "restored", style.good],
      [this.#unchanged.size, "unchanged"],
      [this.#absent, "absent"],
      [this.#frozen, "frozen"],
    ];
    const parts = counts.filter(([count]) => count > 0)
      .map(([count, word, paint = (text) => text]) => paint(`${count} ${word}`));
    const stages = parts.length > 0 ? parts.join(", ") : countText(0, "stage");
    const spared = this.#unchanged.values().reduce((sum, seconds) => sum + seconds, this.#saved);
    const saved = spared >= 0.05 ? style.dim(` (saved ${durationText(spared)})`) : "";
    return `${stages} in ${durationText(seconds)}${saved}`;
  }
}
