import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { RemoteAddress } from "../file/pipeline.ts";
import { StoreError } from "../store/store_error.ts";
import type { Connection } from "./object_store.ts";
import { type Credentials, S3Store, type UploadNotes } from "./s3_store.ts";

/** Where a bucket is that names no region. */
const DEFAULT_REGION = "us-east-1";

/**
 * The store of a bucket, with credentials, region and endpoint from the pipeline file, the environment or the AWS files, in
 * this order.
 *
 * @throws {StoreError} where there are no credentials
 */
export async function openBucket(
  place: RemoteAddress,
  connection: Connection,
  notes: UploadNotes,
): Promise<S3Store> {
  const profile = place.profile ?? Deno.env.get("AWS_PROFILE") ?? "default";
  const settings = profileSettings(profile);
  const region = place.region ?? Deno.env.get("AWS_REGION") ?? Deno.env.get("AWS_DEFAULT_REGION") ??
    settings.get("region") ?? DEFAULT_REGION;
  const endpoint = place.endpoint ?? Deno.env.get("AWS_ENDPOINT_URL_S3") ?? Deno.env.get("AWS_ENDPOINT_URL") ??
    settings.get("endpoint_url");
  const { host, pathname } = new URL(place.url);
  const prefix = pathname.replaceAll(/^\/+|\/+$/g, "");
  const listing = endpoint !== undefined
    ? `${endpoint.replace(/\/+$/, "")}/${host}`
    // A dot in its name is not covered by the server's certificate.
    : host.includes(".")
    ? `https://s3.${region}.amazonaws.com/${host}`
    : `https://${host}.s3.${region}.amazonaws.com`;
  const bucket = {
    listing,
    address: prefix === "" ? `${listing}/` : `${listing}/${prefix}/`,
    prefix: prefix === "" ? "" : `${decodeURIComponent(prefix)}/`,
    region,
    credentials: credentialsOf(place, profile, settings),
  };
  return await Promise.resolve(new S3Store(bucket, connection, notes));
}

function credentialsOf(
  { name, profile: asked }: RemoteAddress,
  profile: string,
  settings: ReadonlyMap<string, string>,
): Credentials {
  const get = (key: string): string | undefined =>
    // A profile that the pipeline file names is meant, whatever the environment says.
    (asked === undefined ? Deno.env.get(key.toUpperCase()) : undefined) ?? settings.get(key);
  const [accessKeyId, secretAccessKey] = [get("aws_access_key_id"), get("aws_secret_access_key")];
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new StoreError(`There are no credentials for the remote ${name}`, [
      `Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write them into the section [${profile}] of ~/.aws/credentials`,
    ]);
  }
  const sessionToken = get("aws_session_token");
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

/** What the AWS files have of a profile. */
function profileSettings(profile: string): ReadonlyMap<string, string> {
  const file = (variable: string, name: string): string => Deno.env.get(variable) ?? join(homedir(), ".aws", name);
  const section = profile === "default" ? "default" : `profile ${profile}`;
  return new Map([
    ...sectionOf(file("AWS_CONFIG_FILE", "config"), section),
    ...sectionOf(file("AWS_SHARED_CREDENTIALS_FILE", "credentials"), profile),
  ]);
}

function sectionOf(path: string, section: string): Map<string, string> {
  const settings = new Map<string, string>();
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return settings;
  }
  let current = "";
  for (const line of text.split("\n")) {
    const head = /^\[\s*(.*?)\s*\]/.exec(line);
    if (head !== null) current = head[1]!;
    const [, key, value] = /^(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (current === section && key !== undefined) settings.set(key.toLowerCase(), value!);
  }
  return settings;
}
