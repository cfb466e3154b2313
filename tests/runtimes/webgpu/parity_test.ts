import { cases } from "../../compile/support/cases.ts";
import { assertParity } from "../../compile/support/operation.ts";
import { randomCases } from "../../compile/support/random_cases.ts";
import { testRuntimes } from "../runtimes.ts";

const { ignore, load } = (await testRuntimes()).find(({ name }) => name === "webgpu")!;

for (const [name, run, tensors, options] of [...cases, ...randomCases]) {
  Deno.test({
    name: `webgpu agrees with cpu on ${name}`,
    ignore,
    fn: async () => await assertParity(await load(), run, tensors, options),
  });
}
