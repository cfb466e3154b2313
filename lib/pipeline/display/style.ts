import { styleText } from "node:util";

/** How words are made to stand out; each function gives the text back as it was where colours are not wanted. */
export interface Style {
  /** What may be passed over. */
  readonly dim: (text: string) => string;
  /** What went well. */
  readonly good: (text: string) => string;
  /** What failed. */
  readonly bad: (text: string) => string;
  /** What was not done, or may be wrong. */
  readonly doubtful: (text: string) => string;
  /** What is going on. */
  readonly busy: (text: string) => string;
}

/** The style of a terminal, or the one that leaves every text as it is. */
export function styleFor(color: boolean): Style {
  const paint = (format: Parameters<typeof styleText>[0]) => (text: string): string =>
    color ? styleText(format, text, { validateStream: false }) : text;
  return {
    dim: paint("dim"),
    good: paint("green"),
    bad: paint("red"),
    doubtful: paint("yellow"),
    busy: paint("cyan"),
  };
}
