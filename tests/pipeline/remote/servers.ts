import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import S3rver from "@20minutes/s3rver";

/** A server that a test talks to. */
export interface TestServer extends AsyncDisposable {
  /** Where it listens, without a slash at its end. */
  readonly url: string;
}

/** A port of the loopback that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** A process that serves once its address answers; ended, and its folder removed, when disposed of. */
async function serving(command: Deno.Command, url: string, folder: string): Promise<TestServer> {
  const process = command.spawn();
  const end = async (): Promise<void> => {
    process.kill("SIGTERM");
    await process.status;
    await Deno.remove(folder, { recursive: true });
  };
  for (let tries = 0;; tries++) {
    try {
      await (await fetch(url)).body?.cancel();
      break;
    } catch (error) {
      if (tries < 200) await new Promise((resolve) => setTimeout(resolve, 50));
      else {
        await end();
        throw error;
      }
    }
  }
  return { url, [Symbol.asyncDispose]: end };
}

/** nginx with WebDAV, as a plain store of files; undefined where it is not installed. */
export async function startNginx(): Promise<TestServer | undefined> {
  const program = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/bin/nginx"].find(isFile);
  if (program === undefined) return undefined;
  const folder = await Deno.makeTempDir({ prefix: "nginx-" });
  const port = await freePort();
  await Deno.mkdir(join(folder, "store"));
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`).join(" ");
  const user = Deno.uid() === 0 ? "user root;" : "";
  await Deno.writeTextFile(
    join(folder, "nginx.conf"),
    `daemon off; ${user} pid ${folder}/pid; error_log ${folder}/errors;
events {}
http { access_log off; ${temporary}
  server { listen 127.0.0.1:${port}; root ${folder}/store; client_max_body_size 0;
    location / { dav_methods PUT; create_full_put_path on; } } }
`,
  );
  const args = ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", join(folder, "errors")];
  const command = new Deno.Command(program, { args, stdout: "null", stderr: "null" });
  return await serving(command, `http://127.0.0.1:${port}`, folder);
}

/** Which one is built where none is at hand, and where that is kept. */
const BAZEL_REMOTE = { module: "github.com/buchgr/bazel-remote/v2", version: "v2.6.1" };
const BUILT = fileURLToPath(new URL("../../../.runtimes/bazel-remote", import.meta.url));

/**
 * bazel-remote, a cache server of Bazel's: the program that the environment variable `BAZEL_REMOTE` names, else as Go builds
 * it; where it cannot be had, why.
 */
export async function startBazelRemote(): Promise<TestServer | string> {
  const program = Deno.env.get("BAZEL_REMOTE") ?? join(BUILT, BAZEL_REMOTE.version);
  const problem = program === Deno.env.get("BAZEL_REMOTE") ? undefined : await buildBazelRemote(program);
  if (problem !== undefined) return problem;
  const folder = await Deno.makeTempDir({ prefix: "bazel-remote-" });
  const port = await freePort();
  const args = [
    ...["--dir", join(folder, "cache"), "--max_size", "1"],
    ...["--http_address", `127.0.0.1:${port}`, "--grpc_address", "none"],
  ];
  const command = new Deno.Command(program, { args, stdout: "null", stderr: "null" });
  return await serving(command, `http://127.0.0.1:${port}`, folder);
}

/**
 * Builds it once, whoever wants it meanwhile; what was in the way, if anything. Not by `go install`, which asks the module
 * proxy for all versions first: not every proxy tells them.
 */
async function buildBazelRemote(program: string): Promise<string | undefined> {
  await Deno.mkdir(BUILT, { recursive: true });
  using lock = await Deno.open(join(BUILT, "lock"), { write: true, create: true });
  await lock.lock(true);
  if (isFile(program)) return undefined;
  const go = async (args: string[], cwd: string): Promise<{ ok: boolean; said: string }> => {
    const { success, stdout, stderr } = await new Deno.Command("go", { args, cwd }).output();
    const said = new TextDecoder().decode(success ? stdout : stderr).trim();
    return { ok: success, said: success ? said : said.split("\n").at(-1)! };
  };
  try {
    const downloaded = await go(["mod", "download", "-json", `${BAZEL_REMOTE.module}@${BAZEL_REMOTE.version}`], BUILT);
    if (!downloaded.ok) return `go cannot download it: ${downloaded.said}`;
    const built = await go(["build", "-trimpath", "-o", `${program}.part`, "."], JSON.parse(downloaded.said).Dir);
    if (!built.ok) return `go cannot build it: ${built.said}`;
    await Deno.rename(`${program}.part`, program);
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "there is no go";
    throw error;
  }
}

/** Whom `startS3` knows. */
export const S3_CREDENTIALS = { AWS_ACCESS_KEY_ID: "S3RVER", AWS_SECRET_ACCESS_KEY: "S3RVER" } as const;

/** A server of S3 that checks signatures, with a bucket `results`. */
export async function startS3(): Promise<TestServer> {
  const directory = await Deno.makeTempDir({ prefix: "s3-" });
  const server = new S3rver({
    address: "127.0.0.1",
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: "results", configs: [] }],
  });
  const { port } = await server.run();
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose](): Promise<void> {
      await server.close();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
