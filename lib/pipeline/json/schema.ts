import { z } from "zod";
import type { Json } from "../value.ts";
import {
  type DiagnosticJson,
  type DiagnosticLine,
  type EventJson,
  type ExplanationJson,
  JSON_SCHEMA,
  type ReasonJson,
  type StatusJson,
} from "./line.ts";

const json: z.ZodType<Json> = z.json() as z.ZodType<Json>;
const schema = z.literal(JSON_SCHEMA);
const time = z.iso.datetime().describe("When, in UTC");
const seconds = z.number().min(0);
const digest = z.string().regex(/^[0-9a-f]{64}$/).describe("sha256, hex");
const change = z.enum(["added", "removed", "changed"]);
const text = z.string().describe("The same for people");

/** Why a stage is not up to date. `from` is absent for what is new, `to` for what is gone. */
const reasonShape: z.ZodType<ReasonJson> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.enum(["never run", "forced", "always changed", "declaration changed"]), text }),
  z.strictObject({
    kind: z.enum(["command changed", "folder changed"]),
    from: z.string().exactOptional(),
    to: z.string().exactOptional(),
    text,
  }),
  z.strictObject({ kind: z.enum(["module changed", "dep changed", "out changed"]), path: z.string(), change, text }),
  z.strictObject({
    kind: z.literal("package changed"),
    name: z.string(),
    from: z.string().exactOptional(),
    to: z.string().exactOptional(),
    text,
  }),
  z.strictObject({
    kind: z.enum(["parameter changed", "resolution changed"]),
    key: z.string().describe("`with.optimizer.lr`, `params.yaml:train.lr`"),
    from: json.exactOptional(),
    to: json.exactOptional(),
    text,
  }),
  z.strictObject({
    kind: z.literal("tool changed"),
    command: z.string(),
    from: z.string().exactOptional(),
    to: z.string().exactOptional(),
    text,
  }),
  z.strictObject({ kind: z.literal("environment changed"), name: z.string(), text }),
  z.strictObject({ kind: z.enum(["dep missing", "out missing"]), path: z.string(), text }),
  z.strictObject({ kind: z.literal("upstream"), stage: z.string(), text }),
]);

/** An error or a warning. */
const diagnosticShape: z.ZodType<DiagnosticJson> = z.strictObject({
  severity: z.enum(["error", "warning"]),
  message: z.string(),
  file: z.string().exactOptional().describe("Relative to the current folder where that is shorter"),
  line: z.int().min(1).exactOptional(),
  column: z.int().min(1).exactOptional(),
  hints: z.array(z.string()),
});

const diagnosticLineShape: z.ZodType<DiagnosticLine> = z.strictObject({
  schema,
  kind: z.literal("diagnostic"),
  diagnostic: diagnosticShape,
});

const stage = z.string().describe("The stage's name");
const reasons = z.array(reasonShape);

function event<K extends string, S extends z.ZodRawShape>(kind: K, shape: S) {
  return z.strictObject({ schema, kind: z.literal(kind), time, ...shape });
}

const progress = {
  done: z.number(),
  total: z.number().exactOptional(),
  unit: z.string(),
  values: z.record(z.string(), z.number()).exactOptional(),
};
const transfer = z.string().describe("The stage whose outs come, the remote that is pushed to, `fetch` or `pull`");

