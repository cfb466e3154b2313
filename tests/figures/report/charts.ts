import type { Page } from "playwright-core";

/** A curve as it is drawn. */
export interface Curve {
  /** What a screen reader says of it. */
  readonly label: string;
  /** The colour as the page has it, `rgb(…)`. */
  readonly stroke: string;
  /** 0 to 1. */
  readonly opacity: number;
  /** Its points from left to right, in pixels of the window. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** A panel of a figure. */
export interface Panel {
  /** The pixel of the window where it begins. */
  readonly left: number;
  /** Its curves, in the order of the page. */
  readonly curves: readonly Curve[];
}

/** Waits until every figure of a report is drawn in the colours of the page. */
export async function drawn(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const { backgroundColor } = getComputedStyle(document.body);
    const charts = [...document.querySelectorAll(".chart")];
    return charts.length > 0 && charts.every((chart) => {
      const drawing = chart.querySelector("svg.marks");
      return drawing !== null && getComputedStyle(drawing).backgroundColor === backgroundColor;
    });
  });
}

/** Reads the panels of a figure off the page. */
export async function readPanels(page: Page, figure: string): Promise<Panel[]> {
  return await page.evaluate((figure) => {
    const groups = [...document.querySelectorAll<SVGGElement>(`#${figure} svg.marks g.role-scope`)]
      .filter((group) => /\bconcat_\d+_group\b/.test(group.getAttribute("class") ?? ""));
    return groups.map((group) => ({
      left: group.getBoundingClientRect().left,
      curves: [...group.querySelectorAll<SVGPathElement>('path[aria-roledescription="line mark"]')].map((path) => {
        const matrix = path.getScreenCTM()!;
        const points = [...path.getAttribute("d")!.matchAll(/[ML]([^,]+),([^ML]+)/g)].map(([, x, y]) => {
          const point = new DOMPoint(Number(x), Number(y)).matrixTransform(matrix);
          return [point.x, point.y] as [number, number];
        });
        const { stroke, opacity } = getComputedStyle(path);
        return { label: path.getAttribute("aria-label") ?? "", stroke, opacity: Number(opacity), points };
      }),
    }));
  }, figure);
}

/** The layer that a curve's label names. */
export function layerOf({ label }: Curve): number {
  return Number(/layer: (\d+)$/.exec(label)?.[1]);
}
