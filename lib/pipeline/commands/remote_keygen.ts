import { resolve } from "node:path";
import { newKey, SIGNING_KEY_VARIABLE } from "../remote/signature.ts";
import type { Context } from "./context.ts";
import { UsageError } from "./usage_error.ts";

/** `remote keygen`: writes a key to sign entries with, and prints the public one. */
export default async function keygen(this: Context, _flags: Record<never, never>, file: string): Promise<void> {
  const { file: text, key } = await newKey();
  try {
    await Deno.writeTextFile(resolve(this.folder, file), text, { createNew: true, mode: 0o600 });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) {
      throw new UsageError(`${file} is there already; name a new file, or remove that one if nobody needs its key`);
    }
    throw error;
  }
  this.output.write(`${key}
Whoever trusts what this key signs lists that line under trusts of the remote. Keep ${file} to yourself:
push signs with it where ${SIGNING_KEY_VARIABLE} names it.
`);
}
