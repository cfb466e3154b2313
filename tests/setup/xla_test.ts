import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findPlugin, type PluginRecord } from "../../lib/runtimes/xla/location.ts";
import { digestOf } from "../../setup/file.ts";
import { downloadByPip } from "../../setup/pip.ts";
import { xlaWheels } from "../../setup/xla_wheels.ts";
import { testRuntimes } from "../runtimes/runtimes.ts";

const { ignore } = (await testRuntimes()).find(({ name }) => name === "xla")!;
const isThorough = Deno.env.get("RUNTIMES") === "all";
if (!isThorough) console.log("XLA is not set up from a bare state; that is part of `deno task test:runtimes`");

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A copy of the project without runtimes, and `setup:xla` in it. */
async function inCopy(
  test: (folder: string, setUp: (...args: string[]) => Promise<{ code: number; said: string }>) => Promise<void>,
): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    for (const name of ["deno.json", "deno.lock", "lib", "setup"]) {
      cpSync(join(root, name), join(folder, name), { recursive: true });
    }
    await test(folder, async (...args) => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", join(folder, "setup/xla.ts"), ...args],
        env: { NO_COLOR: "1", MINDEPTH_RUNTIMES: "" },
      }).output();
      return { code, said: [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("").trim() };
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function recordIn(folder: string, kind: string): Promise<PluginRecord> {
  return JSON.parse(await Deno.readTextFile(join(folder, ".runtimes/xla", kind, "plugin.json")));
}

Deno.test({
  name: "setup:xla --plugin links to a plugin that is there, and records its digest",
  ignore,
  fn: () =>
    inCopy(async (folder, setUp) => {
      const { code, said } = await setUp("--plugin", findPlugin());
      assert.equal(code, 0, said);
      assert.equal(said.split("\n").at(-1), `The runtime xla has ${findPlugin()}, on the platform cpu`);
      assert.equal(await Deno.realPath(join(folder, ".runtimes/xla/own/plugin.so")), findPlugin());
      assert.equal((await recordIn(folder, "own")).sha256, await digestOf(findPlugin()));
    }),
});

Deno.test("setup:xla refuses a plugin or a wheel that is not there or another, and leaves no plugin", () =>
  inCopy(async (folder, setUp) => {
    const file = join(folder, "file");
    await Deno.writeTextFile(file, "no wheel, and no library");
    const cases: readonly [readonly string[], number, RegExp][] = [
      [["--plugin", join(folder, "none")], 1, /^There is no file \S*none$/],
      [["--plugin", file], 1, /^\S*file is no PJRT plugin that can be loaded /],
      [["--wheel", join(folder, "none")], 1, /^There is no file \S*none$/],
      [["--wheel", file], 1, /^\S*file is not xla_cpu_pjrt-\S*: its SHA-256 is [0-9a-f]{64}, expected [0-9a-f]{64}$/],
      [["--wheels", file], 2, /^Unknown option '--wheels'.*\n\ndeno task setup:xla \[/],
    ];
    for (const [args, expected, message] of cases) {
      const { code, said } = await setUp(...args);
      assert.equal(code, expected, said);
      assert.match(said, message);
    }
    await assert.rejects(() => Deno.stat(join(folder, ".runtimes/xla/own/plugin.so")), Deno.errors.NotFound);
    await assert.rejects(() => Deno.stat(join(folder, ".runtimes/xla/cpu")), Deno.errors.NotFound);
    const { code, said } = await setUp("--help");
    assert.equal(code, 0);
    assert.match(said, /^deno task setup:xla \[--cuda13 \| --cuda12 \| --plugin FILE\] \[--wheel FILE\]\n/);
  }));

Deno.test({
  name: "setup:xla --wheel takes the plugin out of a wheel that is at hand, without a download, once",
  ignore: !isThorough,
  fn: () =>
    inCopy(async (folder, setUp) => {
      const wheel = xlaWheels.cpu[Deno.build.arch];
      const file = join(folder, "at hand.whl");
      await downloadByPip(wheel, file);
      for (let time = 0; time < 2; time++) {
        const { code, said } = await setUp("--wheel", file);
        assert.equal(code, 0, said);
        assert.match(said, /^The runtime xla has \S*\.runtimes\/xla\/cpu\/plugin\.so, on the platform cpu$/);
      }
      assert.equal((await recordIn(folder, "cpu")).name, "xla_cpu_pjrt 0.0.1");
      assert.deepEqual([...Deno.readDirSync(join(folder, ".runtimes/xla"))].map(({ name }) => name), ["cpu"]);
    }),
});

Deno.test("setup:tensorflow prints its usage when asked, and with an option that there is not", async () => {
  const run = async (argument: string) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", join(root, "setup/tensorflow.ts"), argument],
    }).output();
    return [code, new TextDecoder().decode(stdout), new TextDecoder().decode(stderr)] as const;
  };
  const [code, usage] = await run("--help");
  assert.equal(code, 0);
  assert.match(usage, /^deno task setup:tensorflow \[--gpu\]\n/);
  assert.deepEqual(await run("--cuda"), [2, "", `Unknown option '--cuda'\n\n${usage}`]);
});
