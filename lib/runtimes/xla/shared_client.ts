import { Client } from "./client.ts";
import { findPlugin } from "./location.ts";
import { Plugin } from "./plugin.ts";

let plugin: Plugin | undefined;
let client: Client | undefined;
let users = 0;

/**
 * The one client of this process, opened for its first user: on a GPU each has a share of the memory of its own.
 *
 * @throws {Error} in one sentence, where there is no plugin or no device
 */
export function acquireClient(): Client {
  plugin ??= new Plugin(findPlugin());
  client ??= new Client(plugin);
  users++;
  return client;
}

/** Says that a user is done; the last one closes the client. */
export function releaseClient(): void {
  if (--users > 0) return;
  client?.close();
  client = undefined;
}
