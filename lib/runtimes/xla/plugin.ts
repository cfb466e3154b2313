import { checkVersion } from "./interface_version.ts";
import { type FunctionName, functionPlaces, interfaceLayout } from "./layout.ts";
import { pluginCure } from "./location.ts";
import { checkStructures } from "./structure_check.ts";
import { type Address, Structure, viewAt } from "./structure.ts";

/** Flags of `dlopen`, so that a library is never unloaded: XLA's threads outlive it, and the exit of the process crashes. */
const keepLoaded: Readonly<Partial<Record<typeof Deno.build.os, number>>> = {
  // RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE
  linux: 0x0002 | 0x0004 | 0x1000,
  darwin: 0x0002 | 0x0010 | 0x0080,
};

const callType = { parameters: ["buffer"], result: "pointer" } as const;
const patientCallType = { ...callType, nonblocking: true } as const;

/** The functions of a PJRT plugin. */
export class Plugin {
  readonly #table: Address;
  readonly #calls = new Map<FunctionName, Deno.UnsafeFnPointer<typeof callType>>();
  readonly #patientCalls = new Map<FunctionName, Deno.UnsafeFnPointer<typeof patientCallType>>();

  /**
   * Loads a plugin, which then stays for as long as the process does.
   *
   * @param path of the native library
   * @throws {Error} in one sentence, where there is none, it cannot be loaded, or its version is not known
   */
  constructor(readonly path: string) {
    this.#table = loadInterface(path);
    try {
      checkStructures((name, argument) => this.#errorOf(this.#call(name, argument)));
    } catch (cause) {
      throw new Error(`${path} is no PJRT plugin that mindepth knows: ${(cause as Error).message}; ${pluginCure()}`, {
        cause,
      });
    }
    this.call("PJRT_Plugin_Initialize", new Structure("PJRT_Plugin_Initialize_Args"));
  }

  /**
   * Calls a function with its arguments.
   *
   * @throws {Error} with the engine's own message
   */
  call(name: FunctionName, argument: Structure): void {
    this.#check(name, this.#call(name, argument));
  }

  /**
   * Calls a function on a thread of its own, for what takes long.
   *
   * @throws {Error} with the engine's own message
   */
  async callPatiently(name: FunctionName, argument: Structure): Promise<void> {
    const call = this.#patientCalls.get(name) ??
      new Deno.UnsafeFnPointer(this.#pointer<typeof patientCallType>(name), patientCallType);
    this.#patientCalls.set(name, call);
    this.#check(name, await call.call(argument.bytes));
  }

  #call(name: FunctionName, argument: Structure): Deno.PointerValue {
    const call = this.#calls.get(name) ?? new Deno.UnsafeFnPointer(this.#pointer<typeof callType>(name), callType);
    this.#calls.set(name, call);
    return call.call(argument.bytes);
  }

  #pointer<T>(name: FunctionName): Deno.PointerObject<T> {
    const at = interfaceLayout.functions + 8 * functionPlaces[name];
    return Deno.UnsafePointer.create<T>(viewAt(this.#table).getBigUint64(at))!;
  }

  #check(name: FunctionName, error: Deno.PointerValue): void {
    const message = this.#errorOf(error);
    if (message !== undefined) throw new Error(`XLA failed in ${name}: ${message}`);
  }

  /** The message of what a function returned, if it is an error, which is freed. */
  #errorOf(error: Deno.PointerValue): string | undefined {
    if (error === null) return undefined;
    const address = Deno.UnsafePointer.value(error);
    const message = new Structure("PJRT_Error_Message_Args").set("error", address);
    // These two return nothing, so what stands in place of an error means nothing.
    this.#call("PJRT_Error_Message", message);
    const text = message.text("message", "message_size");
    this.#call("PJRT_Error_Destroy", new Structure("PJRT_Error_Destroy_Args").set("error", address));
    return text.trim();
  }
}

/** Loads the library, keeps it, and returns the address of its `PJRT_Api`. */
function loadInterface(path: string): Address {
  const flags = keepLoaded[Deno.build.os];
  if (flags === undefined) throw new Error(`The runtime xla knows Linux and macOS, not ${Deno.build.os}`);
  let library;
  try {
    library = Deno.dlopen(path, {
      GetPjrtApi: { parameters: [], result: "pointer" },
      // Found by way of the plugin, which is linked with libc, so that no other library need be named or permitted.
      dlopen: { parameters: ["buffer", "i32"], result: "pointer" },
    });
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    throw new Error(`${path} is no PJRT plugin that can be loaded (${(cause as Error).message}); ${pluginCure()}`, {
      cause,
    });
  }
  library.symbols.dlopen(new TextEncoder().encode(`${path}\0`), flags);
  const table = Deno.UnsafePointer.value(library.symbols.GetPjrtApi());
  const view = viewAt(table);
  const [major, minor] = [view.getInt32(interfaceLayout.major), view.getInt32(interfaceLayout.minor)];
  checkVersion(path, { major, minor });
  const needed = interfaceLayout.functions + 8 * (Math.max(...Object.values(functionPlaces)) + 1);
  const size = view.getBigUint64(interfaceLayout.size);
  if (size < needed) {
    throw new Error(`${path} has a table of functions of ${size} bytes, expected at least ${needed}; ${pluginCure()}`);
  }
  return table;
}
