import assert from "node:assert/strict";
import { join } from "node:path";
import { readAudit, refusedAccess } from "../../../lib/pipeline/run/audit.ts";
import { pathInMessage, realPath } from "../../../lib/pipeline/run/path.ts";
import type { Sandbox } from "../../../lib/pipeline/process/sandbox.ts";
import { undeclaredAccesses } from "../../../lib/pipeline/run/undeclared.ts";
import { temporaryFolder } from "../support/stage_sketch.ts";

const sandbox: Sandbox = {
  read: ["/p/data"],
  write: ["/p/out"],
  env: [],
  net: ["example.org", "*.example.net", "localhost:80"],
  native: [],
};

function isDeclared(permission: string, value: string | null): boolean {
  return undeclaredAccesses([{ permission, value }], sandbox, "/p").length === 0;
}

Deno.test("undeclaredAccesses() takes relative paths from the stage's folder", () => {
  assert.ok(isDeclared("read", "data/x"));
  assert.ok(isDeclared("read", "./data"));
  assert.ok(!isDeclared("read", "data2"));
  assert.ok(!isDeclared("read", "data/../secret"));
});

Deno.test("undeclaredAccesses() lets outs be read and deps not be written", () => {
  assert.ok(isDeclared("read", "/p/out/a"));
  assert.ok(isDeclared("write", "/p/out/a"));
  assert.ok(!isDeclared("write", "/p/data/x"));
  assert.ok(!isDeclared("write", "<TMP>"));
  assert.ok(!isDeclared("read", null));
});

Deno.test("undeclaredAccesses() matches hosts with their ports", () => {
  assert.ok(isDeclared("net", "example.org:443"));
  assert.ok(isDeclared("net", "https://example.org/a"));
  assert.ok(isDeclared("net", "a.example.net:443"));
  assert.ok(isDeclared("net", "localhost:80"));
  assert.ok(!isDeclared("net", "localhost:8080"));
  assert.ok(!isDeclared("net", "example.org.evil.com:443"));
  assert.ok(!isDeclared("net", "notexample.net:443"));
});

Deno.test("undeclaredAccesses() passes over what packages probe in vain", () => {
  assert.ok(isDeclared("env", "NODE_ENV"));
  assert.ok(isDeclared("sys", "cpus"));
  assert.ok(!isDeclared("run", "ls"));
  assert.ok(!isDeclared("ffi", "/p/lib.so"));
});

Deno.test("readAudit() returns each access once and leaves out a torn line", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "audit.jsonl");
  const line = (second: number, value: string): string =>
    `{"v":1,"datetime":"2026-01-01T00:00:0${second}Z","permission":"read","value":${JSON.stringify(value)}}\n`;
  Deno.writeTextFileSync(
    path,
    line(1, "a") + line(2, "b") + line(3, "a") + line(4, 'ä "quoted"') + line(5, "c").slice(0, 60),
  );
  assert.deepEqual(await readAudit(path), [
    { permission: "read", value: "a" },
    { permission: "read", value: "b" },
    { permission: "read", value: 'ä "quoted"' },
  ]);
});

Deno.test("readAudit() finds nothing where nothing was accessed", async () => {
  using folder = temporaryFolder();
  assert.deepEqual(await readAudit(join(folder.path, "none")), []);
});

Deno.test("refusedAccess() understands what Deno says", () => {
  const said = (text: string): unknown => refusedAccess(`Requires ${text}, run again with the --allow-x flag`);
  assert.deepEqual(said('read access to "/a b"'), { permission: "read", value: "/a b" });
  assert.deepEqual(said("write access to <TMP>"), { permission: "write", value: "<TMP>" });
  assert.deepEqual(said("env access"), { permission: "env", value: null });
  assert.equal(refusedAccess("no such file"), undefined);
});

Deno.test("realPath() follows links also where the end does not exist yet", () => {
  using folder = temporaryFolder();
  Deno.mkdirSync(join(folder.path, "real"));
  Deno.symlinkSync("real", join(folder.path, "link"));
  assert.equal(realPath(join(folder.path, "link/new/out")), join(folder.path, "real/new/out"));
});

Deno.test("pathInMessage() is relative inside the folder alone", () => {
  assert.equal(pathInMessage("/a/b/c", "/a"), "b/c");
  assert.equal(pathInMessage("/a", "/a"), "/a");
  assert.equal(pathInMessage("/ab", "/a"), "/ab");
});
