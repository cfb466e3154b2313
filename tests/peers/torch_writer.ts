/**
 * Asks PyTorch for the weights and logits that are kept in `torch_exchange/`, anew: `deno run -A tests/peers/torch_writer.ts`.
 * @module
 */
import { copyFileSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { peers, peersPython } from "../../bench/peers.ts";
import { python } from "./python.ts";
import { digestsOf, exchanged, handOver } from "./torch_exchange.ts";

await peersPython();
for (const parameters of exchanged) {
  const folder = await Deno.makeTempDir();
  try {
    await handOver(parameters, folder);
    await python(peers, "torch_peer.py", parameters.kind, folder);
    const place = fileURLToPath(new URL(`torch_exchange/${parameters.kind}`, import.meta.url));
    mkdirSync(place, { recursive: true });
    for (const name of ["logits", "theirs", "theirs_logits"]) {
      copyFileSync(`${folder}/${name}.safetensors`, `${place}/${name}.safetensors`);
    }
    const asked = { model: parameters, sha256: await digestsOf(folder) };
    await Deno.writeTextFile(`${place}/asked.json`, JSON.stringify(asked, undefined, 2) + "\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
