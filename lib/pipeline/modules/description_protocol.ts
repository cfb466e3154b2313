import type { Across } from "../stage/stage.ts";
import type { Json } from "../value.ts";

/** What the engine writes to the standard input of a describing process: one line of JSON. */
export interface DescriptionRequest {
  /** URL of the stage module. */
  readonly module: string;
  /** The `with` of each stage that runs it. */
  readonly values: readonly Json[];
}

/** What a describing process answers, as one RFC 7464 record. */
export type DescriptionAnswer =
  | {
    readonly kind: "described";
    readonly names: DefinitionNames;
    /** How the stage goes on where an earlier attempt ended; absent: it does not. */
    readonly resumes?: Across;
    /** In the order of the request. */
    readonly checks: readonly ValueCheck[];
  }
  | { readonly kind: "failed"; readonly message: string; readonly place?: string };

/** The names that a stage module gives to its deps and outs. */
export interface DefinitionNames {
  /** Deps that are one path. */
  readonly deps: readonly string[];
  /** Deps that are one path and may be left away. */
  readonly optionalDeps: readonly string[];
  /** Deps that are a list of paths. */
  readonly lists: readonly string[];
  /** Outs. */
  readonly outs: readonly string[];
  /** Outs that may be left away. */
  readonly optionalOuts: readonly string[];
}

/** What a module's schema makes of a value: the parsed value with what is left to resolve, or what is wrong with it. */
export type ValueCheck =
  | { readonly kind: "valid"; readonly with: Json; readonly resolvers: readonly ResolverUse[] }
  | { readonly kind: "invalid"; readonly issues: readonly Issue[] };

/** A value that a resolver module turns into another. */
export interface ResolverUse {
  /** Where the value stands inside `with`. */
  readonly path: readonly (string | number)[];
  /** URL of the resolver module. */
  readonly module: string;
  /** As the schema parsed it. */
  readonly value: Json;
}

/** What a schema finds wrong: an issue of zod 4 as JSON. Which of the fields are there depends on the code. */
export interface Issue {
  /** `invalid_type`, `unrecognized_keys`, ... */
  readonly code: string;
  /** Where, inside `with`. */
  readonly path: readonly (string | number)[];
  /** In zod's words. */
  readonly message: string;
  /** `invalid_type`: the type. */
  readonly expected?: string;
  /** `unrecognized_keys`: the keys. */
  readonly keys?: readonly string[];
  /** `unrecognized_keys`: the keys that would be right there, added by the describing process. */
  readonly known?: readonly string[];
  /** `invalid_value`: the values that would be right. */
  readonly values?: readonly Json[];
  /** `invalid_union` of a discriminated union: the values that the discriminator may have. */
  readonly options?: readonly Json[];
  /** `too_small` and `too_big`: what the bound is of: `number`, `string`, `array`, ... */
  readonly origin?: string;
  /** `too_small` */
  readonly minimum?: number;
  /** `too_big` */
  readonly maximum?: number;
  /** `too_small` and `too_big`: whether the bound itself is right. */
  readonly inclusive?: boolean;
  /** `not_multiple_of` */
  readonly divisor?: number;
  /** `invalid_union`: what each of the choices finds wrong; paths are relative to the union. */
  readonly errors?: readonly (readonly Issue[])[];
}
