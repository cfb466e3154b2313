import { Message } from "../../compile/onnx/protobuf.ts";
import { sizeOf } from "../../compile/graph/shape.ts";
import { dtypeOf } from "../check.ts";
import type { Data, ResultData } from "../program.ts";
import { bufferTypes } from "./layout.ts";
import type { Plugin } from "./plugin.ts";
import { type Address, addressOf, Structure, viewAt } from "./structure.ts";

/** An array on the device. */
export type Buffer = Address;

/** A program compiled for the device. */
export interface LoadedProgram {
  /** Of the engine's object. */
  readonly address: Address;
  /** How many arrays it returns. */
  readonly results: number;
}

/** Options of XLA's compiler, by their names among its flags. */
export type CompilerOptions = Readonly<Record<string, string | boolean | number>>;

/** `PJRT_NamedValue_kBool`. */
const booleanValue = 4;

/** `PJRT_HostBufferSemantics_kImmutableUntilTransferCompletes`. */
const untilTransferred = 1;

/** A device and its memory, through a plugin. */
export class Client {
  /** `cpu`, `cuda`, ... */
  readonly platform: string;
  /** The model of the device, as `NVIDIA H100 80GB HBM3`; of a CPU just `cpu`. */
  readonly deviceKind: string;
  readonly #client: Address;
  readonly #device: Address;

