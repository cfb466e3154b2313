import * as tf from "@tensorflow/tfjs";

/** What a kernel gets. */
interface Call {
  readonly inputs: tf.NamedTensorInfoMap;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly backend: tf.KernelBackend;
}

/** A kernel with one output; those of this backend return tensors. */
type Kernel = (call: Call) => tf.Tensor;

/** An extent of height or width for each, as TensorFlow.js takes one number for both. */
type Extents = number | readonly [height: number, width: number];

const backendName = "tensorflow";

/**
 * Teaches the backend's convolutions, which know `same` and `valid` alone, a number of zeros on each side: as `same` where
 * that is the same, else by padding (and for the gradient of the images, by cutting the padding off again).
 */
export function registerPaddedConvolutions(): void {
  for (const name of ["Conv2D", "Conv2DBackpropFilter"]) {
    wrap(name, (own) => (call) => {
      const { inputs, attrs } = call;
      const plain = plainAttributes(attrs, inputs.filter?.shape ?? attrs.filterShape as number[]);
      if (plain !== undefined) return own({ ...call, attrs: plain });
      return withPadded(call, (x) => own({ ...call, inputs: { ...inputs, x }, attrs: { ...attrs, pad: "valid" } }));
    });
  }
  wrap("Conv2DBackpropInput", (own) => (call) => {
    const { inputs, attrs, backend } = call;
    const plain = plainAttributes(attrs, inputs.filter!.shape);
    if (plain !== undefined) return own({ ...call, attrs: plain });
    const [shape, paddings] = [attrs.inputShape as number[], paddingsOf(attrs)];
    const inputShape = shape.map((extent, axis) => extent + paddings[axis]![0] + paddings[axis]![1]);
    const whole = own({ ...call, attrs: { ...attrs, inputShape, pad: "valid" } });
    const begin = paddings.map(([before]) => before);
    const inner = kernel("Slice")({ inputs: { x: whole }, attrs: { begin, size: shape }, backend });
    whole.dispose();
    return inner;
  });
}

/** Attributes that the backend's own kernel understands, where there are such. */
function plainAttributes(attrs: Call["attrs"], filterShape: readonly number[]): Call["attrs"] | undefined {
  const { pad, strides, dilations = 1, dataFormat } = attrs;
  if (typeof pad !== "number" || pad === 0 || dataFormat !== "NHWC") return attrs;
  const isOne = (extents: unknown) => [extents as Extents].flat().every((extent) => extent === 1);
  const keepsSize = isOne(strides) && isOne(dilations) && filterShape.slice(0, 2).every((size) => size === 2 * pad + 1);
  return keepsSize ? { ...attrs, pad: "same" } : undefined;
}

function withPadded({ inputs, attrs, backend }: Call, run: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  const padded = kernel("PadV2")({
    inputs: { x: inputs.x! },
    attrs: { paddings: paddingsOf(attrs), constantValue: 0 },
    backend,
  });
  try {
    return run(padded);
  } finally {
    padded.dispose();
  }
}

/** Zeros before and after each axis of `[batch, height, width, channels]`. */
function paddingsOf({ pad }: Call["attrs"]): (readonly [before: number, after: number])[] {
  const [zeros, none] = [[pad as number, pad as number], [0, 0]] as const;
  return [none, zeros, zeros, none];
}

function wrap(kernelName: string, make: (own: Kernel) => Kernel): void {
  const own = kernel(kernelName);
  tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ kernelName, backendName, kernelFunc: make(own) as unknown as tf.KernelFunc });
}

function kernel(name: string): Kernel {
  return tf.getKernel(name, backendName).kernelFunc as unknown as Kernel;
}
