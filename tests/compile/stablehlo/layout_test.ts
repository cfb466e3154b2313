import assert from "node:assert/strict";
import type { Graph } from "../../../lib/compile/graph/graph.ts";
import { node } from "../../../lib/compile/graph/node.ts";
import { arrangeImages } from "../../../lib/compile/passes/image_axes.ts";
import { channelsFirst } from "../../../lib/compile/passes/channels_first.ts";
import { lowerLoop } from "../../../lib/compile/stablehlo/loop.ts";
import { Client } from "../../../lib/runtimes/xla/client.ts";
import { findPlugin } from "../../../lib/runtimes/xla/location.ts";
import { Plugin } from "../../../lib/runtimes/xla/plugin.ts";
import { testRuntimes } from "../../runtimes/runtimes.ts";
import { graphOf, input } from "../support/graph.ts";
import { normal } from "../support/random.ts";

const { ignore } = (await testRuntimes()).find(({ name }) => name === "xla")!;

/** What a graph of constants comes to in one step, and the text of it. */
async function results(graph: Graph): Promise<{ readonly text: string; readonly values: Float32Array[] }> {
  const client = new Client(new Plugin(findPlugin()));
  const { text, parameters, results } = lowerLoop(graph, { count: 1, steps: 1, precision: "float32" });
  const program = await client.compile(text, results.length, {});
  const next = normal(3);
  const arguments_ = [];
  for (const { role, shape } of parameters) {
    const size = shape.reduce((product, extent) => product * extent, 1);
    const data = role === "order" ? new Int32Array(size) : Float32Array.from({ length: size }, next);
    arguments_.push(await client.put(data, shape));
  }
  const made = await client.execute(program, arguments_);
  const values: Float32Array[] = [];
  for (const [index, { shape }] of results.entries()) {
    values.push(await client.take(made[index]!, shape, "float32") as Float32Array);
  }
  client.free(...arguments_, ...made);
  client.unload(program);
  client.close();
  return { text, values };
}

Deno.test({
  name: "images with channels first give what they give with channels last",
  ignore,
  async fn() {
    const window = { height: 3, width: 2, strideHeight: 2, strideWidth: 1, top: 1, left: 0, bottom: 1, right: 1 };
    const [images, filter] = [input("x", [2, 7, 6, 3]), input("w", [3, 2, 3, 4])];
    const convolved = node({ kind: "convolution", window }, [images, filter]);
    const back = node({ kind: "convolutionInputGradient", window, shape: images.shape }, [convolved, filter]);
    const pooled = (["max", "average"] as const).map((name) => {
      return node({ kind: "pool", function: name, window: { ...window, left: 1, right: 0 } }, [images]);
    });
    const [most, mean] = pooled as [typeof images, typeof images];
    const shared = node(
      { kind: "averagePoolGradient", window: { ...window, left: 1, right: 0 }, shape: images.shape },
      [
        mean,
      ],
    );
    const chosen = node({ kind: "maxPoolGradient", window: { ...window, left: 1, right: 0 } }, [most, images]);
    const graph = graphOf(convolved, back, most, mean, shared, chosen);
    const [last, first] = [await results(graph), await results(arrangeImages(channelsFirst)(graph))];
    assert.match(first.text, /\[b, f, 0, 1\]x\[0, 1, i, o\]->\[b, f, 0, 1\]/);
    assert.match(first.text, /array<i64: 1, 1, 3, 2>/);
    assert.doesNotMatch(last.text, /\[b, f, 0, 1\]/);
    last.values.forEach((values, output) =>
      values.forEach((value, index) => {
        const found = first.values[output]![index]!;
        assert.ok(Math.abs(found - value) < 1e-5, `output ${output}, ${index}: ${found} against ${value}`);
      })
    );
  },
});
