import assert from "node:assert/strict";
import { TimeOverText } from "../../../lib/pipeline/display/time_over_text.ts";
import type { Event } from "../../../lib/pipeline/run/event.ts";

/** The text after some events. */
function text(events: readonly Event[]): string {
  const told = new TimeOverText();
  events.forEach((event) => told.add(event));
  return told.text("2h", "go on");
}

const time = 0;

Deno.test("TimeOverText tells finished, failed, kept, lost and missing stages apart, and leaves out what was up to date", () => {
  const events: Event[] = [
    { kind: "run started", time, stages: ["a", "b", "c", "d", "e", "f", "g"], jobs: 2 },
    { kind: "stage unchanged", time, stage: "a" },
    { kind: "stage restored", time, stage: "b", reasons: [] },
    { kind: "stage finished", time, stage: "c", seconds: 1 },
    { kind: "stage failed", time, stage: "d", seconds: 1, diagnostics: [] },
    { kind: "stage cancelled", time, stage: "e", resumes: true },
    { kind: "stage cancelled", time, stage: "f", resumes: false },
  ];
  assert.equal(
    text(events),
    "The time budget of 2h is over; finished: b, c; failed: d; kept a checkpoint: e; will run anew: f; not started: g\nGo on: go on",
  );
});

Deno.test("TimeOverText asks for a longer budget where the same one would lead no further", () => {
  const lost: Event[] = [
    { kind: "run started", time, stages: ["a"], jobs: 1 },
    { kind: "stage cancelled", time, stage: "a", resumes: false },
  ];
  const head = "The time budget of 2h is over; nothing more was finished; will run anew: a";
  assert.equal(text(lost), `${head}\nGo on, with a longer time budget: go on`);
  const kept = text([...lost, { kind: "stage cancelled", time, stage: "b", resumes: true }]);
  assert.equal(kept.split("\n")[1], "Go on: go on");
});

Deno.test("TimeOverText names five stages of many, and six of six", () => {
  const started = (stages: string): string =>
    text([{ kind: "run started", time, stages: [...stages], jobs: 1 }]).split("\n")[0]!;
  const head = "The time budget of 2h is over; nothing more was finished; not started:";
  assert.equal(started("abcdef"), `${head} a, b, c, d, e, f`);
  assert.equal(started("abcdefg"), `${head} a, b, c, d, e and 2 more`);
});
