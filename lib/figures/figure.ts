/** A part of a Vega-Lite specification; that it follows the grammar is checked by the grammar's own schema, in a test. */
export type Part = Readonly<Record<string, unknown>>;

/** A figure: a Vega-Lite 6 specification of panels side by side, which carries its data. */
export interface Figure {
  /** The grammar it is written in. */
  readonly $schema: typeof grammar;
  /** For readers who do not see it. */
  readonly description: string;
  /** The title block above all panels. */
  readonly title: Part;
  /** The look; see `theme.ts`. */
  readonly config: Part;
  /** The data by name, rows of plain values. */
  readonly datasets: Readonly<Record<string, readonly object[]>>;
  /** The panels, row by row. */
  readonly concat: readonly Part[];
  /** How many panels stand in a row. */
  readonly columns: number;
  /** Pixels between the panels. */
  readonly spacing: Part;
  /** Which scales the panels have of their own. */
  readonly resolve: Part;
}

/** The address by which Vega-Lite 6 is named. */
export const grammar = "https://vega.github.io/schema/vega-lite/v6.json";
