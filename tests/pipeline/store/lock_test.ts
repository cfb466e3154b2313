import assert from "node:assert/strict";
import fc from "fast-check";
import { keepLock, lockPath, pruneLock, readLock, writeLock } from "../../../lib/pipeline/store/lock.ts";
import { recallLock, rememberLock } from "../../../lib/pipeline/store/lock_memory.ts";
import { formatLock, type LockContent, parseLock } from "../../../lib/pipeline/store/lock_text.ts";
import type { StageRecord } from "../../../lib/pipeline/store/stage_record.ts";
import { sha256 } from "../../../lib/pipeline/store/hash.ts";
import { canonical, Float, type Value } from "../../../lib/pipeline/value.ts";
import { Project } from "../support/project.ts";

const HASH = "0123456789abcdef".repeat(4);

const RECORD: StageRecord = {
  fingerprint: HASH,
  deno: "2.9.6",
  run: "stages/train.ts",
  closure: HASH,
  with: { optimizer: { lr: 0.05, drops: [10, 15] }, runtime: "onnx" },
  resolved: { runtime: "onnxruntime-node 1.30.0" },
  env: { HOME: HASH, UNSET: null },
  deps: [{ path: "data/mnist", name: "dataset", sha256: HASH, size: 10, files: 3 }],
  outs: [{ path: "outputs/history.csv", kind: "file", sha256: HASH, size: 5 }],
};

const CONTENT: LockContent = {
  stages: new Map<string, StageRecord>([
    ["train@8", RECORD],
    ["fetch", {
      fingerprint: HASH,
      deno: "2.9.6",
      cmd: ["curl -O file", "tar xf file"],
      params: { "params.yaml": { "train.lr": new Float(1), depth: 1, "": [new Float(1e-5), null, "1.0"] } },
      wdir: "data",
      deps: [],
      outs: [{ path: "data/mnist", kind: "directory", sha256: HASH, size: 10, files: 3, executables: ["a"] }],
    }],
  ]),
  closures: new Map([[HASH, {
    entry: "stages/train.ts",
    modules: { "lib/nn/step.ts": HASH, "stages/train.ts": HASH },
    packages: { "yaml@2.9.1": "sha512-abc==" },
  }]]),
};

function parsed(text: string): LockContent {
  const content = parseLock({ path: "/p/pipeline.lock", text });
  assert.ok(content.ok, JSON.stringify(content.diagnostics));
  return content.value;
}

Deno.test("parseLock() gives back what formatLock() wrote", () => {
  const { stages, closures } = parsed(formatLock(CONTENT));
  assert.deepEqual(stages, new Map([...CONTENT.stages].toReversed()));
  assert.deepEqual(closures, CONTENT.closures);
});

Deno.test("parseLock() reads a large lock, piece by piece, as a small one", () => {
  const [train, fetch] = [...CONTENT.stages.values()];
  const names = Array.from({ length: 300 }, (_, index) => `grid@${index}-a: "b"`);
  const large: LockContent = {
    stages: new Map(
      names.map((name, index) => [name, index % 2 === 0 ? train! : { ...fetch!, cmd: ["a\n  b: c\n", name] }]),
    ),
    closures: CONTENT.closures,
  };
  const text = formatLock(large);
  const read = parsed(text);
  assert.deepEqual([...read.stages.keys()].sort(), names.toSorted());
  for (const [name, record] of read.stages) assert.deepEqual(record, large.stages.get(name));
  assert.deepEqual(read.closures, large.closures);
  assert.equal(formatLock(parsed(text.replaceAll("\n  grid", "\n\n  # by hand\n  grid"))), text);

  // Whatever is wrong is told with its place in the whole.
  const [head, ...blocks] = text.split(/^(?= {2}\S)/m);
  for (
    const [edited, message, line] of [
      [blocks.toSpliced(250, 0, blocks[0]!), /not valid YAML: Map keys must be unique/, undefined],
      [blocks.with(250, blocks[250]!.replace("fingerprint:", "finger:")), /Unrecognized key/, /finger:/],
      [blocks.with(250, blocks[250]!.replace(HASH, "[x")), /not valid YAML/, undefined],
    ] as const
  ) {
    const result = parseLock({ path: "/p/pipeline.lock", text: [head, ...edited].join("") });
    assert.ok(!result.ok);
    assert.match(result.diagnostics.map((diagnostic) => diagnostic.message).join("\n"), message);
    if (line !== undefined) {
      const { range } = result.diagnostics[0]!;
      assert.match(range!.source.text.slice(range!.start - 100, range!.start + 200), line);
    }
  }
});

