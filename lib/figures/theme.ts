import { faintColor, type Mode } from "./colors.ts";
import type { Part } from "./figure.ts";

/** The family in every figure; `@expo-google-fonts/inter` holds its files, a reader's machine may stand in its own. */
export const fontFamily = "Inter, system-ui, sans-serif";

/** Colours of one mode. Everything a figure draws takes its colour from here, so that a report can change the mode. */
interface Palette {
  readonly background: string;
  readonly text: string;
  readonly faint: string;
  readonly line: string;
  readonly grid: string;
}

const light: Palette = {
  background: "#ffffff",
  text: "#1c1f23",
  faint: "#5d646d",
  line: faintColor,
  grid: "#e9ebee",
};

const dark: Palette = {
  background: "#16191d",
  text: "#e8eaed",
  faint: "#a5acb5",
  line: "#7d858f",
  grid: "#2b3037",
};

/** The two modes a report offers; figures on their own are light. */
export const themes: Readonly<Record<Mode, Part>> = { light: config(light), dark: config(dark) };

function config(palette: Palette): Part {
  return {
    background: palette.background,
    font: fontFamily,
    padding: 14,
    title: {
      anchor: "start",
      color: palette.text,
      fontSize: 12,
      fontWeight: 600,
      subtitleColor: palette.faint,
      subtitleFontSize: 11,
      subtitlePadding: 4,
      offset: 8,
    },
    axis: {
      domainColor: palette.line,
      gridColor: palette.grid,
      labelColor: palette.text,
      labelFontSize: 10.5,
      tickColor: palette.line,
      titleColor: palette.text,
      titleFontSize: 11,
      titleFontWeight: 400,
      titlePadding: 6,
    },
    legend: {
      labelColor: palette.text,
      labelFontSize: 10,
      titleColor: palette.text,
      titleFontSize: 10.5,
      titleFontWeight: 600,
      rowPadding: 1,
      symbolStrokeWidth: 2.5,
      symbolSize: 90,
      offset: 8,
    },
    view: { stroke: null },
    concat: { spacing: 22 },
    line: { strokeWidth: 1.6, strokeCap: "round", strokeJoin: "round" },
    style: {
      event: { color: palette.line, strokeDash: [2, 3], strokeWidth: 1 },
      hover: { color: palette.faint, strokeWidth: 1 },
      reference: { color: palette.text, strokeWidth: 1.4 },
      threshold: { color: palette.text, strokeDash: [5, 3], strokeWidth: 1 },
      shade: { color: palette.line, opacity: 0.14 },
      note: { fill: palette.faint, fontSize: 11, fontWeight: 400 },
      absent: { color: palette.text, strokeWidth: 1.3 },
      untrained: { color: palette.line, strokeWidth: 1.4 },
    },
  };
}
