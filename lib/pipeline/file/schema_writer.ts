/**
 * Writes `lib/pipeline/pipeline.schema.json`, which editors complete `pipeline.yaml` from:
 * `deno run -A lib/pipeline/file/schema_writer.ts`.
 * @module
 */
import { pipelineSchema } from "./schema.ts";

await Deno.writeTextFile(
  new URL("../pipeline.schema.json", import.meta.url),
  JSON.stringify(pipelineSchema(), null, 2) + "\n",
);
