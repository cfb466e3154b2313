import { sha256 } from "../store/hash.ts";
import { canonical, isMap, type Json, type Value } from "../value.ts";
import type { Identity } from "./identity.ts";

/** Grows when fingerprints are made otherwise: then everything is run again. */
const SCHEMA = 1;

/**
 * A stage's fingerprint: the sha256, in hex, of the canonical text of its identity. The stage's name is not part of it, nor
 * the kind of an out or whether it is cached. Sizes of deps go with their digests.
 */
export function fingerprintOf(identity: Identity): string {
  return sha256(canonical({ schema: SCHEMA, ...identity } as unknown as Value));
}

/**
 * What stages share that differ in some values of `with` alone: the fingerprint of a stage's identity without these.
 *
 * @param values dotted names; those that `with` does not have change nothing
 */
export function fingerprintApartFrom(identity: Identity, values: readonly string[]): string {
  if (identity.with === undefined) return fingerprintOf(identity);
  const rest = values.reduce<Json>((json, name) => without(json, name.split(".")), identity.with);
  return fingerprintOf({ ...identity, with: rest });
}

function without(json: Json, [key, ...path]: readonly string[]): Json {
  if (key === undefined || !isMap(json) || !Object.hasOwn(json, key)) return json;
  const { [key]: value, ...rest } = json as { readonly [key: string]: Json };
  return path.length === 0 ? rest : { ...rest, [key]: without(value!, path) };
}
