import type { MapNode, Node } from "./node.ts";
import { pythonText } from "./python_text.ts";

/** How booleans and lists become flags: DVC's `parsing.bool` and `parsing.list`. */
export interface FlagStyle {
  /** Whether `false` is `--no-name` (`boolean_optional`); nothing otherwise (`store_true`). */
  readonly noFlags: boolean;
  /** Whether each item of a list has its flag (`append`); one flag has them all otherwise (`nargs`). */
  readonly repeat: boolean;
}

const PLAIN: FlagStyle = { noFlags: false, repeat: false };

/**
 * A map as flags of a command, as DVC writes them (`dvc/parsing/interpolate.py`): `--lr 0.1 --layers 2 4 --model.kind mlp`;
 * `true` is the bare flag, `false` none; text is quoted for the shell where it must be.
 *
 * @throws {RangeError} for a list that holds lists or maps, with the flag's name as its message
 */
export function commandFlags(map: MapNode, style: FlagStyle = PLAIN, prefix = ""): string {
  const flags: string[] = [];
  for (const [key, { node }] of map.entries) {
    const name = prefix + key;
    if (node.kind === "map") flags.push(commandFlags(node, style, `${name}.`));
    else if (node.kind === "list") {
      const items = node.items.map((item) => listItem(item, name));
      if (style.repeat) flags.push(...items.map((item) => `--${name} ${item}`));
      else if (items.length > 0) flags.push(`--${name} ${items.join(" ")}`);
    } else if (node.value === true) flags.push(`--${name}`);
    else if (node.value === false) { if (style.noFlags) flags.push(`--no-${name}`); }
    else flags.push(`--${name} ${shellWord(node.value, pythonText(node.value))}`);
  }
  return flags.filter((flag) => flag !== "").join(" ");
}

function listItem(node: Node, name: string): string {
  if (node.kind !== "scalar") throw new RangeError(name);
  if (typeof node.value === "boolean") return node.value ? "True" : "False";
  return shellWord(node.value, pythonText(node.value));
}

/** Python's `shlex.quote` for text; other scalars as they are. */
function shellWord(value: unknown, text: string): string {
  if (typeof value !== "string" || /^[\w@%+=:,./-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}
