import assert from "node:assert/strict";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { specText } from "../../lib/figures/drawing/spec_text.ts";
import type { Figure } from "../../lib/figures/figure.ts";

const golden = new URL("./golden/", import.meta.url);
const update = Deno.env.get("UPDATE_GOLDEN") === "1";

/** The grammar's own schema, as a check that fails on a figure which does not follow it. */
export async function vegaLiteCheck(): Promise<(figure: Figure) => void> {
  const schema = JSON.parse(await Deno.readTextFile(new URL(import.meta.resolve("vega-lite/vega-lite-schema.json"))));
  const ajv = new Ajv({ strict: false });
  (addFormats as unknown as (ajv: Ajv) => void)(ajv);
  ajv.addFormat("color-hex", /^#[0-9a-f]{6}$/i);
  const validate = ajv.compile(schema);
  return (figure) => assert.ok(validate(JSON.parse(specText(figure))), ajv.errorsText(validate.errors?.slice(0, 5)));
}

/** Holds a figure's text against the file of its name in `golden/`. */
export async function assertGolden(name: string, figure: Figure): Promise<void> {
  const file = new URL(`${name}.vl.json.golden`, golden);
  if (update) await Deno.writeTextFile(file, specText(figure));
  assert.equal(specText(figure), await Deno.readTextFile(file), "run with UPDATE_GOLDEN=1 and look at the change");
}
