import assert from "node:assert/strict";
import fc from "fast-check";
import { readActionResult, writeActionResult } from "../../../lib/pipeline/remote/action_result.ts";
import { HttpStore } from "../../../lib/pipeline/remote/http_store.ts";
import { RemoteError } from "../../../lib/pipeline/remote/remote_error.ts";
import { FaultyProxy } from "./faulty_proxy.ts";
import { startBazelRemote, startNginx } from "./servers.ts";
import { entryOf, goesOn, HASTE, holdsContract, remoteOf, survivesFaults } from "./store_contract.ts";

Deno.test("a text comes back out of an ActionResult; of a torn one nothing comes that was not in it", () => {
  const contents = fc.array(fc.record({ sha256: fc.stringMatching(/^[0-9a-f]{64}$/), size: fc.maxSafeNat() }));
  fc.assert(fc.property(fc.string(), contents, fc.nat(), (text, names, cut) => {
    const bytes = writeActionResult(text, names);
    assert.equal(readActionResult(bytes), text);
    assert.ok([undefined, text].includes(readActionResult(bytes.subarray(0, cut % bytes.length))));
  }));
});

Deno.test("an ActionResult is to the byte what the wire format of protocol buffers has for it", () => {
  // Field 2 (output_files), 11 bytes: field 1 (path) "a"; field 2 (digest), 6 bytes: field 1 (hash) "a", field 2 (size) 300.
  // Field 5 (stdout_raw), 4 bytes.
  const expected = "120b" + "0a0161" + "1206" + "0a0161" + "10ac02" + "2a04" + "74657874";
  assert.equal(writeActionResult("text", [{ sha256: "a", size: 300 }]).toHex(), expected);
});

Deno.test("a server of files by WebDAV, nginx, is a remote, whatever happens on the way", async (test) => {
  const nginx = await startNginx();
  if (nginx === undefined) return console.log("skipped: there is no nginx (Debian: nginx-light)");
  await using server = nginx;
  await test.step("contents and entries come back as they went", async () => {
    await holdsContract(new HttpStore(`${server.url}/cache`, undefined, HASTE), 5_000_000);
  });
  await using proxy = await FaultyProxy.before(server.url);
  await survivesFaults(new HttpStore(proxy.url, undefined, HASTE), proxy, test);
  await test.step("a large content that had come in part goes on where it ended, in another process too", async () => {
    await goesOn(new HttpStore(proxy.url, undefined, HASTE), proxy);
  });
});

Deno.test("a cache server of Bazel's, bazel-remote, is a remote", async (test) => {
  const server = await startBazelRemote();
  if (typeof server === "string") return console.log(`skipped: bazel-remote is not tried, since ${server}`);
  await using _server = server;
  const store = new HttpStore(server.url, undefined, HASTE);
  await test.step("contents and entries come back as they went", async () => {
    await holdsContract(store, 5_000_000);
  });
  await test.step("it takes our entries for ActionResults: one of which it lacks a content counts as missing", async () => {
    const entry = entryOf("lacking", new TextEncoder().encode("never sent"));
    const { fingerprint } = entry.result;
    await remoteOf(store).writeEntry(entry);
    assert.deepEqual(await remoteOf(store).entry(fingerprint), { kind: "unknown" });
    assert.equal((await fetch(`${server.url}/ac/${"ab".repeat(32)}`, { method: "PUT", body: "no entry" })).status, 400);
  });
  await test.step("what is not what its name says is not taken", async () => {
    const remote = remoteOf(store);
    const name = { sha256: "ab".repeat(32), size: 5 };
    await assert.rejects(remote.write(name, { kind: "bytes", bytes: new TextEncoder().encode("wrong") }), RemoteError);
    assert.equal(await remoteOf(store).has(name.sha256), false);
  });
  await using proxy = await FaultyProxy.before(server.url);
  await survivesFaults(new HttpStore(proxy.url, undefined, HASTE), proxy, test);
});

Deno.test("a server that lets nobody in, or is not there, is said to be so at once", async () => {
  const seen: (string | null)[] = [];
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    seen.push(request.headers.get("authorization"));
    return new Response("no", { status: 401 });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const refused = remoteOf(new HttpStore(url.replace("//", "//me:secret@"), undefined, HASTE));
  const isLost = (pattern: RegExp) => (error: unknown) =>
    error instanceof RemoteError && error.unreachable && pattern.test(error.message);
  await assert.rejects(refused.entry("ab".repeat(32)), isLost(/the server answers 401: it lets nobody in/));
  assert.deepEqual(seen, [`Basic ${btoa("me:secret")}`], "once");
  await assert.rejects(
    remoteOf(new HttpStore(url, "Bearer 1", { silence: 100 })).writeEntry(entryOf("a", new Uint8Array(1))),
    RemoteError,
  );
  assert.equal(seen.at(-1), "Bearer 1");
  await server.shutdown();
  const gone = remoteOf(new HttpStore(url, undefined, HASTE));
  await assert.rejects(gone.has("ab".repeat(32)), isLost(/refused/i));
});
