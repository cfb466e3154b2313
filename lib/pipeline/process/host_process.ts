import process from "node:process";

/**
 * Makes a stage's process the same on every machine: a fixed working folder, and a report of the process that holds
 * nothing of the machine. Native packages built by napi-rs (`@resvg/resvg-js`) ask the report which libc there is, to
 * choose their binary; Deno's own would need the permission to read host name, processors and network interfaces.
 */
export function prepareProcess(): void {
  Object.assign(process.report, {
    getReport: () => ({ header: Deno.build.env === "gnu" ? { glibcVersionRuntime: "2.17" } : {} }),
  });
  // They last from run to run, are in no fingerprint and need no permission.
  for (const name of ["localStorage", "caches"]) Reflect.deleteProperty(globalThis, name);
  // Relative paths in the audit are relative to the stage's folder.
  const chdir = (): never => {
    throw new Error("a stage stays in its folder: chdir is not available");
  };
  Object.assign(Deno, { chdir });
  Object.assign(process, { chdir });
}
