/**
 * Runs in the child: reads what a stage module exports. Imports nothing by name, since the import map there is that of the
 * module's own project.
 * @module
 */
import type { StageDefinition } from "../stage/stage.ts";

/**
 * Imports a stage module.
 *
 * @param module its URL
 * @throws {Error} where its default export is not a stage
 */
export async function importDefinition(module: string): Promise<StageDefinition> {
  const { default: definition } = await import(module);
  if (!isDefinition(definition)) {
    throw new Error("its default export is not a stage; write `export default stage({ parameters, deps, outs, run })`");
  }
  return definition;
}

function isDefinition(value: unknown): value is StageDefinition {
  if (typeof value !== "object" || value === null) return false;
  const { parameters, deps, outs, optionalDeps, lists, optionalOuts, resumes, run } = value as Record<string, unknown>;
  return typeof run === "function" && isSchema(parameters) && isNames(deps) && isNames(outs) &&
    [optionalDeps, lists, optionalOuts].every((names) => names === undefined || isNames(names)) &&
    (resumes === undefined || typeof resumes === "boolean" || isAcross(resumes));
}

function isAcross(value: unknown): boolean {
  return typeof value === "object" && value !== null && "across" in value && isNames(value.across);
}

function isSchema(value: unknown): boolean {
  return typeof value === "object" && value !== null && "safeParse" in value && typeof value.safeParse === "function";
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === "string");
}