/** A line of `repro --json`, or of another command that takes a while. */
const eventShape: z.ZodType<EventJson> = z.discriminatedUnion("kind", [
  event("run started", { stages: z.array(z.string()), jobs: z.int().min(1) }),
  event("run warning", { diagnostic: diagnosticShape }),
  event("run interrupted", {
    left: z.number().exactOptional().describe("Seconds of the time budget that are left, where that is over"),
  }),
  event("waiting for writer", { process: z.int(), since: z.string() }),
  event("value resolved", { name: z.string(), note: z.string() }),
  event("stage unchanged", { stage, seconds: seconds.exactOptional().describe("How long it took when it last ran") }),
  event("stage absent", {
    stage,
    outs: z.array(z.strictObject({ path: z.string(), size: z.int().min(0).describe("Bytes, when it was there") }))
      .describe("Not here and not asked for, and nothing that ran reads them"),
  }),
  event("stage restored", {
    stage,
    reasons,
    remote: z.string().exactOptional().describe("The remote that had what the cache had not"),
    seconds: seconds.exactOptional().describe("How long it took when it last ran"),
  }),
  event("stage frozen", { stage }),
  event("stage started", { stage, reasons, sandbox: z.string().exactOptional() }),
  event("stage submitted", {
    stage,
    job: z.string(),
    attached: z.boolean(),
    because: z.string().exactOptional(),
  }),
  event("stages waiting", {
    stages: z.array(z.string()),
    reason: z.string().describe("In a word of Slurm's"),
    text: z.string().describe("The same for people"),
  }),
  event("stages begun", { stages: z.array(z.string()) }),
  event("stage progress", { stage, ...progress }),
  event("stage output", { stage, stream: z.enum(["stdout", "stderr"]), text: z.string() }),
  event("stage warning", { stage, diagnostic: diagnosticShape }),
  event("stage finished", { stage, seconds }),
  event("stage failed", { stage, seconds, diagnostics: z.array(diagnosticShape) }),
  event("stage skipped", { stage, because: z.string().describe("The stage that failed") }),
  event("stage cancelled", { stage, resumes: z.boolean() }),
  event("stage left", { stage, job: z.string() }),
  event("transfer progress", { transfer, ...progress }),
  event("transfer ended", {
    transfer,
    objects: z.int().min(0),
    bytes: z.int().min(0),
    seconds,
    results: z.int().min(0).exactOptional().describe("Results that came across, of a transfer of several"),
    there: z.int().min(0).exactOptional().describe("Results that were there already"),
  }),
  event("transfer interrupted", {}),
  event("run finished", { seconds, ok: z.boolean() }),
]);

const state = z.enum(["unchanged", "restorable", "stale", "absent", "waiting", "frozen"]);

/** The line of `status --json` for a pipeline file. */
const statusShape: z.ZodType<StatusJson> = z.strictObject({
  schema,
  kind: z.literal("status"),
  pipeline: z.string().describe("The pipeline file, relative to the current folder where that is shorter"),
  stages: z.array(z.strictObject({
    stage,
    state,
    fingerprint: digest.exactOptional(),
    reasons,
    job: z.strictObject({
      id: z.string().exactOptional().describe("Absent where nobody knows whether Slurm took it"),
      state: z.string().describe("In a word of Slurm's; UNKNOWN where it does not answer, or does not know the job"),
      reason: z.string().exactOptional().describe("Why it waits, in a word of Slurm's"),
    }).exactOptional().describe("The Slurm job that the next repro takes over, if it is still wanted"),
  })),
});

const dep = z.strictObject({
  path: z.string(),
  name: z.string().exactOptional(),
  index: z.int().exactOptional(),
  glob: z.string().exactOptional().describe("The pattern that the file matches, where the dep is one"),
  sha256: digest,
  size: z.int(),
  files: z.int().exactOptional(),
});

/** The line of `explain --json` for a stage. */
const explanationShape: z.ZodType<ExplanationJson> = z.strictObject({
  schema,
  kind: z.literal("explanation"),
  pipeline: z.string(),
  stage,
  state,
  fingerprint: digest.exactOptional().describe("Absent where a dep has yet to be made"),
  reasons,
  since: z.strictObject({
    revision: z.string(),
    fingerprint: digest.exactOptional().describe(
      "What the lock of that revision has; absent where it has none, or is DVC's",
    ),
    reasons,
  }).exactOptional(),
  parts: z.strictObject({
    cmd: z.array(z.string()).exactOptional(),
    run: z.string().exactOptional(),
    modules: z.record(z.string(), digest).exactOptional(),
    packages: z.record(z.string(), z.string()).exactOptional(),
    with: json.exactOptional(),
    resolved: z.record(z.string(), json).exactOptional(),
    params: json.exactOptional(),
    env: z.record(z.string(), digest.nullable()).exactOptional(),
    tools: z.record(z.string(), z.string()).exactOptional(),
    wdir: z.string().exactOptional(),
    deps: z.array(dep),
    missing: z.array(z.string()).describe("Deps that are not there"),
    outs: z.array(z.strictObject({ path: z.string(), name: z.string().exactOptional(), persist: z.boolean() })),
  }),
});

/** The JSON Schema (draft 7) of a line that `--json` writes. */
export function linesSchema(): Json {
  const { "~standard": _standard, ...made } = z.toJSONSchema(
    z.union([eventShape, diagnosticLineShape, statusShape, explanationShape]),
    {
      target: "draft-7",
    },
  );
  return JSON.parse(JSON.stringify({ title: "A line of --json", ...made }));
}
