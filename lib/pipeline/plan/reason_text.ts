import type { Reason } from "./reason.ts";
import type { Json } from "../value.ts";

/** Values and commands are cut to this many characters. */
const LONGEST = 60;

/** Why a stage is not up to date, as a clause without a period: `with.lr: 0.1 -> 0.05`, `lib/cdnv.ts changed`. */
export function reasonText(reason: Reason): string {
  switch (reason.kind) {
    case "never run":
      return "has not run yet";
    case "forced":
      return "forced";
    case "always changed":
      return "always runs (always_changed)";
    case "command changed":
      return changeText("the command", commandText(reason.from), commandText(reason.to));
    case "declaration changed":
      return "the names or flags of its outs changed";
    case "module changed":
      return pathText(reason.path, reason.change);
    case "package changed":
      return changeText(`npm package ${reason.name}`, reason.from, reason.to);
    case "parameter changed":
      return changeText(reason.key, valueText(reason.from), valueText(reason.to));
    case "resolution changed":
      return changeText(`what ${reason.key} comes to`, valueText(reason.from), valueText(reason.to));
    case "environment changed":
      return `the environment variable ${reason.name} changed`;
    case "tool changed":
      return changeText(`the tool \`${reason.command}\``, commandText(reason.from), commandText(reason.to));
    case "dep changed":
      return reason.change === "changed" ? `${reason.path} changed` : `dep ${pathText(reason.path, reason.change)}`;
    case "dep missing":
    case "out missing":
      return `${reason.path} is missing`;
    case "out changed":
      return reason.change === "changed"
        ? `${reason.path} is not as the stage left it`
        : `out ${pathText(reason.path, reason.change)}`;
    case "folder changed":
      return changeText("the working folder", reason.from, reason.to);
    case "upstream":
      return `waits for ${reason.stage}`;
    default:
      return reason satisfies never;
  }
}

/** Several reasons in one line; those beyond `most` are counted. */
export function reasonsText(reasons: readonly Reason[], most = 3): string {
  const shown = reasons.slice(0, most).map(reasonText);
  if (reasons.length > most) shown.push(`and ${reasons.length - most} more`);
  return shown.join(", ");
}

function pathText(path: string, change: "added" | "removed" | "changed"): string {
  return `${path} ${change === "added" ? "is new" : change === "removed" ? "is gone" : "changed"}`;
}

function changeText(subject: string, from: string | undefined, to: string | undefined): string {
  if (from === undefined) return to === undefined ? `${subject} changed` : `${subject}: ${to} is new`;
  if (to === undefined) return `${subject}: ${from} is gone`;
  return from === to ? `${subject} changed` : `${subject}: ${from} -> ${to}`;
}

function valueText(value: Json | undefined): string | undefined {
  return value === undefined ? undefined : shortened(JSON.stringify(value));
}

function commandText(command: string | undefined): string | undefined {
  return command === undefined ? undefined : shortened(command.replaceAll(/\s*\n\s*/g, "; "));
}

function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}
