/** Milliseconds after which a program that still runs is taken to show the page. */
const PATIENCE = 2000;

/**
 * Opens an address in the browser that the environment variable `BROWSER` names, else in the one that the system does.
 *
 * @returns whether that seems to have worked
 */
export async function openInBrowser(address: string): Promise<boolean> {
  const [command, ...args] = browser();
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(command, { args: [...args, address], stdin: "null", stdout: "null", stderr: "null" })
      .spawn();
  } catch {
    return false;
  }
  child.unref();
  const { promise: patience, resolve } = Promise.withResolvers<true>();
  const timer = setTimeout(() => resolve(true), PATIENCE);
  try {
    return await Promise.race([child.status.then(({ success }) => success), patience]);
  } finally {
    clearTimeout(timer);
  }
}

function browser(): readonly [command: string, ...args: string[]] {
  const named = Deno.env.get("BROWSER");
  if (named !== undefined && named !== "") return [named];
  switch (Deno.build.os) {
    case "darwin":
      return ["open"];
    case "windows":
      return ["rundll32", "url.dll,FileProtocolHandler"];
    default:
      return ["xdg-open"];
  }
}
