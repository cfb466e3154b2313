import assert from "node:assert/strict";
import { Random } from "../../lib/nn/random.ts";

Deno.test("Random is xoshiro128** over the digest of seed and stream", () => {
  // The reference algorithm in big integers, from the same state.
  const random = new Random(5, "a stream");
  const state = expectedState();
  const mask = 0xffffffffn;
  const rotate = (value: bigint, by: bigint) => (value << by | value >> (32n - by)) & mask;
  for (let draw = 0; draw < 1000; draw++) {
    const expected = rotate(state[1]! * 5n & mask, 7n) * 9n & mask;
    const shifted = state[1]! << 9n & mask;
    state[2]! ^= state[0]!;
    state[3]! ^= state[1]!;
    state[1]! ^= state[2]!;
    state[0]! ^= state[3]!;
    state[2]! ^= shifted;
    state[3] = rotate(state[3]!, 11n);
    assert.equal(random.bits(), Number(expected));
  }
});

Deno.test("Random gives other numbers for another seed and for another stream", () => {
  const first = (seed: number, stream: string) => new Random(seed, stream).bits();
  assert.equal(first(1, "a"), first(1, "a"));
  assert.notEqual(first(1, "a"), first(2, "a"));
  assert.notEqual(first(1, "a"), first(1, "b"));
});

Deno.test("uniform() and normal() have the moments of their distributions", () => {
  const random = new Random(0, "moments");
  const count = 100_000;
  const uniform = Array.from({ length: count }, () => random.uniform());
  const normal = Array.from({ length: count }, () => random.normal());
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / count;
  assert.ok(uniform.every((value) => value >= 0 && value < 1 && Math.fround(value) === value));
  assert.ok(Math.abs(mean(uniform) - 0.5) < 0.005);
  assert.ok(Math.abs(mean(normal)) < 0.02);
  assert.ok(Math.abs(mean(normal.map((value) => value ** 2)) - 1) < 0.02);
  assert.ok(Math.abs(mean(normal.map((value) => value ** 4)) - 3) < 0.15);
});

Deno.test("permutation() visits every index once, in another order for another stream", () => {
  const order = new Random(3, "order of epoch 1").permutation(1000);
  assert.deepEqual([...order].sort((a, b) => a - b), Array.from({ length: 1000 }, (_, index) => index));
  assert.notDeepEqual(order, new Random(3, "order of epoch 2").permutation(1000));
});

Deno.test("permutation() gives each of the six orders of three about equally often", () => {
  const random = new Random(0, "fair");
  const counts = new Map<string, number>();
  for (let draw = 0; draw < 6000; draw++) {
    const order = random.permutation(3).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.equal(counts.size, 6);
  for (const count of counts.values()) assert.ok(Math.abs(count - 1000) < 150, `${count}`);
});

function expectedState(): bigint[] {
  // sha256("mindepth 5 a stream"), its first four little-endian words, computed with coreutils' sha256sum.
  return [0x2f9cd765n, 0xcccf7cc7n, 0xb8a92565n, 0x5c8d3ae8n];
}
