import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { IndexDatabase } from "../../../lib/pipeline/store/index_database.ts";

async function inFolder(body: (path: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    body(join(folder, "index.sqlite"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("an index keeps digests and notes until the next opening", async () => {
  await inFolder((path) => {
    {
      using index = IndexDatabase.open(path);
      index.rememberDigest("/a", { signature: "1:2:3", sha256: "abc" });
      index.set("kind", "key", "text");
    }
    using index = IndexDatabase.open(path);
    assert.deepEqual(index.digest("/a"), { signature: "1:2:3", sha256: "abc" });
    assert.equal(index.get("kind", "key"), "text");
    assert.equal(index.get("other kind", "key"), undefined);
  });
});

Deno.test("an index that cannot be read is replaced by an empty one", async () => {
  await inFolder((path) => {
    Deno.writeTextFileSync(path, "not a database at all".repeat(100));
    using index = IndexDatabase.open(path);
    assert.equal(index.digest("/a"), undefined);
    index.set("kind", "key", "text");
    assert.equal(index.get("kind", "key"), "text");
  });
});

Deno.test("an index that is damaged inside forgets, and is replaced at the next opening", async () => {
  await inFolder((path) => {
    {
      using index = IndexDatabase.open(path);
      for (let n = 0; n < 2000; n++) index.set("kind", `key ${n}`, "text".repeat(50));
    }
    const bytes = Deno.readFileSync(path);
    bytes.fill(0xff, 3 * 4096);
    Deno.writeFileSync(path, bytes);
    {
      using index = IndexDatabase.open(path);
      assert.equal(index.get("kind", "key 1000"), undefined);
      index.set("kind", "key 1000", "new");
      index.rememberDigest("/a", { signature: "1", sha256: "a" });
    }
    using index = IndexDatabase.open(path);
    index.set("kind", "key 1000", "newer");
    assert.equal(index.get("kind", "key 1000"), "newer");
  });
});

Deno.test("an index of another version is emptied", async () => {
  await inFolder((path) => {
    {
      using index = IndexDatabase.open(path);
      index.set("kind", "key", "text");
    }
    const database = new DatabaseSync(path);
    database.exec("PRAGMA user_version = 1000");
    database.close();
    using index = IndexDatabase.open(path);
    assert.equal(index.get("kind", "key"), undefined);
  });
});

Deno.test("two processes may use an index at once", async () => {
  await inFolder((path) => {
    using one = IndexDatabase.open(path);
    using other = IndexDatabase.open(path);
    one.set("kind", "key", "one");
    other.set("kind", "key", "other");
    assert.equal(one.get("kind", "key"), "other");
  });
});
