/** A log axis: its domain and which ticks bear a label. */
export interface LogAxis {
  /** The least and the greatest value on the axis. */
  readonly domain: readonly [number, number];
  /** All ticks, with and without a text. */
  readonly ticks: readonly number[];
  /** A Vega expression that gives each tick its text, empty for the unlabelled ones. */
  readonly labels: string;
  /** A Vega expression that is true for the labelled ticks. */
  readonly labelled: string;
}

/**
 * A log axis that holds all the values with a little room, decades labelled (1, 2 and 5 as well where there are fewer
 * than two decades, all where there are fewer than two of these) and the steps between them as bare ticks.
 *
 * @param values numbers to show; what is null, zero or below is left out
 * @param extra numbers that must lie inside besides, a threshold say
 */
export function logAxis(values: readonly (number | null)[], extra: readonly number[] = []): LogAxis {
  const positive = [...values, ...extra].filter((value): value is number => value !== null && value > 0);
  const low = positive.length === 0 ? 0.1 : positive.reduce((a, b) => Math.min(a, b));
  const high = positive.length === 0 ? 1 : positive.reduce((a, b) => Math.max(a, b));
  const room = Math.max(1.08, (high / low) ** 0.04);
  const domain = [significant(low / room), significant(high * room)] as const;
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(domain[0])); power <= Math.ceil(Math.log10(domain[1])); power++) {
    for (let digit = 1; digit <= 9; digit++) {
      const tick = Number(`${digit}e${power}`);
      if (tick >= domain[0] && tick <= domain[1]) ticks.push(tick);
    }
  }
  const decades = ticks.filter((tick) => leadingDigit(tick) === 1);
  const labelledTicks = decades.length >= 2 ? decades : ticks.filter((tick) => [1, 2, 5].includes(leadingDigit(tick)));
  // Where all values lie close together there may be one or none of these.
  const few = labelledTicks.length < 2 ? ticks : labelledTicks;
  const shown = decades.length > 8 ? decades.filter((tick) => Math.round(Math.log10(tick)) % 2 === 0) : few;
  const texts = shown.map((tick) => `'${tick}': '${tickText(tick, domain[0] < 5e-4)}'`).join(", ");
  return {
    domain,
    ticks: decades.length > 8 ? decades : ticks,
    labels: `{${texts}}[datum.value] || ''`,
    labelled: `!!{${texts}}[datum.value]`,
  };
}

function leadingDigit(value: number): number {
  return Number(value.toExponential().charAt(0));
}

function significant(value: number): number {
  return Number(value.toPrecision(3));
}

const superscripts: Readonly<Record<string, string>> = {
  "-": "⁻",
  "0": "⁰",
  "1": "¹",
  "2": "²",
  "3": "³",
  "4": "⁴",
  "5": "⁵",
  "6": "⁶",
  "7": "⁷",
  "8": "⁸",
  "9": "⁹",
};

function tickText(value: number, powers: boolean): string {
  if (!powers) return String(value);
  const [digit, power] = value.toExponential().split("e") as [string, string];
  const raised = [...power.replace("+", "")].map((sign) => superscripts[sign]).join("");
  return digit === "1" ? `10${raised}` : `${digit}·10${raised}`;
}

/** An axis of accuracies that ends at 1: its domain, with a little room below the least value. */
export function accuracyDomain(values: readonly (number | null)[]): readonly [number, number] {
  const known = values.filter((value) => value !== null);
  const low = known.length === 0 ? 0 : known.reduce((a, b) => Math.min(a, b));
  const span = Math.max(1 - low, 0.001);
  return [Math.max(0, finely(low - 0.05 * span)), finely(1 + 0.03 * span)];
}

/** Fine enough not to round away the room of an axis near 1. */
function finely(value: number): number {
  return Number(value.toPrecision(6));
}
