import { z } from "zod";

/**
 * - `written`: what a person may write, with references `${...}` in the place of any value;
 * - `expanded`: one stage with all references resolved.
 */
export type Phase = "written" | "expanded";

/** Between the valid keys in the message for an unknown one. */
export const KEY_SEPARATOR = ", ";

/** A map of these keys and no others. */
export function strict<S extends z.ZodRawShape>(shape: S, expected: string): z.ZodObject<S, z.core.$strict> {
  const keys = Object.keys(shape).join(KEY_SEPARATOR);
  return z.strictObject(shape, { error: (issue) => issue.code === "unrecognized_keys" ? keys : expected });
}

/** A text that is not empty. */
export function text(expected: string): z.ZodString {
  return z.string({ error: expected }).min(1, { error: expected });
}

/** A list. */
export function list<T extends z.ZodType>(item: T, expected: string): z.ZodArray<T> {
  return z.array(item, { error: expected });
}

/** A map of any keys. */
export function map<T extends z.ZodType>(item: T, expected: string): z.ZodRecord<z.ZodString, T> {
  return z.record(z.string(), item, { error: expected });
}

/** One of several. */
export function oneOf<T extends readonly [z.ZodType, z.ZodType, ...z.ZodType[]]>(
  expected: string,
  ...options: T
): z.ZodType {
  return z.union(options, { error: expected });
}

/** A value that is not text: before expansion a reference may stand for it. */
export function valueOf(phase: Phase, schema: z.ZodType, expected: string): z.ZodType {
  return phase === "expanded" ? schema : oneOf(expected, schema, z.string().regex(/\$\{/, { error: expected }));
}
