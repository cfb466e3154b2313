import { z } from "zod";
import type { Json } from "../value.ts";
import { EXECUTORS } from "./pipeline.ts";
import { exactnessSchema } from "./exactness_schema.ts";
import { DURATION, MEMORY } from "./quantity.ts";
import { KEY_SEPARATOR, list, map, oneOf, type Phase, strict, text, valueOf } from "./schema_part.ts";

/** What is wrong with a value, as the schema sees it. `path` leads to the value (or to the holder of the keys). */
export type SchemaIssue =
  | {
    readonly kind: "unknown keys";
    readonly path: readonly PropertyKey[];
    readonly keys: readonly string[];
    readonly valid: readonly string[];
  }
  | { readonly kind: "name" | "value"; readonly path: readonly PropertyKey[]; readonly expected: string };

/**
 * What is wrong with a whole file (`written`) or with one stage (`expanded`). One source makes this and the JSON Schema: its
 * message for an issue is what was expected, a noun phrase; for unknown keys it is the list of the valid ones.
 */
export function schemaIssues(value: unknown, phase: Phase): readonly SchemaIssue[] {
  const schema = phase === "written" ? shape(phase).file : shape(phase).stage;
  const result = schema.safeParse(value);
  return result.success ? [] : result.error.issues.flatMap((issue) => narrowed(issue, []));
}

/** The JSON Schema (draft 7) of `pipeline.yaml`. */
export function pipelineSchema(): Json {
  const { "~standard": _standard, ...schema } = z.toJSONSchema(shape("written").file, {
    target: "draft-7",
    io: "input",
  });
  return JSON.parse(JSON.stringify({ title: "pipeline.yaml", ...schema }));
}

/**
 * The issues that a person should see for one of the parser: of a union's options, the one that got further than the kind
 * of the value (a map with a wrong key is no wrong list), else the union's own.
 */
function narrowed(issue: z.core.$ZodIssue, prefix: readonly PropertyKey[]): readonly SchemaIssue[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === "invalid_union") {
    const deeper = issue.errors.filter((issues) =>
      issues.every((inner) => inner.path.length > 0 || inner.code === "unrecognized_keys")
    );
    const [option] = deeper;
    if (deeper.length === 1 && option) return option.flatMap((inner) => narrowed(inner, path));
  }
  if (issue.code === "unrecognized_keys") {
    return [{ kind: "unknown keys", path, keys: issue.keys, valid: issue.message.split(KEY_SEPARATOR) }];
  }
  if (issue.code === "invalid_key") {
    return [{ kind: "name", path, expected: issue.issues[0]?.message ?? "another name" }];
  }
  return [{ kind: "value", path, expected: issue.message }];
}

const anything = z.unknown();

interface Shape {
  readonly file: z.ZodType;
  readonly stage: z.ZodType;
}

const shapes = new Map<Phase, Shape>();

function shape(phase: Phase): Shape {
  let made = shapes.get(phase);
  if (!made) {
    made = makeShape(phase);
    shapes.set(phase, made);
  }
  return made;
}