  /**
   * Opens the plugin's first device.
   *
   * @throws {Error} with the engine's message, e.g. where there is no such device
   */
  constructor(readonly plugin: Plugin) {
    const created = new Structure("PJRT_Client_Create_Args").pointTo("create_options", lazily()).set("num_options", 1);
    try {
      plugin.call("PJRT_Client_Create", created);
    } catch (cause) {
      throw new Error(`${plugin.path} has no device here: ${(cause as Error).message}`, { cause });
    }
    this.#client = created.get("client");
    const named = new Structure("PJRT_Client_PlatformName_Args").set("client", this.#client);
    plugin.call("PJRT_Client_PlatformName", named);
    this.platform = named.text("platform_name", "platform_name_size");
    const devices = new Structure("PJRT_Client_AddressableDevices_Args").set("client", this.#client);
    plugin.call("PJRT_Client_AddressableDevices", devices);
    if (devices.get("num_addressable_devices") === 0n) {
      throw new Error(`XLA finds no device of platform ${this.platform}`);
    }
    this.#device = viewAt(devices.get("addressable_devices")).getBigUint64();
    const described = new Structure("PJRT_Device_GetDescription_Args").set("device", this.#device);
    plugin.call("PJRT_Device_GetDescription", described);
    const kind = new Structure("PJRT_DeviceDescription_Kind_Args")
      .set("device_description", described.get("device_description"));
    plugin.call("PJRT_DeviceDescription_Kind", kind);
    this.deviceKind = kind.text("device_kind", "device_kind_size");
  }

  /**
   * Compiles a program.
   *
   * @param text StableHLO
   * @param results how many arrays it returns
   */
  async compile(text: string, results: number, options: CompilerOptions): Promise<LoadedProgram> {
    const program = new Structure("PJRT_Program")
      .pointToBytes("code", "code_size", text)
      .pointToBytes("format", "format_size", "mlir");
    const compiled = new Structure("PJRT_Client_Compile_Args")
      .set("client", this.#client)
      .pointTo("program", program)
      .pointToBytes("compile_options", "compile_options_size", compileOptions(options));
    await this.plugin.callPatiently("PJRT_Client_Compile", compiled);
    return { address: compiled.get("executable"), results };
  }

  /** Copies an array to the device. */
  async put(data: Data, shape: readonly number[]): Promise<Buffer> {
    const given = new Structure("PJRT_Client_BufferFromHostBuffer_Args")
      .set("client", this.#client)
      .set("device", this.#device)
      // An empty array has no address of its own.
      .point("data", (data.length === 0 ? new Uint8Array(8) : data) as ArrayBufferView<ArrayBuffer>)
      .setInteger("type", bufferTypes[dtypeOf(data)])
      .point("dims", BigInt64Array.from([...shape, 0], BigInt))
      .set("num_dims", shape.length)
      .setInteger("host_buffer_semantics", untilTransferred);
    this.plugin.call("PJRT_Client_BufferFromHostBuffer", given);
    await this.#complete(given.get("done_with_host_buffer"));
    return given.get("buffer");
  }

  /** Copies an array from the device. */
  async take(buffer: Buffer, shape: readonly number[], dtype: string): Promise<ResultData> {
    const size = sizeOf(shape);
    const data = dtype === "float32"
      ? new Float32Array(size)
      : dtype === "float64"
      ? new Float64Array(size)
      : new Int32Array(size);
    if (size === 0) return data;
    const taken = new Structure("PJRT_Buffer_ToHostBuffer_Args")
      .set("src", buffer)
      .point("dst", data)
      .set("dst_size", data.byteLength);
    this.plugin.call("PJRT_Buffer_ToHostBuffer", taken);
    await this.#complete(taken.get("event"));
    return data;
  }

  /**
   * Runs a program to its end. Arrays that it takes over (a state's) are empty afterwards, but are to be freed all the same.
   *
   * @returns what it returns, to be freed by {@linkcode Client.free}
   */
  async execute(program: LoadedProgram, inputs: readonly Buffer[]): Promise<Buffer[]> {
    const [arguments_, results, events] = [
      BigUint64Array.from(inputs),
      new BigUint64Array(program.results),
      new BigUint64Array(1),
    ];
    const execution = new Structure("PJRT_LoadedExecutable_Execute_Args")
      .set("executable", program.address)
      .pointTo("options", new Structure("PJRT_ExecuteOptions"))
      .point("argument_lists", BigUint64Array.of(addressOf(arguments_)))
      .set("num_devices", 1)
      .set("num_args", inputs.length)
      .point("output_lists", BigUint64Array.of(addressOf(results)))
      .point("device_complete_events", events);
    await this.plugin.callPatiently("PJRT_LoadedExecutable_Execute", execution);
    try {
      await this.#complete(events[0]!);
    } catch (error) {
      this.free(...results);
      throw error;
    }
    return [...results];
  }

  /** Frees arrays. */
  free(...buffers: readonly Buffer[]): void {
    for (const buffer of buffers) {
      this.plugin.call("PJRT_Buffer_Destroy", new Structure("PJRT_Buffer_Destroy_Args").set("buffer", buffer));
    }
  }

  /** Frees a program. */
  unload({ address }: LoadedProgram): void {
    const argument = new Structure("PJRT_LoadedExecutable_Destroy_Args").set("executable", address);
    this.plugin.call("PJRT_LoadedExecutable_Destroy", argument);
  }

  /** Closes the device; nothing of this client may be used any more. */
  close(): void {
    this.plugin.call("PJRT_Client_Destroy", new Structure("PJRT_Client_Destroy_Args").set("client", this.#client));
  }

  async #complete(event: Address): Promise<void> {
    if (event === 0n) return;
    try {
      await this.plugin.callPatiently("PJRT_Event_Await", new Structure("PJRT_Event_Await_Args").set("event", event));
    } finally {
      this.plugin.call("PJRT_Event_Destroy", new Structure("PJRT_Event_Destroy_Args").set("event", event));
    }
  }
}

/** An option of clients: memory is taken as it is needed, where else a GPU's client takes three quarters of it at once. */
function lazily(): Structure {
  return new Structure("PJRT_NamedValue")
    .pointToBytes("name", "name_size", "preallocate")
    .setInteger("type", booleanValue)
    .set("bool_value", 0)
    .set("value_size", 1);
}

/** A `CompileOptionsProto` (xla/pjrt/proto/compile_options.proto): one replica, one partition, and flags of the compiler. */
function compileOptions(options: CompilerOptions): Uint8Array<ArrayBuffer> {
  const message = new Message().message(3, new Message().integer(4, 1).integer(5, 1));
  for (const [name, value] of Object.entries(options)) {
    const override = new Message();
    if (typeof value === "string") override.text(1, value);
    else if (typeof value === "boolean") override.integer(2, Number(value));
    else override.integer(3, value);
    message.message(7, new Message().text(1, name).message(2, override));
  }
  return message.finish() as Uint8Array<ArrayBuffer>;
}
