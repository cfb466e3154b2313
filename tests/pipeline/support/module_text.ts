/** What a test's stage module takes and does. */
export interface ModuleSketch {
  readonly deps?: readonly string[];
  readonly lists?: readonly string[];
  readonly optionalDeps?: readonly string[];
  readonly outs?: readonly string[];
  readonly optionalOuts?: readonly string[];
  readonly resumes?: boolean | { readonly across: readonly string[] };
  /** Statements; `context`, `deps`, `outs`, `progress` and `signal` are in scope. */
  readonly body?: string;
  /** An expression; a schema that takes anything unless given. */
  readonly parameters?: string;
  /** Import lines. */
  readonly imports?: string;
}

/** The text of a stage module. It needs no import map, so that it runs in a folder without a configuration. */
export function moduleText(sketch: ModuleSketch): string {
  const names = (list: readonly string[] = []): string => JSON.stringify(list);
  return `${sketch.imports ?? ""}
const anything = { safeParse: (data) => ({ success: true, data }), parse: (data) => data };
export default {
  parameters: ${sketch.parameters ?? "anything"},
  deps: ${names(sketch.deps)},
  lists: ${names(sketch.lists)},
  optionalDeps: ${names(sketch.optionalDeps)},
  outs: ${names(sketch.outs)},
  optionalOuts: ${names(sketch.optionalOuts)},
  resumes: ${JSON.stringify(sketch.resumes ?? false)},
  async run(context) {
    const { deps, outs, progress, signal } = context;
    ${sketch.body ?? ""}
  },
};
`;
}
