import type { ModelParameters } from "./model_parameter.ts";

/** The PyTorch modules that stand for a linear map or convolution of ours and for the batch norm after it. */
export interface TorchModules {
  /** torch.nn.Linear or torch.nn.Conv2d. */
  readonly map: string;
  /** torch.nn.BatchNorm1d or torch.nn.BatchNorm2d. */
  readonly norm: string;
}

/**
 * The PyTorch modules of a linear map or convolution. A ResNet18 has torchvision's names (`layer1.0.conv1`, `fc`); a
 * perceptron and a plain convolutional net have the lists `layers` and `norms`, and `output`.
 *
 * @param name of the map in our model: `1`, `stem`, `2.1.first`, `output`, ...
 */
export function torchModules({ kind }: Pick<ModelParameters, "kind">, name: string): TorchModules {
  if (kind !== "resnet18") {
    const index = Number(name) - 1;
    return name === "output" ? { map: "output", norm: "" } : { map: `layers.${index}`, norm: `norms.${index}` };
  }
  if (name === "stem") return { map: "conv1", norm: "bn1" };
  if (name === "output") return { map: "fc", norm: "" };
  const [group, block, part] = name.split(".");
  const folder = `layer${group}.${Number(block) - 1}`;
  if (part === "projection") return { map: `${folder}.downsample.0`, norm: `${folder}.downsample.1` };
  const number = part === "first" ? 1 : 2;
  return { map: `${folder}.conv${number}`, norm: `${folder}.bn${number}` };
}

/** The name that torchvision gives to what pytorch-cifar and its many relatives call otherwise. */
export function torchvisionName(name: string): string {
  return name.replace(/^(module\.|_orig_mod\.)+/, "").replace(/\.shortcut\./, ".downsample.").replace(
    /^linear\./,
    "fc.",
  );
}
