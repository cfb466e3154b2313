import assert from "node:assert/strict";
import { z } from "zod";
import { stage } from "../../../lib/pipeline/stage/mod.ts";

/** Whether two types are the same; a value of it exists only if they are. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : never;

Deno.test("stage() types what a module gets by what it declares", async () => {
  const seen: unknown[] = [];
  const definition = stage({
    parameters: z.strictObject({ times: z.int().default(2) }),
    deps: ["text"],
    optionalDeps: ["weights"],
    lists: ["tables"],
    outs: ["repeated"],
    optionalOuts: ["embeddings"],
    run({ with: parameters, deps, outs }) {
      const types: [
        Same<typeof parameters.times, number>,
        Same<typeof deps.text, string>,
        Same<typeof deps.weights, string | undefined>,
        Same<typeof deps.tables, readonly string[]>,
        Same<typeof outs.repeated, string>,
        Same<typeof outs.embeddings, string | undefined>,
      ] = [true, true, true, true, true, true];
      // @ts-expect-error: not declared
      seen.push(types.length, deps.text, outs.repeated, deps.other);
    },
  });
  await definition.run({
    with: definition.parameters.parse({}),
    deps: { text: "a.txt", tables: [] },
    outs: { repeated: "b.txt" },
    resources: { cpus: 1, gpus: 0, memory: 0, machineMemory: 1e12 },
    progress: () => {},
    signal: new AbortController().signal,
  });
  assert.deepEqual(seen, [6, "a.txt", "b.txt", undefined]);
});

Deno.test("stage() gives a folder for its state to a stage that resumes alone", () => {
  const shape = { parameters: z.strictObject({}), deps: [], outs: [] } as const;
  stage({ ...shape, resumes: true, run: ({ state }) => assert.ok(true satisfies Same<typeof state, string>) });
  const resumes = { across: ["epochs"] };
  stage({ ...shape, resumes, run: ({ state }) => assert.ok(true satisfies Same<typeof state, string>) });
  // @ts-expect-error: it does not resume
  stage({ ...shape, run: ({ state }) => state });
});
