import assert from "node:assert/strict";
import { join } from "node:path";
import {
  bufferTypes,
  type FieldType,
  functionPlaces,
  interfaceLayout,
  knownVersions,
  layOut,
  type StructureName,
  structures,
} from "../../../lib/runtimes/xla/layout.ts";
import { findPlugin, pluginFolder } from "../../../lib/runtimes/xla/location.ts";
import { testRuntimes } from "../runtimes.ts";

const { ignore: isMissing } = (await testRuntimes()).find(({ name }) => name === "xla")!;
// The header is that of the plugin for a CPU.
const ignore = isMissing || findPlugin() !== join(pluginFolder("cpu"), "plugin.so");

/** Fields that the header does not have yet, since a later version brought them. */
const later: Readonly<Partial<Record<StructureName, readonly string[]>>> = {
  PJRT_ExecuteOptions: ["multi_slice_config"],
};

/** The header of the plugin, without its comments; of a union (the only one is of 8 bytes) the last member alone. */
async function readHeader(): Promise<string> {
  const text = await Deno.readTextFile(join(pluginFolder("cpu"), "pjrt_c_api.h"));
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/\/\/[^\n]*/g, "");
  return code.replaceAll(/union \{[^}]*?(\w+);\s*\};/g, "int64_t $1;");
}

function typeOfField(declaration: string): FieldType {
  if (declaration.includes("*") || /_?[Cc]allback\b/.test(declaration)) return "pointer";
  if (declaration.startsWith("size_t")) return "size";
  return declaration.startsWith("int64_t") ? "int64" : "int";
}

Deno.test({
  name: "the structures are those of the plugin's header",
  ignore,
  async fn() {
    const header = await readHeader();
    for (const name of Object.keys(structures) as StructureName[]) {
      const body = new RegExp(`struct ${name} \\{([^}]*)\\}`).exec(header)?.[1];
      assert.ok(body, name);
      const fields = body.split(";").map((field) => field.trim()).filter((field) => field !== "").map((field) => {
        return [/(\w+)$/.exec(field)![1]!, typeOfField(field)] as const;
      });
      assert.deepEqual(fields.slice(0, 2).map(([field]) => field), ["struct_size", "extension_start"], name);
      const ours = Object.entries(structures[name]).filter(([field]) => !later[name]?.includes(field));
      assert.deepEqual(ours, fields.slice(2), name);
    }
  },
});

Deno.test({
  name: "functions, versions and types are those of the plugin's header",
  ignore,
  async fn() {
    const header = await readHeader();
    const functions = [...header.matchAll(/_PJRT_API_STRUCT_FIELD\((\w+)\);/g)].map(([, name]) => name);
    for (const [name, place] of Object.entries(functionPlaces)) assert.equal(functions[place], name);
    const version = (part: string) => Number(new RegExp(`#define PJRT_API_${part} (\\d+)`).exec(header)![1]);
    assert.equal(version("MAJOR"), knownVersions.major);
    assert.equal(version("MINOR"), knownVersions.leastMinor);
    const types = [...header.matchAll(/^ *PJRT_Buffer_Type_(\w+),/gm)].map(([, name]) => name);
    assert.deepEqual(types.indexOf("S32"), bufferTypes.int32);
    assert.deepEqual(types.indexOf("U8"), bufferTypes.uint8);
    assert.deepEqual(types.indexOf("F32"), bufferTypes.float32);
    // struct_size, extension_start, and the version with the same two before its numbers.
    assert.deepEqual(interfaceLayout, { size: 0, major: 32, minor: 36, functions: 40 });
  },
});

Deno.test("layOut() aligns each field to its size", () => {
  const { offsets, size } = layOut("PJRT_ExecuteOptions");
  assert.deepEqual([offsets.launch_id, offsets.non_donatable_input_indices], [48, 56]);
  assert.equal(size, 120);
});
