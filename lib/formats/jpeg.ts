import decode, { init } from "@jsquash/jpeg/decode.js";
import type { Image } from "./image.ts";

/** What the decoder complained of since this was emptied: it goes on with gray where data are damaged or missing. */
const complaints: string[] = [];
let initialised: Promise<void> | undefined;

/**
 * Decodes a JPEG file by the code of libjpeg, so that pixels are those that Pillow and torchvision see. An orientation that a
 * camera noted is not followed, as theirs is not.
 *
 * @param name what messages call the file: its path
 * @throws {Error} naming the file: damaged, or neither grayscale nor three channels of colour
 */
export async function decodeJpeg(bytes: Uint8Array, name: string): Promise<Image> {
  const components = componentsOf(bytes);
  if (components !== undefined && components !== 1 && components !== 3) {
    throw new Error(`${name}: ${components} channels, expected 1 (grayscale) or 3 (colour); convert it first`);
  }
  await (initialised ??= init({ printErr: (line: string) => complaints.push(line) }));
  complaints.length = 0;
  let found: ImageData | undefined;
  try {
    found = await decode(bytes.slice().buffer);
  } catch (cause) {
    complaints.push((cause as Error).message);
  }
  if (found === undefined || components === undefined || complaints.length > 0) {
    throw new Error(`${name}: not a complete JPEG file: ${complaints[0] ?? "no frame header"}`);
  }
  const { width, height, data } = found;
  const pixels = new Uint8Array(width * height * components);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < components; channel++) {
      pixels[pixel * components + channel] = data[4 * pixel + channel]!;
    }
  }
  return { width, height, channels: components, pixels };
}

/**
 * How many channels the frame header tells of (ITU-T T.81, B.2.2), which the decoder's answer, always in colour, does not say.
 */
function componentsOf(bytes: Uint8Array): number | undefined {
  for (let at = 2; at + 9 < bytes.length;) {
    const marker = bytes[at + 1]!;
    // Frame headers are C0 to CF but for three of other uses.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) return bytes[at + 9];
    at += bytes[at] === 0xff && marker === 0xff ? 1 : 2 + (bytes[at + 2]! << 8 | bytes[at + 3]!);
  }
  return undefined;
}
