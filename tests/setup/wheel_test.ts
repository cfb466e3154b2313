import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { zipSync } from "fflate";
import { installWheel, type Wheel } from "../../setup/wheel.ts";

const library = Uint8Array.from({ length: 300_000 }, (_, index) => (index * index) >> 3);

/** A wheel of our own, in a folder that goes with it. */
async function withWheel(test: (wheel: Wheel, file: string, folder: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    const bytes = zipSync({ "engine/lib/engine.so": library, "engine/__init__.py": new Uint8Array(3) });
    const name = "engine-1.0-py3-none-any.whl";
    await Deno.writeFile(`${root}/${name}`, bytes);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    await test({ name, sha256 }, `${root}/${name}`, `${root}/runtimes/engine`);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const target = (member: string) => member.endsWith(".so") ? member.replace("engine/", "") : undefined;

Deno.test("installWheel() writes the wanted members, once", () =>
  withWheel(async (wheel, file, folder) => {
    assert.equal(await installWheel({ wheel, file, folder, target }), true);
    assert.deepEqual(await Deno.readFile(`${folder}/lib/engine.so`), library);
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).toSorted(), ["lib", "wheel.json"]);
    assert.equal(await installWheel({ wheel, file, folder, target }), false);
  }));

Deno.test("installWheel() replaces the installation of another wheel as a whole", () =>
  withWheel(async (wheel, file, folder) => {
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(`${folder}/old.so`, "");
    await Deno.writeTextFile(`${folder}/wheel.json`, JSON.stringify({ ...wheel, sha256: "0" }));
    assert.equal(await installWheel({ wheel, file, folder, target }), true);
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).toSorted(), ["lib", "wheel.json"]);
  }));

Deno.test("installWheel() takes a download that an interrupted run left, and removes it", () =>
  withWheel(async (wheel, file, folder) => {
    const left = join(dirname(folder), wheel.name);
    await Deno.mkdir(dirname(folder));
    await Deno.rename(file, left);
    assert.equal(await installWheel({ wheel, folder, target }), true);
    await assert.rejects(() => Deno.stat(left), Deno.errors.NotFound);
  }));

Deno.test("installWheel() refuses a file that is another, or broken, and leaves nothing", () =>
  withWheel(async (wheel, file, folder) => {
    const bytes = await Deno.readFile(file);
    await Deno.writeFile(file, bytes.subarray(0, bytes.length / 2));
    await assert.rejects(
      () => installWheel({ wheel, file, folder, target }),
      /whl is not engine-1\.0-py3-none-any\.whl: its SHA-256 is [0-9a-f]{64}, expected [0-9a-f]{64}$/,
    );
    const sha256 = createHash("sha256").update(bytes.subarray(0, bytes.length / 2)).digest("hex");
    const broken = { ...wheel, sha256 };
    await assert.rejects(
      () => installWheel({ wheel: broken, file, folder, target }),
      /whl cannot be unpacked: invalid zip data$/,
    );
    await assert.rejects(
      () => installWheel({ wheel, file: `${file}.none`, folder, target }),
      /There is no file .*none$/,
    );
    await assert.rejects(
      () => installWheel({ wheel: broken, file, folder, target: () => "../out" }),
      /would leave/,
    );
    assert.deepEqual([...Deno.readDirSync(dirname(folder))], []);
  }));
