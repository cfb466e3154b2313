/**
 * The main module of a describing process: imports a stage module and checks values by its schema, without running it.
 * Imports nothing by name, since the import map is that of the stage's project.
 * @module
 */
import { prepareProcess } from "../process/host_process.ts";
import { sendRecord, takeRequest } from "../process/host_channel.ts";
import { thrown } from "../process/thrown.ts";
import type { StageDefinition } from "../stage/stage.ts";
import type { Json } from "../value.ts";
import { importDefinition } from "./definition.ts";
import type { DescriptionAnswer, DescriptionRequest, Issue, ValueCheck } from "./description_protocol.ts";
import { knownKeys, resolverUses } from "./schema_tree.ts";

prepareProcess();
try {
  const request = await takeRequest<DescriptionRequest>();
  const definition = await importDefinition(request.module);
  const { deps, optionalDeps = [], lists = [], outs, optionalOuts = [], resumes } = definition;
  answer({
    kind: "described",
    names: { deps, optionalDeps, lists, outs, optionalOuts },
    ...resumes === true ? { resumes: { across: [] } } : typeof resumes === "object" ? { resumes } : {},
    checks: request.values.map((value) => check(definition, value)),
  });
} catch (error) {
  answer({ kind: "failed", ...thrown(error) });
}

function check({ parameters }: StageDefinition, value: Json): ValueCheck {
  const result = parameters.safeParse(value);
  if (!result.success) {
    return {
      kind: "invalid",
      issues: result.error.issues.map((issue) => described(issue as Issue, parameters, value)),
    };
  }
  const parsed = result.data as Json;
  return { kind: "valid", with: parsed, resolvers: resolverUses(parameters, parsed) };
}

/** The issue with the keys that would have been right. */
function described(issue: Issue, schema: unknown, value: Json): Issue {
  if (issue.code === "unrecognized_keys") return { ...issue, known: knownKeys(schema, value, issue.path) };
  if (issue.errors === undefined) return issue;
  const inUnion = (branch: readonly Issue[]): Issue[] =>
    branch.map((inner) => {
      const { path } = inner;
      return { ...described({ ...inner, path: [...issue.path, ...path] }, schema, value), path };
    });
  return { ...issue, errors: issue.errors.map(inUnion) };
}

function answer(record: DescriptionAnswer): never {
  sendRecord(record);
  Deno.exit(0);
}
