import assert from "node:assert/strict";
import { join } from "node:path";
import { formatEntry, unsealed } from "../../../lib/pipeline/remote/entry.ts";
import { FolderStore } from "../../../lib/pipeline/remote/folder_store.ts";
import { isSigned, newKey, Signer } from "../../../lib/pipeline/remote/signature.ts";
import { StoreError } from "../../../lib/pipeline/store/store_error.ts";
import { entryOf, remoteOf, withBlobs } from "./store_contract.ts";

const CONTENT = new TextEncoder().encode("weights");

async function signerIn(folder: string, name: string): Promise<Signer> {
  const { file, key } = await newKey();
  const path = join(folder, name);
  Deno.writeTextFileSync(path, file);
  const signer = await Signer.read(path);
  assert.equal(signer.key, key);
  return signer;
}

Deno.test("a signature holds for the text, the key and nothing else", async () => {
  await withBlobs(async (_blobs, folder) => {
    const [ours, theirs] = [await signerIn(folder, "ours"), await signerIn(folder, "theirs")];
    const signature = await ours.sign("text");
    assert.equal(await isSigned({ text: "text", signatures: [signature] }, [theirs.key, ours.key]), true);
    assert.equal(await isSigned({ text: "text", signatures: [signature] }, [theirs.key]), false);
    assert.equal(await isSigned({ text: "text2", signatures: [signature] }, [ours.key]), false);
    const claimed = { ...await theirs.sign("text"), key: ours.key };
    assert.equal(await isSigned({ text: "text", signatures: [claimed] }, [ours.key]), false);
    assert.equal(await isSigned({ text: "text", signatures: [{ key: ours.key, signature: "%" }] }, [ours.key]), false);
    assert.equal(await isSigned({ text: "text", signatures: [claimed, signature] }, [ours.key]), true);
    Deno.writeTextFileSync(
      join(folder, "ours"),
      Deno.readTextFileSync(join(folder, "ours")).replace(/^\S+/, theirs.key),
    );
    for (const name of ["ours", "nothing"]) await assert.rejects(Signer.read(join(folder, name)), StoreError);
  });
});

Deno.test("a remote that trusts some keys takes no entry that none of them has signed", async () => {
  await withBlobs(async (_blobs, folder) => {
    const [ours, theirs] = [await signerIn(folder, "ours"), await signerIn(folder, "theirs")];
    const store = new FolderStore(join(folder, "remote"));
    const trusting = remoteOf(store, { trusts: [ours.key] });
    const refusal = async (seed: string): Promise<string> => {
      const answer = await trusting.entry(entryOf(seed, CONTENT).result.fingerprint);
      return answer.kind === "refused" ? answer.because : answer.kind;
    };
    await remoteOf(store).writeEntry(entryOf("unsigned", CONTENT));
    await remoteOf(store, { signer: theirs }).writeEntry(entryOf("theirs", CONTENT));
    await remoteOf(store, { signer: ours }).writeEntry(entryOf("ours", CONTENT));
    assert.equal(await refusal("unsigned"), "is not signed");
    assert.equal(await refusal("theirs"), "is not signed by a key that the remote trusts");
    assert.equal(await refusal("ours"), "known");

    // A good signature under the fingerprint of something else.
    const signed = await store.readEntry(entryOf("ours", CONTENT).result.fingerprint);
    await store.writeEntry(entryOf("poisoned", CONTENT).result.fingerprint, signed!);
    assert.equal(await refusal("poisoned"), "is about another fingerprint");
    // Another text with the signature of a good one.
    const { signatures } = unsealed(signed!)!;
    const text = JSON.stringify(entryOf("changed", CONTENT));
    await store.writeEntry(entryOf("changed", CONTENT).result.fingerprint, formatEntry({ text, signatures }));
    assert.equal(await refusal("changed"), "is not signed by a key that the remote trusts");
    await store.writeEntry(entryOf("torn", CONTENT).result.fingerprint, signed!.slice(0, -40));
    assert.equal(await refusal("torn"), "is damaged");

    // Who may sign replaces what nobody trusts.
    await remoteOf(store, { trusts: [ours.key], signer: ours }).writeEntry(entryOf("unsigned", CONTENT));
    assert.equal(await refusal("unsigned"), "known");
  });
});
