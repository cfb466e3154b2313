import assert from "node:assert/strict";
import { join } from "node:path";
import { Durations } from "../../../lib/pipeline/run/durations.ts";
import type { Event } from "../../../lib/pipeline/run/event.ts";
import { type RunRecord, RunRecorder } from "../../../lib/pipeline/run/record.ts";

async function inFolder(action: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await action(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function records(folder: string): RunRecord[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name !== "durations.json")
    .map((name) => JSON.parse(Deno.readTextFileSync(join(folder, name))));
}

Deno.test("RunRecorder writes what ran, why, how long and where", () =>
  inFolder((folder) => {
    const recorder = new RunRecorder(
      folder,
      "studies/a/pipeline.yaml",
      Durations.read(folder, "studies/a/pipeline.yaml"),
    );
    const time = Date.UTC(2026, 0, 2, 3, 4, 5);
    const events: Event[] = [
      { kind: "run started", time, stages: ["a", "b", "c", "d"], jobs: 2 },
      { kind: "stage unchanged", time, stage: "a" },
      { kind: "stage restored", time, stage: "b", reasons: [{ kind: "out missing", path: "b.txt" }] },
      { kind: "stage started", time, stage: "c", reasons: [{ kind: "never run" }] },
      { kind: "stage finished", time, stage: "c", seconds: 12 },
      { kind: "stage started", time, stage: "d", reasons: [{ kind: "forced" }] },
      { kind: "stage failed", time, stage: "d", seconds: 1, diagnostics: [] },
    ];
    for (const event of events) recorder.add(event);
    const [record, ...others] = records(folder);
    assert.equal(others.length, 0);
    assert.equal(record!.pipeline, "studies/a/pipeline.yaml");
    assert.equal(record!.started, "2026-01-02T03:04:05.000Z");
    assert.equal(record!.machine.deno, Deno.version.deno);
    assert.deepEqual(record!.stages, [
      { stage: "b", outcome: "restored", reasons: [{ kind: "out missing", path: "b.txt" }] },
      { stage: "c", outcome: "finished", reasons: [{ kind: "never run" }], seconds: 12 },
      { stage: "d", outcome: "failed", reasons: [{ kind: "forced" }], seconds: 1 },
    ]);
    assert.equal(Durations.read(folder, "studies/a/pipeline.yaml").get("c"), 12);
    assert.equal(Durations.read(folder, "pipeline.yaml").get("c"), undefined);
  }));

Deno.test("RunRecorder leaves no record of a run that did nothing", () =>
  inFolder((folder) => {
    const recorder = new RunRecorder(folder, "pipeline.yaml", Durations.read(folder, "pipeline.yaml"));
    recorder.add({ kind: "run started", time: 0, stages: ["a"], jobs: 1 });
    recorder.add({ kind: "stage unchanged", time: 0, stage: "a" });
    recorder.add({ kind: "run finished", time: 0, seconds: 0, ok: true });
    assert.deepEqual(records(folder), []);
  }));

Deno.test("Durations expects of a stage what it took, else what its group, else what all took on average", () =>
  inFolder((folder) => {
    const durations = Durations.read(folder, "pipeline.yaml");
    assert.equal(durations.expected("fetch", 3), 1);
    assert.ok(durations.expected("train@2", 1) < durations.expected("train@4", 2));
    durations.set("train@2", 10);
    durations.set("train@4", 20);
    durations.set("plot", 3);
    assert.equal(durations.expected("train@2", 1), 10);
    assert.equal(Math.round(durations.expected("train@8", 3)), 15);
    assert.equal(durations.expected("fetch", 0), 11);
  }));

Deno.test("Durations takes a torn file, or one of another shape, for none", () =>
  inFolder((folder) => {
    for (
      const text of [
        '{"schema":1,"sec',
        "[]",
        '{"schema":2,"seconds":{"p":{"a":1}}}',
        '{"schema":1,"seconds":{"p":{"a":"1"}}}',
      ]
    ) {
      Deno.writeTextFileSync(join(folder, "durations.json"), text);
      assert.equal(Durations.read(folder, "p").get("a"), undefined);
    }
  }));
