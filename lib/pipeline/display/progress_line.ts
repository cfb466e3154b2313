import type { Progress } from "../run/event.ts";
import type { Pace } from "./pace.ts";
import { bytesText, durationText, numberText } from "./quantity.ts";
import type { Style } from "./style.ts";
import { cut, cutMiddle, pad, widthOf } from "../width.ts";

/** A stage that is running, or a transfer that is under way, as far as the display knows. */
export interface RunningStage {
  /** The stage's name, or the transfer's. */
  readonly name: string;
  /** When it started, milliseconds. */
  readonly since: number;
  /** How fast it counts. */
  readonly pace: Pace;
  /** What it said last, where it said anything. */
  progress?: Progress;
  /** Why its job waits, where it does and that is known. */
  waits?: string | undefined;
}

/** Columns of a whole bar, and of the smallest still worth drawing. */
const BAR = { most: 24, least: 6 };

/** Longest name shown in full. */
const LONGEST_NAME = 28;

/**
 * One line for a running stage: `train@8 ━━━━━───── epoch 12/20 · 1.2 s/epoch · 10 s left · loss 0.013`, never wider than
 * `columns`: the bar gives way first, then the line is cut.
 *
 * @param now milliseconds
 * @param nameWidth columns of the longest name among the running stages, so that bars stand below each other
 */
export function progressLine(
  stage: RunningStage,
  now: number,
  columns: number,
  nameWidth: number,
  style: Style,
): string {
  const width = Math.min(nameWidth, LONGEST_NAME);
  const name = style.busy(pad(cutMiddle(stage.name, width), width));
  const { progress, waits } = stage;
  if (waits !== undefined) {
    return cut(`${name} waiting for ${durationText((now - stage.since) / 1000)}: ${waits}`, columns);
  }
  if (progress === undefined) return cut(`${name} running for ${durationText((now - stage.since) / 1000)}`, columns);
  const facts = progressFacts(stage, progress, now).join(" · ");
  if (progress.total === undefined || progress.total <= 0) return cut(`${name} ${facts}`, columns);
  const room = Math.min(BAR.most, columns - width - widthOf(facts) - 2);
  const bar = room < BAR.least ? "" : ` ${barText(progress.done / progress.total, room, style)}`;
  return cut(`${name}${bar} ${facts}`, columns);
}

/** The count, rate, time left and newest values of a stage. */
export function progressFacts(stage: RunningStage, progress: Progress, now: number): string[] {
  const { done, total, unit, values } = progress;
  const [count, amount] = unit === "B" ? ["", bytesText] : [`${unit} `, numberText];
  const facts = [`${count}${amount(done)}${total === undefined ? "" : `/${amount(total)}`}`];
  const rate = stage.pace.rate;
  if (rate !== undefined && rate > 0) {
    if (unit === "B") facts.push(`${bytesText(rate)}/s`);
    else facts.push(rate >= 1 ? `${numberText(rate)}/s` : `${durationText(1 / rate)}/${unit}`);
  }
  const left = total === undefined || done >= total ? undefined : stage.pace.left(total, now);
  if (left !== undefined) facts.push(`${durationText(left)} left`);
  for (const [name, value] of Object.entries(values ?? {})) facts.push(`${name} ${numberText(value)}`);
  return facts;
}

function barText(share: number, columns: number, style: Style): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * columns);
  return style.good("━".repeat(full)) + style.dim("─".repeat(columns - full));
}
