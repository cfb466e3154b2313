import type { Diagnostic, Range } from "../diagnostic.ts";
import type { Dep, Stage } from "../file/pipeline.ts";
import { nearest } from "../nearest.ts";
import type { DefinitionNames } from "./description_protocol.ts";

/**
 * Holds the names of a stage's deps and outs against those that its module takes. Deps and outs without a name are the
 * pipeline file's own affair.
 *
 * @param module as messages show it
 */
export function namesDiagnostics(stage: Stage, names: DefinitionNames, module: string): Diagnostic[] {
  const { range } = stage.action;
  const depNames = [...names.deps, ...names.optionalDeps, ...names.lists];
  const outNames = [...names.outs, ...names.optionalOuts];
  return [
    ...unknownNames(stage.deps, depNames, module, "dep"),
    ...unknownNames(stage.outs, outNames, module, "out"),
    ...missingNames(stage.deps, names.deps, module, "dep", range),
    ...missingNames(stage.outs, names.outs, module, "out", range),
    ...stage.deps.flatMap((dep) => misplacedList(dep, names, module)),
  ];
}

interface Named {
  readonly name?: string;
  readonly range: Range;
}

function unknownNames(given: readonly Named[], known: readonly string[], module: string, kind: string): Diagnostic[] {
  const unknown = given.filter(({ name }, index) =>
    name !== undefined && !known.includes(name) && given.findIndex((other) => other.name === name) === index
  );
  return unknown.map(({ name = "", range }) => {
    const near = nearest(name, known);
    const hint = near !== undefined
      ? `Did you mean ${near}?`
      : known.length > 0
      ? `Its ${kind}s are ${known.join(", ")}`
      : `It has no ${kind}s`;
    return { severity: "error", message: `${module} has no ${kind} named ${name}`, range, hints: [hint] };
  });
}

function missingNames(
  given: readonly Named[],
  needed: readonly string[],
  module: string,
  kind: string,
  range: Range,
): Diagnostic[] {
  return needed.filter((name) => !given.some((one) => one.name === name)).map((name) => ({
    severity: "error",
    message: `${module} needs ${kind === "out" ? "an" : "a"} ${kind} named ${name}`,
    range,
    hints: [`Add \`${name}: <path>\` to the stage's ${kind}s`],
  }));
}

function misplacedList({ name, index, glob, range }: Dep, names: DefinitionNames, module: string): Diagnostic[] {
  if (name === undefined || (index !== 0 && glob === undefined) || names.lists.includes(name)) return [];
  if (![...names.deps, ...names.optionalDeps].includes(name)) return [];
  return [{
    severity: "error",
    message: `The dep ${name} is a list, but ${module} takes one path`,
    range,
    hints: ["Give one path"],
  }];
}
