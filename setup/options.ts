import { parseArgs, type ParseArgsConfig } from "node:util";

/** Options by name, as `parseArgs` takes them. */
type Options = NonNullable<ParseArgsConfig["options"]>;

/** The values of options that were given. */
type Values<O extends Options> = { readonly [Name in keyof O]?: O[Name]["type"] extends "boolean" ? boolean : string };

/**
 * Reads the options of a task that sets something up. `--help` prints the usage and ends the process; so does an argument that
 * there is not, after saying so, with exit code 2.
 */
export function readOptions<const O extends Options>(options: O, usage: string): Values<O> {
  try {
    const all: Options = { ...options, help: { type: "boolean", short: "h" } };
    const { help, ...values } = parseArgs({ options: all }).values;
    if (help !== true) return values as Values<O>;
    console.log(usage);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    Deno.exit(2);
  }
  Deno.exit(0);
}
