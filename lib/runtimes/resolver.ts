/** What a value of `runtime` stands for on this machine. */
export interface ResolvedRuntime {
  /** The runtime's name. */
  readonly value: string;
  /** The engine and its version, part of a stage's fingerprint. */
  readonly identity: string;
}

/** Written down here, and held to the installed packages by a test, so that planning loads no engine. */
const identities: Readonly<Record<string, string>> = {
  onnx: "onnxruntime-node 1.30.0",
  cpu: "@tensorflow/tfjs 4.22.0",
};

/**
 * Resolves a value of `runtime`: `auto` takes `onnx`.
 *
 * @throws {Error} where there is no runtime of that name
 */
export default function resolveRuntime(value: unknown): ResolvedRuntime {
  const name = value === "auto" ? "onnx" : String(value);
  const identity = identities[name];
  if (identity === undefined) {
    throw new Error(`There is no runtime "${name}"; expected auto, ${Object.keys(identities).join(" or ")}`);
  }
  return { value: name, identity };
}
