import assert from "node:assert/strict";
import type { Output } from "../../../lib/pipeline/display/output.ts";
import { TerminalDisplay } from "../../../lib/pipeline/display/terminal_display.ts";
import type { Event } from "../../../lib/pipeline/run/event.ts";
import { Screen } from "./screen.ts";

/** Above the period at which the lines are drawn anew. */
const A_FRAME = 150;

class Stand {
  readonly screen: Screen;
  readonly display: TerminalDisplay;
  #time = 0;

  constructor(columns: number) {
    this.screen = new Screen(columns);
    const output: Output = {
      write: (text) => this.screen.write(text),
      terminal: true,
      color: true,
      columns: () => columns,
      rows: () => 5,
    };
    this.display = new TerminalDisplay(output, "/project");
  }

  show(...events: (Event extends infer E ? E extends Event ? Omit<E, "time"> : never : never)[]): void {
    for (const event of events) this.display.show({ ...event, time: this.#time += 1000 } as Event);
  }

  async frame(): Promise<string[]> {
    await new Promise((resolve) => setTimeout(resolve, A_FRAME));
    return this.screen.lines;
  }
}

Deno.test("TerminalDisplay shows a line for each running stage below what happened, and leaves none behind", async () => {
  const stand = new Stand(100);
  stand.show(
    { kind: "run started", stages: ["a", "b"], jobs: 2 },
    { kind: "stage started", stage: "a", reasons: [{ kind: "never run" }] },
    { kind: "stage started", stage: "b", reasons: [{ kind: "never run" }] },
    { kind: "stage progress", stage: "a", done: 0, total: 4, unit: "epoch" },
    { kind: "stage progress", stage: "a", done: 1, total: 4, unit: "epoch", values: { loss: 0.5 } },
  );
  await stand.frame();
  const drawn = await stand.frame();
  assert.deepEqual(drawn.slice(0, 2), ["a runs: has not run yet", "b runs: has not run yet"]);
  assert.match(drawn[2]!, /^a ━+─+ epoch 1\/4 · 1\/s · .* · loss 0.5$/);
  assert.match(drawn[3]!, /^b running for /);
  assert.equal(stand.screen.cursor, false);

  stand.show({ kind: "stage output", stage: "b", stream: "stdout", text: "hello\x1b[2J" });
  stand.show({ kind: "stage finished", stage: "a", seconds: 2 });
  const fewer = await stand.frame();
  assert.deepEqual(fewer.slice(2, 4), ["b | hello", "a finished in 2.0 s"]);
  assert.match(fewer[4]!, /^b running for /);
  assert.equal(fewer.length, 5);

  stand.show({ kind: "stage finished", stage: "b", seconds: 3 }, { kind: "run finished", seconds: 3, ok: true });
  assert.deepEqual(stand.screen.lines.slice(4), ["b finished in 3.0 s", "2 ran in 3.0 s"]);
  assert.equal(stand.screen.cursor, true);
});

Deno.test("TerminalDisplay draws no more lines than the terminal is high, and the others as there is room", async () => {
  const stand = new Stand(60);
  const names = ["a", "b", "c", "d", "e"];
  for (const stage of names) stand.show({ kind: "stage started", stage, reasons: [] });
  const drawn = async (): Promise<string[]> =>
    (await stand.frame()).flatMap((line) => /^(\w) running for/.exec(line)?.[1] ?? []);
  assert.deepEqual(await drawn(), ["a", "b", "c"]);
  stand.show({ kind: "stage finished", stage: "b", seconds: 1 });
  assert.deepEqual((await drawn()).toSorted(), ["a", "c", "d"]);
  stand.display.close();
});

Deno.test("TerminalDisplay breaks no line of the terminal, and shows a failure in full", async () => {
  const stand = new Stand(30);
  const message = "train@16-with-a-long-name exited with 1, which is not 0";
  stand.show(
    { kind: "stage started", stage: "train@16-with-a-long-name", reasons: [{ kind: "never run" }] },
    { kind: "stage started", stage: "b", reasons: [{ kind: "forced" }] },
    { kind: "stage progress", stage: "b", done: 3, total: 4, unit: "epoch", values: { loss: 0.5, accuracy: 0.1 } },
  );
  await stand.frame();
  stand.show({ kind: "stage output", stage: "b", stream: "stdout", text: "many words ".repeat(20) });
  await stand.frame();
  stand.show({
    kind: "stage failed",
    stage: "train@16-with-a-long-name",
    seconds: 1,
    diagnostics: [{ severity: "error", message }],
  });
  await stand.frame();
  stand.display.close();
  assert.deepEqual(stand.screen.broken, []);
  assert.ok(stand.screen.lines.join("").replaceAll(/\s/g, "").includes(message.replaceAll(/\s/g, "")));
});

Deno.test("TerminalDisplay shows a transfer by its bytes, rate and files, from when something moves to its end", async () => {
  const stand = new Stand(100);
  const moved = (done: number, files: number) =>
    ({ kind: "transfer progress", transfer: "shared", done, total: 200e6, unit: "B", values: { files } }) as const;
  stand.show(moved(0, 0), moved(50e6, 12));
  await stand.frame();
  const [drawn] = await stand.frame();
  assert.match(drawn!, /^shared ━+─+ 50 MB\/200 MB · 50 MB\/s · .* left · files 12$/);
  const ended = { transfer: "shared", objects: 20, bytes: 200e6, seconds: 4 } as const;
  stand.show({ kind: "transfer interrupted" }, { kind: "transfer ended", ...ended });
  // What ends without anything having moved was never to be seen.
  stand.show({ kind: "transfer ended", ...ended, transfer: "other" });
  assert.deepEqual(stand.screen.lines.map((line) => line.trimEnd()).filter((line) => line !== ""), [
    "interrupted: what is across stays, and the next call goes on from there; once more ends it",
  ]);
  assert.equal(stand.screen.cursor, true);
  stand.display.close();
});
