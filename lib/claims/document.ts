import { z } from "zod";

const evidence = z.record(
  z.string(),
  z.union([z.number(), z.string(), z.null(), z.array(z.number().nullable()).readonly()]),
);

const verdict = z.enum(["holds", "undecided", "fails"]);

const judgement = z.strictObject({
  seed: z.int(),
  verdict,
  margin: z.number(),
  observed: z.string(),
  evidence,
});

const subject = z.strictObject({
  subject: z.string(),
  verdict,
  holds: z.int(),
  undecided: z.int(),
  fails: z.int(),
  sign_test: z.number(),
  seeds: z.array(judgement).min(1),
});

const difference = z.strictObject({
  setting: z.string(),
  here: z.string(),
  paper: z.string().nullable(),
});

const claim = z.strictObject({
  name: z.string(),
  statement: z.string(),
  source: z.string(),
  threshold: z.string(),
  reason: z.string(),
  unit: z.string(),
  verdict: z.enum([...verdict.options, "not applicable"]),
  margin: z.number().nullable(),
  observed: z.string(),
  differs: z.array(difference),
  subjects: z.array(subject),
});

const document = z.strictObject({
  schema: z.literal(1),
  paper: z.string(),
  profile: z.string().nullable(),
  claims: z.array(claim),
});

/** A claim held against one subject, over its seeds, as `claims.json` has it (docs/claims.md). */
export type SubjectVerdict = z.output<typeof subject>;

/** What a study differs in from the paper, as `claims.json` has it. */
export type Difference = z.output<typeof difference>;

/** A claim held against a study, as `claims.json` has it. */
export type ClaimVerdict = z.output<typeof claim>;

/** What `claims.json` holds; docs/claims.md says what each field is. */
export type ClaimsDocument = z.output<typeof document>;

/** The text of a `claims.json`. */
export function claimsText(claims: ClaimsDocument): string {
  return JSON.stringify(claims, null, 2) + "\n";
}

/**
 * Reads a `claims.json`.
 *
 * @throws {Error} naming the file and the field where it is of another form
 */
export async function readClaims(path: string): Promise<ClaimsDocument> {
  const text = await Deno.readTextFile(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`${path}: not JSON; run the claims stage again`);
  }
  const read = document.safeParse(value);
  if (read.success) return read.data;
  const { path: field, message } = read.error.issues[0]!;
  throw new Error(`${path}: ${field.join(".")}: ${message}; run the claims stage again`);
}
