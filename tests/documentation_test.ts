import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = new URL("..", import.meta.url).pathname;
const FILES = globSync("{lib,stages}/**/*.ts", { cwd: ROOT });

/** One complaint of `deno doc --lint`. */
interface Complaint {
  readonly rule: string;
  readonly message: string;
  readonly file: string;
}

async function complaints(): Promise<Complaint[]> {
  const args = ["doc", "--lint", ...FILES.map((file) => join(ROOT, file))];
  const { stderr } = await new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" }, stdout: "null" }).output();
  const text = new TextDecoder().decode(stderr);
  return [...text.matchAll(/^error\[([\w-]+)\]: (.*)\n\s*--> (.*?):\d+/gm)]
    .map(([, rule, message, file]) => ({ rule: rule!, message: message!, file: file!.slice(ROOT.length) }));
}

/** The linter sees no type of an npm package as public: only types of ours that are not exported are a fault. */
function isForeign({ rule, message }: Complaint): boolean {
  const type = /private type '(.*)'$/.exec(message)?.[1];
  if (rule !== "private-type-ref" || type === undefined) return false;
  const declaration = new RegExp(`\\b(?:class|interface|type|enum) ${type.replace("$", "\\$")}\\b(?! *(?:,|\\}))`);
  return !FILES.some((file) => declaration.test(readFileSync(join(ROOT, file), "utf8")));
}

/** What a stage module exports is typed by `stage({ ... })`, from its schema and names; to write that type out is to say it twice. */
function isStage({ rule, file }: Complaint): boolean {
  return rule === "missing-explicit-type" && file.startsWith("stages/");
}

Deno.test("every public symbol is documented and speaks of public types alone", async () => {
  const left = (await complaints()).filter((complaint) => !isForeign(complaint) && !isStage(complaint));
  assert.deepEqual(left, []);
});
