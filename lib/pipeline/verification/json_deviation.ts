import type { Tolerance } from "../file/exactness.ts";
import { isMap, type Json } from "../value.ts";
import { excess } from "./agreement.ts";
import type { Deviation } from "./difference.ts";

/** Leaves of a JSON document that differ by more than a tolerance, by their dotted path. */
export function jsonDeviations(here: Json, again: Json, tolerance: Tolerance): Deviation[] {
  return [...deviations(here, again, tolerance, "")];
}

function* deviations(
  here: Json | undefined,
  again: Json | undefined,
  tolerance: Tolerance,
  path: string,
): Generator<Deviation> {
  if (here === again) return;
  if (Array.isArray(here) && Array.isArray(again)) {
    for (let index = 0; index < Math.max(here.length, again.length); index++) {
      yield* deviations(here[index], again[index], tolerance, `${path}[${index}]`);
    }
  } else if (here !== undefined && again !== undefined && isMap(here) && isMap(again)) {
    const [one, other] = [here, again] as { readonly [key: string]: Json }[];
    for (const key of new Set([...Object.keys(one!), ...Object.keys(other!)])) {
      yield* deviations(one![key], other![key], tolerance, path === "" ? key : `${path}.${key}`);
    }
  } else if (typeof here === "number" && typeof again === "number") {
    const distance = excess(here, again, tolerance);
    if (distance !== undefined) yield { place: path, here: String(here), again: String(again), distance };
  } else {
    yield { place: path || "the document", here: shown(here), again: shown(again) };
  }
}

function shown(value: Json | undefined): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
