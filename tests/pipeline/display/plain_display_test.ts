import assert from "node:assert/strict";
import { PlainDisplay } from "../../../lib/pipeline/display/plain_display.ts";
import type { Event } from "../../../lib/pipeline/run/event.ts";

function shown(events: readonly Event[]): string[] {
  let text = "";
  const display = new PlainDisplay(
    { write: (part) => text += part, terminal: false, color: false, columns: () => 80, rows: () => 24 },
    "/project",
  );
  for (const event of events) display.show(event);
  display.close();
  return text.split("\n").slice(0, -1);
}

Deno.test("PlainDisplay writes a line an event, without control sequences", () => {
  const time = 0;
  assert.deepEqual(
    shown([
      { kind: "run started", time, stages: ["a", "b", "c", "d", "e", "f"], jobs: 2 },
      { kind: "run warning", time, diagnostic: { severity: "warning", message: "a was running" } },
      { kind: "waiting for writer", time, process: 12, since: "2026-01-02 03:04:05" },
      { kind: "stage unchanged", time, stage: "a", seconds: 60 },
      { kind: "stage restored", time, stage: "b", reasons: [{ kind: "out missing", path: "b.txt" }], seconds: 20 },
      { kind: "value resolved", time, name: "with.runtime", note: "auto takes onnx" },
      { kind: "stage started", time, stage: "c", reasons: [{ kind: "never run" }], sandbox: "partial (ffi)" },
      { kind: "stage output", time, stage: "c", stream: "stderr", text: "10 %\r20 %\r\x1b[31mdone\x1b[0m\n" },
      {
        kind: "stage warning",
        time,
        stage: "c",
        diagnostic: { severity: "warning", message: "c never read data", hints: ["drop it from deps"] },
      },
      {
        kind: "stage failed",
        time,
        stage: "c",
        seconds: 1.5,
        diagnostics: [{ severity: "error", message: "c failed" }],
      },
      { kind: "stage skipped", time, stage: "d", because: "c" },
      { kind: "stage cancelled", time, stage: "e", resumes: false },
      { kind: "stage cancelled", time, stage: "f", resumes: true },
      { kind: "run interrupted", time },
      { kind: "run interrupted", time, left: 30 },
      { kind: "run finished", time, seconds: 2, ok: false },
    ]),
    [
      "warning: a was running",
      "waits for process 12, which has been running since 2026-01-02 03:04:05",
      "b restored: b.txt is missing",
      "with.runtime: auto takes onnx",
      "c runs: has not run yet (sandbox: partial (ffi))",
      "c | done",
      "c warns:",
      "  warning: c never read data",
      "    hint: drop it from deps",
      "c failed after 1.5 s",
      "  error: c failed",
      "d skipped, since c failed",
      "e cancelled",
      "f cancelled; the next repro resumes it",
      "interrupted: the running stages are asked to end; once more kills them",
      "30 s are left of the time budget: the running stages are asked to end, and nothing more starts",
      "1 failed, 2 cancelled, 1 skipped, 1 restored, 1 unchanged in 2.0 s (saved 1 min 20 s)",
    ],
  );
});

Deno.test("PlainDisplay tells the progress of a long stage now and then", () => {
  const lines = shown([
    { kind: "stage started", time: 0, stage: "c", reasons: [] },
    ...[1, 2, 3, 4, 5, 6].map((epoch): Event => ({
      kind: "stage progress",
      time: epoch * 6000,
      stage: "c",
      done: epoch,
      total: 10,
      unit: "epoch",
      values: { loss: 0.25 },
    })),
  ]);
  assert.deepEqual(lines, [
    "c runs",
    "c: epoch 3/10, 6.0 s/epoch, 42 s left, loss 0.25",
    "c: epoch 6/10, 6.0 s/epoch, 24 s left, loss 0.25",
  ]);
});

Deno.test("PlainDisplay tells of a transfer now and then", () => {
  const moved = (time: number, done: number, files: number): Event => ({
    kind: "transfer progress",
    time,
    transfer: "train@2",
    done,
    total: 4e9,
    unit: "B",
    values: { files },
  });
  const ended = { kind: "transfer ended", transfer: "train@2", objects: 1, bytes: 4e9, seconds: 1 } as const;
  assert.deepEqual(
    shown([
      moved(0, 0, 0),
      moved(5_000, 5e8, 1),
      moved(20_000, 2e9, 2),
      { ...ended, time: 21_000 },
      moved(22_000, 1, 0),
      moved(23_000, 4e9, 2),
    ]),
    ["train@2: 2 GB/4 GB, 100 MB/s, 20 s left, files 2"],
  );
});
