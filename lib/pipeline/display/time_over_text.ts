import type { Event } from "../run/event.ts";

/** Names shown of a kind; those beyond are counted. */
const MOST = 5;

/** What became of the stages of a run that had no more time, in a sentence. */
export class TimeOverText {
  readonly #open = new Set<string>();
  readonly #finished: string[] = [];
  readonly #failed: string[] = [];
  readonly #kept: string[] = [];
  readonly #lost: string[] = [];

  /** Takes note of an event. */
  add(event: Event): void {
    switch (event.kind) {
      case "run started":
        for (const stage of event.stages) this.#open.add(stage);
        return;
      case "stage finished":
      case "stage restored":
        this.#finished.push(event.stage);
        break;
      case "stage failed":
        this.#failed.push(event.stage);
        break;
      case "stage cancelled":
        (event.resumes ? this.#kept : this.#lost).push(event.stage);
        break;
      case "stage unchanged":
      case "stage absent":
      case "stage frozen":
      case "stage skipped":
        break;
      default:
        return;
    }
    this.#open.delete(event.stage);
  }

  /**
   * The sentence, and how to go on.
   *
   * @param budget as it was typed
   * @param command that goes on
   */
  text(budget: string, command: string): string {
    const facts = [
      this.#finished.length === 0 ? "nothing more was finished" : `finished: ${named(this.#finished)}`,
      ...(this.#failed.length === 0 ? [] : [`failed: ${named(this.#failed)}`]),
      ...(this.#kept.length === 0 ? [] : [`kept a checkpoint: ${named(this.#kept)}`]),
      ...(this.#lost.length === 0 ? [] : [`will run anew: ${named(this.#lost)}`]),
      ...(this.#open.size === 0 ? [] : [`not started: ${named([...this.#open])}`]),
    ];
    // What runs anew within the same time is as far then as it is now.
    const isStuck = this.#lost.length > 0 && this.#finished.length + this.#kept.length === 0;
    const goOn = isStuck ? "Go on, with a longer time budget" : "Go on";
    return `The time budget of ${budget} is over; ${facts.join("; ")}\n${goOn}: ${command}`;
  }
}

function named(stages: readonly string[]): string {
  if (stages.length <= MOST + 1) return stages.join(", ");
  return `${stages.slice(0, MOST).join(", ")} and ${stages.length - MOST} more`;
}
