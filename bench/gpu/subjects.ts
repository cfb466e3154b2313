/**
 * The networks that are trained.
 *
 * @module
 */
import { buildModel, modelParameter } from "../../lib/nn/model_parameter.ts";
import type { Model } from "../../lib/nn/model.ts";

/** A network, and for how many steps it is timed. */
export interface Subject {
  /** What people call it. */
  readonly name: string;
  /** Its family. */
  readonly kind: "mlp" | "resnet18";
  /** The network. */
  readonly model: Model;
  /** Steps of a round. */
  readonly steps: number;
}

/** Height, width and channels of an image. */
export const image: readonly [number, number, number] = [32, 32, 3];
/** Classes of the images. */
export const classes = 10;

/**
 * Perceptrons of 2 to 16 layers of width 100 and a ResNet18, or small ones.
 *
 * @param isTrial small, to show that all runs through
 */
export function subjectsOf(isTrial: boolean): Subject[] {
  const perceptrons = (isTrial ? [2, 4] : [2, 4, 8, 16]).map((depth): Subject => {
    const parameters = modelParameter.parse({ kind: "mlp", depth, width: isTrial ? 20 : 100, batchNorm: true });
    const model = buildModel(parameters, image, classes);
    return { name: `MLP of ${depth} layers`, kind: "mlp", model, steps: isTrial ? 4 : 2000 };
  });
  const resnet = modelParameter.parse({ kind: "resnet18", width: isTrial ? 2 : 64 });
  const model = buildModel(resnet, image, classes);
  return [...perceptrons, { name: "ResNet18", kind: "resnet18", model, steps: isTrial ? 4 : 100 }];
}
