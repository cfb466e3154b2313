/**
 * A number that was written as a float (`1.0`, `1e-3`): DVC keeps int and float apart, both when a value becomes text and
 * when it is compared.
 */
export class Float {
  /** Wraps the number. */
  constructor(
    /** The number itself. */
    readonly value: number,
  ) {}
}

/** A value that is neither a list nor a map. */
export type Scalar = null | boolean | number | bigint | Float | string;

/** What a YAML document holds once read: integers are `number` (or `bigint` beyond 2^53), floats are {@linkcode Float}. */
export type Value = Scalar | readonly Value[] | { readonly [key: string]: Value };

/** JSON, as it crosses to a stage's process. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Whether a value is a map. */
export function isMap(value: Value): value is { readonly [key: string]: Value } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Float);
}

/**
 * The value as JSON, in which int and float are one: `1.0` is `1`. What JSON has no number for (an integer beyond 2^53, an
 * infinity, a NaN) becomes text.
 */
export function toJson(value: Value): Json {
  if (value instanceof Float) return Number.isFinite(value.value) ? value.value : String(value.value);
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return value.map(toJson);
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item)]));
  return value as Json;
}

/**
 * A text that is equal for two values exactly if they are equal: keys in the order of their UTF-16 units, floats always
 * with a point or an exponent (`1.0`), so that they differ from ints. For finite ints and texts it is JSON.
 */
export function canonical(value: Value): string {
  if (value instanceof Float) return canonicalFloat(value.value);
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value).toString() : canonicalFloat(value);
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (isMap(value)) {
    const entries = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

function canonicalFloat(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}
