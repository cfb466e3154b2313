import type { Result } from "../diagnostic.ts";
import type { Stage } from "../file/pipeline.ts";
import type { Json } from "../value.ts";

/** What the engine needs to know of the code behind a `run` stage. */
export interface Code {
  /** sha256 of everything the module imports. */
  readonly digest: string;
  /** Absolute paths of the local modules. */
  readonly files: readonly string[];
  /** Absolute folders of the npm packages. */
  readonly packageFolders: readonly string[];
}

/** What a stage's module says of the stage. */
export interface Description {
  /** `with`, parsed by the module's schema: defaults filled in. */
  readonly with: Json;
  /** Values inside `with` that a module has yet to resolve on this machine. */
  readonly resolvers: readonly ResolverUse[];
}

/** A value that a resolver module turns into another. */
export interface ResolverUse {
  /** Where the value stands inside `with`. */
  readonly path: readonly (string | number)[];
  /** URL of the resolver module. */
  readonly module: string;
  readonly value: Json;
}

/** Where descriptions are kept between runs: a workspace's index. */
export interface Memory {
  get(kind: string, key: string): string | undefined;
  set(kind: string, key: string, text: string): void;
}

/** Describes the `run` stages among `stages`, by name. */
export type DescribeModules = (
  stages: Iterable<Stage>,
  closures: ReadonlyMap<string, Code>,
  memory?: Memory,
) => Promise<Result<Map<string, Description>>>;
