import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { shownPath } from "../diagnostic_text.ts";
import { git } from "../git.ts";
import { shellWord } from "../shell_word.ts";
import { writeDurably } from "../store/durable_file.ts";
import { lockPath } from "../store/lock.ts";
import type { Context } from "./context.ts";
import type { FileFlags } from "./flags.ts";
import { parseRequests } from "./request.ts";
import { UsageError } from "./usage_error.ts";

/** The name by which git knows the driver. */
const DRIVER = "pipeline-lock";

/** `lock install`: has git merge locks stage by stage in this repository. */
export default async function lockInstall(this: Context, flags: FileFlags): Promise<void> {
  const [request] = parseRequests([], flags.file, this.folder);
  const root = await git(this.folder, ["rev-parse", "--show-toplevel"]).catch((error: Error) => {
    throw new UsageError(error.message);
  });
  const folder = new TextDecoder().decode(root).trim();
  const main = Deno.mainModule.startsWith("file:") ? fileURLToPath(Deno.mainModule) : Deno.mainModule;
  const program = [Deno.execPath(), "run", "-A", main].map(shellWord).join(" ");
  const settings = { name: "a lock, stage by stage", driver: `${program} lock merge %O %A %B` };
  for (const [key, value] of Object.entries(settings)) {
    await git(this.folder, ["config", "--local", `merge.${DRIVER}.${key}`, value]);
  }
  const attributes = join(folder, ".gitattributes");
  const line = `${basename(lockPath(request!.file))} merge=${DRIVER}`;
  const text = await Deno.readTextFile(attributes).catch(() => "");
  if (!text.split("\n").includes(line)) {
    writeDurably(attributes, `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${line}\n`);
  }
  this.output.write(
    `git merges locks by this program in this clone; ${
      shownPath(attributes, this.folder)
    }, which says so, is to be committed\n`,
  );
}
