/**
 * Reads the structure of zod 4 schemas, without zod: the module's project brings its own.
 * @module
 */
import type { Json } from "../value.ts";
import type { ResolverUse } from "./description_protocol.ts";

/** What is read of a schema; see `zod/v4/core/schemas.ts`. */
interface SchemaNode {
  readonly def?: {
    readonly type?: string;
    readonly innerType?: unknown;
    readonly in?: unknown;
    readonly out?: unknown;
    readonly getter?: () => unknown;
    readonly shape?: Readonly<Record<string, unknown>>;
    readonly element?: unknown;
    readonly items?: readonly unknown[];
    readonly options?: readonly unknown[];
    readonly left?: unknown;
    readonly right?: unknown;
    readonly valueType?: unknown;
  };
  readonly meta?: () => { readonly resolver?: unknown } | undefined;
  readonly safeParse?: (value: unknown) => { readonly success: boolean };
}

/** The values in a parsed value whose schema names a resolver. */
export function resolverUses(schema: unknown, value: unknown, path: readonly (string | number)[] = []): ResolverUse[] {
  const node = schema as SchemaNode;
  const resolver = node.meta?.()?.resolver;
  if (typeof resolver === "string") return [{ path, module: resolver, value: value as Json }];
  const { def } = node;
  switch (def?.type) {
    case "object":
      return Object.entries(def.shape ?? {}).flatMap(([key, part]) => inner(part, value, key, path));
    case "record":
      return Object.keys(isRecord(value) ? value : {}).flatMap((key) => inner(def.valueType, value, key, path));
    case "array":
      return list(value).flatMap((item, index) => resolverUses(def.element, item, [...path, index]));
    case "tuple":
      return list(value).flatMap((item, index) => resolverUses(def.items?.[index] ?? {}, item, [...path, index]));
    case "intersection":
      return [...resolverUses(def.left, value, path), ...resolverUses(def.right, value, path)];
    case "union": {
      const option = def.options?.find((option) => (option as SchemaNode).safeParse?.(value).success);
      return option === undefined ? [] : resolverUses(option, value, path);
    }
    default: {
      const wrapped = unwrapped(node);
      return wrapped === undefined || value === undefined || value === null ? [] : resolverUses(wrapped, value, path);
    }
  }
}

/**
 * The keys that a schema knows at a path inside its value.
 *
 * @param value as it was given, to tell which part of a union is meant
 */
export function knownKeys(schema: unknown, value: unknown, path: readonly PropertyKey[]): string[] {
  const node = schema as SchemaNode;
  const { def } = node;
  const [key, ...rest] = path;
  switch (def?.type) {
    case "object":
      if (key === undefined) return Object.keys(def.shape ?? {});
      return knownKeys(def.shape?.[String(key)] ?? {}, part(value, key), rest);
    case "record":
      return key === undefined ? [] : knownKeys(def.valueType, part(value, key), rest);
    case "array":
      return key === undefined ? [] : knownKeys(def.element, part(value, key), rest);
    case "tuple":
      return key === undefined ? [] : knownKeys(def.items?.[Number(key)] ?? {}, part(value, key), rest);
    case "union": {
      const options = def.options ?? [];
      const meant = options.filter((option) => hasTagOf(option as SchemaNode, value));
      return [...new Set((meant.length > 0 ? meant : options).flatMap((option) => knownKeys(option, value, path)))];
    }
    case "intersection":
      return [...knownKeys(def.left, value, path), ...knownKeys(def.right, value, path)];
    default: {
      const wrapped = unwrapped(node);
      return wrapped === undefined ? [] : knownKeys(wrapped, value, path);
    }
  }
}

/** Whether the literals of an object schema (`kind: "mlp"`) are those of the value. */
function hasTagOf(option: SchemaNode, value: unknown): boolean {
  const literals = Object.entries(option.def?.shape ?? {}).filter(([, part]) =>
    (part as SchemaNode).def?.type === "literal"
  );
  return literals.length > 0 &&
    literals.every(([key, literal]) => (literal as SchemaNode).safeParse?.(part(value, key)).success);
}

/** The schema inside of `optional`, `default`, `nullable`, `readonly`, a pipe, a lazy one. */
function unwrapped({ def }: SchemaNode): unknown {
  return def?.innerType ?? def?.getter?.() ?? def?.in;
}

function inner(schema: unknown, value: unknown, key: string, path: readonly (string | number)[]): ResolverUse[] {
  const item = part(value, key);
  return item === undefined ? [] : resolverUses(schema, item, [...path, key]);
}

function part(value: unknown, key: PropertyKey): unknown {
  return isRecord(value) || Array.isArray(value) ? (value as Record<PropertyKey, unknown>)[key] : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
