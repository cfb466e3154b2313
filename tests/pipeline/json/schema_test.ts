import assert from "node:assert/strict";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { eventJson } from "../../../lib/pipeline/json/event_json.ts";
import { linesSchema } from "../../../lib/pipeline/json/schema.ts";
import type { Reason } from "../../../lib/pipeline/plan/reason.ts";
import type { Event } from "../../../lib/pipeline/run/event.ts";

const stored = new URL("../../../lib/pipeline/json.schema.json", import.meta.url);

/** Every kind of reason. */
const REASONS: { readonly [K in Reason["kind"]]: Extract<Reason, { kind: K }> } = {
  "never run": { kind: "never run" },
  "forced": { kind: "forced" },
  "always changed": { kind: "always changed" },
  "command changed": { kind: "command changed", from: "a", to: "b" },
  "declaration changed": { kind: "declaration changed" },
  "module changed": { kind: "module changed", path: "lib/a.ts", change: "removed" },
  "package changed": { kind: "package changed", name: "yaml", from: "2.9.0", to: "2.9.1" },
  "parameter changed": { kind: "parameter changed", key: "with.lr", from: 0.1, to: { at: [1, null] } },
  "resolution changed": { kind: "resolution changed", key: "with.runtime", to: "onnx" },
  "tool changed": { kind: "tool changed", command: "python --version", from: "3.12", to: "3.13" },
  "environment changed": { kind: "environment changed", name: "SEED" },
  "dep changed": { kind: "dep changed", path: "in.txt", change: "changed" },
  "dep missing": { kind: "dep missing", path: "in.txt" },
  "out missing": { kind: "out missing", path: "out.txt" },
  "out changed": { kind: "out changed", path: "out.txt", change: "added" },
  "folder changed": { kind: "folder changed", from: ".", to: "sub" },
  "upstream": { kind: "upstream", stage: "fetch" },
};

const reasons = Object.values(REASONS);
const diagnostic = {
  severity: "error",
  message: "a failed",
  range: { source: { path: "/project/pipeline.yaml", text: "stages:\n  a: {}\n" }, start: 10, end: 11 },
  hints: ["Mend it"],
} as const;
const time = Date.UTC(2026, 0, 2);

/** Every kind of event. */
const EVENTS: { readonly [K in Event["kind"]]: Extract<Event, { kind: K }> } = {
  "run started": { kind: "run started", time, stages: ["a"], jobs: 2 },
  "run warning": { kind: "run warning", time, diagnostic: { severity: "warning", message: "a was running" } },
  "run interrupted": { kind: "run interrupted", time, left: 30 },
  "waiting for writer": { kind: "waiting for writer", time, process: 12, since: "2026-01-02T00:00:00Z" },
  "value resolved": { kind: "value resolved", time, name: "with.runtime", note: "auto takes onnx" },
  "stage unchanged": { kind: "stage unchanged", time, stage: "a", seconds: 1 },
  "stage absent": { kind: "stage absent", time, stage: "a", outs: [{ path: "out", size: 12 }] },
  "stage restored": { kind: "stage restored", time, stage: "a", reasons, remote: "shared", seconds: 1 },
  "stage frozen": { kind: "stage frozen", time, stage: "a" },
  "stage started": { kind: "stage started", time, stage: "a", reasons, sandbox: "full" },
  "stage submitted": { kind: "stage submitted", time, stage: "a", job: "12_3", attached: false, because: "job 11 was" },
  "stages waiting": { kind: "stages waiting", time, stages: ["a", "b"], reason: "Resources", text: "nodes are busy" },
  "stages begun": { kind: "stages begun", time, stages: ["a"] },
  "stage left": { kind: "stage left", time, stage: "a", job: "12" },
  "stage progress": { kind: "stage progress", time, stage: "a", done: 1, total: 3, unit: "epoch", values: { loss: 1 } },
  "stage output": { kind: "stage output", time, stage: "a", stream: "stderr", text: "oh" },
  "stage warning": { kind: "stage warning", time, stage: "a", diagnostic },
  "stage finished": { kind: "stage finished", time, stage: "a", seconds: 1.5 },
  "stage failed": { kind: "stage failed", time, stage: "a", seconds: 1, diagnostics: [diagnostic] },
  "transfer progress": {
    kind: "transfer progress",
    time,
    transfer: "shared",
    done: 1,
    total: 3,
    unit: "B",
    values: { files: 1 },
  },
  "transfer ended": {
    kind: "transfer ended",
    time,
    transfer: "shared",
    objects: 1,
    bytes: 3,
    seconds: 1,
    results: 1,
    there: 0,
  },
  "transfer interrupted": { kind: "transfer interrupted", time },
  "stage skipped": { kind: "stage skipped", time, stage: "b", because: "a" },
  "stage cancelled": { kind: "stage cancelled", time, stage: "a", resumes: true },
  "run finished": { kind: "run finished", time, seconds: 2, ok: false },
};

Deno.test("json.schema.json is what linesSchema() makes", async () => {
  assert.deepEqual(
    JSON.parse(await Deno.readTextFile(stored)),
    linesSchema(),
    "run: deno run -A lib/pipeline/json/schema_writer.ts",
  );
});

Deno.test("eventJson() gives every kind of event, with every kind of reason, in the shape of the schema", () => {
  const validate = validator();
  for (const event of Object.values(EVENTS)) {
    const line: object = JSON.parse(JSON.stringify(eventJson(event, "/project")));
    assert.ok(validate(line), JSON.stringify(line));
    assert.ok(!validate({ ...line, schema: 2 }) && !validate({ ...line, more: 1 }), event.kind);
  }
});

Deno.test("eventJson() tells time as ISO 8601, reasons in words too, and places by line and column", () => {
  assert.deepEqual(eventJson({ ...EVENTS["stage restored"], reasons: [REASONS["parameter changed"]] }, "/project"), {
    schema: 1,
    kind: "stage restored",
    time: "2026-01-02T00:00:00.000Z",
    stage: "a",
    reasons: [{ ...REASONS["parameter changed"], text: 'with.lr: 0.1 -> {"at":[1,null]}' }],
    remote: "shared",
    seconds: 1,
  });
  const { diagnostics } = eventJson(EVENTS["stage failed"], "/project") as { diagnostics?: unknown };
  assert.deepEqual(diagnostics, [
    { severity: "error", message: "a failed", file: "pipeline.yaml", line: 2, column: 3, hints: ["Mend it"] },
  ]);
});

Deno.test("docs/json.md has every kind of event, with all that it tells", async () => {
  const page = await Deno.readTextFile(new URL("../../../docs/json.md", import.meta.url));
  const rows = new Map([...page.matchAll(/^\| `([^`]+)` .*$/gm)].map(([row, kind]) => [kind, row]));
  for (const { kind, time: _, ...rest } of Object.values(EVENTS)) {
    const row = rows.get(kind);
    assert.ok(row !== undefined, kind);
    assert.deepEqual(Object.keys(rest).filter((key) => !row.includes(`\`${key}\``)), [], kind);
  }
});

function validator(): (line: object) => unknown {
  const ajv = new Ajv({ strict: false });
  (addFormats as unknown as (ajv: Ajv) => void)(ajv);
  return ajv.compile(linesSchema() as Record<string, unknown>);
}
