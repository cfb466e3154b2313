import * as tf from "@tensorflow/tfjs";
import { literal, type Node } from "../graph/node.ts";
import { ShapeError } from "../graph/shape.ts";
import { elementwiseTracers } from "./elementwise.ts";
import { type KernelTracer, UnsupportedAttributes } from "./kernel.ts";
import { networkTracers } from "./network.ts";
import { structureTracers } from "./structure.ts";
import { originOf } from "./differentiation.ts";
import { atLine, UnsupportedOperationError } from "./unsupported.ts";

const tracers: Readonly<Record<string, KernelTracer>> = {
  ...elementwiseTracers,
  ...structureTracers,
  ...networkTracers,
};

/** What tracing asks of the backend besides what tfjs does. */
export interface Recorder {
  /** The program under way, for messages. */
  program: string;
  /** The node that a tensor stands for; a tensor of another backend becomes a literal. */
  nodeOf(tensor: tf.TensorInfo): Node;
  /** A new tensor that stands for a node. */
  tensorOf(node: Node): tf.TensorInfo;
}

/** A tfjs backend that computes nothing: what a kernel returns is a tensor that stands for a node of a graph. */
class TraceBackend extends tf.KernelBackend implements Recorder {
  program = "";
  readonly #nodes = new tf.DataStorage<Node>(this, tf.engine());

  nodeOf(tensor: tf.TensorInfo): Node {
    return this.#nodes.get(tensor.dataId);
  }

  tensorOf(node: Node): tf.TensorInfo {
    const dataId = {};
    this.#nodes.set(dataId, node);
    return { dataId, shape: [...node.shape], dtype: node.dtype as tf.DataType };
  }

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): object {
    return this.tensorOf(known(values, shape, dtype)).dataId;
  }

  override move(dataId: tf.DataId, values: tf.BackendValues, shape: number[], dtype: tf.DataType): void {
    this.#nodes.set(dataId, known(values, shape, dtype));
  }

  override readSync(dataId: tf.DataId): tf.BackendValues {
    const { operation, shape } = this.#nodes.get(dataId);
    if (operation.kind === "literal") return operation.values;
    if (operation.kind === "fill") return new Float32Array(tf.util.sizeFromShape([...shape])).fill(operation.value);
    throw new Error(
      `${this.program} reads a tensor's value${atLine(originOf())}; ` +
        `a body is traced once, without values, so it may not use dataSync(), data() or a branch on them`,
    );
  }

  override read(dataId: tf.DataId): Promise<tf.BackendValues> {
    return Promise.resolve(this.readSync(dataId));
  }

  override disposeData(): boolean {
    return true;
  }

  override refCount(): number {
    return 1;
  }

  override incRef(): void {}

  override numDataIds(): number {
    return this.#nodes.numDataIds();
  }

  override timerAvailable(): boolean {
    return false;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override dispose(): void {}
}

function isList(made: Node | readonly Node[]): made is readonly Node[] {
  return Array.isArray(made);
}

/** A node of values known when tracing, which are copied: tfjs may hand over its caller's own array. */
function known(values: tf.BackendValues, shape: readonly number[], dtype: tf.DataType): Node {
  if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool") {
    throw new Error(`A tensor of ${dtype} cannot be compiled; use float32, int32 or bool`);
  }
  return literal(values as ArrayLike<number>, shape, dtype);
}

/** The backend's name in tfjs. */
export const traceBackendName = "mindepth-trace";

/** The one backend that records. */
export const traceBackend: tf.KernelBackend & Recorder = new TraceBackend();

// Never chosen by itself.
tf.registerBackend(traceBackendName, () => traceBackend, 0);
const ofCpu = tf.getKernelsForBackend("cpu").map((kernel) => kernel.kernelName);
for (const kernelName of new Set([...ofCpu, ...Object.keys(tracers)])) {
  const trace = tracers[kernelName];
  tf.registerKernel({
    kernelName,
    backendName: traceBackendName,
    kernelFunc: ({ inputs, attrs }) => {
      const made = traceKernel(kernelName, trace, inputs, attrs ?? {});
      return isList(made) ? made.map((node) => traceBackend.tensorOf(node)) : traceBackend.tensorOf(made);
    },
  });
}

/** The error of an operation on shapes that do not fit it. */
function misuse(name: string, program: string, inputs: readonly Node[], { message }: ShapeError): Error {
  const origin = originOf();
  const operation = origin.gradientOf === undefined ? name : `the gradient of ${origin.gradientOf} (${name})`;
  const shapes = inputs.map(({ shape }) => `[${shape}]`).join(", ");
  return new ShapeError(`${program} uses ${operation} on ${shapes}${atLine(origin)}: ${message}`);
}

function traceKernel(
  name: string,
  trace: KernelTracer | undefined,
  tensors: tf.NamedTensorInfoMap | tf.TensorInfo[],
  attributes: object,
): Node | readonly Node[] {
  const program = traceBackend.program;
  if (trace === undefined) throw new UnsupportedOperationError(name, program, originOf());
  const entries = Object.entries(tensors).filter(([, tensor]) => tensor !== undefined && tensor !== null);
  const byName = new Map(entries.map(([key, tensor]) => [key, traceBackend.nodeOf(tensor as tf.TensorInfo)]));
  const inputs = [...byName.values()];
  const optional = (key: string) => byName.get(key);
  try {
    const made = trace({
      input: inputs[0]!,
      inputs,
      tensor: (key) => optional(key)!,
      optional,
      attributes: { ...attributes },
    });
    const named = (node: Node) => inputs.includes(node) ? node : { ...node, source: name };
    return isList(made) ? made.map(named) : named(made);
  } catch (error) {
    if (error instanceof UnsupportedAttributes) {
      throw new UnsupportedOperationError(name, program, originOf(), error.message);
    }
    if (error instanceof ShapeError) throw misuse(name, program, inputs, error);
    throw error;
  }
}
