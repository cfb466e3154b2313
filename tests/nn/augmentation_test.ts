import assert from "node:assert/strict";
import { augmented, drawPlacements, placementSpec } from "../../lib/nn/augmentation.ts";
import { Random } from "../../lib/nn/random.ts";
import { cpuRuntime } from "../../lib/runtimes/cpu.ts";
import { onnxRuntime } from "../../lib/runtimes/onnx.ts";
import type { Program } from "../../lib/runtimes/program.ts";

/** An image as rows of pixels of channels. */
type Image = number[][][];

/** Padding, then the window, then the mirror, one after the other on an image as nested lists. */
function reference(image: Image, [top, left, mirrored]: readonly number[], pad: number): Image {
  const [height, width, channels] = [image.length, image[0]!.length, image[0]![0]!.length];
  const black = () => Array<number>(channels).fill(0);
  const beside = Array.from({ length: pad }, black);
  const blank = () => Array.from({ length: width + 2 * pad }, black);
  const above = Array.from({ length: pad }, blank);
  const padded = [...above, ...image.map((row) => [...beside, ...row, ...beside]), ...above];
  const window = padded.slice(top, top! + height).map((row) => row.slice(left, left! + width));
  return mirrored === 1 ? window.map((row) => row.toReversed()) : window;
}

for (const runtime of [cpuRuntime, onnxRuntime]) {
  for (const [height, width, channels, pad, flip] of [[5, 4, 3, 2, true], [4, 6, 1, 0, true], [3, 3, 2, 4, false]]) {
    const shape = [height, width, channels] as [number, number, number];
    Deno.test(`augmented() moves pixels as a plain implementation does, on ${runtime.name}: ${shape}, ${pad}, ${flip}`, async () => {
      const count = 100;
      const size = shape.reduce((a, b) => a * b, 1);
      const random = new Random(0, "images");
      const images = Uint8Array.from({ length: count * size }, () => random.integer(256));
      const placements = drawPlacements({ pad: pad as number, flip: flip as boolean }, 3, 7, count);
      const program: Program = {
        name: "augmentation",
        examples: { images: { shape, dtype: "uint8" }, placements: placementSpec },
        scalars: [],
        constants: {},
        state: {},
        body: ({ examples }) => {
          return { state: {}, rows: { images: augmented(examples.images!, examples.placements!, pad as number) } };
        },
      };
      const executable = await runtime.compile(program, { batch: 32 });
      // The last batch is smaller, and placements follow the order of the images.
      const order = new Random(0, "order").permutation(count);
      const { rows } = await executable.run({ examples: { images, placements }, order });
      await executable.dispose();
      const expected = [...order].flatMap((example) => {
        const pixels = images.subarray(example * size, (example + 1) * size);
        const image = Array.from({ length: shape[0] }, (_, y) =>
          Array.from({ length: shape[1] }, (_, x) => {
            return [...pixels.subarray((y * shape[1] + x) * shape[2], (y * shape[1] + x + 1) * shape[2])];
          }));
        return reference(image, [...placements.subarray(3 * example, 3 * example + 3)], pad as number).flat(2);
      });
      assert.deepEqual(rows.images!.shape, [count, ...shape]);
      assert.deepEqual([...rows.images!.data], expected);
    });
  }
}

Deno.test("drawPlacements() draws each window and mirror as often, by seed and epoch", () => {
  const count = 40_000;
  const draw = (seed: number, epoch: number, flip = true) => drawPlacements({ pad: 2, flip }, seed, epoch, count);
  const found = draw(0, 1);
  const counts = new Map<string, number>();
  for (let at = 0; at < found.length; at += 3) {
    const key = `${found.subarray(at, at + 3)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  assert.equal(counts.size, 5 * 5 * 2);
  for (const [key, drawn] of counts) assert.ok(Math.abs(drawn - 800) < 5 * Math.sqrt(800), `${key}: ${drawn}`);
  assert.deepEqual(draw(0, 1), found);
  assert.notDeepEqual(draw(0, 2), found);
  assert.notDeepEqual(draw(1, 1), found);
  assert.ok(draw(0, 1, false).every((value, at) => at % 3 < 2 || value === 0));
});
