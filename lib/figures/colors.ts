import { scheme } from "vega";

/** Whether a figure stands on a light or a dark page. */
export type Mode = "light" | "dark";

/** Parts of viridis: its dark end vanishes on a dark page, its light end on a white one. */
const extents: Readonly<Record<Mode, readonly [number, number]>> = { light: [0, 0.85], dark: [0.3, 1] };

/** For networks: Okabe and Ito's colours, told apart with any kind of colour vision, and two more. */
const categories: Readonly<Record<Mode, readonly string[]>> = {
  light: ["#d55e00", "#0072b2", "#009e73", "#b5489a", "#c98a00", "#56b4e9", "#3d3d3d", "#7a5c00"],
  dark: ["#f58a3c", "#4da6e0", "#2fc79a", "#e07cc4", "#f2c14e", "#9fd6f5", "#c9ccd1", "#c9a54a"],
};

/** Of the network after training, and of what stands behind. */
export const strongColor = "#0072b2";
/** Of axis lines, and of curves that others are compared with. */
export const faintColor = "#8a929c";

/** Of texts that stand on a mark. */
export const textColor = "#1c1f23";

/** Colours of layers from the first to the last, evenly along viridis. */
export function layerColors(count: number, mode: Mode = "light"): string[] {
  const viridis = scheme("viridis") as (position: number) => string;
  const [from, to] = extents[mode];
  return Array.from({ length: count }, (_, index) => {
    const position = count === 1 ? 0 : index / (count - 1);
    return hexadecimal(viridis(from + position * (to - from)));
  });
}

/** Colours of networks; from the ninth on they repeat. */
export function networkColors(count: number, mode: Mode = "light"): string[] {
  return Array.from({ length: count }, (_, index) => categories[mode][index % categories[mode].length]!);
}

/** For every colour that a figure of up to `layers` layers draws on a light page, its counterpart on a dark one. */
export function darkColors(layers: readonly number[]): Record<string, string> {
  const pairs = (light: string[], dark: string[]) => light.map((color, index) => [color, dark[index]!] as const);
  return Object.fromEntries([
    ...layers.flatMap((count) => pairs(layerColors(count), layerColors(count, "dark"))),
    ...pairs(networkColors(8), networkColors(8, "dark")),
    [faintColor, "#7d858f"],
    [textColor, "#e8eaed"],
  ]);
}

function hexadecimal(color: string): string {
  const channels = color.match(/\d+/g);
  if (color.startsWith("#") || channels === null) return color;
  return `#${channels.slice(0, 3).map((channel) => Number(channel).toString(16).padStart(2, "0")).join("")}`;
}
