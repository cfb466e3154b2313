import { z } from "zod";
import { Float, type Json, type Value } from "../value.ts";
import { type OutRecord, outRecordSchema } from "./out_record.ts";

/** A dep as a stage read it. */
export interface DepRecord {
  /** Relative to the pipeline's folder, with `/`. */
  readonly path: string;
  /** The key, where deps are a map. */
  readonly name?: string;
  /** The position, where a named dep is a list. */
  readonly index?: number;
  /** The pattern that this file matches, where the dep is one. */
  readonly glob?: string;
  /** Of the content, or of the folder's manifest; hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** How many files a folder has. */
  readonly files?: number;
}

/** A stage as it was run: its fingerprint, all that the fingerprint is made of, and what it left. */
export interface StageRecord {
  /** sha256, hex. */
  readonly fingerprint: string;
  /** The version of Deno that ran it; not part of the fingerprint. */
  readonly deno: string;
  /** The commands of a `cmd` stage. */
  readonly cmd?: readonly string[];
  /** The module of a `run` stage, relative to the workspace's root. */
  readonly run?: string;
  /** The digest of the module's import closure. */
  readonly closure?: string;
  /** What the module got, resolved. */
  readonly with?: Json;
  /** What resolvers said of the machine, by dotted path inside `with`. */
  readonly resolved?: { readonly [path: string]: Json };
  /** Values of params files: by file relative to the pipeline's folder, then by dotted key; `""` is the whole file. */
  readonly params?: { readonly [file: string]: { readonly [key: string]: Value } };
  /** sha256 of the values of environment variables; null for one that is not set. */
  readonly env?: { readonly [name: string]: string | null };
  /** What the commands that tell versions printed, by command. */
  readonly tools?: { readonly [command: string]: string };
  /** Relative to the pipeline's folder; absent for the folder itself. */
  readonly wdir?: string;
  /** Sorted by path. */
  readonly deps: readonly DepRecord[];
  /** Sorted by path. */
  readonly outs: readonly OutRecord[];
}

const digest = z.string().regex(/^[0-9a-f]{64}$/, "expected a sha256 in hex");

const value: z.ZodType<Value> = z.lazy(() =>
  z.union([
    z.null(),
    z.boolean(),
    z.number(),
    z.bigint(),
    z.string(),
    z.instanceof(Float),
    z.array(value),
    z.record(z.string(), value),
  ])
);

/** The shape of {@linkcode StageRecord} in the lock, where numbers of `with` may be read as floats. */
export const stageRecordSchema: z.ZodType<Omit<StageRecord, "with" | "resolved"> & { with?: Value; resolved?: Value }> =
  z.strictObject({
    fingerprint: digest,
    deno: z.string(),
    cmd: z.array(z.string()).exactOptional(),
    run: z.string().exactOptional(),
    closure: digest.exactOptional(),
    with: value.exactOptional(),
    resolved: z.record(z.string(), value).exactOptional(),
    params: z.record(z.string(), z.record(z.string(), value)).exactOptional(),
    env: z.record(z.string(), digest.nullable()).exactOptional(),
    tools: z.record(z.string(), z.string()).exactOptional(),
    wdir: z.string().exactOptional(),
    deps: z.array(z.strictObject({
      path: z.string(),
      name: z.string().exactOptional(),
      index: z.int().min(0).exactOptional(),
      glob: z.string().exactOptional(),
      sha256: digest,
      size: z.int().min(0),
      files: z.int().min(0).exactOptional(),
    })),
    outs: z.array(outRecordSchema),
  });
