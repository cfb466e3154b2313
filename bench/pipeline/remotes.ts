/**
 * Pushing to a bucket and pulling from it, beside DVC, with the same server in the same run:
 * `deno run -A bench/pipeline/remotes.ts [--share 1] [--rounds 3] [--load files|file]`. 10,000 files of 2 KiB, and one of
 * 2 GiB, of bytes that do not compress. All projects are prepared before the first is measured. Each round is a new prefix;
 * before a pull, outs and cache are gone: of many files they are moved aside until the end. What was pulled is compared with
 * what was pushed. `--share 0.02` measures a fiftieth of that, to see that it works; `--load` measures one of the two; with
 * `--wait`, nothing is measured before a line comes on the standard input.
 *
 * @module
 */
import { randomFillSync } from "node:crypto";
import { globSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { hashFile } from "../../lib/pipeline/store/hash.ts";
import { install, type VirtualEnvironment } from "../../setup/virtual_environment.ts";
import { dvcEnvironment } from "../../tests/dvc/environment.ts";
import { row } from "../markdown.ts";
import { median, medianRatio } from "../median.ts";
import { moveAside } from "./aside.ts";
import { type Invocation, run } from "./measurement.ts";

const { values } = parseArgs({
  options: {
    share: { type: "string", default: "1" },
    rounds: { type: "string", default: "3" },
    load: { type: "string" },
    wait: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error(`Expected a whole number of rounds, found ${values.rounds}`);
  Deno.exit(2);
}
const share = Number(values.share);
if (!(share > 0 && share <= 1)) {
  console.error(`Expected a share above 0 and up to 1, found ${values.share}`);
  Deno.exit(2);
}
if (values.load !== undefined && !["files", "file"].includes(values.load)) {
  console.error(`Expected --load files or --load file, found ${values.load}`);
  Deno.exit(2);
}

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const dvcWithS3: VirtualEnvironment = {
  folder: path("../../.runtimes/dvc-s3"),
  requirements: path("remotes_requirements.txt"),
  notice: "Installing DVC with S3 (bench/pipeline/remotes_requirements.txt) into .runtimes/dvc-s3, once",
};
const dvcProgram = join(await install(dvcWithS3), "../dvc");
const credentials = { AWS_ACCESS_KEY_ID: "S3RVER", AWS_SECRET_ACCESS_KEY: "S3RVER", AWS_REGION: "us-east-1" };

/** What is pushed: so many files of so many bytes. */
interface Load {
  readonly title: string;
  readonly files: number;
  readonly bytes: number;
}

/** A program with a project in a folder, in which `data` is there. */
interface Contender {
  readonly name: string;
  prepare(folder: string, endpoint: string, prefix: string): Promise<void>;
  push(folder: string): Invocation;
  pull(folder: string): Invocation;
  /** Gone before a pull, besides `data`. */
  readonly cache: string;
}

const engine = (...args: string[]): Invocation => ({
  program: Deno.execPath(),
  args: ["run", "-A", path("../../lib/pipeline/cli.ts"), ...args],
  environment: credentials,
});
const own: Contender = {
  name: "mindepth",
  async prepare(folder, endpoint, prefix) {
    writeFileSync(
      join(folder, "pipeline.yaml"),
      `remotes: {bucket: {url: "s3://results/${prefix}", endpoint: "${endpoint}"}}
stages: {copy: {cmd: "cp -r source data", deps: [source], outs: [data]}}
`,
    );
    await run(engine("repro"), folder);
  },
  push: () => engine("push"),
  pull: () => engine("pull"),
  cache: ".pipeline",
};

const dvc = (folder: string, ...args: string[]): Invocation => ({
  program: dvcProgram,
  args,
  environment: { ...dvcEnvironment(join(folder, ".dvc/tmp/machine")), ...credentials },
});
const peer: Contender = {
  name: `DVC ${(await run({ program: dvcProgram, args: ["--version"] }, ".")).text.trim()}`,
  async prepare(folder, endpoint, prefix) {
    await run(dvc(folder, "init", "--no-scm", "--quiet"), folder);
    await run(dvc(folder, "remote", "add", "--default", "bucket", `s3://results/${prefix}`), folder);
    await run(dvc(folder, "remote", "modify", "bucket", "endpointurl", endpoint), folder);
    await run({ program: "cp", args: ["-r", "source", "data"] }, folder);
    await run(dvc(folder, "add", "--quiet", "data"), folder);
  },
  push: (folder) => dvc(folder, "push", "--quiet"),
  pull: (folder) => dvc(folder, "pull", "--quiet"),
  cache: ".dvc/cache",
};

const [files, mebibytes] = [Math.ceil(10_000 * share), Math.ceil(2048 * share)];
const loads: readonly Load[] = [
  { title: `${files.toLocaleString("en")} files of 2 KiB`, files, bytes: 2048 },
  { title: `a file of ${mebibytes.toLocaleString("en")} MiB`, files: 1, bytes: mebibytes << 20 >>> 0 },
];

const folder = await Deno.makeTempDir({ prefix: "bench-remotes-" });
const bucket = join(folder, "bucket");
const server = new Deno.Command(Deno.execPath(), {
  args: ["run", "-A", path("s3_server.ts"), bucket],
  stdout: "piped",
}).spawn();
try {
  const { value } = await server.stdout.pipeThrough(new TextDecoderStream()).getReader().read();
  const endpoint = `http://127.0.0.1:${value!.trim()}`;
  for (const load of loads) {
    if (values.load === undefined || (values.load === "file") === (load.files === 1)) await show(load, endpoint);
  }
} finally {
  server.kill("SIGTERM");
  await server.status;
  await Deno.remove(folder, { recursive: true });
}

/** Measures both with a load, in turn, and prints a table. */
async function show({ title, files, bytes }: Load, endpoint: string): Promise<void> {
  const times = new Map<string, number[]>();
  const drop = (path: string): void => {
    if (files === 1) rmSync(path, { recursive: true, force: true });
    else moveAside(path, folder);
  };
  const turns: { contender: Contender; project: string; expected: string }[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const contender of [own, peer]) {
      const project = await Deno.makeTempDir({ dir: folder });
      writeSource(join(project, "source"), files, bytes);
      const expected = await digestsIn(join(project, "source"));
      await contender.prepare(project, endpoint, `${files}-${round}-${contender.name.split(" ")[0]}`);
      drop(join(project, "source"));
      turns.push({ contender, project, expected });
    }
  }
  await run({ program: "sync", args: [] }, folder);
  console.error(`Prepared: ${title}`);
  if (values.wait) await Deno.stdin.read(new Uint8Array(1));
  for (const { contender, project, expected } of turns) {
    const record = async (what: string, invocation: Invocation): Promise<void> => {
      const { seconds } = await run(invocation, project);
      console.error(`${what} ${contender.name}: ${seconds.toFixed(2)} s`);
      const key = `${what} ${contender.name}`;
      times.set(key, [...times.get(key) ?? [], seconds]);
    };
    await record("push", contender.push(project));
    for (const gone of ["data", contender.cache]) drop(join(project, gone));
    await record("pull", contender.pull(project));
    if (await digestsIn(join(project, "data")) !== expected) {
      throw new Error(`${contender.name} pulled something else`);
    }
    drop(project);
    // Room for the next one: the server knows its files by their folder alone.
    for (const part of globSync("results/*", { cwd: bucket })) drop(join(bucket, part));
  }
  const cell = (what: string, { name }: Contender): number[] => times.get(`${what} ${name}`)!;
  console.log(`\n${title}; medians of ${rounds} rounds\n`);
  console.log(row(["", `${own.name}, s`, `${peer.name}, s`, "times ours"]));
  console.log(row([":--", "--:", "--:", "--:"]));
  for (const what of ["push", "pull"]) {
    const [ours, others] = [cell(what, own), cell(what, peer)];
    console.log(
      row([what, median(ours).toFixed(2), median(others).toFixed(2), medianRatio(others, ours).toFixed(2)]),
    );
  }
}

/** Bytes that do not compress, and are others in each file. */
function writeSource(target: string, files: number, bytes: number): void {
  Deno.mkdirSync(target);
  const block = new Uint8Array(Math.min(bytes, 16 << 20));
  for (let file = 0; file < files; file++) {
    using handle = Deno.openSync(join(target, `${file}.bin`), { write: true, createNew: true });
    for (let left = bytes; left > 0; left -= block.length) {
      randomFillSync(block);
      const part = block.subarray(0, Math.min(left, block.length));
      for (let at = 0; at < part.length;) at += handle.writeSync(part.subarray(at));
    }
  }
}

/** The digests of the files in a folder, one text. */
async function digestsIn(target: string): Promise<string> {
  const digests: string[] = [];
  for (const name of globSync("*", { cwd: target }).toSorted()) {
    digests.push((await hashFile(join(target, name))).sha256);
  }
  return digests.join("\n");
}
