import { readFileSync } from "node:fs";
import { StoreError } from "../store/store_error.ts";
import type { EntrySignature, SealedEntry } from "./entry.ts";

/** What is signed begins with this, so that no signature of something else stands for an entry. */
const DOMAIN = "pipeline remote entry 1\n";

/** The variable that names the file with the private key. */
export const SIGNING_KEY_VARIABLE = "PIPELINE_SIGNING_KEY";

/** Signs entries (Ed25519). */
export class Signer {
  /** The public key, base64. */
  readonly key: string;
  readonly #privateKey: CryptoKey;

  private constructor(key: string, privateKey: CryptoKey) {
    this.key = key;
    this.#privateKey = privateKey;
  }

  /**
   * Reads the file of {@linkcode newKey}.
   *
   * @throws {StoreError} where it is missing or holds no such key
   */
  static async read(path: string): Promise<Signer> {
    try {
      const [key, privateKey] = readFileSync(path, "utf8").trim().split(/\s+/);
      const imported = await crypto.subtle.importKey("pkcs8", fromBase64(privateKey ?? ""), "Ed25519", false, ["sign"]);
      const signer = new Signer(key!, imported);
      const probe = await signer.sign("");
      if (!await isSigned({ text: "", signatures: [probe] }, [key!])) {
        throw new Error("its two parts do not belong together");
      }
      return signer;
    } catch (error) {
      throw new StoreError(`${path} holds no key to sign with: ${error instanceof Error ? error.message : error}`, [
        `${SIGNING_KEY_VARIABLE} has to name a file that remote keygen wrote`,
      ]);
    }
  }

  /** Signs the text of an entry. */
  async sign(text: string): Promise<EntrySignature> {
    const signature = await crypto.subtle.sign("Ed25519", this.#privateKey, message(text));
    return { key: this.key, signature: toBase64(new Uint8Array(signature)) };
  }
}

/** A new pair of keys: the text of the file that {@linkcode Signer.read} reads, and the public key, base64. */
export async function newKey(): Promise<{ readonly file: string; readonly key: string }> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]) as CryptoKeyPair;
  const key = toBase64(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
  const privateKey = toBase64(new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey)));
  return { file: `${key} ${privateKey}\n`, key };
}

/** Whether one of some public keys has signed an entry. */
export async function isSigned({ text, signatures }: SealedEntry, keys: readonly string[]): Promise<boolean> {
  for (const { key, signature } of signatures) {
    if (!keys.includes(key)) continue;
    try {
      const publicKey = await crypto.subtle.importKey("raw", fromBase64(key), "Ed25519", false, ["verify"]);
      if (await crypto.subtle.verify("Ed25519", publicKey, fromBase64(signature), message(text))) return true;
    } catch {
      // Neither a key nor a signature.
    }
  }
  return false;
}

/** Whether a text is a public key: 32 bytes in base64. */
export function isKey(text: string): boolean {
  return /^[A-Za-z0-9+/]{43}=$/.test(text);
}

function message(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(DOMAIN + text);
}

function toBase64(bytes: Uint8Array<ArrayBuffer>): string {
  return bytes.toBase64();
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64(text);
}
