import fc from "fast-check";
import { stringify } from "yaml";
import { agree } from "./both_programs.ts";
import type { Project } from "./project.ts";

/** How many of each kind; one each where not all are asked for. */
const COUNT = Deno.env.get("DVC") === "all" ? 8 : 1;
/** Names what failed, and comes out again. */
const SEED = 367;

/** A stage of a random graph: which of those before it it reads, and how. */
interface Sketch {
  readonly reads: readonly number[];
  readonly folder: boolean;
  readonly whole: boolean;
  readonly param: number;
}

const PARAMS = 3;
const INPUTS = 3;

const graphs: fc.Arbitrary<readonly Sketch[]> = fc.array(
  fc.record({
    reads: fc.uniqueArray(fc.nat(9), { maxLength: 3 }),
    folder: fc.boolean(),
    whole: fc.boolean(),
    param: fc.nat(PARAMS - 1),
  }),
  { minLength: 3, maxLength: 7 },
);

/** Stages that read inputs and each other, whole folders or files in them; edited, and put back. */
function graphProject(sketches: readonly Sketch[]): Project {
  const out = (index: number): string => sketches[index]!.folder ? `out${index}/f.txt` : `out${index}.txt`;
  const stages = sketches.map(({ reads, folder, whole, param }, index) => {
    const sources = reads.map((read) => read < index ? read : undefined);
    const files = sources.map((source, at) => source === undefined ? `in${reads[at]! % INPUTS}.txt` : out(source));
    const deps = sources.map((source, at) =>
      source !== undefined && whole && sketches[source]!.folder ? `out${source}` : files[at]!
    );
    const cmd =
      `${folder ? `mkdir -p out${index} && ` : ""}cat ${[...files, "/dev/null"].join(" ")} > ${out(index)} && ` +
      `echo ${index} \${p${param}} >> ${out(index)}`;
    const outs = [folder ? `out${index}` : out(index)];
    return [`s${index}`, { cmd, deps: [...new Set(deps)], params: [`p${param}`], outs }] as const;
  });
  const params = (first: number): string => stringify({ p0: first, p1: 1, p2: 2 });
  return {
    files: {
      "dvc.yaml": stringify({ stages: Object.fromEntries(stages.toReversed()) }),
      "params.yaml": params(0),
      ...Object.fromEntries(Array.from({ length: INPUTS }, (_, index) => [`in${index}.txt`, `${index}\n`])),
    },
    steps: [
      { run: "repro", in: "." },
      { write: { "in0.txt": "edited\n" } },
      { run: "repro", in: "." },
      { write: { "in0.txt": "0\n", "params.yaml": params(5) } },
      { run: `repro s${sketches.length - 1}`, in: "." },
      { write: { "params.yaml": params(0) } },
      { run: "repro", in: "." },
    ],
  };
}

const scalars = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => `!float ${value.toExponential()}`),
  fc.boolean(),
  fc.constant(null),
  fc.stringMatching(/^[a-zA-Z][\w ,.@=%+'-]{0,8}$/),
);
const values = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,6}$/),
  fc.oneof(
    scalars,
    fc.array(scalars, { maxLength: 3 }),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), scalars, { maxKeys: 3 }),
  ),
  { minKeys: 1, maxKeys: 6 },
);

/** A map as flags, and each of its scalars in a text. */
function templateProject(value: Readonly<Record<string, unknown>>): Project {
  const keys = Object.keys(value).filter((key) => typeof value[key] !== "object" || value[key] === null);
  const cmd = ["printf '%s\\n' ${all} > a.txt", ...keys.map((key) => `printf '%s\\n' "\${all.${key}}" >> a.txt`)];
  const params = stringify({ all: value }, { lineWidth: 0 }).replaceAll(/"?!float ([^"\n]*)"?/g, "$1");
  return {
    files: {
      "params.yaml": params,
      "dvc.yaml": stringify({ stages: { s: { cmd, params: ["all"], outs: ["a.txt"] } } }, { lineWidth: 0 }),
    },
    steps: [{ run: "repro", in: "." }, { run: "repro", in: "." }],
  };
}

await agree([
  ...fc.sample(graphs, { seed: SEED, numRuns: COUNT })
    .map((graph, index) => [`random graph ${index}`, graphProject(graph)] as const),
  ...fc.sample(values, { seed: SEED, numRuns: COUNT })
    .map((value, index) => [`random values ${index}`, templateProject(value)] as const),
]);
