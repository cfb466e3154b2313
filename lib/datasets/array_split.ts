import { decodeNpz } from "../formats/npz.ts";
import { decodeSafetensors } from "../formats/safetensors.ts";
import type { StoredTensor } from "../formats/tensor_file.ts";
import type { Split } from "./dataset.ts";

/** More would not be colours: most likely channels stand first. */
const mostChannels = 4;

/**
 * Reads a split from arrays, in a `.npz` or a `.safetensors` file: `images`, uint8 `[count, height, width, channels]` or
 * `[count, height, width]`, and `labels`, whole numbers `[count]`.
 *
 * @param classes labels lie in 0 to classes - 1
 * @throws {Error} naming the file: damaged, an array that is missing or has another type or shape, or a label out of range
 */
export async function readArraySplit(path: string, classes: number): Promise<Split> {
  const bytes = await Deno.readFile(path);
  const arrays = path.endsWith(".npz") ? decodeNpz(bytes, path) : decodeSafetensors(bytes, path).tensors;
  const [images, labels] = [arrayNamed(arrays, "images", path), arrayNamed(arrays, "labels", path)];
  const [count, height, width, channels = 1] = images.shape as [number, number, number, number | undefined];
  const isShaped = (images.shape.length === 3 || images.shape.length === 4) && channels <= mostChannels;
  if (images.dtype !== "U8" || !isShaped || images.data.length === 0) {
    throw new Error(
      `${path}: images are ${describe(images)}, expected U8 (0 to 255) of shape [count, height, width] or ` +
        `[count, height, width, channels] with at most ${mostChannels} channels, which stand last`,
    );
  }
  const isWhole = labels.dtype === "U8" || labels.dtype === "I32" || labels.dtype === "I64";
  if (!isWhole || labels.shape.length !== 1 || labels.shape[0] !== count) {
    throw new Error(
      `${path}: labels are ${
        describe(labels)
      }, expected whole numbers (U8, I32 or I64) of shape [${count}], one an image`,
    );
  }
  const wrong = labels.data.findIndex((label) => label < 0 || label >= classes);
  if (wrong >= 0) {
    throw new Error(
      `${path}: label ${labels.data[wrong]} of record ${wrong + 1} is out of range; expected 0 to ${classes - 1}`,
    );
  }
  return { images: images.data, labels: Uint8Array.from(labels.data, Number), shape: [height, width, channels], count };
}

function arrayNamed(arrays: Readonly<Record<string, StoredTensor>>, name: string, path: string): StoredTensor {
  const array = Object.hasOwn(arrays, name) ? arrays[name] : undefined;
  if (array !== undefined) return array;
  throw new Error(
    `${path}: no array named "${name}"; found ${
      Object.keys(arrays).toSorted().join(", ") || "none"
    }, expected images and labels`,
  );
}

function describe({ dtype, shape }: StoredTensor): string {
  return `${dtype} of shape [${shape.join(", ")}]`;
}
