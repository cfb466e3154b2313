const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400 };

/** A text that is a time: numbers, each with its unit. */
export const DURATION: RegExp = /^(\d+(\.\d+)?\s*(s|m|h|d)\s*)+$/;

/** A text that is an amount of memory: a number and its unit. */
export const MEMORY: RegExp = /^\d+(\.\d+)?\s*(B|[kKMGT]i?B?)$/;

/** Bytes of a text such as `4GB`, `512MiB` or `2G` (decimal without the `i`); a number is bytes already. */
export function bytes(amount: string | number): number {
  if (typeof amount === "number") return amount;
  const [, number = "0", prefix = "", binary = ""] = /^([\d.]+)\s*([kKMGT]?)(i?)B?$/.exec(amount) ?? [];
  const power = ["", "K", "M", "G", "T"].indexOf(prefix.toUpperCase());
  return Math.round(Number(number) * (binary ? 1024 : 1000) ** power);
}

/** Seconds of a text such as `90m` or `1h 30m`; a number is seconds already. */
export function seconds(time: string | number): number {
  if (typeof time === "number") return time;
  return [...time.matchAll(/([\d.]+)\s*([smhd])/g)]
    .reduce((sum, [, number = "0", unit = "s"]) => sum + Number(number) * (UNITS[unit] ?? 1), 0);
}
