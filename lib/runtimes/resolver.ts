import { isUsual, type RuntimeChoice, runtimeName } from "./choice.ts";
import { identifyTensorflow } from "./tensorflow/identity.ts";
import { tensorflowFolder } from "./tensorflow/installation.ts";
import { resolveWebgpu } from "./webgpu/identity.ts";
import { resolveXla } from "./xla/identity.ts";

/** What a value of `runtime` stands for on this machine. */
export interface ResolvedRuntime {
  /** The runtime's name, with how it computes where that is not as usual. */
  readonly value: RuntimeChoice;
  /** The engine and its version, part of a stage's fingerprint. */
  readonly identity: string;
  /** Folders of native libraries, besides those of npm packages. */
  readonly native?: readonly string[];
  /** Whether those are called by pointers. */
  readonly pointers?: boolean;
  /** Environment variables that the engine looks at. */
  readonly env?: readonly string[];
  /** Whether it computes on the CPU, where it need not. */
  readonly onCpu?: boolean;
  /** Why it was taken, where nobody named it; or what is the matter with one that was. */
  readonly note?: string;
}

type Engine = Omit<ResolvedRuntime, "value">;

/**
 * What each runtime is on this machine. Versions of npm packages are written down here, and held to the installed ones by
 * a test, so that planning loads no engine.
 */
const engines: Readonly<Record<string, () => Engine | Promise<Engine>>> = {
  onnx: () => ({ identity: "onnxruntime-node 1.30.0" }),
  tensorflow: async () => ({ ...await identifyTensorflow(tensorflowFolder), native: [tensorflowFolder] }),
  webgpu: resolveWebgpu,
  xla: resolveXla,
  cpu: () => ({ identity: "@tensorflow/tfjs 4.22.0" }),
};

/**
 * Resolves a value of `runtime`. `auto` takes `onnx`, on every machine, so that what is up to date on one is so on others: a
 * GPU is used where its runtime is named.
 *
 * @throws {Error} where there is no runtime of that name, or it is not set up
 */
export default async function resolveRuntime(value: RuntimeChoice): Promise<ResolvedRuntime> {
  const name = value === "auto" ? "onnx" : runtimeName(value);
  const engine = engines[name];
  if (engine === undefined) {
    throw new Error(`There is no runtime "${name}"; expected one of auto, ${Object.keys(engines).join(", ")}`);
  }
  const resolved = { value: isUsual(value) ? name : value, ...await engine() };
  if (value !== "auto") return resolved;
  const note = `auto takes ${name} (${resolved.identity}), which needs no set-up; a GPU is used by xla, webgpu or ` +
    "tensorflow, where runtime names it";
  return { ...resolved, note };
}
