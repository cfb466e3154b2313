import type { Loader, Message, transform, TransformFailure } from "esbuild";
import { extname } from "node:path";
import type { Diagnostic, Result } from "../diagnostic.ts";
import { sha256 } from "../store/hash.ts";
import type { IndexDatabase } from "../store/index_database.ts";

/** The version of what is remembered: changes with esbuild and with the options below, which decide how code is printed. */
export const ERASURE_VERSION = "esbuild 0.25.12, 1";

const LOADERS: { readonly [extension: string]: Loader } = {
  ".ts": "ts",
  ".mts": "ts",
  ".cts": "ts",
  ".tsx": "tsx",
  ".js": "js",
  ".mjs": "js",
  ".cjs": "js",
  ".jsx": "jsx",
};

/**
 * Digests of what is left of modules once comments, types and formatting are erased. Remembered by content, so that
 * esbuild is loaded only for a module that is new.
 */
export class Erasure implements AsyncDisposable {
  readonly #index: IndexDatabase;
  #isRunning = false;

  /** Starts without a process; `index` is where digests are remembered. */
  constructor(index: IndexDatabase) {
    this.#index = index;
  }

  /** The digest of a module's erased text; of its bytes where it is no code. */
  async digest(path: string, bytes: Uint8Array): Promise<Result<string>> {
    const extension = extname(path);
    const content = sha256(bytes);
    if (extension !== ".json" && LOADERS[extension] === undefined) return { ok: true, value: content, diagnostics: [] };
    const text = new TextDecoder().decode(bytes);
    const key = `${extension} ${content}`;
    const known = this.#index.get(`erased by ${ERASURE_VERSION}`, key);
    if (known !== undefined) return { ok: true, value: known, diagnostics: [] };
    const erased = await this.#erase(path, text, extension);
    if (!erased.ok) return erased;
    const digest = sha256(erased.value);
    this.#index.set(`erased by ${ERASURE_VERSION}`, key, digest);
    return { ok: true, value: digest, diagnostics: [] };
  }

  async #erase(path: string, text: string, extension: string): Promise<Result<string>> {
    if (extension === ".json") return { ok: true, value: compactJson(text), diagnostics: [] };
    const loader = LOADERS[extension] ?? "js";
    const run = await this.#service();
    try {
      const { code } = await run(text, {
        loader,
        target: "esnext",
        charset: "utf8",
        minifyWhitespace: true,
        legalComments: "none",
        jsx: "automatic",
        logLevel: "silent",
      });
      return { ok: true, value: code, diagnostics: [] };
    } catch (error) {
      const messages = (error as Partial<TransformFailure>).errors;
      if (messages === undefined) throw error;
      return { ok: false, diagnostics: messages.map((message) => syntaxError(path, text, message)) };
    }
  }

  async #service(): Promise<typeof transform> {
    const esbuild = await import("esbuild");
    if (!this.#isRunning) {
      this.#isRunning = true;
      users++;
    }
    return esbuild.transform;
  }

  /** Ends esbuild's process once nobody uses it, or this process would not exit. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    if (--users === 0) await (await import("esbuild")).stop();
  }
}

/** esbuild has one service a process; these many erasures use it. */
let users = 0;

function compactJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}

function syntaxError(path: string, text: string, { text: message, location }: Message): Diagnostic {
  const source = { path, text };
  if (location === null) return { severity: "error", message, range: { source, start: 0, end: 0 } };
  const line = text.split("\n").slice(0, location.line - 1).reduce((sum, { length }) => sum + length + 1, 0);
  // esbuild counts columns and lengths in bytes.
  const before = new TextDecoder().decode(new TextEncoder().encode(location.lineText).slice(0, location.column));
  const start = line + before.length;
  return { severity: "error", message, range: { source, start, end: start + Math.max(1, location.length) } };
}
