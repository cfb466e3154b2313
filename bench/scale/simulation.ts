import TinyQueue from "tinyqueue";

/** What a process waits for: that so many seconds pass, or that a server of a station is free, which it then holds. */
export type Wait = number | Station;

/** A process of a simulation: it yields what it waits for, and goes on when that is over. */
export type Process = Generator<Wait, void, void>;

interface Event {
  readonly time: number;
  /** Events of the same time happen in the order in which they were made. */
  readonly order: number;
  readonly process: Process;
}

/** A discrete-event simulation. */
export class Simulation {
  /** Seconds that have passed. */
  now = 0;
  readonly #events = new TinyQueue<Event>([], (a, b) => a.time - b.time || a.order - b.order);
  #made = 0;

  /** Begins a process, or goes on with it, after so many seconds. */
  start(process: Process, seconds = 0): void {
    this.#events.push({ time: this.now + seconds, order: this.#made++, process });
  }

  /** Runs until nothing waits for time. */
  run(): void {
    for (let event = this.#events.pop(); event !== undefined; event = this.#events.pop()) {
      this.now = event.time;
      const { process } = event;
      const { done, value } = process.next();
      if (done) continue;
      if (typeof value === "number") this.start(process, value);
      else value.enter(process);
    }
  }
}

/** Servers with one queue before them, first come, first served. */
export class Station {
  /** How many have waited at a time, at most. */
  longest = 0;
  readonly #simulation: Simulation;
  readonly #queue: Process[] = [];
  /** The place in the queue of who is next. */
  #next = 0;
  #held = 0;
  #busy = 0;
  #since = 0;

  /** All servers are free. */
  constructor(simulation: Simulation, readonly name: string, readonly servers = 1) {
    this.#simulation = simulation;
  }

  /** Holds a server for so many seconds. */
  *use(seconds: number): Process {
    yield this;
    yield seconds;
    this.release();
  }

  /** Gives back a server, to who has waited longest. */
  release(): void {
    this.#count(-1);
    const process = this.#queue[this.#next];
    if (process === undefined) return;
    this.#next++;
    // The places of those who have left are given up now and then.
    if (this.#next > 1000 && 2 * this.#next > this.#queue.length) {
      this.#queue.splice(0, this.#next);
      this.#next = 0;
    }
    this.#admit(process);
  }

  /** Gives a process a server as soon as one is free; for {@linkcode Simulation}. */
  enter(process: Process): void {
    if (this.#held < this.servers) return this.#admit(process);
    this.#queue.push(process);
    this.longest = Math.max(this.longest, this.#queue.length - this.#next);
  }

  /** The share of so many seconds in which its servers were held. */
  utilisation(seconds: number): number {
    return this.#busy / (this.servers * seconds);
  }

  #admit(process: Process): void {
    this.#count(1);
    this.#simulation.start(process);
  }

  #count(change: number): void {
    const { now } = this.#simulation;
    this.#busy += this.#held * (now - this.#since);
    this.#since = now;
    this.#held += change;
  }
}
