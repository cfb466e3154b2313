import { median, medianRatio } from "../median.ts";

/** A process that is measured. */
export interface Invocation {
  /** An absolute path, or a name in PATH. */
  readonly program: string;
  /** What follows the name. */
  readonly args: readonly string[];
  /** Besides the environment of the benchmark. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Runs a process to its end.
 *
 * @throws {Error} where it fails, with what it said
 */
export async function run(
  { program, args, environment = {} }: Invocation,
  folder: string,
): Promise<{ seconds: number; text: string }> {
  const start = performance.now();
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd: folder,
    env: { NO_COLOR: "1", SHELL: "/bin/sh", ...environment },
    stdin: "null",
  }).output();
  const seconds = (performance.now() - start) / 1000;
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (code !== 0) throw new Error(`\`${[program, ...args].join(" ")}\` ended with ${code}: ${text.slice(-2000)}`);
  return { seconds, text };
}

/** What takes turns with others. */
export interface Contender {
  /** In the table. */
  readonly name: string;
  /** Absolute folder in which it runs. */
  readonly folder: string;
  /** What is measured. */
  readonly invocation: Invocation;
  /** Makes the state that every round starts from; not measured. */
  readonly reset?: () => void | Promise<void>;
  /** What it has to have said, or else it did something else. */
  readonly says?: string;
}

/** Seconds of each contender, a round each, in turn; `warmups` rounds before are not counted. */
export async function measure(
  contenders: readonly Contender[],
  rounds: number,
  warmups: number,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const times = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < warmups + rounds; round++) {
    for (const { name, folder, invocation, reset, says } of contenders) {
      await reset?.();
      const { seconds, text } = await run(invocation, folder);
      if (says !== undefined && !text.includes(says)) {
        throw new Error(`${name} did something else: ${text.slice(-2000)}`);
      }
      if (round >= warmups) times.get(name)!.push(seconds);
    }
  }
  return times;
}

/** One line a contender: median seconds, the least, and how many times as long as the first one it took. */
export function timesTable(times: ReadonlyMap<string, readonly number[]>): string[] {
  const [own] = times.values();
  return [...times].map(([name, seconds]) => {
    const ratio = seconds === own ? "" : medianRatio(seconds, own!).toFixed(1);
    return `| ${[name, median(seconds).toFixed(2), Math.min(...seconds).toFixed(2), ratio].join(" | ")} |`;
  });
}
