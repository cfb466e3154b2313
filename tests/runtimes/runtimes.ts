import { runtimeByName } from "../../lib/runtimes/registry.ts";
import resolveRuntime from "../../lib/runtimes/resolver.ts";
import type { Runtime } from "../../lib/runtimes/runtime.ts";

// Mesa's OpenGL takes minutes to compile what its Vulkan has in seconds; and it makes its LLVM known to the whole process, so
// that TensorFlow, which has one of its own, crashes when it is loaded afterwards.
if (Deno.env.get("DENO_WEBGPU_BACKEND") === undefined) Deno.env.set("DENO_WEBGPU_BACKEND", "vulkan,metal,dx12");

/** A runtime that is held to `cpu`. */
interface TestedRuntime {
  /** As `runtime:` names it. */
  readonly name: string;
  /** How far a loss of a short training of a small net may lie from that of `cpu`, relative to it. */
  readonly tolerance: number;
  /** Whether continuous integration sets it up, so that its absence there is a fault and no reason to skip. */
  readonly isExpected: boolean;
}

/** All runtimes but the reference. */
const tested: readonly TestedRuntime[] = [
  { name: "onnx", tolerance: 1e-5, isExpected: true },
  { name: "tensorflow", tolerance: 1e-5, isExpected: true },
  { name: "webgpu", tolerance: 1e-5, isExpected: true },
  { name: "xla", tolerance: 1e-5, isExpected: true },
];

/** A runtime with what its tests need to know. */
export interface TestRuntime extends TestedRuntime {
  /** Whether to skip: it is not there, and need not be. */
  readonly ignore: boolean;
  /** @throws {Error} where it is not there, saying how it can be had */
  readonly load: () => Promise<Runtime>;
}

/** All runtimes but the reference; says of each that is not there how it can be had. */
export async function testRuntimes(): Promise<TestRuntime[]> {
  return await Promise.all(tested.map(async (runtime) => {
    const load = () => runtimeByName(runtime.name);
    if (runtime.isExpected && Deno.env.get("CI") !== undefined) return { ...runtime, ignore: false, load };
    try {
      await resolveRuntime(runtime.name);
      return { ...runtime, ignore: false, load };
    } catch (error) {
      console.log(`The tests of the runtime ${runtime.name} are skipped: ${(error as Error).message}`);
      return { ...runtime, ignore: true, load };
    }
  }));
}
