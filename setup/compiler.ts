import { join } from "node:path";
import { installWheel, type Wheel } from "./wheel.ts";

/** A command that compiles and links C++: a program and its first arguments. */
export type Compiler = readonly [program: string, ...first: string[]];

/** Zig, which is also a C++ compiler with its own headers and libraries, by `<os>-<arch>` as Deno names them. */
const zig: Readonly<Record<string, Wheel & { readonly target: string }>> = {
  "linux-x86_64": {
    name: "ziglang-0.15.2-py3-none-manylinux_2_12_x86_64.manylinux2010_x86_64.musllinux_1_1_x86_64.whl",
    sha256: "806316453d1ede7174ed3fefb8e5348154629089c3bb5fe812dfd0e172fac130",
    // The oldest GNU C library that TensorFlow's wheels are made for.
    target: "x86_64-linux-gnu.2.27",
  },
  "linux-aarch64": {
    name: "ziglang-0.15.2-py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64.whl",
    sha256: "edc0aa60ec964a4cf462d40f68d7de242ddf37fd9a80f2afaee6397059463230",
    target: "aarch64-linux-gnu.2.27",
  },
  "darwin-aarch64": {
    name: "ziglang-0.15.2-py3-none-macosx_12_0_arm64.whl",
    sha256: "acae2a9ce67ed249ad68d42c21bc73b5f9d51a33ba5ea42f609f78683e8d9bb7",
    target: "aarch64-macos.12.0",
  },
};

/** Where a compiler is looked for, and where one goes. */
export interface CompilerSearch {
  /** Programs to try, in order. */
  readonly programs?: readonly string[];
  /** The folder into which Zig is installed where none of them is there. */
  readonly folder: string;
  /** Told what is done. */
  readonly say: (line: string) => void;
}

/**
 * A C++ compiler: that of the machine (`CXX`, else g++ or clang++), or Zig, installed for the purpose.
 *
 * @throws {Error} where there is none and Zig cannot be had
 */
export async function findCompiler({ programs = usualPrograms(), folder, say }: CompilerSearch): Promise<Compiler> {
  for (const program of programs) if (await canRun(program)) return [program];
  const wheel = zig[`${Deno.build.os}-${Deno.build.arch}`];
  if (wheel === undefined) throw new Error("There is no C++ compiler; install g++ or clang++");
  say(`no C++ compiler here: ${wheel.name}`);
  await installWheel({ wheel, folder, target: (member) => /^ziglang\/((?:lib\/.*)|zig)$/.exec(member)?.[1] });
  const program = join(folder, "zig");
  await Deno.chmod(program, 0o755);
  return [program, "c++", "-target", wheel.target];
}

function usualPrograms(): string[] {
  const own = Deno.env.get("CXX");
  return [...own === undefined || own === "" ? [] : [own], "g++", "clang++"];
}

async function canRun(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return false;
    throw error;
  }
}
