import { z } from "zod";
import { map, oneOf, type Phase, strict, text, valueOf } from "./schema_part.ts";

/** The schema of `verify` and `diverged`: for the stage, for an out of it, for a column of its tables. */
export function exactnessSchema(phase: Phase): z.ZodType {
  const value = (schema: z.ZodType, expected: string): z.ZodType => valueOf(phase, schema, expected);
  const amount = (description: string): z.ZodType =>
    value(z.number({ error: AMOUNT }).min(0, { error: AMOUNT }), AMOUNT).optional().describe(description);
  const numbers = {
    relative: amount("Of the larger of two numbers, e.g. 1e-9; 0 by default"),
    absolute: amount("Of the difference of two numbers; 0 by default"),
    decades: amount("Of the difference of their logarithms to base 10, e.g. 0.3 for a factor of two; 0 by default"),
    unchecked: text(REASON).optional().describe("Not compared; the value says why, and is shown"),
  };
  const column = oneOf(TOLERANCE, alone(strict(numbers, TOLERANCE)), z.null());
  const columns = map(value(column, TOLERANCE), "a map of columns").optional()
    .describe("Tolerances of single columns of the tables, by name, instead of those beside it; null for none");
  const bytes = z.literal("bytes", { error: EXACTNESS });
  const out = value(oneOf(EXACTNESS, bytes, alone(strict({ ...numbers, columns }, TOLERANCE))), EXACTNESS);
  const outs = map(out, "a map of outs").optional()
    .describe("What is asked of single outs, by name, instead of what stands beside it");
  return value(oneOf(EXACTNESS, bytes, alone(strict({ ...numbers, columns, outs }, TOLERANCE))), EXACTNESS);
}

const AMOUNT = "a number from 0";
const REASON = "the reason why it is not compared";
const TOLERANCE = "a tolerance";
const EXACTNESS = "bytes, or a tolerance";

/** What is not compared has no tolerance. */
function alone(schema: z.ZodObject): z.ZodType {
  return schema.refine((written) => {
    const { unchecked, outs: _, ...tolerances } = written;
    return unchecked === undefined || Object.keys(tolerances).length === 0;
  }, { path: ["unchecked"], error: "no relative, absolute, decades or columns beside it" });
}
