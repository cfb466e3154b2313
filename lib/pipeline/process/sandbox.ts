import { configurationOf } from "../deno_configuration.ts";

/** What a module's process may reach. All paths absolute. */
export interface Sandbox {
  /** Files and folders it may read. */
  readonly read: readonly string[];
  /** Files and folders it may read and write. */
  readonly write: readonly string[];
  /** Environment variables it may see; all others are undefined to it. */
  readonly env: readonly string[];
  /** Hosts it may reach: `true` all, `[]` none. */
  readonly net: true | readonly string[];
  /** Folders whose native libraries it may load. What native code does is not held by the sandbox. */
  readonly native: readonly string[];
  /**
   * Whether it may call native code by pointers. Deno permits that only together with loading any library; which ones it
   * loaded the audit tells.
   */
  readonly pointers?: boolean;
}

/** A path that cannot be put in a permission flag: Deno splits those at commas and knows no escape. */
export function unspeakablePaths(sandbox: Sandbox): string[] {
  return [...sandbox.read, ...sandbox.write].filter((path) => path.includes(","));
}

/** The sandbox in one or two words, as people are told: `full`, or what it does not hold. */
export function sandboxLabel(sandbox: Sandbox): string {
  return sandbox.native.length === 0 ? "full" : "partial (ffi)";
}

/**
 * The arguments of `deno` that run `main` in a sandbox, with the configuration of the project that `module` belongs to.
 *
 * @param main URL of a module of the engine
 * @param module absolute path of the module that it imports
 */
export function sandboxArguments(main: string, module: string, sandbox: Sandbox): string[] {
  const flags = ["run", "--quiet", "--no-prompt", "--cached-only", "--ignore-env", ...configurationFlags(module)];
  const allow = (kind: string, values: readonly string[]): void => {
    // A flag a value: the kernel limits the length of one argument to 128 KiB.
    flags.push(...values.map((value) => `--allow-${kind}=${value}`));
  };
  allow("env", sandbox.env);
  allow("read", [...sandbox.read, ...sandbox.write]);
  allow("write", sandbox.write);
  if (sandbox.pointers === true) flags.push("--allow-ffi");
  else allow("ffi", sandbox.native);
  if (sandbox.net === true) flags.push("--allow-net");
  else allow("net", sandbox.net);
  return [...flags, main];
}

/**
 * The whole environment of a sandboxed process: what Deno itself needs to find its cache, and the declared variables. Time
 * zone, language and colour are fixed, so that no result depends on those of the machine. Native code sees all of it.
 */
export function sandboxEnvironment(names: readonly string[]): Record<string, string> {
  const environment: Record<string, string> = { TZ: "UTC", LC_ALL: "en_US.UTF-8", NO_COLOR: "1" };
  for (const name of [...denoNames, ...names]) {
    const value = Deno.env.get(name);
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}

/**
 * What Deno itself reads: where its cache lies, which registry names the folders in it, where libraries and programs are
 * (a program is looked up before it is refused), and which drivers its WebGPU may use.
 */
const denoNames = [
  "DENO_DIR",
  "HOME",
  "XDG_CACHE_HOME",
  "NPM_CONFIG_REGISTRY",
  "LD_LIBRARY_PATH",
  "PATH",
  "DENO_WEBGPU_BACKEND",
  "VK_DRIVER_FILES",
  "VK_ICD_FILENAMES",
];

/**
 * The flags that name the configuration file, and with it the import map and the lock, of the project that a module
 * belongs to: the main module is the engine's, so that Deno would look in the wrong place.
 */
export function configurationFlags(module: string): string[] {
  const { config, lock } = configurationOf(module);
  return [
    config === undefined ? "--no-config" : `--config=${config}`,
    ...(lock === undefined ? ["--no-lock"] : [`--lock=${lock}`, "--frozen"]),
  ];
}
