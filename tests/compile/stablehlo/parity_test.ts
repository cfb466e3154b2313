import { xlaRuntime } from "../../../lib/runtimes/xla.ts";
import { ignoreXla } from "../../runtimes/xla/plugin.ts";
import { cases } from "../support/cases.ts";
import { assertParity } from "../support/operation.ts";

const ignore = ignoreXla();

for (const [name, run, tensors, options] of cases) {
  Deno.test({
    name: `xla agrees with cpu on ${name}`,
    ignore,
    fn: () => assertParity(xlaRuntime, run, tensors, options),
  });
}
