import { createHash } from "node:crypto";

/**
 * A stream of random numbers: xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021;
 * https://prng.di.unimi.it/xoshiro128starstar.c), its 128 bits of state being the first of
 * sha256(`mindepth <seed> <stream>`).
 *
 * Streams of different names are independent of each other, so whoever resumes at epoch 7 opens that epoch's stream anew: no
 * generator state is ever saved.
 */
export class Random {
  #state: Uint32Array;

  /**
   * Opens a stream at its beginning.
   *
   * @param seed the study's seed
   * @param stream what the numbers are for, e.g. `order of epoch 7`
   */
  constructor(seed: number, stream: string) {
    const digest = createHash("sha256").update(`mindepth ${seed} ${stream}`).digest();
    this.#state = Uint32Array.from({ length: 4 }, (_, word) => digest.readUInt32LE(4 * word));
  }

  /** The next 32 bits, as an integer from 0 to 2^32 - 1. */
  bits(): number {
    let [a, b, c, d] = this.#state as unknown as [number, number, number, number];
    const scrambled = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    this.#state.set([a, b, c, d]);
    return scrambled;
  }

  /** Uniform on [0, 1), a multiple of 2^-24, and so exact in float32. */
  uniform(): number {
    return (this.bits() >>> 8) * 2 ** -24;
  }

  /** Standard normal, by the polar method of Marsaglia and Bray (1964). */
  normal(): number {
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square > 0 && square < 1) return x * Math.sqrt(-2 * Math.log(square) / square);
    }
  }

  /** Uniform on the integers from 0 to `bound - 1`, without bias; `bound` is at most 2^32. */
  integer(bound: number): number {
    const fair = 2 ** 32 - (2 ** 32 % bound);
    for (;;) {
      const bits = this.bits();
      if (bits < fair) return bits % bound;
    }
  }

  /** A random order of 0 to `count - 1` (Fisher and Yates). */
  permutation(count: number): Int32Array {
    const order = Int32Array.from({ length: count }, (_, index) => index);
    for (let last = count - 1; last > 0; last--) {
      const other = this.integer(last + 1);
      const kept = order[last]!;
      order[last] = order[other]!;
      order[other] = kept;
    }
    return order;
  }
}

function rotate(value: number, by: number): number {
  return value << by | value >>> (32 - by);
}
