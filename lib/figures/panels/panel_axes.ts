import { accuracyDomain, type LogAxis } from "./domains.ts";
import type { Part } from "../figure.ts";
import { numbersOf, type Point } from "../study/series.ts";

/** The vertical axis of a panel. */
export interface ValueAxis {
  /** The field of the data. */
  readonly field: string;
  /** Beside the axis. */
  readonly title: string;
  /** A d3 number format for tooltips. */
  readonly format: string;
  /** Vega-Lite’s scale. */
  readonly scale: Part;
  /** Vega-Lite’s axis. */
  readonly axis: Part;
}

/** The horizontal axis of a panel: epochs, on a linear scale that shows epoch 0. */
export interface EpochAxis {
  /** Where the axis ends. */
  readonly last: number;
  /** Whether every measured epoch gets a dot, or epoch 0 alone. */
  readonly dots: boolean;
  /** The figure's dataset of learning-rate drops, fields `network`, `epoch` and `text`; none are drawn where undefined. */
  readonly drops?: string;
}

/** The horizontal encoding of every panel over epochs; a margin on the left keeps epoch 0 off the axis line. */
export function epochEncoding(last: number): Part {
  const margin = Math.max(last, 1) * 0.025;
  return {
    field: "epoch",
    type: "quantitative",
    title: "Epoch",
    scale: { domain: [-margin, Math.max(last, 1) + margin], nice: false, zero: false },
    axis: { grid: false, tickCount: 6, tickMinStep: 1, format: "d" },
  };
}

/** The horizontal encoding of every panel over layers: whole numbers, half a step of room at both ends. */
export function layerEncoding(layers: readonly number[]): Part {
  const last = layers.at(-1) ?? 1;
  const step = Math.ceil(last / 10);
  return {
    field: "layer",
    type: "quantitative",
    title: "Layer",
    scale: { domain: [0.5, last + 0.5], nice: false, zero: false },
    axis: { grid: false, values: layers.filter((layer) => (layer - 1) % step === 0), format: "d", labelOverlap: false },
  };
}

/** Measured epochs up to which each gets a dot of its own. */
const dottedEpochs = 30;

/** The horizontal axis for so many measured epochs. */
export function epochAxis(last: number, measured: number, drops?: string): EpochAxis {
  return { last, dots: measured <= dottedEpochs, ...drops === undefined ? {} : { drops } };
}

/** The same axis without texts, for the panels to the right of the first, which share its domain. */
export function bareAxis(value: ValueAxis): ValueAxis {
  // Blank texts rather than none: they take the same room, so that the titles of all panels stand at one height.
  return { ...value, title: "", axis: { ...value.axis, labelExpr: "' '" } };
}

/** The width of each of so many panels side by side, so that up to four fit on a page. */
export function columnWidth(columns: number, beside: number): number {
  return Math.round(Math.min(270, Math.max(130, 980 / columns - beside)));
}

/** A vertical log axis of CDNV. */
export function cdnvAxis(title: string, axis: LogAxis): ValueAxis {
  return { field: "cdnv", title, format: ".3~g", ...logEncoding(axis) };
}

/** The scale and axis of an encoding on a log axis. */
export function logEncoding(axis: LogAxis): Pick<ValueAxis, "scale" | "axis"> {
  const labelled = (yes: number, no: number) => ({ condition: { test: axis.labelled, value: yes }, value: no });
  return {
    scale: { type: "log", domain: axis.domain, nice: false },
    axis: {
      values: axis.ticks,
      labelExpr: axis.labels,
      labelOverlap: false,
      tickSize: labelled(5, 2.5),
      gridOpacity: labelled(1, 0),
    },
  };
}

/** Whether points lie below the axis, so that their curves are cut off. */
export function cutsOff(axis: ValueAxis, points: readonly Point[]): boolean {
  return numbersOf(points, [axis.field]).some((value) => value < floorOf(axis));
}

/**
 * Leaves out points below the axis. They are not clipped, since resvg fails on clipped marks that all lie outside of the
 * image.
 */
export function aboveFloor(axis: ValueAxis): Part {
  return { filter: { field: axis.field, gte: floorOf(axis) } };
}

function floorOf({ scale }: ValueAxis): number {
  return (scale.domain as readonly [number, number])[0];
}

/** A vertical linear axis of accuracies. */
export function accuracyAxis(title: string, values: readonly (number | null)[]): ValueAxis {
  return {
    field: "accuracy",
    title,
    format: ".4f",
    scale: { domain: accuracyDomain(values), nice: false, zero: false },
    axis: { tickCount: 6, format: "~g" },
  };
}
