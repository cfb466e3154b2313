/**
 * A number that was written as a float (`1.0`, `1e-3`): DVC keeps int and float apart, both when a value becomes text and
 * when it is compared.
 */
export class Float {
  constructor(readonly value: number) {}
}

/** What a YAML document holds once read: integers are `number` (or `bigint` beyond 2^53), floats are {@linkcode Float}. */
export type Value = null | boolean | number | bigint | Float | string | readonly Value[] | {
  readonly [key: string]: Value;
};

/** JSON, as it crosses to a stage's process. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
