import type { Stage } from "../file/pipeline.ts";
import { Float, type Scalar } from "../value.ts";

/** A value of `with` under which a stage ends sooner: its tables are then the beginnings of those that it leaves as it is. */
export interface Beginning {
  /** The key inside `with`. */
  readonly key: string;
  /** Its value. */
  readonly value: Scalar;
}

/**
 * Reads `epochs=3`.
 *
 * @throws {Error} where it has no key or no value
 */
export function parseBeginning(text: string): Beginning {
  const [, key, written] = /^([A-Za-z_]\w*)=(.+)$/s.exec(text) ?? [];
  if (key === undefined || written === undefined) {
    throw new Error(`"${text}" is not a key and a value, such as epochs=3`);
  }
  const number = Number(written);
  if (written.trim() === "" || Number.isNaN(number)) return { key, value: written };
  return { key, value: Number.isInteger(number) ? number : new Float(number) };
}

/** The stage with that value in place of its own; a `cmd` has none, and stays. */
export function beginningOf(stage: Stage, { key, value }: Beginning): Stage {
  const { action } = stage;
  return action.kind === "run" ? { ...stage, action: { ...action, with: { ...action.with, [key]: value } } } : stage;
}
