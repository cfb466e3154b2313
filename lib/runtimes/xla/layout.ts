/**
 * What we use of PJRT's C interface, as `pjrt_c_api.h` has it: names are the header's. A test derives all of it again from
 * the header that comes with the CPU plugin.
 *
 * Since version 0.81 one of these structures has grown: `PJRT_ExecuteOptions` by its last field, in 0.97 (the changelog of
 * https://github.com/openxla/xla/tree/main/xla/pjrt/c). A structure that is longer than a plugin knows is fine with it.
 *
 * @module
 */

/** Types of fields: what a C compiler gives their size in bytes and so, each being aligned to its size, their place. */
export const fieldSizes = { pointer: 8, size: 8, int64: 8, int: 4 } as const;

/** A type of fields. */
export type FieldType = keyof typeof fieldSizes;

/** Versions of the interface whose structures these are. */
export const knownVersions = { major: 0, leastMinor: 81, mostMinor: 115 } as const;

/** The fields of the structures after the two that all begin with, `struct_size` and `extension_start`. */
export const structures = {
  PJRT_Error_Destroy_Args: { error: "pointer" },
  PJRT_Error_Message_Args: { error: "pointer", message: "pointer", message_size: "size" },
  PJRT_Plugin_Initialize_Args: {},
  PJRT_Event_Destroy_Args: { event: "pointer" },
  PJRT_Event_Await_Args: { event: "pointer" },
  // With a boolean for its value, which in the header is one of a union of types.
  PJRT_NamedValue: { name: "pointer", name_size: "size", type: "int", bool_value: "int64", value_size: "size" },
  PJRT_Client_Create_Args: {
    create_options: "pointer",
    num_options: "size",
    kv_get_callback: "pointer",
    kv_get_user_arg: "pointer",
    kv_put_callback: "pointer",
    kv_put_user_arg: "pointer",
    client: "pointer",
    kv_try_get_callback: "pointer",
    kv_try_get_user_arg: "pointer",
  },
  PJRT_Client_Destroy_Args: { client: "pointer" },
  PJRT_Client_PlatformName_Args: { client: "pointer", platform_name: "pointer", platform_name_size: "size" },
  PJRT_Client_AddressableDevices_Args: {
    client: "pointer",
    addressable_devices: "pointer",
    num_addressable_devices: "size",
  },
  PJRT_Device_GetDescription_Args: { device: "pointer", device_description: "pointer" },
  PJRT_DeviceDescription_Kind_Args: { device_description: "pointer", device_kind: "pointer", device_kind_size: "size" },
  PJRT_Program: { code: "pointer", code_size: "size", format: "pointer", format_size: "size" },
  PJRT_Client_Compile_Args: {
    client: "pointer",
    program: "pointer",
    compile_options: "pointer",
    compile_options_size: "size",
    executable: "pointer",
  },
  PJRT_Client_BufferFromHostBuffer_Args: {
    client: "pointer",
    data: "pointer",
    type: "int",
    dims: "pointer",
    num_dims: "size",
    byte_strides: "pointer",
    num_byte_strides: "size",
    host_buffer_semantics: "int",
    device: "pointer",
    memory: "pointer",
    device_layout: "pointer",
    done_with_host_buffer: "pointer",
    buffer: "pointer",
  },
  PJRT_LoadedExecutable_Destroy_Args: { executable: "pointer" },
  PJRT_ExecuteOptions: {
    send_callbacks: "pointer",
    recv_callbacks: "pointer",
    num_send_ops: "size",
    num_recv_ops: "size",
    launch_id: "int",
    non_donatable_input_indices: "pointer",
    num_non_donatable_input_indices: "size",
    context: "pointer",
    call_location: "pointer",
    num_tasks: "size",
    task_ids: "pointer",
    incarnation_ids: "pointer",
    multi_slice_config: "pointer",
  },
  PJRT_LoadedExecutable_Execute_Args: {
    executable: "pointer",
    options: "pointer",
    argument_lists: "pointer",
    num_devices: "size",
    num_args: "size",
    output_lists: "pointer",
    device_complete_events: "pointer",
    execute_device: "pointer",
  },
  PJRT_Buffer_Destroy_Args: { buffer: "pointer" },
  PJRT_Buffer_ToHostBuffer_Args: {
    src: "pointer",
    host_layout: "pointer",
    dst: "pointer",
    dst_size: "size",
    event: "pointer",
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, FieldType>>>>;

/** A structure that we use. */
export type StructureName = keyof typeof structures;

/** Places, from 0 on, of the functions that we use in the table of `PJRT_Api`. */
export const functionPlaces = {
  PJRT_Error_Destroy: 0,
  PJRT_Error_Message: 1,
  PJRT_Plugin_Initialize: 3,
  PJRT_Event_Destroy: 5,
  PJRT_Event_Await: 8,
  PJRT_Client_Create: 10,
  PJRT_Client_Destroy: 11,
  PJRT_Client_PlatformName: 12,
  PJRT_Client_AddressableDevices: 16,
  PJRT_Client_Compile: 20,
  PJRT_Client_BufferFromHostBuffer: 22,
  PJRT_DeviceDescription_Kind: 26,
  PJRT_Device_GetDescription: 29,
  PJRT_LoadedExecutable_Destroy: 50,
  PJRT_LoadedExecutable_Execute: 55,
  PJRT_Buffer_Destroy: 58,
  PJRT_Buffer_ToHostBuffer: 70,
} as const;

/** A function that we use. */
export type FunctionName = keyof typeof functionPlaces;

/** Where `PJRT_Api` has its versions and its table of functions, in bytes. */
export const interfaceLayout = { size: 0, major: 32, minor: 36, functions: 40 } as const;

/** `PJRT_Buffer_Type` of what we hand over. */
export const bufferTypes = { int32: 4, uint8: 6, float32: 11, float64: 12 } as const;

/** Places of a structure's fields and its size, in bytes. */
export function layOut(
  name: StructureName,
): { readonly offsets: Readonly<Record<string, number>>; readonly size: number } {
  const offsets: Record<string, number> = { struct_size: 0, extension_start: 8 };
  let end = 16;
  for (const [field, type] of Object.entries(structures[name])) {
    const size = fieldSizes[type];
    offsets[field] = Math.ceil(end / size) * size;
    end = offsets[field] + size;
  }
  return { offsets, size: end };
}
