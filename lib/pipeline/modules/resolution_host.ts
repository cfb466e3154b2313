/**
 * The main module of a resolving process: asks resolver modules what values come to on this machine.
 * @module
 */
import { sendRecord, takeRequest } from "../process/host_channel.ts";
import { thrown } from "../process/thrown.ts";
import type { Resolver } from "../stage/stage.ts";
import type { ResolutionAnswer, ResolutionRequest } from "./resolution_protocol.ts";

const { questions } = await takeRequest<ResolutionRequest>();
for (const { module, value } of questions) sendRecord(await answer(module, value));
Deno.exit(0);

async function answer(module: string, value: unknown): Promise<ResolutionAnswer> {
  try {
    const { default: resolver } = await import(module) as { default: Resolver };
    if (typeof resolver !== "function") throw new Error("its default export is not a function");
    const { value: resolved, identity, native, pointers, env, note } = await resolver(value);
    return { kind: "resolved", value: resolved, identity, native, pointers, env, note } as ResolutionAnswer;
  } catch (error) {
    return { kind: "failed", message: thrown(error).message };
  }
}
