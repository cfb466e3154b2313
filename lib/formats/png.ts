import { convertIndexedToRgb, decode, type DecodedPng } from "fast-png";
import type { Image } from "./image.ts";

/**
 * Decodes a PNG file of at most eight bits a channel. One with a palette is in colour; fewer bits of grayscale are spread over
 * 0 to 255. An alpha channel is dropped where it says nothing.
 *
 * @param name what messages call the file: its path
 * @throws {Error} naming the file: damaged, 16 bits a channel, or not opaque
 */
export function decodePng(bytes: Uint8Array, name: string): Image {
  let png: DecodedPng;
  try {
    png = decode(bytes, { checkCrc: true });
  } catch (cause) {
    throw new Error(`${name}: not a complete PNG file: ${(cause as Error).message}`, { cause });
  }
  const { width, height, depth, palette } = png;
  if (depth === 16) throw new Error(`${name}: 16 bits a channel, expected 8 at most`);
  const count = width * height;
  const values = palette !== undefined ? convertIndexedToRgb(png) : depth < 8 ? spread(png) : new Uint8Array(png.data);
  const stored = values.length / count;
  const channels = stored < 3 ? 1 : 3;
  if (png.transparency !== undefined) throw notOpaque(name);
  if (stored === channels) return { width, height, channels, pixels: values };
  const pixels = new Uint8Array(count * channels);
  for (let pixel = 0; pixel < count; pixel++) {
    if (values[pixel * stored + channels] !== 255) throw notOpaque(name);
    for (let channel = 0; channel < channels; channel++) {
      pixels[pixel * channels + channel] = values[pixel * stored + channel]!;
    }
  }
  return { width, height, channels, pixels };
}

function notOpaque(name: string): Error {
  return new Error(`${name}: has transparent pixels, expected opaque ones; lay it on a background first`);
}

/** Grayscale of 1, 2 or 4 bits, several pixels a byte, each row starting with a new one. */
function spread({ width, height, depth, data }: DecodedPng): Uint8Array {
  const rowBytes = Math.ceil(width * depth / 8);
  const most = 2 ** depth - 1;
  return Uint8Array.from({ length: width * height }, (_, pixel) => {
    const bit = pixel % width * depth;
    const byte = data[Math.floor(pixel / width) * rowBytes + (bit >> 3)]!;
    return (byte >> (8 - depth - bit % 8) & most) * 255 / most;
  });
}
