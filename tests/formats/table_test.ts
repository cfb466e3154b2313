import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { readTable, type Row, writeTable } from "../../lib/formats/table.ts";

/** Runs a test in a folder of its own. */
async function inFolder(test: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(join(folder, "table.csv"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("writeTable() writes shortest numbers, empty cells for null and quotes where needed", async () => {
  await inFolder(async (path) => {
    await writeTable(path, ["layer", "cdnv", "note"], [
      { layer: 1, cdnv: 0.1, note: 'a,"b"' },
      { cdnv: null, layer: 2, note: "true" },
    ]);
    assert.equal(await Deno.readTextFile(path), 'layer,cdnv,note\n1,0.1,"a,""b"""\n2,,true\n');
  });
});

Deno.test("readTable() returns what writeTable() wrote, every float64 to the last bit", async () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value === 0 ? 0 : value);
  const text = fc.constantFrom("mlp", "mnist", "a b", 'say "x"', "1,5", "007", "line\nbreak", "true");
  await inFolder(async (path) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ a: fc.option(number), b: fc.option(text), c: fc.integer() }), { minLength: 1 }),
        async (rows: Row[]) => {
          await writeTable(path, ["a", "b", "c"], rows);
          assert.deepEqual(await readTable(path), rows.map((row) => ({ ...row })));
        },
      ),
      { numRuns: 50 },
    );
  });
});

Deno.test("readTable() returns no rows of a table that has only a header", async () => {
  await inFolder(async (path) => {
    await writeTable(path, ["a", "b"], []);
    assert.equal(await Deno.readTextFile(path), "a,b\n");
    assert.deepEqual(await readTable(path), []);
  });
});

Deno.test("writeTable() rejects NaN, a missing column and an unknown column", async () => {
  await inFolder(async (path) => {
    await assert.rejects(writeTable(path, ["a"], [{ a: NaN }]), {
      message: `${path}: row 1, column "a" is NaN; a quantity without a value is null`,
    });
    await assert.rejects(writeTable(path, ["a", "b"], [{ a: 1 }]), { message: `${path}: row 1 lacks the column "b"` });
    await assert.rejects(writeTable(path, ["a"], [{ a: 1, c: 2 }]), {
      message: `${path}: row 1 has a column "c"; expected a`,
    });
  });
});

Deno.test("readTable() rejects an empty file", async () => {
  await inFolder(async (path) => {
    await Deno.writeTextFile(path, "");
    await assert.rejects(readTable(path), {
      message: `${path}: an empty file, expected a CSV table with a header line`,
    });
  });
});

Deno.test("readTable() rejects a row that was cut", async () => {
  await inFolder(async (path) => {
    await Deno.writeTextFile(path, "a,b,c\n1,,3\n1,2");
    await assert.rejects(readTable(path), { message: `${path}: row 2 ends before the column "c"` });
  });
});
