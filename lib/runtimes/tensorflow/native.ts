import { join } from "node:path";
import process from "node:process";
import { addonPath, cure, environmentPath } from "./installation.ts";

/** The addon's exports, for the backend that is made of them; opaque to us. */
export type Addon = Readonly<Record<string, unknown>>;

/**
 * Loads libtensorflow with its addon into this process, for good.
 *
 * @param folder of the installation
 * @param environment variables that libtensorflow reads, and reads but once
 * @throws {Error} where the system's loader refuses it
 */
export function loadAddon(folder: string, environment: Readonly<Record<string, string>>): Addon {
  const module: { exports: Addon } = { exports: {} };
  try {
    const own = Deno.dlopen(join(folder, environmentPath), {
      set_environment: { parameters: ["buffer", "buffer"], result: "i32" },
      mute: { parameters: [], result: "i32" },
      unmute: { parameters: ["i32"], result: "void" },
    });
    for (const [name, value] of Object.entries(environment)) own.symbols.set_environment(cString(name), cString(value));
    // While it is loaded, libtensorflow praises its optimisations on the standard error, whatever the level of its log.
    const standardError = own.symbols.mute();
    try {
      process.dlopen(module, join(folder, addonPath));
    } finally {
      own.symbols.unmute(standardError);
      own.close();
    }
  } catch (error) {
    throw new Error(`TensorFlow cannot be loaded: ${(error as Error).message}; ${cure}`);
  }
  return module.exports;
}

function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}
