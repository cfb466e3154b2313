import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { encode } from "fast-png";
import { decodeImage } from "../../lib/formats/image.ts";

/** Images of 11 x 9 pixels that Pillow 13.0 wrote, and the sha256 of the pixels that it reads from them. */
const byPillow = {
  "a PNG of one bit": {
    channels: 1,
    file:
      "iVBORw0KGgoAAAANSUhEUgAAAAsAAAAJAQAAAADMH+uAAAAAI0lEQVR42mNgYGDgY2BR0WMW/M2i5cP0Q4FJRYGBgYGRTwgALZkDb/xjdaAAAAAASUVORK5CYII=",
    pixels: "5c3716bb5614f88f9f31c0e737a70fef58afc95c8e77483bca85a784584801f4",
  },
  "a PNG with a palette": {
    channels: 3,
    file:
      "iVBORw0KGgoAAAANSUhEUgAAAAsAAAAJBAMAAAAWSsseAAAAD1BMVEWWr16WcXYollaWJlYoJknKfEgaAAAAOElEQVR42i3KMRGAMBAAsPzDDBYqBv+HAbh30BqgsJA5cdA9yVskqOR0t5zXRi0RY4ZkH6zQ/+kD8RoNeiZNaFQAAAAASUVORK5CYII=",
    pixels: "720926f55318bd3fe031b2c6829d1697bcaf34aa2ee8b005d1be51609ce579a1",
  },
  "a progressive JPEG with colours at half the resolution": {
    channels: 3,
    file:
      "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wgARCAAJAAsDASIAAhEBAxEB/8QAFAABAAAAAAAAAAAAAAAAAAAABP/EABUBAQEAAAAAAAAAAAAAAAAAAAED/9oADAMBAAIQAxAAAAEDUskf/8QAGhAAAQUBAAAAAAAAAAAAAAAAAwABAhMxIf/aAAgBAQABBQKAeUIeNn//xAAXEQADAQAAAAAAAAAAAAAAAAAAAgQR/9oACAEDAQE/AZqGw//EABcRAAMBAAAAAAAAAAAAAAAAAAABEyH/2gAIAQIBAT8Bo8P/xAAWEAADAAAAAAAAAAAAAAAAAAAAEDH/2gAIAQEABj8CI//EABkQAAMAAwAAAAAAAAAAAAAAAAABMRFBsf/aAAgBAQABPyFOiEmIOBA//9oADAMBAAIAAwAAABCD/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAgBAwEBPxAf/8QAGBEAAgMAAAAAAAAAAAAAAAAAASEAEVH/2gAIAQIBAT8QJbJjJ//EABoQAAIDAQEAAAAAAAAAAAAAAAABETFxofD/2gAIAQEAAT8QTS6NFUUntL9HIf/Z",
    pixels: "24b70b8a8f960c4c68b28a44124c93e3c449a3f666e2d8fa706ecec84db0d255",
  },
  "a JPEG in grayscale": {
    channels: 1,
    file:
      "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//wAALCAAJAAsBAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/AMBE0i30D/lxa4a1/wBiR3d0/NCpPtjHfPy6gg0G3Hk/ZNNl2fL5m6N9/vnzV6/Tjpz1KeFf+RV1H/rym/8AQDV3Tf8AkHw/7tf/2Q==",
    pixels: "a5e7789322ac33deaa67fed4326099d3f18026e8cc23f21695c4e85332224b82",
  },
} as const;

const fileOf = (name: keyof typeof byPillow) => new Uint8Array(Buffer.from(byPillow[name].file, "base64"));

for (const [name, { channels, pixels }] of Object.entries(byPillow)) {
  Deno.test(`decodeImage() gives the pixels that Pillow gives for ${name}`, async () => {
    const image = await decodeImage(fileOf(name as keyof typeof byPillow), "a");
    assert.deepEqual([image.width, image.height, image.channels], [11, 9, channels]);
    assert.equal(createHash("sha256").update(image.pixels).digest("hex"), pixels);
  });
}

const size = { width: 2, height: 1 };

Deno.test("decodeImage() reads grayscale and colours of eight bits, and drops an alpha channel that says nothing", async () => {
  const cases: [number, number[], number[]][] = [
    [1, [7, 250], [7, 250]],
    [2, [7, 255, 250, 255], [7, 250]],
    [3, [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6]],
    [4, [1, 2, 3, 255, 4, 5, 6, 255], [1, 2, 3, 4, 5, 6]],
  ];
  for (const [channels, data, expected] of cases) {
    const file = encode({ ...size, channels, data: Uint8Array.from(data) });
    const image = await decodeImage(file, "a.png");
    assert.deepEqual(image, { ...size, channels: channels < 3 ? 1 : 3, pixels: Uint8Array.from(expected) });
  }
});

/** The file with the number of channels in its frame header changed. */
function withComponents(file: Uint8Array, components: number): Uint8Array {
  const at = file.findIndex((byte, index) => byte === 0xff && file[index + 1] === 0xc0);
  return Uint8Array.from(file, (byte, index) => index === at + 9 ? components : byte);
}

Deno.test("decodeImage() names the file and what is wrong with it", async () => {
  const png = encode({ ...size, channels: 3, data: Uint8Array.of(1, 2, 3, 4, 5, 6) });
  const [jpeg, gray] = [
    fileOf("a progressive JPEG with colours at half the resolution"),
    fileOf("a JPEG in grayscale"),
  ];
  const flipped = Uint8Array.from(png, (byte, index) => index === 45 ? byte ^ 1 : byte);
  const cases: [Uint8Array, RegExp][] = [
    [Uint8Array.of(0x47, 0x49, 0x46), /: neither a PNG nor a JPEG file by its first bytes$/],
    [new Uint8Array(0), /: neither a PNG nor a JPEG file by its first bytes$/],
    [png.subarray(0, png.length - 6), /: not a complete PNG file: /],
    [png.subarray(0, 40), /: not a complete PNG file: /],
    [flipped, /: not a complete PNG file: CRC mismatch/],
    [
      encode({ ...size, channels: 4, data: Uint8Array.of(1, 2, 3, 255, 4, 5, 6, 254) }),
      /: has transparent pixels, expected opaque ones; lay it on a background first$/,
    ],
    [
      encode({ ...size, channels: 1, depth: 16, data: Uint16Array.of(1, 2) }),
      /: 16 bits a channel, expected 8 at most$/,
    ],
    [jpeg.subarray(0, jpeg.length - 2), /: not a complete JPEG file: Premature end of JPEG file$/],
    [jpeg.subarray(0, jpeg.length - 60), /: not a complete JPEG file: /],
    [jpeg.subarray(0, 100), /: not a complete JPEG file: /],
    [
      withComponents(gray, 4),
      /: 4 channels, expected 1 \(grayscale\) or 3 \(colour\); convert it first$/,
    ],
  ];
  for (const [bytes, message] of cases) {
    await assert.rejects(decodeImage(bytes, "folder/a"), (error: Error) => {
      assert.ok(error.message.startsWith("folder/a: "), error.message);
      assert.match(error.message, message);
      return true;
    });
  }
  // The decoder that failed before reads the next one.
  assert.equal((await decodeImage(jpeg, "b")).channels, 3);
});
