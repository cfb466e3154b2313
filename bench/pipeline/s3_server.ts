/**
 * A server of S3 in a process of its own: `deno run -A bench/pipeline/s3_server.ts FOLDER`. Prints its port, and serves until
 * it is ended.
 *
 * @module
 */
import S3rver from "@20minutes/s3rver";

const server = new S3rver({
  address: "127.0.0.1",
  port: 0,
  silent: true,
  directory: Deno.args[0]!,
  configureBuckets: [{ name: "results", configs: [] }],
});
console.log((await server.run()).port);
