/**
 * Writes `lib/pipeline/json.schema.json`, to which every line of `--json` fits:
 * `deno run -A lib/pipeline/json/schema_writer.ts`.
 * @module
 */
import { linesSchema } from "./schema.ts";

await Deno.writeTextFile(
  new URL("../json.schema.json", import.meta.url),
  JSON.stringify(linesSchema(), null, 2) + "\n",
);
