import { isBinary, type Node } from "../graph/node.ts";
import { sameShape, sizeOf } from "../graph/shape.ts";
import type { Emitter } from "./emitter.ts";

/** A number a channel added to images (or taken from them) that may have been multiplied by one before. */
export interface ChannelScaling {
  /** With channels first. */
  readonly images: Node;
  /** A number a channel. */
  readonly factor: Node | undefined;
  /** A number a channel. */
  readonly offset: Node;
  /** Whether the offset is taken away. */
  readonly isDifference: boolean;
}

/** What a node scales, where nothing else uses what it is computed from. */
export function channelScaling(node: Node, uses: ReadonlyMap<Node, number>): ChannelScaling | undefined {
  const isDifference = isBinary(node, "subtract");
  if (!isDifference && !isBinary(node, "add") || node.dtype !== "float32") return undefined;
  const [left, right] = node.inputs as [Node, Node];
  const pairs = isDifference ? [[left, right]] as const : [[left, right], [right, left]] as const;
  for (const [images, offset] of pairs) {
    if (!sameShape(images.shape, node.shape) || !isPerChannel(offset, node.shape)) continue;
    const factors = isBinary(images, "multiply") && uses.get(images) === 1 ? images.inputs : undefined;
    const [scaled, factor] = factors ?? [];
    return scaled !== undefined && sameShape(scaled.shape, node.shape) && isPerChannel(factor!, node.shape)
      ? { images: scaled, factor, offset, isDifference }
      : { images, factor: undefined, offset, isDifference };
  }
  return undefined;
}

/** Writes it as the one operation that reads and writes images once for both, ONNX Runtime's batch norm in evaluation mode. */
export function scaleChannels({ images, factor, offset, isDifference }: ChannelScaling, emitter: Emitter): string {
  const { graph } = emitter;
  const channels = images.shape[1]!;
  const vector = (node: Node) => graph.add("Reshape", [emitter.value(node), graph.integers([channels])]);
  const uniform = (value: number) => graph.uniform(value, [channels]);
  const shift = isDifference ? graph.add("Neg", [vector(offset)]) : vector(offset);
  const scale = factor === undefined ? uniform(1) : vector(factor);
  const inputs = [emitter.value(images), scale, shift, uniform(0), uniform(1)];
  return graph.add("BatchNormalization", inputs, { epsilon: { float: 0 } });
}

function isPerChannel({ shape }: Node, images: readonly number[]): boolean {
  const [, channels, height, width] = images;
  return images.length === 4 && shape.at(-3) === channels && sizeOf(shape) === channels && height! * width! > 1;
}
