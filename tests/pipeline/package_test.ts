import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../lib/pipeline", import.meta.url));

Deno.test("the engine could be published: its types are checked and explicit, its imports resolve", async () => {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["publish", "--dry-run", "--allow-dirty"],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.ok(success, text);
  const files = [...text.matchAll(/lib\/pipeline\/(\S+) \(/g)].map(([, file]) => file!);
  for (const file of ["README.md", "cli.ts", "deno.json", "run/host.ts", "stage/mod.ts"]) {
    assert.ok(files.includes(file), `${file} would not be published`);
  }
});
