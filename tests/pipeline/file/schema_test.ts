import assert from "node:assert/strict";
import { Ajv } from "ajv";
import { pipelineSchema } from "../../../lib/pipeline/file/schema.ts";

const stored = new URL("../../../lib/pipeline/pipeline.schema.json", import.meta.url);

Deno.test("pipeline.schema.json is what pipelineSchema() makes", async () => {
  assert.deepEqual(
    JSON.parse(await Deno.readTextFile(stored)),
    pipelineSchema(),
    "run: deno run -A lib/pipeline/file/schema_writer.ts",
  );
});

Deno.test("pipelineSchema() accepts references for values and refuses unknown keys", () => {
  const validate = new Ajv({ allowUnionTypes: true }).compile(pipelineSchema() as Record<string, unknown>);
  const file = (stage: unknown): unknown => ({ vars: [{ a: 1 }, "more.yaml"], stages: { stage } });
  const right = [
    { cmd: "echo", outs: ["x", { y: { cache: false } }], frozen: "${frozen}" },
    { foreach: "${depths}", do: { run: "a.ts", with: "${all}", deps: { x: { foreach: [1], do: "${item}" } } } },
    { matrix: { a: [1], b: "${list}" }, cmd: ["one", "two"], resources: { cpus: "${cpus}", memory: "4GB", time: 60 } },
  ];
  for (const stage of right) assert.ok(validate(file(stage)), JSON.stringify(validate.errors));
  for (const stage of [{ comand: "x" }, { cmd: 5 }, { resources: { memory: "much" } }, { deps: { x: { each: 1 } } }]) {
    assert.ok(!validate(file(stage)), JSON.stringify(stage));
  }
});

Deno.test("pipelineSchema() describes every key of a stage", () => {
  const schema = JSON.stringify(pipelineSchema());
  for (const key of ["run", "with", "cmd", "deps", "outs", "foreach", "do", "resources", "env", "net", "verify"]) {
    assert.match(schema, new RegExp(`"${key}":\\{"description":`), key);
  }
});
