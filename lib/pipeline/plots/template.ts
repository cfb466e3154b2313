import type { Json } from "../value.ts";

/** The text that stands for a value in a template: `<DVC_METRIC_DATA>`. */
export function anchor(name: string): string {
  return `<DVC_METRIC_${name.toUpperCase()}>`;
}

/** Whether a template has a place for a value. */
export function hasAnchor(template: Json, name: string): boolean {
  if (Array.isArray(template)) return template.some((item) => hasAnchor(item, name));
  if (typeof template === "object" && template !== null) {
    return Object.values(template).some((value) => hasAnchor(value, name));
  }
  return template === anchor(name);
}

/** A template with a value in its places; inside longer texts of maps a text only. */
export function filled(template: Json, name: string, value: Json): Json {
  const mark = anchor(name);
  const fill = (node: Json, isEntry: boolean): Json => {
    if (node === mark) return value;
    if (Array.isArray(node)) return node.map((item) => fill(item, false));
    if (typeof node === "object" && node !== null) {
      return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, fill(item, true)]));
    }
    return isEntry && typeof node === "string" && typeof value === "string" ? node.replaceAll(mark, () => value) : node;
  };
  return fill(template, true);
}
