import assert from "node:assert/strict";
import fc from "fast-check";
import { DevicePool } from "../../../lib/pipeline/run/devices.ts";
import { Project } from "../rig.ts";

Deno.test("DevicePool never hands out a device twice at once", () => {
  const steps = fc.array(fc.oneof(fc.nat(3).map((take) => ({ take })), fc.nat(5).map((release) => ({ release }))));
  fc.assert(fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 4 }), steps, (devices, moves) => {
    const pool = new DevicePool(devices);
    const held: (readonly string[])[] = [];
    for (const move of moves) {
      if ("take" in move) held.push(pool.take(move.take));
      else if (move.release < held.length) pool.release(held.splice(move.release, 1)[0]!);
      assert.equal(new Set(held.flat()).size, held.flat().length);
    }
    for (const taken of held) pool.release(taken);
    assert.deepEqual([...pool.take(devices.length)].sort(), devices.toSorted());
  }));
});

Deno.test("stages that run at once have a GPU each; others see what the engine does", async () => {
  await using project = await Project.create();
  const command = project.command();
  const stage = (name: string, resources: string, env = ""): string =>
    `  ${name}: {cmd: "echo $CUDA_VISIBLE_DEVICES > ${name}.txt; ${command.line}", outs: [${name}.txt], ` +
    `resources: {${resources}}${env}}\n`;
  await project.write(
    "pipeline.yaml",
    "stages:\n" + stage("one", "gpus: 1, cpus: 0.5") + stage("other", "gpus: 1, cpus: 0.5") +
      stage("none", "cpus: 0.5") + stage("own", "gpus: 1, cpus: 0.5", ", env: [CUDA_VISIBLE_DEVICES]"),
  );
  const seenBy = async (...names: string[]): Promise<string[]> => {
    const run = project.startIn(".", { CUDA_VISIBLE_DEVICES: "3,5" }, "repro", "--jobs", "2", ...names);
    const running = [];
    for (const _ of names) running.push(await command.next());
    for (const one of running) await one.exit(0);
    assert.equal((await run.finish()).code, 0);
    return await Promise.all(names.map(async (name) => (await project.read(`${name}.txt`)).trim()));
  };
  assert.deepEqual((await seenBy("one", "other")).toSorted(), ["3", "5"]);
  assert.deepEqual(await seenBy("none"), ["3,5"]);
  assert.deepEqual(await seenBy("own"), ["3,5"], "what a stage declares, it gets");
});
