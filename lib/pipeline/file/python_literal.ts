import type { Range } from "../diagnostic.ts";
import { Float, type Scalar } from "../value.ts";
import type { Entry, Node } from "./node.ts";
import { pythonText } from "./python_text.ts";

const SPACE = /(?:\s|#[^\n]*|\\\n)*/y;
const WORD = /(?:None|True|False)\b/y;
const NUMBER =
  /0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d[\d_]*)?(?![\w.])/y;
const TEXT =
  /([rRbBuU]{0,2})("""[\s\S]*?(?<!\\)"""|'''[\s\S]*?(?<!\\)'''|"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')/y;
const WORDS: Readonly<Record<string, Scalar>> = { None: null, True: true, False: false };
const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  "0": "\0",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
};

/**
 * Reads a Python literal as `ast.literal_eval` does: numbers, texts, booleans, None, lists, tuples, sets and dicts. Tuples
 * and sets are lists.
 *
 * @param range the place that all values get
 * @returns undefined where the text is anything else
 */
export function readLiteral(text: string, range: Range): Node | undefined {
  const reader = new LiteralReader(text, range);
  const node = reader.sequence();
  return reader.atEnd() ? node : undefined;
}

class LiteralReader {
  readonly #text: string;
  readonly #range: Range;
  #at = 0;

  constructor(text: string, range: Range) {
    this.#text = text;
    this.#range = range;
  }

  atEnd(): boolean {
    this.#take(SPACE);
    return this.#at === this.#text.length;
  }

  /** One value, or several with commas between, which are a tuple; up to a bracket, or to the end. */
  sequence(close = ""): Node | undefined {
    const first = this.#value();
    if (first === undefined || !this.#next(",")) return close === "" || this.#next(close) ? first : undefined;
    const rest = this.#items(close);
    return rest === undefined ? undefined : { kind: "list", items: [first, ...rest], range: this.#range };
  }

  #value(): Node | undefined {
    this.#take(SPACE);
    const open = this.#text[this.#at];
    if (open === "[") return this.#list("]");
    if (open === "(") return this.#parenthesised();
    if (open === "{") return this.#braced();
    const sign = open === "-" || open === "+" ? open : undefined;
    if (sign !== undefined) {
      this.#at += 1;
      this.#take(SPACE);
    }
    const number = this.#take(NUMBER)?.[0];
    if (number !== undefined) return this.#scalar(numberOf(number, sign === "-"));
    if (sign !== undefined) return undefined;
    const word = this.#take(WORD)?.[0];
    return word === undefined ? this.#written() : this.#scalar(WORDS[word]!);
  }

  /** Texts beside each other are one. */
  #written(): Node | undefined {
    let whole: string | undefined;
    for (let match = this.#take(TEXT); match; match = this.#take(TEXT)) {
      const [, prefix = "", quoted = ""] = match;
      if (/b/i.test(prefix)) return undefined;
      const inner = quoted.slice(/^("""|''')/.test(quoted) ? 3 : 1, /^("""|''')/.test(quoted) ? -3 : -1);
      whole = (whole ?? "") + (/r/i.test(prefix) ? inner : unescaped(inner));
      this.#take(SPACE);
    }
    return whole === undefined ? undefined : this.#scalar(whole);
  }

  #list(close: string): Node | undefined {
    this.#at += 1;
    const items = this.#items(close);
    return items && { kind: "list", items, range: this.#range };
  }

  #parenthesised(): Node | undefined {
    this.#at += 1;
    if (this.#next(")")) return { kind: "list", items: [], range: this.#range };
    return this.sequence(")");
  }

  #braced(): Node | undefined {
    this.#at += 1;
    const entries = new Map<string, Entry>();
    if (this.#next("}")) return { kind: "map", entries, range: this.#range };
    const first = this.#value();
    if (first === undefined) return undefined;
    if (!this.#next(":")) {
      if (!this.#next(",")) return this.#next("}") ? { kind: "list", items: [first], range: this.#range } : undefined;
      const rest = this.#items("}");
      return rest && { kind: "list", items: [first, ...rest], range: this.#range };
    }
    for (let key: Node | undefined = first;; key = this.#value()) {
      const value = key === first || this.#next(":") ? this.#value() : undefined;
      if (key?.kind !== "scalar" || value === undefined) return undefined;
      entries.set(pythonText(key.value), { keyRange: this.#range, node: value });
      const goesOn = this.#next(",");
      if (this.#next("}")) return { kind: "map", entries, range: this.#range };
      if (!goesOn) return undefined;
    }
  }

  /** Values up to a bracket, which is taken; up to the end where `close` is empty. */
  #items(close: string): Node[] | undefined {
    const items: Node[] = [];
    while (close === "" ? !this.atEnd() : !this.#next(close)) {
      const item = this.#value();
      if (item === undefined) return undefined;
      items.push(item);
      if (this.#next(",")) continue;
      return (close === "" ? this.atEnd() : this.#next(close)) ? items : undefined;
    }
    return items;
  }

  #next(sign: string): boolean {
    this.#take(SPACE);
    if (!this.#text.startsWith(sign, this.#at)) return false;
    this.#at += sign.length;
    return true;
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match) this.#at = pattern.lastIndex;
    return match;
  }

  #scalar(value: Scalar): Node {
    return { kind: "scalar", value, range: this.#range };
  }
}

function numberOf(written: string, isNegative: boolean): Scalar {
  const text = written.replaceAll("_", "");
  const isWhole = /^(0[xXoObB]|\d+$)/.test(text);
  if (!isWhole) return new Float(Number(text) * (isNegative ? -1 : 1));
  const integer = BigInt(text) * (isNegative ? -1n : 1n);
  const isSafe = integer >= BigInt(Number.MIN_SAFE_INTEGER) && integer <= BigInt(Number.MAX_SAFE_INTEGER);
  return isSafe ? Number(integer) : integer;
}

function unescaped(text: string): string {
  return text.replace(
    /\\(\n|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[\s\S])/g,
    (whole, escape: string) =>
      escape === "\n"
        ? ""
        : /^[xuU]./.test(escape)
        ? String.fromCodePoint(parseInt(escape.slice(1), 16))
        : ESCAPES[escape] ?? (/["'\\]/.test(escape) ? escape : whole),
  );
}
