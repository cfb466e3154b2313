/**
 * The runtimes that a benchmark measures.
 *
 * @module
 */
import type { Precision } from "../../lib/compile/stablehlo/precision.ts";
import resolveRuntime from "../../lib/runtimes/resolver.ts";
import type { Runtime } from "../../lib/runtimes/runtime.ts";
import { tensorflowRuntime } from "../../lib/runtimes/tensorflow.ts";
import { webgpuRuntime } from "../../lib/runtimes/webgpu.ts";
import { xlaRuntime } from "../../lib/runtimes/xla.ts";
import { usePlugin } from "./plugin.ts";

/** A runtime with what its measurement needs to know. */
export interface Engine {
  /** As `runtime:` names it. */
  readonly name: EngineName;
  /** What it is on this machine, as a lock would say. */
  readonly identity: string;
  /** Whether it computes on the CPU. */
  readonly onCpu: boolean;
  /** What computes. */
  readonly runtime: Runtime;
  /** The precisions in which it can compute. */
  readonly precisions: readonly Precision[];
  /** Of the steps that a compiled loop is timed for, the share that is enough where each operation is a call. */
  readonly share: number;
}

/** Runtimes that use a GPU, in the order of their columns. */
export const engineNames = ["xla", "webgpu", "tensorflow"] as const;

/** The name of such a runtime. */
export type EngineName = typeof engineNames[number];

/** Not by the registry, which knows runtimes whose packages need not be there. */
const runtimes: Readonly<Record<EngineName, Runtime>> = {
  xla: xlaRuntime,
  webgpu: webgpuRuntime,
  tensorflow: tensorflowRuntime,
};

/**
 * The engines that are here.
 *
 * @param named those that have to be there; if absent, xla has to, and the others are taken along where they have a GPU
 * @param python whose JAX may have XLA's plugin
 * @param say told of each that is left out
 * @throws {Error} in one sentence, where one is missing that has to be there
 */
export async function enginesHere(
  named: readonly EngineName[] | undefined,
  python: string,
  say: (line: string) => void,
): Promise<Engine[]> {
  const engines: Engine[] = [];
  for (const name of engineNames) {
    if (named !== undefined && !named.includes(name)) continue;
    const isNeeded = named !== undefined || name === "xla";
    try {
      const engine = await engineHere(name, python);
      if (isNeeded || !engine.onCpu) engines.push(engine);
      else {say(
          `${name} is left out, since it would compute on the CPU (${engine.identity}); --runtimes takes it all the same`,
        );}
    } catch (error) {
      if (isNeeded) throw error;
      say(`${name} is left out: ${(error as Error).message}`);
    }
  }
  return engines;
}

async function engineHere(name: EngineName, python: string): Promise<Engine> {
  if (name === "xla") await usePlugin(python);
  const { identity, onCpu = false } = await resolveRuntime(name);
  const isCompiled = name === "xla";
  return {
    name,
    identity,
    onCpu,
    runtime: runtimes[name],
    precisions: isCompiled ? ["float32", "tf32", "bfloat16"] : ["float32"],
    share: isCompiled ? 1 : 0.1,
  };
}
