import { join } from "node:path";
import { writeJson } from "./json_file.ts";

/** How long the stages of a pipeline took when they last ran. */
export class Durations {
  readonly #path: string;
  readonly #pipeline: string;
  readonly #all: Record<string, Record<string, number>>;
  /** Of what is known; worked out when asked for. */
  #means: Means | undefined;

  private constructor(path: string, pipeline: string, all: Record<string, Record<string, number>>) {
    this.#path = path;
    this.#pipeline = pipeline;
    this.#all = all;
  }

  /**
   * Reads what is known; a file that is torn or of another shape counts as nothing known.
   *
   * @param folder absolute, `.pipeline/runs`
   * @param pipeline the pipeline file, relative to the root of the project
   */
  static read(folder: string, pipeline: string): Durations {
    const path = join(folder, "durations.json");
    return new Durations(path, pipeline, readDurations(path));
  }

  /** Seconds; undefined where the stage never ran here. */
  get(stage: string): number | undefined {
    return this.#all[this.#pipeline]?.[stage];
  }

  /** Notes how many seconds a stage took. */
  set(stage: string, seconds: number): void {
    (this.#all[this.#pipeline] ??= {})[stage] = seconds;
    this.#means = undefined;
  }

  /**
   * Seconds that a stage is likely to take: as it did, else as its group did on average, else as all stages did, else 1.
   * Grids are written from small to large as a rule, so of a group's stages that never ran the last is taken for the longest.
   *
   * @param position of the stage among all
   */
  expected(stage: string, position: number): number {
    return this.get(stage) ?? this.#average(stage) + (groupOf(stage) === stage ? 0 : position * slight);
  }

  #average(stage: string): number {
    this.#means ??= new Means(Object.entries(this.#all[this.#pipeline] ?? {}));
    return this.#means.of(groupOf(stage)) ?? 1;
  }

  /** Writes all to disk. */
  write(): void {
    writeJson(this.#path, { schema: 1, seconds: this.#all });
  }
}

/** The mean seconds of groups of stages. */
class Means {
  readonly #groups: ReadonlyMap<string, number>;
  readonly #all: number | undefined;

  constructor(known: readonly (readonly [stage: string, seconds: number])[]) {
    const groups = Map.groupBy(known, ([stage]) => groupOf(stage));
    this.#groups = new Map(groups.entries().map(([group, entries]) => [group, mean(entries)]));
    this.#all = known.length > 0 ? mean(known) : undefined;
  }

  /** Of a group, else of all; undefined: nothing is known. */
  of(group: string): number | undefined {
    return this.#groups.get(group) ?? this.#all;
  }
}

function mean(entries: readonly (readonly [string, number])[]): number {
  return entries.reduce((sum, [, seconds]) => sum + seconds, 0) / entries.length;
}

/** Seconds that decide between equals alone. */
const slight = 1e-6;

function groupOf(stage: string): string {
  return stage.split("@", 1)[0]!;
}

function readDurations(path: string): Record<string, Record<string, number>> {
  let json: unknown;
  try {
    json = JSON.parse(Deno.readTextFileSync(path));
  } catch {
    return {};
  }
  if (!isObject(json) || json["schema"] !== 1 || !isObject(json["seconds"])) return {};
  const all: Record<string, Record<string, number>> = {};
  for (const [pipeline, stages] of Object.entries(json["seconds"])) {
    if (!isObject(stages)) continue;
    all[pipeline] = Object.fromEntries(
      Object.entries(stages).filter((entry): entry is [string, number] => typeof entry[1] === "number"),
    );
  }
  return all;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
