import * as tf from "@tensorflow/tfjs";

const backendName = "webgpu";

/** What a kernel is called with, as far as these need it. */
interface Call {
  readonly inputs: { readonly x: tf.TensorInfo };
  readonly attrs: { readonly axis: number; readonly exclusive: boolean; readonly reverse: boolean };
  readonly backend: tf.KernelBackend;
}

/**
 * Replaces the backend's cumulative sums and products: from the end of several rows it has them wrong, so they are computed from
 * the front of values put the other way round.
 */
export function replaceCumulative(): void {
  const reverse = kernelOf("Reverse");
  for (const kernelName of ["Cumsum", "Cumprod"]) {
    const own = kernelOf(kernelName);
    const kernelFunc = (call: Call): tf.TensorInfo => {
      if (!call.attrs.reverse) return own(call);
      const turned = (x: tf.TensorInfo) => {
        return reverse({ inputs: { x }, attrs: { dims: [call.attrs.axis] }, backend: call.backend } as never);
      };
      const [x, attrs] = [turned(call.inputs.x), { ...call.attrs, reverse: false }];
      const sums = own({ inputs: { x }, attrs, backend: call.backend });
      const result = turned(sums);
      for (const { dataId } of [x, sums]) call.backend.disposeData(dataId);
      return result;
    };
    tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({ kernelName, backendName, kernelFunc: kernelFunc as unknown as tf.KernelFunc });
  }
}

function kernelOf(kernelName: string): (call: Call) => tf.TensorInfo {
  return tf.getKernel(kernelName, backendName).kernelFunc as unknown as (call: Call) => tf.TensorInfo;
}
