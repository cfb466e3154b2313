import { channelsFirstAxes, permutedShape } from "../graph/layout.ts";
import { type Node, node } from "../graph/node.ts";
import type { Arrangement } from "./image_axes.ts";

/** For engines whose convolutions and poolings know images with channels first alone. */
export function channelsFirst({ operation, inputs, source }: Node): Arrangement | undefined {
  const [first, second] = inputs as [Node, Node];
  type Images = (input: Node) => Node;
  const arranged = (make: (images: Images, other: Images) => Node): Arrangement => {
    return { make: (input) => make((images) => input(images, channelsFirstAxes), input), axes: channelsFirstAxes };
  };
  switch (operation.kind) {
    case "convolution":
      return arranged((images, other) => {
        return node({ ...operation, channelsFirst: true }, [images(first), other(second)], source);
      });
    case "convolutionInputGradient": {
      const shape = permutedShape(operation.shape, channelsFirstAxes);
      return arranged((images, other) => {
        return node({ ...operation, channelsFirst: true, shape }, [images(first), other(second)], source);
      });
    }
    case "pool":
      return arranged((images) => node({ ...operation, channelsFirst: true }, [images(first)], source));
    case "averagePoolGradient": {
      const shape = permutedShape(operation.shape, channelsFirstAxes);
      return arranged((images) => node({ ...operation, channelsFirst: true, shape }, [images(first)], source));
    }
    case "maxPoolGradient":
      return arranged((images) => node({ ...operation, channelsFirst: true }, [images(first), images(second)], source));
    default:
      return undefined;
  }
}