function makeShape(phase: Phase): Shape {
  const value = (schema: z.ZodType, expected: string): z.ZodType => valueOf(phase, schema, expected);
  const flag = (description: string): z.ZodType =>
    value(z.boolean({ error: "true or false" }), "true or false").optional().describe(description);
  const number = (schema: z.ZodType, expected: string): z.ZodType => value(schema, expected).optional();

  const path = text("a path");
  const command = text("a command").regex(/\S/, { error: "a command" });
  const commands = list(command, "a list of commands").min(1, { error: "at least one command" });
  const description = text("text").optional();
  const labels = list(text("text"), "a list of texts").optional();
  const outOptions = {
    cache: flag("false: hashed, but not kept in the cache (for what git keeps)"),
    persist: flag("true: not removed before the stage runs"),
    desc: description,
    remote: description,
    push: flag("Accepted for DVC's sake"),
    type: description,
    labels,
    meta: anything.optional(),
  };
  const plotOptions = {
    x: anything.optional(),
    y: anything.optional(),
    x_label: description,
    y_label: description,
    title: description,
    template: description,
    header: flag("Whether the first row of the file holds names"),
  };
  const outs = (options: z.ZodRawShape, what: string): z.ZodType => {
    const detail = strict(options, "a map of options");
    const expected = `a path of ${what}, or a path with options`;
    return oneOf(
      `a list of paths, or a map of named paths`,
      list(oneOf(expected, path, map(oneOf("a map of options", detail, z.null()), expected)), "a list of paths"),
      map(oneOf(expected, path, strict({ path, ...options }, expected)), "a map of named paths"),
    ).optional();
  };
  const listOfPaths = list(path, "a list of paths");
  const glob = strict(
    { glob: text("a pattern").describe("All files that it matches, e.g. `data/*.csv`") },
    "a pattern",
  );
  const listOfDeps = list(oneOf("a path, or a pattern", path, glob), "a list of paths");
  const namedDep = phase === "expanded"
    ? oneOf("a path, a list of paths, or a pattern", path, listOfPaths, glob)
    : oneOf(
      "a path, a list of paths, a pattern, or foreach or matrix and do",
      path,
      listOfPaths,
      glob,
      strict({
        foreach: anything.describe("A list or map, or a reference to one"),
        do: path.describe('The path for each item, e.g. "outputs/mlp-${item}/history.csv"'),
      }, "foreach and do"),
      strict({
        matrix: anything.describe("A map of lists, or a reference to one"),
        do: path.describe('The path for each combination, e.g. "outputs/mlp-${key}/history.csv"'),
      }, "matrix and do"),
    );

  const body = {
    desc: text("text").optional().describe("What the stage does, for people"),
    run: text("the path of a Deno module").optional().describe(
      "A Deno module that default-exports stage({...}); run in a permission sandbox. Its import closure is a dependency by itself. Relative to this file",
    ),
    with: value(map(anything, "a map of parameters"), "a map of parameters").optional().describe(
      "The values the module of `run` gets, checked against its schema before anything runs. A lone reference may be a whole map or list",
    ),
    cmd: oneOf("a command, or a list of commands", command, commands)
      .optional().describe("Shell commands instead of `run`; each line is a process of its own"),
    wdir: path.optional().describe("The folder in which the stage runs; deps and outs are relative to it"),
    deps: oneOf("a list of paths, or a map of named paths", listOfDeps, map(namedDep, "a map of named paths"))
      .optional().describe(
        "Files and folders that the stage reads: a list, or a map that names them for the module of `run`",
      ),
    params: list(
      oneOf("a key of params.yaml, or a file with keys", text("a key"), map(anything, "a file with keys")),
      "a list of keys",
    ).optional().describe(
      "Values of params files that a `cmd` stage depends on: keys of params.yaml, or `file: [keys]`",
    ),
    outs: outs(outOptions, "an out").describe(
      "Files and folders that the stage writes: a list, or a map that names them for the module of `run`",
    ),
    metrics: outs(outOptions, "a metrics file").describe("Outs that hold numbers to compare"),
    plots: outs({ ...outOptions, ...plotOptions }, "a plot").describe("Outs that hold data to draw"),
    env: list(text("the name of an environment variable"), "a list of environment variables").optional().describe(
      "The only environment variables that the stage sees; their values are part of the fingerprint",
    ),
    tools: list(text("a command"), "a list of commands").optional().describe(
      "Commands that tell the versions of what `cmd` runs, e.g. `python --version`: what they print is part of the fingerprint",
    ),
    untracked: list(
      text("the name of an environment variable, or an absolute path"),
      "a list of environment variables and absolute paths",
    ).optional().describe(
      "Variables and absolute paths that a `run` stage may read though they are no part of its fingerprint, for it " +
        "verifies what it finds there",
    ),
    net: value(
      oneOf("true, false, or a list of hosts", z.boolean(), list(text("a host"), "a list of hosts")),
      "true, false, or a list of hosts",
    ).optional().describe("The hosts that a `run` stage may reach: true for all; none by default"),
    resources: strict({
      cpus: number(
        z.number({ error: "a positive number" }).positive({ error: "a positive number" }),
        "a positive number",
      )
        .describe("CPU cores; 1 by default"),
      gpus: number(
        z.int({ error: "a whole number from 0" }).min(0, { error: "a whole number from 0" }),
        "a whole number from 0",
      ).describe("GPUs; 0 by default"),
      memory: number(quantity(MEMORY, AMOUNT), AMOUNT).describe("Memory, e.g. 4GB or 512MiB"),
      time: number(quantity(DURATION, SPAN), SPAN).describe("Time limit, e.g. 90m or 2h; a plain number is seconds"),
      partition: text("a partition").optional().describe("On Slurm: the partition"),
      account: text("an account").optional().describe("On Slurm: the account that is charged"),
      qos: text("a quality of service").optional().describe("On Slurm: the quality of service"),
      constraint: text("features of nodes").optional().describe("On Slurm: features that nodes must have, e.g. a100"),
    }, "a map of resources").optional().describe("What the scheduler needs to know"),
    executor: value(executors, EXECUTOR).optional().describe(
      "Where the stage runs: local, or slurm for a job of a Slurm cluster; as the top of the file says unless given",
    ),
    slurm: strict({
      scratch: value(scratches, SCRATCH).optional().describe(
        "A folder of the node, such as $TMPDIR, in which the stage runs, out of the cache and back into it; false: in the project",
      ),
    }, "a map with scratch").optional().describe(
      "How the stage runs on Slurm; as the top of the file says unless given",
    ),
    verify: exactnessSchema(phase).optional().describe(
      "How exactly outs must come out again from the same deps: bytes (the default), or tolerances of the numbers in CSV and JSON files",
    ),
    diverged: exactnessSchema(phase).optional().describe(
      "The same where a dep came out again within its own tolerance, but not to the byte; as `verify` unless given",
    ),
    frozen: flag("true: the stage is left alone"),
    always_changed: flag("true: the stage always runs"),
    meta: anything.optional().describe("Anything, for people and other programs"),
    vars: vars("Variables of this stage alone"),
  };
  const stage = strict(body, "a stage");
  const written = strict({
    ...body,
    foreach: anything.optional().describe(
      "A list or map (or a reference to one): `do` becomes a stage for each ${item}",
    ),
    do: stage.optional().describe("The stage of each item of `foreach`"),
    matrix: value(
      map(value(oneOf(LISTED, list(anything, LISTED), z.null()), LISTED), "a map of lists"),
      "a map of lists",
    ).optional().describe(
      "Lists by name: a stage for each combination, as ${item.name}; null for none. `include` lists further combinations",
    ),
  }, "a stage");
  const field = text("a field");
  const [axis, fields] = ["a field, or a map of fields by file", "a field, a list of them, or a map of these by file"];
  const plot = strict({
    x: oneOf(axis, field, map(field, axis)).optional().describe(
      "What is along x; the number of the point unless given",
    ),
    y: oneOf(fields, field, list(field, fields), map(oneOf(fields, field, list(field, fields)), fields)).optional()
      .describe("What is along y; the last field unless given"),
    x_label: description,
    y_label: description,
    title: description,
    template: description,
  }, "how it is drawn");
  const artifact = strict({
    path,
    type: description,
    desc: description,
    labels,
    meta: anything.optional(),
  }, "an artifact with a path");
  const remote = strict({
    url: text("a folder or an address").describe("A folder, or an address that begins with s3://, http:// or https://"),
    read_only: flag("true: nothing is written to it"),
    trusts: list(text("a public key"), "a list of public keys").optional().describe(
      "Public keys, as `remote keygen` prints them: what none of them has signed counts as missing",
    ),
    endpoint: text("an address").optional().describe("Of s3://: the address of the server; that of AWS by default"),
    region: text("a region").optional().describe("Of s3://; by default as the environment or the AWS files have it"),
    profile: text("a name").optional().describe("Of s3://: the section of the AWS files"),
    authorization: text("the name of an environment variable").optional().describe(
      "Of http:// and https://: the environment variable that holds the Authorization header",
    ),
  }, "a map with url");
  const file = strict({
    remotes: map(
      oneOf("a folder or an address, or a map with url", text("a folder or an address"), remote, z.null()),
      "a map of remotes",
    ).optional().describe("Where results are shared, by name: the first that has one answers"),
    extends: path.optional().describe(
      "Another pipeline file: this one is that one with other vars and added, changed or removed (null) stages",
    ),
    absent_outs: z.enum(["leave", "make"], { error: "leave or make" }).optional().describe(
      "Outs that git does not keep and that are not here: left until they are needed (the default), or made; of this file alone",
    ),
    executor: executors.optional().describe(
      "Where stages run that do not say so: local (the default), or slurm for jobs of a Slurm cluster",
    ),
    slurm: strict({
      scratch: scratches.optional().describe(
        "A folder of the node, such as $TMPDIR, in which stages run, out of the cache and back into it; for disks that nodes do not share",
      ),
      remote: text("the name of a remote").optional().describe(
        "The remote over which such stages get what they read and leave what they write, where nodes do not see .pipeline either",
      ),
    }, "a map with scratch and remote").optional().describe("How stages run on Slurm that do not say so"),
    vars: vars(
      "Variables: maps, and files as params.json or params.yaml:key. params.yaml beside this file comes first",
    ),
    stages: z.record(
      z.string().regex(/^[^@:\s](?:[^@:\n]*[^@:\s])?$/, { error: "a name without @, : and spaces" }),
      written,
      {
        error: "a map of stages",
      },
    ).optional().describe("The stages by name"),
    params: listOfPaths.optional().describe("Params files that `params diff` shows besides those of stages"),
    metrics: listOfPaths.optional().describe("Metrics files besides those of stages"),
    plots: list(
      oneOf(
        "a path, or an id with how it is drawn",
        path,
        map(oneOf("how it is drawn", plot, z.null()), "an id with how it is drawn"),
      ),
      "a list of plots",
    ).optional().describe(
      "What `plots show` draws besides the plots of stages: files, folders, or lines of several files",
    ),
    artifacts: map(artifact, "a map of artifacts").optional().describe("Accepted for DVC's sake"),
    datasets: anything.optional(),
  }, "a map with stages");
  return { file, stage };
}

function vars(description: string): z.ZodType {
  const expected = "a map of variables, or a params file";
  return list(oneOf(expected, text(expected), map(anything, expected)), "a list of maps and params files").optional()
    .describe(description);
}

const EXECUTOR = EXECUTORS.join(" or ");
const executors = z.enum(EXECUTORS, { error: EXECUTOR });
const SCRATCH = "a folder of the node such as $TMPDIR, or false";
const scratches = oneOf(SCRATCH, text(SCRATCH), z.literal(false, { error: SCRATCH }));
const LISTED = "a list, or a reference to one";
const AMOUNT = "an amount of memory such as 4GB or 512MiB";
const SPAN = "a time such as 90m or 2h";

function quantity(pattern: RegExp, expected: string): z.ZodType {
  return oneOf(
    expected,
    z.number({ error: expected }).positive({ error: expected }),
    z.string({ error: expected }).regex(pattern, { error: expected }),
  );
}
