import * as tf from "@tensorflow/tfjs";
import { z } from "zod";

/** A layer that is measured or probed. */
export interface FeatureLayer {
  /** The layer's name. */
  readonly name: string;
  /** Number of features of an example. */
  readonly size: number;
  /** Where they are images': the number of channels, which lie innermost; the rest are places. */
  readonly channels?: number;
  /** Where they are means over places: the number of values that the layer has of an example. */
  readonly pooledFrom?: number;
}

/** Layers, of which some are pooled: see {@linkcode pooledLayers}. */
export interface PooledLayers {
  /** The layers; one that is pooled has as many features as channels. */
  readonly layers: readonly FeatureLayer[];
  /** Their features, `[batch, size]` each, from those of the layers as they were. */
  readonly pool: (features: readonly tf.Tensor[]) => readonly tf.Tensor[];
}

/** In which form layers are measured or probed, as a pipeline file writes it. */
export const formParameter: z.ZodDefault<z.ZodEnum<{ flattened: "flattened"; pooled: "pooled" }>> = z
  .enum(["flattened", "pooled"]).default("flattened").meta({
    description: "Layers of images as they are, flattened, or the mean of each channel over the image",
  });

/** In which form layers are measured or probed. */
export type Form = z.output<typeof formParameter>;

/** The form in which a layer is measured or probed, as tables say it. */
export function formOf(layer: FeatureLayer): Form {
  return layer.pooledFrom === undefined ? "flattened" : "pooled";
}

/** Values that are computed of each layer for an example, pooled or not: what the memory of a step grows with. */
export function computedSizes(layers: readonly FeatureLayer[]): number[] {
  return layers.map(({ size, pooledFrom }) => pooledFrom ?? size);
}

/**
 * Layers of images by the mean of each channel over all places, as global average pooling takes it. A layer without places
 * stays as it is.
 *
 * @param wanted which of the layers; all that have places if absent
 */
export function pooledLayers(
  layers: readonly FeatureLayer[],
  wanted: (layer: FeatureLayer) => boolean = () => true,
): PooledLayers {
  const pooled = layers.map((layer): FeatureLayer => {
    const { name, size, channels } = layer;
    return channels === undefined || !wanted(layer) ? layer : { name, size: channels, pooledFrom: size };
  });
  return {
    layers: pooled,
    pool: (features) =>
      pooled.map((layer, index) => {
        const { size, pooledFrom } = layer;
        // One that was pooled before comes as it is.
        if (pooledFrom === undefined || layer === layers[index]) return features[index]!;
        return tf.mean(tf.reshape(features[index]!, [-1, pooledFrom / size, size]), 1);
      }),
  };
}
