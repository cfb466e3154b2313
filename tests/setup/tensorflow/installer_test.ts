import assert from "node:assert/strict";
import { join } from "node:path";
import { addonPath, readInstallation } from "../../../lib/runtimes/tensorflow/installation.ts";
import { setUpTensorflow } from "../../../setup/tensorflow/installer.ts";

/** Two downloads of 274 MB. */
const ignore = Deno.env.get("RUNTIMES") !== "all";
if (ignore) console.log("TensorFlow is not set up from a bare state; that is part of `deno task test:runtimes`");

Deno.test({
  name: "setUpTensorflow() goes on where it was interrupted, leaves what works, and installs anew what is damaged",
  ignore,
  async fn() {
    const root = await Deno.makeTempDir();
    const folder = join(root, "runtimes", "tensorflow");
    const setUp = async (compilers?: readonly string[], interruptedAt?: string): Promise<string[]> => {
      const lines: string[] = [];
      const say = (line: string) => {
        lines.push(line);
        if (interruptedAt !== undefined && line.startsWith(interruptedAt)) throw new Error("interrupted");
      };
      await setUpTensorflow({ folder, gpu: false, say, ...compilers && { compilers } }).catch(({ message }) => {
        if (message !== "interrupted") throw new Error(`${message} after ${lines.join(", ")}`);
      });
      return lines;
    };
    try {
      await setUp(undefined, "the addon");
      await assert.rejects(() => readInstallation(folder), /^Error: TensorFlow is not installed; /);
      const { ino } = await Deno.stat(join(folder, "tensorflow"));

      assert.match((await setUp()).at(-1)!, /^TensorFlow 2\.21\.0 is in .*; it computes on the CPU$/);
      assert.equal((await Deno.stat(join(folder, "tensorflow"))).ino, ino);
      assert.match((await setUp()).join(), /^TensorFlow 2\.21\.0 is there, in .*; it computes on the CPU$/);

      await Deno.truncate(join(folder, addonPath), 100);
      const lines = await setUp([]);
      assert.match(lines[0]!, /^installs it anew: \S*tfjs_binding.node is 100 bytes, expected \d+ bytes/);
      assert.match(lines.join("\n"), /^no C\+\+ compiler here: ziglang-0\.15\.2-/m);
      assert.match(lines.at(-1)!, /^TensorFlow 2\.21\.0 is in .*; it computes on the CPU$/);
      assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).toSorted(), [
        "addon",
        "installation.json",
        "tensorflow",
      ]);
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
});
