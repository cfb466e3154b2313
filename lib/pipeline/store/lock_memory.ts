import { Float, isMap, type Json, type Value } from "../value.ts";
import type { LockContent } from "./lock_text.ts";

/** A lock as JSON, which is read a hundred times faster than YAML. */
export function rememberLock({ stages, closures }: LockContent): string {
  const records = [...stages].map(([name, { params, ...record }]) =>
    [name, record, params === undefined ? null : encode(params)] as const
  );
  return JSON.stringify({ records, closures: [...closures] });
}

/** The lock that `rememberLock` was given. */
export function recallLock(text: string): LockContent {
  const { records, closures } = JSON.parse(text);
  const stages = records.map(([name, record, params]: [string, object, Json]) =>
    [name, params === null ? record : { ...record, params: decode(params) }] as const
  );
  return { stages: new Map(stages), closures: new Map(closures) };
}

/** What JSON does not tell from other values becomes a list with a tag; so do lists, lest they be taken for one. */
function encode(value: Value): Json {
  if (value instanceof Float) return ["float", Object.is(value.value, -0) ? "-0" : String(value.value)];
  if (typeof value === "bigint") return ["bigint", String(value)];
  if (Array.isArray(value)) return ["list", ...value.map(encode)];
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encode(item)]));
  return value as Json;
}

function decode(json: Json): Value {
  if (Array.isArray(json)) {
    const [tag, ...items] = json as readonly Json[];
    if (tag === "float") return new Float(Number(items[0]));
    return tag === "bigint" ? BigInt(String(items[0])) : items.map(decode);
  }
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([key, item]) => [key, decode(item as Json)]));
}
