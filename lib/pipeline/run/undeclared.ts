import { resolve } from "node:path";
import type { Stage } from "../file/pipeline.ts";
import { isWithin } from "../path.ts";
import type { Access } from "./audit.ts";
import { realPath } from "./path.ts";
import type { Sandbox } from "../process/sandbox.ts";

/**
 * Kinds of access that are refused or answered with nothing and never fail a stage by themselves, for Deno and npm
 * packages probe them: `env` (an undeclared variable is undefined: `yaml` asks for LOG_TOKENS, tfjs for NODE_ENV), and
 * `sys` (number of processors, host name). Neither can reach an out. Reads are not on the list: none of the study's
 * packages reads outside of its own folder, which a test holds.
 */
const harmless: ReadonlySet<string> = new Set(["env", "sys", "import"]);

/** The accesses that a stage's sandbox does not grant and that fail the stage, in the order they came. */
export function undeclaredAccesses(accesses: readonly Access[], sandbox: Sandbox, folder: string): Access[] {
  return accesses.filter((access) => !harmless.has(access.permission) && !isGranted(access, sandbox, folder));
}

/**
 * The deps that a stage never reached for, themselves or anything inside. Modules are not among them: what is imported is
 * not in the audit.
 */
export function untouchedDeps(stage: Stage, accesses: readonly Access[], folder: string): Stage["deps"] {
  const read = accesses.flatMap(({ permission, value }) =>
    permission === "read" && value !== null ? [resolve(folder, value)] : []
  );
  return stage.deps.filter((dep) =>
    !isModule(dep.path) &&
    !read.some((path) => isWithin(path, dep.path) || isWithin(realPath(path), dep.path))
  );
}

function isModule(path: string): boolean {
  return /\.(?:[cm]?[jt]sx?|wasm)$/.test(path);
}

function isGranted(access: Access, sandbox: Sandbox, folder: string): boolean {
  const { permission, value } = access;
  switch (permission) {
    case "read":
      return value !== null && isInside(value, folder, [...sandbox.read, ...sandbox.write]);
    case "write":
      return value !== null && isInside(value, folder, sandbox.write);
    case "ffi":
      return value === null ? sandbox.pointers === true : isInside(value, folder, sandbox.native);
    case "net":
      return sandbox.net === true || (value !== null && sandbox.net.some((host) => isHost(value, host)));
    default:
      return false;
  }
}

function isInside(value: string, folder: string, roots: readonly string[]): boolean {
  const path = resolve(folder, value);
  if (roots.some((root) => isWithin(path, root))) return true;
  // The same place by another name: a project below a linked folder.
  const real = realPath(path);
  return roots.some((root) => isWithin(real, root));
}

/** Whether what was reached for (a URL, or a host with its port) is on a declared host (with or without a port). */
function isHost(value: string, declared: string): boolean {
  const host = URL.canParse(value) && value.includes("://") ? new URL(value).host : value;
  if (host === declared || host.startsWith(`${declared}:`)) return true;
  return declared.startsWith("*.") && host.replace(/:\d+$/, "").endsWith(declared.slice(1));
}
