import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import process from "node:process";
import { zipSync } from "fflate";
import type { Wheel } from "../../setup/wheel.ts";

const module = import.meta.resolve("../../setup/wheel.ts");

/** A package of one library that does not get smaller by compression. */
function packageOf(project: string): { readonly wheel: Wheel; readonly bytes: Uint8Array<ArrayBuffer> } {
  const library = Uint8Array.from({ length: 300_000 }, (_, index) => byteOf(project, index));
  const information = `${project}-1.0.dist-info`;
  const text = (lines: string) => new TextEncoder().encode(lines);
  const bytes = zipSync({
    [`${project}/engine.so`]: library,
    [`${information}/METADATA`]: text(`Metadata-Version: 2.1\nName: ${project}\nVersion: 1.0\n`),
    [`${information}/WHEEL`]: text("Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
    [`${information}/RECORD`]: text(""),
  });
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { wheel: { name: `${project}-1.0-py3-none-any.whl`, sha256 }, bytes: bytes as Uint8Array<ArrayBuffer> };
}

function byteOf(project: string, index: number): number {
  return Math.imul(index + project.length, 2654435761) >>> 24;
}

/** An index of packages, which can stop in the middle of one. */
class Index implements AsyncDisposable {
  /** How often each file was asked for. */
  readonly requests: Record<string, number> = {};
  /** The file of which only half is sent, as long as it is named here. */
  stalled: string | undefined;
  readonly #halfway = Promise.withResolvers<void>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(readonly files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>) {
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      (request) => this.#answer(request),
    );
  }

  get address(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/simple`;
  }

  /** Resolves when half of the stalled file was sent. */
  get halfway(): Promise<void> {
    return this.#halfway.promise;
  }

  #answer(request: Request): Response {
    const [, folder, name] = new URL(request.url).pathname.split("/") as [string, string, string];
    if (folder === "simple") {
      const links = Object.keys(this.files).filter((file) => file.startsWith(`${name}-`))
        .map((file) => `<a href="/files/${file}">${file}</a>`);
      return new Response(`<!DOCTYPE html><html><body>${links}</body></html>`, {
        headers: { "content-type": "text/html" },
      });
    }
    const bytes = this.files[name]!;
    this.requests[name] = (this.requests[name] ?? 0) + 1;
    const headers = { "content-length": `${bytes.length}`, "content-type": "application/octet-stream" };
    if (this.stalled !== name) return new Response(bytes, { headers });
    let isSent = false;
    const half = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        if (!isSent) controller.enqueue(bytes.subarray(0, bytes.length / 2));
        else this.#halfway.resolve();
        isSent = true;
        return isSent && controller.desiredSize! > 0 ? undefined : new Promise(() => {});
      },
    });
    return new Response(half, { headers });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** Installs packages one after the other in a process group of its own. */
function install(root: string, index: Index, wheels: readonly Wheel[]): { kill(): void; done: Promise<number | null> } {
  const code = `import { installWheel } from ${JSON.stringify(module)};
    for (const wheel of ${JSON.stringify(wheels)}) {
      const folder = ${JSON.stringify(root)} + "/" + wheel.name.split("-")[0];
      await installWheel({ wheel, folder, target: (member) => member.endsWith(".so") ? "engine.so" : undefined });
    }`;
  const child = spawn(Deno.execPath(), ["eval", code], {
    detached: true,
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      ...process.env,
      ...{ PIP_INDEX_URL: index.address, PIP_NO_CACHE_DIR: "1", NO_PROXY: "127.0.0.1", no_proxy: "127.0.0.1" },
    },
  });
  const done = new Promise<number | null>((resolve) => child.on("close", resolve));
  return { kill: () => process.kill(-child.pid!, "SIGKILL"), done };
}

Deno.test(
  "a killed set-up leaves whole packages as they are, and of the one that was under way nothing after the next",
  {
    ignore: Deno.build.os === "windows",
  },
  async () => {
    const packages = ["early", "late"].map(packageOf) as [ReturnType<typeof packageOf>, ReturnType<typeof packageOf>];
    const wheels = packages.map(({ wheel }) => wheel);
    const [early, late] = wheels.map(({ name }) => name) as [string, string];
    await using index = new Index(Object.fromEntries(packages.map(({ wheel, bytes }) => [wheel.name, bytes])));
    const root = await Deno.makeTempDir();
    const entries = () => [...Deno.readDirSync(root)].map(({ name }) => name).toSorted();
    try {
      index.stalled = late;
      const killed = install(root, index, wheels);
      await index.halfway;
      killed.kill();
      await killed.done;
      assert.deepEqual(entries(), [".download-late-1.0", "early"]);
      const { ino } = await Deno.stat(join(root, "early/engine.so"));

      index.stalled = undefined;
      assert.equal(await install(root, index, wheels).done, 0);
      assert.deepEqual(entries(), ["early", "late"]);
      assert.equal((await Deno.stat(join(root, "early/engine.so"))).ino, ino);
      assert.deepEqual(index.requests, { [early]: 1, [late]: 2 });
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
);

Deno.test("a package that a killed set-up had whole, but not yet in its place, is not asked for again", async () => {
  const { wheel, bytes } = packageOf("whole");
  await using index = new Index({ [wheel.name]: bytes });
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${root}/.download-whole-1.0`);
    await Deno.writeFile(`${root}/.download-whole-1.0/${wheel.name}`, bytes);
    assert.equal(await install(root, index, [wheel]).done, 0);
    assert.deepEqual(index.requests, {});
    assert.deepEqual([...Deno.readDirSync(root)].map(({ name }) => name), ["whole"]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
