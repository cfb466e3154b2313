import { type FunctionName, functionPlaces, type StructureName } from "./layout.ts";
import { Structure } from "./structure.ts";

/** Functions that return no error, and so cannot be asked. */
const silent: ReadonlySet<FunctionName> = new Set(["PJRT_Error_Destroy", "PJRT_Error_Message"]);

/** Structures that stand inside others, with the function that looks at them. */
const inner: readonly (readonly [FunctionName, (inside: Structure) => Structure, StructureName])[] = [
  [
    "PJRT_Client_Compile",
    (program) => new Structure("PJRT_Client_Compile_Args").pointTo("program", program),
    "PJRT_Program",
  ],
  [
    "PJRT_LoadedExecutable_Execute",
    (options) => new Structure("PJRT_LoadedExecutable_Execute_Args").pointTo("options", options),
    "PJRT_ExecuteOptions",
  ],
];

/**
 * Checks that a plugin's structures are no longer than ours. Each function is called with a structure that says it is of
 * size 0, to which the plugin answers with the size that it expects, before it looks at anything else.
 *
 * @param answer calls a function and returns the message of its error, if it gives one
 * @throws {Error} naming the structure, its size and the one that the plugin expects
 */
export function checkStructures(answer: (name: FunctionName, argument: Structure) => string | undefined): void {
  for (const name of Object.keys(functionPlaces) as FunctionName[]) {
    if (silent.has(name)) continue;
    const structure = empty(`${name}_Args`);
    check(structure, answer(name, structure));
  }
  for (const [name, around, inside] of inner) {
    const structure = empty(inside);
    check(structure, answer(name, around(structure)));
  }
}

function empty(name: StructureName): Structure {
  const structure = new Structure(name);
  new DataView(structure.bytes.buffer).setBigUint64(0, 0n, true);
  return structure;
}

function check({ name, bytes }: Structure, message: string | undefined): void {
  const expected = /size: expected (\d+), got 0/.exec(message ?? "")?.[1];
  if (expected === undefined) throw new Error(`it does not say what size it expects ${name} to be, but: ${message}`);
  if (Number(expected) > bytes.length) {
    throw new Error(`it expects ${name} to be of ${expected} bytes, where mindepth has ${bytes.length}`);
  }
}
