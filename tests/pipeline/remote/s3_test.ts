import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RemotePlace } from "../../../lib/pipeline/file/pipeline.ts";
import { RemoteError } from "../../../lib/pipeline/remote/remote_error.ts";
import { openBucket } from "../../../lib/pipeline/remote/s3_opening.ts";
import { type Credentials, S3Store, type UploadNotes } from "../../../lib/pipeline/remote/s3_store.ts";
import { sha256 } from "../../../lib/pipeline/store/hash.ts";
import { StoreError } from "../../../lib/pipeline/store/store_error.ts";
import { FaultyProxy } from "./faulty_proxy.ts";
import { S3_CREDENTIALS, startS3 } from "./servers.ts";
import { bytesOf, goesOn, HASTE, holdsContract, remoteOf, survivesFaults, withBlobs } from "./store_contract.ts";

const NOBODY = { accessKeyId: "S3RVER", secretAccessKey: "another" };
const OWNER: Credentials = {
  accessKeyId: S3_CREDENTIALS.AWS_ACCESS_KEY_ID,
  secretAccessKey: S3_CREDENTIALS.AWS_SECRET_ACCESS_KEY,
};

function notes(): UploadNotes {
  const kept = new Map<string, string>();
  return { get: (key) => kept.get(key), set: (key, text) => void kept.set(key, text) };
}

function storeAt(url: string, { credentials = OWNER, bucket = "results", kept = notes() } = {}): S3Store {
  const listing = `${url}/${bucket}`;
  return new S3Store(
    { listing, address: `${listing}/some/prefix/`, prefix: "some/prefix/", region: "us-east-1", credentials },
    HASTE,
    kept,
  );
}

Deno.test("a bucket is a remote, whatever happens on the way", async (test) => {
  await using server = await startS3();
  await test.step("contents and entries come back as they went, large ones in parts", async () => {
    const store = storeAt(server.url);
    await holdsContract(store, 20_000_000);
    const items = await Array.fromAsync(store.list());
    assert.deepEqual(items.map(({ kind }) => kind).toSorted(), ["ac", "ac", "cas", "cas", "cas", "cas"]);
    assert.ok(items.every(({ modified }) => Math.abs(Date.now() - modified) < 60_000));
    for (const { kind, name } of items) await store.delete(kind, name);
    assert.deepEqual(await Array.fromAsync(store.list()), []);
  });
  await test.step("who signs with another key is not let in; a bucket that is not there is said", async () => {
    const lost = (pattern: RegExp) => (error: unknown) =>
      error instanceof RemoteError && error.unreachable && pattern.test(error.message);
    const nobody = remoteOf(storeAt(server.url, { credentials: NOBODY }));
    await assert.rejects(nobody.entry("ab".repeat(32)), lost(/403 \(SignatureDoesNotMatch\)/));
    await assert.rejects(
      remoteOf(storeAt(server.url, { bucket: "nothing" })).entry("ab".repeat(32)),
      lost(/no such bucket/),
    );
  });
  await using proxy = await FaultyProxy.before(server.url);
  await survivesFaults(storeAt(proxy.url), proxy, test);
  await test.step("a large content that had come in part goes on where it ended, in another process too", async () => {
    await goesOn(storeAt(proxy.url), proxy);
  });
});

Deno.test("an upload in parts that was broken off goes on where it ended, and nothing is to be seen before", async () => {
  await using server = await startS3();
  await using proxy = await FaultyProxy.before(server.url);
  await withBlobs(async (_blobs, folder) => {
    const bytes = bytesOf(3, 70_000_000);
    const path = join(folder, "weights");
    Deno.writeFileSync(path, bytes);
    const name = { sha256: sha256(bytes), size: bytes.length };
    const body = { kind: "file", path, size: bytes.length } as const;
    const kept = notes();
    const parts = (): string[] =>
      proxy.seen.flatMap((line) => /^PUT .*partNumber=(\d+)/.exec(line)?.[1] ?? []).toSorted();

    proxy.fault = (method, path) => method === "PUT" && path.includes("partNumber=5") ? "cut" : undefined;
    await assert.rejects(remoteOf(storeAt(proxy.url, { kept })).write(name, body), RemoteError);
    assert.deepEqual(new Set(parts()), new Set(["1", "2", "3", "4", "5"]));
    assert.equal(parts().filter((part) => part !== "5").length, 4, "no part is sent twice");
    assert.equal(await remoteOf(storeAt(server.url)).has(name.sha256), false);

    proxy.seen.length = 0;
    proxy.fault = () => undefined;
    await remoteOf(storeAt(proxy.url, { kept })).write(name, body);
    assert.deepEqual(parts(), ["5"]);
    await withBlobs(async (blobs) => {
      assert.equal(await remoteOf(storeAt(server.url)).readInto(blobs, name), true);
      assert.equal(sha256(readFileSync(blobs.path(name.sha256))), name.sha256);
    });
  });
});

