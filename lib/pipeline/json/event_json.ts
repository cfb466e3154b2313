import type { Event } from "../run/event.ts";
import { diagnosticJson } from "./diagnostic_json.ts";
import { type EventJson, JSON_SCHEMA } from "./line.ts";
import { reasonJson } from "./reason_json.ts";

/** An event as JSON; files of diagnostics are told relative to an absolute folder. */
export function eventJson({ kind, time, ...rest }: Event, folder: string): EventJson {
  const head = { schema: JSON_SCHEMA, kind, time: new Date(time).toISOString() };
  return {
    ...head,
    ...rest,
    ..."reasons" in rest && { reasons: rest.reasons.map(reasonJson) },
    ..."diagnostic" in rest && { diagnostic: diagnosticJson(rest.diagnostic, folder) },
    ..."diagnostics" in rest && { diagnostics: rest.diagnostics.map((item) => diagnosticJson(item, folder)) },
  } as EventJson;
}
