import assert from "node:assert/strict";
import fc from "fast-check";
import { buildGraph } from "../../../lib/pipeline/graph/builder.ts";
import type { Out, Pipeline, Stage } from "../../../lib/pipeline/file/pipeline.ts";
import type { Range } from "../../../lib/pipeline/diagnostic.ts";
import { project } from "../file/project.ts";

const range: Range = { source: { path: "/pipeline.yaml", text: "" }, start: 0, end: 0 };

/** A pipeline whose stage `i` writes `out/i` and reads the outs of `reads[i]`. */
function pipelineOf(reads: readonly (readonly number[])[], order = reads.map((_, index) => index)): Pipeline {
  const stages = order.map((index): Stage => {
    const out: Out = {
      path: `/out/${index}`,
      relative: `out/${index}`,
      kind: "out",
      cache: true,
      persist: false,
      range,
    };
    return {
      name: `s${index}`,
      group: `s${index}`,
      action: { kind: "cmd", lines: ["true"], range },
      wdir: "/",
      params: [],
      deps: (reads[index] ?? []).map((other) => ({ path: `/out/${other}`, relative: `out/${other}`, range })),
      outs: [out],
      net: [],
      frozen: false,
      alwaysChanged: false,
      resources: { cpus: 1, gpus: 0, memory: 0, time: 0 },
      range,
    };
  });
  return { file: "/pipeline.yaml", folder: "/", files: [], stages };
}

const acyclic = fc.array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 30 })
  .map((rows) => rows.map((row, index) => index === 0 ? [] : [...new Set(row.map((number) => number % index))]));

Deno.test("buildGraph() orders every acyclic graph topologically, whatever the order of the file", () => {
  fc.assert(fc.property(
    acyclic.chain((reads) =>
      fc.tuple(fc.constant(reads), fc.shuffledSubarray(reads.map((_, index) => index), { minLength: reads.length }))
    ),
    ([reads, order]) => {
      const result = buildGraph(pipelineOf(reads, order));
      assert.ok(result.ok);
      const names = [...result.value.stages.keys()];
      assert.equal(names.length, reads.length);
      const position = new Map(names.map((name, index) => [name, index]));
      for (const [index, others] of reads.entries()) {
        assert.deepEqual(result.value.upstream.get(`s${index}`), new Set(others.map((other) => `s${other}`)));
        for (const other of others) {
          assert.ok((position.get(`s${other}`) ?? 0) < (position.get(`s${index}`) ?? 0));
          assert.ok(result.value.downstream.get(`s${other}`)?.has(`s${index}`));
        }
      }
    },
  ));
});

Deno.test("buildGraph() finds a true cycle wherever an edge back closes one", () => {
  fc.assert(fc.property(acyclic, fc.nat(), (reads, pick) => {
    const last = reads.length - 1;
    const chain = reads.map((row, index) => index === 0 ? row : [...new Set([...row, index - 1])]);
    const start = pick % (last + 1);
    if (start === last) return;
    const closed = chain.map((row, index) => index === start ? [...new Set([...row, last])] : row);
    const result = buildGraph(pipelineOf(closed));
    assert.ok(!result.ok);
    for (const { message, related } of result.diagnostics) {
      const names = message.replace(/^.*: /, "").split(" -> ").map((name) => Number(name.slice(1)));
      assert.equal(names[0], names.at(-1));
      assert.equal(related?.length, names.length - 1);
      for (const [index, name] of names.slice(1).entries()) assert.ok(closed[name]?.includes(names[index] ?? -1));
    }
  }));
});

Deno.test("buildGraph() keeps the file's order where it may", () => {
  const result = buildGraph(pipelineOf([[], [3], [], []]));
  assert.ok(result.ok);
  assert.deepEqual([...result.value.stages.keys()], ["s0", "s3", "s1", "s2"]);
});

Deno.test("buildGraph() takes a chain of 20,000 stages, written in reverse", () => {
  const count = 20_000;
  const reads = Array.from({ length: count }, (_, index) => index === 0 ? [] : [index - 1]);
  const result = buildGraph(pipelineOf(reads, reads.map((_, index) => count - 1 - index)));
  assert.ok(result.ok);
  assert.equal([...result.value.stages.keys()].at(-1), `s${count - 1}`);
});

Deno.test("buildGraph() links a dep that equals, contains or lies inside an out, and a params file that is one", async () => {
  await using made = await project({
    "pipeline.yaml": `stages:
  all: {cmd: echo, deps: [data]}
  inside: {cmd: echo, deps: [data/a/x/y]}
  equal: {cmd: echo, deps: [data/b/]}
  params: {cmd: echo, params: [p.yaml: [x]]}
  beside: {cmd: echo, deps: [data/aa, dat]}
  a: {cmd: echo, outs: [data/a]}
  b: {cmd: echo, outs: [data/b]}
  p: {cmd: echo, outs: [p.yaml]}
`,
  });
  const { upstream } = await made.graph();
  const of = (name: string): readonly string[] => [...upstream.get(name) ?? []];
  assert.deepEqual(["all", "inside", "equal", "params", "beside"].map(of), [["a", "b"], ["a"], ["b"], ["p"], []]);
});