Deno.test("a listing goes on where the server has more, and is asked for again where the server fails", async () => {
  // The server of the other tests cannot tell where it goes on, as Deno has no DES, by which it makes that up.
  const [one, two] = [sha256("one"), sha256("two")];
  const page = (key: string, next: string): string =>
    `<ListBucketResult><Name>results</Name><Contents><Key>some/prefix/cas/${key}</Key>
<LastModified>2026-01-02T03:04:05.000Z</LastModified><Size>12</Size></Contents>${next}</ListBucketResult>`;
  const asked: (string | null)[] = [];
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, ({ url }) => {
    const { searchParams } = new URL(url);
    assert.equal(searchParams.get("prefix"), "some/prefix/");
    const token = searchParams.get("continuation-token");
    asked.push(token);
    if (token === null) {
      return new Response(page(one, "<NextContinuationToken>a/b+c&amp;d=</NextContinuationToken>"));
    }
    return asked.length === 2 ? new Response("busy", { status: 503 }) : new Response(page(two, ""));
  });
  const remote = remoteOf(storeAt(`http://127.0.0.1:${server.addr.port}`));
  const modified = Date.UTC(2026, 0, 2, 3, 4, 5);
  assert.deepEqual(await remote.list(), [one, two].map((name) => ({ kind: "cas", name, size: 12, modified })));
  assert.deepEqual(asked, [null, "a/b+c&d=", null, "a/b+c&d="]);
});

Deno.test("credentials, region and endpoint come from the file, the environment or the AWS files", async () => {
  await using server = await startS3();
  const folder = await Deno.makeTempDir({ prefix: "aws-" });
  const variables = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
  ];
  const before = variables.map((name) => [name, Deno.env.get(name)] as const);
  try {
    for (const name of variables) Deno.env.delete(name);
    Deno.env.set("AWS_CONFIG_FILE", join(folder, "config"));
    Deno.env.set("AWS_SHARED_CREDENTIALS_FILE", join(folder, "credentials"));
    const place = { name: "bucket", url: "s3://results/a", readOnly: false, trusts: [] } as unknown as RemotePlace;
    const asks = async (place: RemotePlace): Promise<boolean> =>
      await (await openBucket(place, HASTE, notes())).has("ab".repeat(32));
    await assert.rejects(
      asks(place),
      (error) => error instanceof StoreError && /no credentials for the remote bucket/.test(error.message),
    );

    Deno.writeTextFileSync(join(folder, "config"), `[profile lab]\nregion = eu-west-1\nendpoint_url = ${server.url}\n`);
    Deno.writeTextFileSync(
      join(folder, "credentials"),
      "[default]\naws_access_key_id = other\n\n[lab]\naws_access_key_id = S3RVER\naws_secret_access_key = S3RVER\n",
    );
    assert.equal(await asks({ ...place, profile: "lab" }), false);
    Deno.env.set("AWS_PROFILE", "lab");
    assert.equal(await asks(place), false);
    Deno.env.delete("AWS_PROFILE");
    for (const [name, value] of Object.entries(S3_CREDENTIALS)) Deno.env.set(name, value);
    assert.equal(await asks({ ...place, endpoint: `${server.url}/` }), false);
    Deno.env.set("AWS_SECRET_ACCESS_KEY", "another");
    await assert.rejects(asks({ ...place, endpoint: server.url }), RemoteError);
  } finally {
    for (const [name, value] of before) value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
    await Deno.remove(folder, { recursive: true });
  }
});
