import { decodeJpeg } from "./jpeg.ts";
import { decodePng } from "./png.ts";

/** An image in grayscale or in colour. */
export interface Image {
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** 1 (grayscale) or 3 (red, green, blue). */
  readonly channels: 1 | 3;
  /** `[height, width, channels]`, 0 to 255. */
  readonly pixels: Uint8Array;
}

/**
 * Decodes an image. Which format it has is told by its first bytes, whatever the file is called.
 *
 * @param name what messages call the file: its path
 * @throws {Error} naming the file: neither PNG nor JPEG, damaged, or with what {@linkcode Image} has no place for
 */
export async function decodeImage(bytes: Uint8Array, name: string): Promise<Image> {
  if (bytes[0] === 0x89 && bytes[1] === 0x50) return decodePng(bytes, name);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return await decodeJpeg(bytes, name);
  throw new Error(`${name}: neither a PNG nor a JPEG file by its first bytes`);
}
