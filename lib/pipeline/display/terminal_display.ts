import type { MultiBar, SingleBar } from "cli-progress";
import type { Event, Progress } from "../run/event.ts";
import type { Display } from "./display.ts";
import { eventLines, type EventTextOptions, type LogLine } from "./event_text.ts";
import type { Output } from "./output.ts";
import { Pace } from "./pace.ts";
import { progressLine, type RunningStage } from "./progress_line.ts";
import { styleFor } from "./style.ts";
import { Summary } from "./summary.ts";
import { cut, widthOf, wrap } from "../width.ts";

/** Erases from the cursor to the end of the line. */
const CLEAR_RIGHT = "\x1b[K";

/** Live lines: what happened scrolls up, and below it stands one line for each running stage. */
export class TerminalDisplay implements Display {
  readonly #output: Output;
  readonly #options: EventTextOptions;
  readonly #summary = new Summary();
  readonly #running = new Map<string, RunningStage>();
  readonly #bars = new Map<string, SingleBar>();
  #progress: Promise<typeof import("cli-progress")> | undefined;
  #multiBar: MultiBar | undefined;
  #closed = false;

  /** Shows events on `output`; diagnostics name paths relative to the absolute `folder`. */
  constructor(output: Output, folder: string) {
    this.#output = output;
    const { color } = output;
    this.#options = { style: styleFor(color), color, folder, columns: () => this.#width() };
  }

  /** Shows an event. */
  readonly show = (event: Event): void => {
    this.#summary.add(event);
    for (const line of eventLines(event, this.#options)) this.#log(line);
    switch (event.kind) {
      case "stage started":
        this.#begin(event.stage, event.time);
        break;
      case "stage progress": {
        const stage = this.#running.get(event.stage);
        if (stage !== undefined) advance(stage, event);
        break;
      }
      case "stages waiting":
        for (const name of event.stages) this.#note(name, event.text);
        break;
      case "stages begun":
        for (const name of event.stages) this.#note(name, undefined);
        break;
      case "transfer progress":
        advance(this.#running.get(event.transfer) ?? this.#begin(event.transfer, event.time), event);
        break;
      case "transfer ended":
        this.#remove(event.transfer);
        break;
      case "stage finished":
      case "stage failed":
      case "stage cancelled":
      case "stage left":
        this.#remove(event.stage);
        break;
      case "run finished":
        this.close();
        this.#output.write(`${cut(this.#summary.text(event.seconds, this.#options.style), this.#width())}\n`);
        break;
    }
  };

  /** Takes the live lines away and shows the cursor again. */
  readonly close = (): void => {
    this.#closed = true;
    this.#stop();
  };

  /** Notes why the job of a stage waits, or that it does not any more. */
  #note(name: string, waits: string | undefined): void {
    const stage = this.#running.get(name);
    if (stage !== undefined) stage.waits = waits;
  }

  #begin(name: string, since: number): RunningStage {
    const stage: RunningStage = { name, since, pace: new Pace() };
    this.#running.set(name, stage);
    this.#progress ??= import("cli-progress");
    this.#drawSoon();
    return stage;
  }

  #drawSoon(): void {
    this.#progress?.then(({ MultiBar }) => this.#draw(MultiBar), () => {
      // Without the library the lines of the log must do.
    });
  }

  /** Gives every running stage its line, as far as the terminal is high enough: what scrolled off cannot be drawn over. */
  #draw(Bars: typeof MultiBar): void {
    if (this.#closed || this.#running.size === 0) return;
    this.#multiBar ??= new Bars({
      // The library draws through our output, so that both write in order.
      stream: this.#stream(),
      format: (_options, _state, payload: RunningStage) => this.#line(payload),
      clearOnComplete: true,
      hideCursor: true,
      forceRedraw: true, // A line that moves up when another stage ends must be drawn again.
      gracefulExit: false, // Signals are the command's own business.
      emptyOnZero: true,
    });
    for (const [name, stage] of this.#running) {
      if (this.#bars.size >= Math.max(1, this.#output.rows() - 2)) break;
      if (!this.#bars.has(name)) this.#bars.set(name, this.#multiBar.create(1, 0, stage));
    }
  }

  #line(stage: RunningStage): string {
    const nameWidth = Math.max(...[...this.#running.keys()].map(widthOf));
    return progressLine(stage, Date.now(), this.#width(), nameWidth, this.#options.style);
  }

  #log(line: LogLine): void {
    for (const text of line.whole ? wrap(line.text, this.#width()) : [cut(line.text, this.#width())]) {
      // The library overwrites the lines of bars with those of the log and does not clear what stood there.
      if (this.#multiBar !== undefined) this.#multiBar.log(`${text}${CLEAR_RIGHT}\n`);
      else this.#output.write(`${text}\n`);
    }
  }

  #remove(name: string): void {
    if (!this.#running.has(name)) return;
    const bar = this.#bars.get(name);
    if (this.#running.size === 1) this.#stop();
    else if (bar !== undefined) this.#multiBar?.remove(bar);
    this.#bars.delete(name);
    this.#running.delete(name);
    this.#drawSoon();
  }

  #stop(): void {
    this.#multiBar?.update(); // Writes what is still in its log.
    this.#multiBar?.stop();
    this.#multiBar = undefined;
    this.#bars.clear();
  }

  /** One column is left free: some terminals wrap as soon as the last one is written. */
  #width(): number {
    return Math.max(1, this.#output.columns() - 1);
  }

  #stream(): NodeJS.WritableStream {
    const { write, columns } = this.#output;
    const stream = {
      isTTY: true,
      get columns(): number {
        return columns();
      },
      write: (text: string): boolean => {
        write(text);
        return true;
      },
    };
    return stream as unknown as NodeJS.WritableStream;
  }
}

/** Takes note of how far it is. */
function advance(stage: RunningStage, event: Progress & { readonly time: number }): void {
  stage.pace.add(event.time, event.done);
  stage.progress = event;
}