Deno.test("formatLock() writes the same bytes whatever order a record was put together in", () => {
  const turned = (record: StageRecord) => Object.fromEntries(Object.entries(record).toReversed());
  const stages = new Map([...CONTENT.stages].map(([name, record]) => [name, turned(record) as unknown as StageRecord]));
  assert.equal(formatLock({ ...CONTENT, stages }), formatLock(CONTENT));
  assert.equal(formatLock(parsed(formatLock(CONTENT))), formatLock(CONTENT));
});

Deno.test("the lock is sorted, a block a stage, with a heading that says what it is", () => {
  const text = formatLock(CONTENT);
  assert.match(text, /^# What was run: /);
  assert.ok(text.indexOf("\n  fetch:\n") < text.indexOf("\n  train@8:\n"));
  assert.match(text, /\n {4}run: stages\/train\.ts\n/);
  assert.match(text, /\n {4}- path: data\/mnist\n {6}name: dataset\n {6}sha256: /);
  assert.match(text, /train\.lr: 1\.0\n/);
  const reversed = { ...CONTENT, stages: new Map([...CONTENT.stages].toReversed()) };
  assert.equal(formatLock(reversed), text);
});

Deno.test("a stage's change touches its own block alone", () => {
  const lines = formatLock(CONTENT).split("\n");
  const stages = new Map(CONTENT.stages).set("train@8", {
    ...RECORD,
    with: { optimizer: { lr: 0.1, drops: [10, 15] } },
  });
  const changed = formatLock({ ...CONTENT, stages }).split("\n");
  assert.deepEqual(lines.filter((line) => !changed.includes(line)), ["        lr: 0.05", "      runtime: onnx"]);
});

Deno.test("values keep their kind through the lock", () => {
  const values: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constant(null),
      fc.boolean(),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true }).map((value) => new Float(value)),
      fc.string({ unit: "grapheme" }),
      fc.constantFrom("1.0", "true", "null", "~", "0x10", "1e5", "- a", "# no", "<<", ".inf", "2001-01-01", "a: b", ""),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.string(), tie("value"), { maxKeys: 3, noNullPrototype: true }),
    ),
  })).value;
  fc.assert(fc.property(values, (value) => {
    const stages = new Map([["s", { ...RECORD, params: { "params.yaml": { key: value } } }]]);
    const content = parsed(formatLock({ ...CONTENT, stages }));
    for (const { stages } of [content, recallLock(rememberLock(content))]) {
      assert.equal(canonical(stages.get("s")!.params!["params.yaml"]!["key"]!), canonical(value));
    }
  }));
});

Deno.test("a remembered lock is the one that was read, and an edited one is read anew", async () => {
  await using project = await Project.make({ "pipeline.lock": formatLock(CONTENT) });
  const read = () => readLock(project.path("pipeline.lock"), project.workspace.index);
  const first = await read();
  assert.deepEqual(await read(), first);
  project.write("pipeline.lock", formatLock({ ...CONTENT, stages: new Map([["train@8", RECORD]]) }));
  const second = await read();
  assert.ok(second.ok);
  assert.deepEqual([...second.value.stages.keys()], ["train@8"]);
});

