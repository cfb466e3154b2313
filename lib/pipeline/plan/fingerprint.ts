import { sha256 } from "../store/hash.ts";
import { canonical, type Value } from "../value.ts";
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
