import { xlaRuntime } from "../../../lib/runtimes/xla.ts";
import { testRuntimes } from "../../runtimes/runtimes.ts";
import { cases } from "../support/cases.ts";
import { assertParity } from "../support/operation.ts";
import { randomCases } from "../support/random_cases.ts";

const { ignore } = (await testRuntimes()).find(({ name }) => name === "xla")!;

for (const [name, run, tensors, options] of [...cases, ...randomCases]) {
  Deno.test({
    name: `xla agrees with cpu on ${name}`,
    ignore,
    fn: () => assertParity(xlaRuntime, run, tensors, options),
  });
}
