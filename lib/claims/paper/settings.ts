/** The networks and their training that a figure of the paper shows, as far as its text says; null where it leaves it open. */
export interface PaperSetting {
  /** Which figure, as "Figure 1". */
  readonly figure: string;
  /** As `cifar-10`: one of these is what a study is about. */
  readonly datasets: readonly string[];
  /** As `mlp`. */
  readonly model: string | null;
  /** Units or channels of a layer, of a ResNet18's first. */
  readonly width: number | null;
  /** Hidden layers of the networks that are compared. */
  readonly depths: readonly number[] | null;
  /** Passes through the train set. */
  readonly epochs: number | null;
  /** After how many epochs the learning rate falls. */
  readonly drops: readonly number[] | null;
  /** The least depth that interpolates the train set. */
  readonly minimalDepth: number | null;
  /** Shares of train labels that were replaced. */
  readonly labelNoise: readonly number[] | null;
}

/** Figure 1 of arXiv 2202.09028 with what its text says of it. */
export const figure1: PaperSetting = {
  figure: "Figure 1",
  datasets: ["cifar-10"],
  model: "mlp",
  width: 100,
  depths: [2, 4, 8, 16],
  epochs: 500,
  drops: [150, 225],
  minimalDepth: 4,
  labelNoise: null,
};

/** Figure 2 of arXiv 2202.09028 with what its text says of it; the number of epochs is left open. */
export const figure2: PaperSetting = {
  figure: "Figure 2",
  datasets: ["mnist", "fashion-mnist", "cifar-10", "svhn", "cifar-100"],
  model: "resnet18",
  width: 64,
  depths: null,
  epochs: null,
  drops: [60, 120, 160],
  minimalDepth: null,
  labelNoise: null,
};

/** The figure on random labels in later versions of arXiv 2202.09028; these train several networks by several schedules. */
export const noisyLabels: PaperSetting = {
  figure: "figure on random labels",
  datasets: ["cifar-10"],
  model: null,
  width: null,
  depths: null,
  epochs: null,
  drops: null,
  minimalDepth: null,
  labelNoise: [0, 0.25, 0.5, 0.75],
};
