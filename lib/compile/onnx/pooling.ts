import type { Node } from "../graph/node.ts";
import { channelsFirstAxes, permutedShape } from "../graph/layout.ts";
import type { OperationOf } from "../graph/operation.ts";
import { sizeOf } from "../graph/shape.ts";
import { extentsOf, imagesFirst, inLayout, windowAttributes } from "./convolution.ts";
import type { Lower, Lowerings } from "./emitter.ts";

const pool: Lower<OperationOf<"pool">> = (node, emitter) => {
  const { function: name, window } = node.operation;
  const images = imagesFirst(node.inputs[0]!, node.operation, emitter);
  const result = emitter.graph.add(name === "max" ? "MaxPool" : "AveragePool", [images], windowAttributes(window));
  return inLayout(result, node.operation, emitter);
};

/** Each gradient is added where the window's largest value came from. */
const maxPoolGradient: Lower<OperationOf<"maxPoolGradient">> = (node, emitter) => {
  const { graph } = emitter;
  const [gradient, images] = node.inputs as [Node, Node];
  const x = imagesFirst(images, node.operation, emitter);
  const shape = node.operation.channelsFirst ? images.shape : permutedShape(images.shape, channelsFirstAxes);
  const [values, places] = [graph.name(), graph.name()];
  const attributes = windowAttributes(node.operation.window);
  graph.addNamed("MaxPool", [x], [values, places], attributes);
  const flat = graph.integers([-1]);
  const zeros = graph.add("Expand", [graph.scalar(0), graph.integers([sizeOf(images.shape)])]);
  const updates = graph.add("Reshape", [imagesFirst(gradient, node.operation, emitter), flat]);
  const indices = graph.add("Reshape", [places, flat]);
  const scattered = graph.add("ScatterElements", [zeros, indices, updates], { axis: 0, reduction: "add" });
  const shaped = graph.add("Reshape", [scattered, graph.integers(shape)]);
  return inLayout(shaped, node.operation, emitter);
};

/** Each gradient is shared out over its window: a transposed convolution of each channel with a constant filter. */
const averagePoolGradient: Lower<OperationOf<"averagePoolGradient">> = (node, emitter) => {
  const { graph } = emitter;
  const { window } = node.operation;
  const [gradient] = node.inputs as [Node];
  const [height, width] = extentsOf(node, node.operation);
  const [rows, columns] = extentsOf(gradient, node.operation);
  const channels = node.shape[node.operation.channelsFirst ? 1 : 3]!;
  const size = window.height * window.width;
  const filter = new Float32Array(channels * size).fill(1 / size);
  const weights = graph.constant("float32", filter, [channels, 1, window.height, window.width]);
  const result = graph.add("ConvTranspose", [imagesFirst(gradient, node.operation, emitter), weights], {
    ...windowAttributes(window),
    group: channels,
    output_padding: [
      height - ((rows - 1) * window.strideHeight + window.height - window.top - window.bottom),
      width - ((columns - 1) * window.strideWidth + window.width - window.left - window.right),
    ],
  });
  return inLayout(result, node.operation, emitter);
};

/** Pooling and its gradients. */
export const poolingLowerings: Pick<Lowerings, "pool" | "maxPoolGradient" | "averagePoolGradient"> = {
  pool,
  maxPoolGradient,
  averagePoolGradient,
};