Deno.test("keepLock() remembers what reading the lock would give", async () => {
  await using project = await Project.make({ "pipeline.lock": formatLock(CONTENT) });
  const { index } = project.workspace;
  const path = project.path("pipeline.lock");
  const read = await readLock(path);
  keepLock({ path, ...CONTENT }, index);
  assert.deepEqual(await readLock(path, index), read);
  assert.ok(index.get("lock 2", path)?.startsWith(sha256(formatLock(CONTENT))), "it was not remembered");
});

Deno.test("readLock() of a file that does not exist is an empty lock", async () => {
  await using project = await Project.make();
  const lock = await project.lock();
  assert.equal(lock.path, project.path("pipeline.lock"));
  assert.equal(lock.stages.size + lock.closures.size, 0);
});

Deno.test("readLock() points at a conflict that was not resolved", async () => {
  await using project = await Project.make();
  const text = formatLock(CONTENT).replace(
    "  train@8:",
    "<<<<<<< HEAD\n  train@8:\n=======\n  train@9:\n>>>>>>> other",
  );
  project.write("pipeline.lock", text);
  const lock = await readLock(project.path("pipeline.lock"));
  assert.ok(!lock.ok);
  assert.equal(lock.diagnostics.length, 1);
  const [{ message, range, hints }] = lock.diagnostics as [typeof lock.diagnostics[0] & object];
  assert.equal(message, "The lock holds a conflict of a merge that was not resolved");
  assert.equal(text.slice(range!.start, range!.end), "<<<<<<< HEAD");
  assert.match(hints!.join(), /`git checkout --ours .*pipeline\.lock` or --theirs/);
});

Deno.test("readLock() refuses what is not a lock, with the place and what to do", async () => {
  await using project = await Project.make();
  const text = formatLock(CONTENT);
  for (
    const [broken, message, place] of [
      [text.slice(0, text.indexOf("closures:")), /^The lock is not as the engine writes it: closures: /, /^schema/],
      [
        text.replace("schema: 1", "schema: 7"),
        /^The lock has schema 7, this version of the engine reads up to 1$/,
        /^7$/,
      ],
      [text.replace(/fingerprint: \w+/, "fingerprint: abc"), /stages\.fetch\.fingerprint: expected a sha256/, /^abc$/],
      [text.replace("    deno:", "    deno: [\n"), /^The lock is not valid YAML: /, /[^]*/],
      ["", /^The lock is not as the engine writes it: the file: /, /^$/],
      ["just text", /^The lock is not as the engine writes it: the file: /, /^just text$/],
    ] as const
  ) {
    project.write("pipeline.lock", broken);
    const lock = await readLock(project.path("pipeline.lock"));
    assert.ok(!lock.ok, String(message));
    assert.match(lock.diagnostics[0]!.message, message);
    const { start, end } = lock.diagnostics[0]!.range!;
    assert.match(broken.slice(start, end).trimEnd(), place);
  }
});

Deno.test("writeLock() drops closures that no stage names, pruneLock() stages that are gone", async () => {
  await using project = await Project.make();
  const lock = await project.lock();
  for (const [name, record] of CONTENT.stages) lock.stages.set(name, record);
  lock.closures.set(HASH, CONTENT.closures.get(HASH)!);
  lock.closures.set("f".repeat(64), CONTENT.closures.get(HASH)!);
  writeLock(lock);
  assert.deepEqual([...(await project.lock()).closures.keys()], [HASH]);
  assert.equal(pruneLock(lock, ["fetch", "train@8"]), false);
  assert.equal(pruneLock(lock, ["fetch"]), true);
  writeLock(lock);
  const read = await project.lock();
  assert.deepEqual([...read.stages.keys()], ["fetch"]);
  assert.equal(read.closures.size, 0);
});

Deno.test("lockPath() stands beside the pipeline file and leaves DVC's own lock alone", () => {
  assert.equal(lockPath("/p/pipeline.yaml"), "/p/pipeline.lock");
  assert.equal(lockPath("/p/other.yml"), "/p/other.lock");
  assert.equal(lockPath("/p/dvc.yaml"), "/p/pipeline.lock");
});
