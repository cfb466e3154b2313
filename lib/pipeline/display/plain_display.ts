import type { Event, Progress } from "../run/event.ts";
import type { Display } from "./display.ts";
import { eventLines, type EventTextOptions } from "./event_text.ts";
import type { Output } from "./output.ts";
import { Pace } from "./pace.ts";
import { progressFacts, type RunningStage } from "./progress_line.ts";
import { styleFor } from "./style.ts";
import { Summary } from "./summary.ts";

/** Milliseconds between two lines about the progress of one stage. */
const QUIET = 15_000;

type Running = RunningStage & { shown: number };

/** One line an event, for pipes, files and CI: no control sequences, nothing drawn twice, no clock. */
export class PlainDisplay implements Display {
  readonly #output: Output;
  readonly #options: EventTextOptions;
  readonly #summary = new Summary();
  readonly #running = new Map<string, Running>();

  /** Shows events on `output`; diagnostics name paths relative to the absolute `folder`. */
  constructor(output: Output, folder: string) {
    this.#output = output;
    this.#options = { style: styleFor(output.color), color: output.color, folder };
  }

  /** Shows an event. */
  readonly show = (event: Event): void => {
    this.#summary.add(event);
    if (event.kind === "stage started") this.#begin(event.stage, event.time);
    else if (event.kind === "stage progress") this.#showProgress(this.#running.get(event.stage), event);
    else if (event.kind === "transfer progress") {
      this.#showProgress(this.#running.get(event.transfer) ?? this.#begin(event.transfer, event.time), event);
    } else if (event.kind === "transfer ended") this.#running.delete(event.transfer);
    for (const { text } of eventLines(event, this.#options)) this.#output.write(`${text}\n`);
    if (event.kind === "run finished") {
      this.#output.write(`${this.#summary.text(event.seconds, this.#options.style)}\n`);
    }
  };

  /** Does nothing: every line is written at once. */
  readonly close = (): void => {};

  #begin(name: string, time: number): Running {
    const stage = { name, since: time, shown: time, pace: new Pace() };
    this.#running.set(name, stage);
    return stage;
  }

  #showProgress(stage: Running | undefined, event: Progress & { readonly time: number }): void {
    if (stage === undefined) return;
    stage.pace.add(event.time, event.done);
    if (event.time - stage.shown < QUIET) return;
    stage.shown = event.time;
    this.#output.write(`${stage.name}: ${progressFacts(stage, event, event.time).join(", ")}\n`);
  }
}
