import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { peers } from "../../bench/peers.ts";
import type { Engine, EngineName } from "../../bench/gpu/engines.ts";
import { measure } from "../../bench/gpu/measurement.ts";
import { remarksOn, type Report, tableOf } from "../../bench/gpu/report.ts";
import { subjectsOf } from "../../bench/gpu/subjects.ts";
import { cpuRuntime } from "../../lib/runtimes/cpu.ts";
import type { Runtime } from "../../lib/runtimes/runtime.ts";
import { findPlugin } from "../../lib/runtimes/xla/location.ts";
import { isInstalled, pythonOf } from "../../setup/virtual_environment.ts";
import { testRuntimes } from "../runtimes/runtimes.ts";

const { ignore } = (await testRuntimes()).find(({ name }) => name === "xla")!;
// 5 GB, so not in continuous integration.
const hasTorch = await isInstalled(peers);
if (!hasTorch) console.log("The GPU benchmark is not tried with PyTorch; get it by `deno task bench`");
const isThorough = Deno.env.get("RUNTIMES") === "all";
if (!isThorough) console.log("The GPU benchmark is not packed; that is part of `deno task test:runtimes`");

const modulePath = (name: string) => fileURLToPath(new URL(`../../bench/gpu/${name}`, import.meta.url));

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(command: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    env: { NO_COLOR: "1", ...env },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

const bench = (args: readonly string[], env?: Record<string, string>) =>
  run(Deno.execPath(), ["run", "-A", modulePath("bench.ts"), ...args], env);

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Checks a table and its JSON: each network in each precision, with times of each column. */
async function assertComplete({ code, stdout, stderr }: Ran, json: string, columns: readonly string[]): Promise<void> {
  assert.equal(code, 0, stderr);
  const { trial, rows, rounds }: Report = JSON.parse(await Deno.readTextFile(json));
  assert.equal(trial, true);
  assert.ok(rows.length > 0 && rows.length % 3 === 0);
  for (const { network, precision, timings } of rows) {
    assert.deepEqual(Object.keys(timings!), columns);
    for (const { times, sameBytes = true } of Object.values(timings!)) {
      assert.equal(times.length, rounds);
      assert.ok(times.every((time) => time > 0));
      assert.ok(sameBytes, `${network} in ${precision}`);
    }
    assert.match(stdout, new RegExp(`^\\| ${network} \\| ${precision} \\| [\\d.]+ \\|`, "m"));
  }
}

Deno.test({
  name: "the GPU benchmark runs through all networks and precisions on a CPU, small, and writes table and JSON",
  ignore,
  fn: () =>
    inFolder(async (folder) => {
      const json = join(folder, "times.json");
      const ran = await bench(["--trial", "--without-pytorch", "--runtimes", "xla", "--rounds", "2", "--json", json]);
      await assertComplete(ran, json, ["xla"]);
    }),
});

Deno.test({
  name: "the GPU benchmark compares with PyTorch, whose first losses are the same",
  ignore: ignore || !hasTorch,
  fn: () =>
    inFolder(async (folder) => {
      const json = join(folder, "times.json");
      const flags = ["--trial", "--runtimes", "xla", "--rounds", "1", "--only", "mlp", "--python", pythonOf(peers)];
      await assertComplete(await bench([...flags, "--json", json]), json, ["xla", "eager"]);
    }),
});

Deno.test("what fails is a line under the table, and leaves the others their times", async () => {
  const subject = subjectsOf(true)[0]!;
  const cpu = (name: EngineName, runtime: Runtime): Engine => {
    return { name, identity: name, onCpu: true, runtime, precisions: ["float32"], share: 1 };
  };
  const broken: Runtime = { name: "broken", compile: () => Promise.reject(new Error("no memory left")) };
  const tooFast: Runtime = {
    name: "too fast",
    async compile(program, options) {
      const executable = await cpuRuntime.compile(program, options);
      return {
        ...executable,
        run: (inputs) =>
          executable.run({ ...inputs, scalars: { learningRate: new Float32Array(subject.steps).fill(1) } }),
      };
    },
  };
  const engines = [cpu("xla", cpuRuntime), cpu("webgpu", broken), cpu("tensorflow", tooFast)];
  const options = { subject, precision: "float32", batch: 16, rounds: 2, engines, modes: [] } as const;
  const { timings } = await measure(options);
  assert.deepEqual([timings.xla!.times.length, timings.xla!.error, timings.xla!.sameBytes], [2, undefined, true]);
  const row = { network: subject.name, precision: "float32", timings };
  const [memory, work, ...more] = remarksOn(row);
  assert.equal(memory, "MLP of 2 layers in float32 failed by webgpu: no memory left");
  assert.match(
    work!,
    /^MLP of 2 layers in float32 failed by tensorflow: .* the loss of step 2 is [\d.]+ by tensorflow, /,
  );
  assert.deepEqual(more, []);
  const report = { trial: true, batch: 16, rounds: 2, engines: {}, deno: "", rows: [row] };
  const table = tableOf(report, { ours: ["xla", "webgpu", "tensorflow"], modes: [] });
  assert.match(
    table,
    /^\| MLP of 2 layers \| float32 \| [\d.]+ \| - \| - \|\n\nMLP of 2 layers in float32 failed by webgpu/m,
  );
});

Deno.test({
  name: "the GPU benchmark says in one sentence what is missing and how to name it",
  ignore,
  fn: () =>
    inFolder(async (folder) => {
      const python = join(folder, "python");
      const script = `#!/bin/sh\necho "ModuleNotFoundError: No module named 'torch'" >&2; exit 1\n`;
      await Deno.writeTextFile(python, script, { mode: 0o755 });
      const cases: readonly [readonly string[], Record<string, string>, RegExp][] = [
        [
          ["--python", python],
          {},
          /There is no PyTorch to compare with: .*No module named 'torch'; name .* --python, or /,
        ],
        [
          ["--python", join(folder, "none")],
          {},
          /There is no PyTorch to compare with: \S*none is not there; name a Python that has it by --python, or /,
        ],
        [[], { XLA_PLUGIN: "/nowhere.so" }, /There is no XLA plugin \/nowhere\.so, which XLA_PLUGIN names: correct/],
      ];
      for (const [args, env, message] of cases) {
        const { code, stderr } = await bench(["--trial", "--runtimes", "xla", ...args], env);
        assert.equal(code, 1);
        assert.match(stderr.trim().split("\n").at(-1)!, message);
        assert.doesNotMatch(stderr, /^ +at /m);
      }
      const { code, stderr } = await bench(["--rounds", "none"]);
      assert.equal(code, 2);
      assert.match(stderr, /^--rounds is none, expected 1 or more\n\nbench\.ts \[options\]/);
    }),
});

Deno.test({
  name: "the packed GPU benchmark runs from another folder, without a network",
  ignore: ignore || !isThorough,
  fn: () =>
    inFolder(async (folder) => {
      const archive = join(folder, "mindepth-gpu.tar.xz");
      const packed = await run(Deno.execPath(), ["run", "-A", modulePath("pack.ts"), archive]);
      assert.equal(packed.code, 0, packed.stderr);
      assert.equal((await run("tar", ["xf", archive, "-C", folder])).code, 0);
      const program = join(folder, "mindepth-gpu/run");
      const json = join(folder, "times.json");
      const flags = ["--without-pytorch", "--runtimes", "xla", "--rounds", "1", "--only", "mlp", "--json", json];
      await assertComplete(await run(program, flags, { XLA_PLUGIN: findPlugin() }), json, ["xla"]);
      const python = join(folder, "python");
      await Deno.writeTextFile(python, "#!/bin/sh\nexit 0\n", { mode: 0o755 });
      const { code, stderr } = await run(program, ["--python", python]);
      assert.equal(code, 1);
      assert.match(
        stderr,
        /^There is no XLA plugin: none was set up, and \S* has no JAX .* by the variable XLA_PLUGIN$/m,
      );
    }),
});
