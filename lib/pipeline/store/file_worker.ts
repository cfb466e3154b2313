/**
 * A thread that helps with work on many files: it gets the work as a message, and takes chunks until none is left.
 * @module
 */
import { type FileWork, takeChunk } from "./file_work.ts";
import { namesOf } from "./folder_record.ts";

const scope = globalThis as unknown as { onmessage: (event: MessageEvent<WorkMessage>) => void };

/** A work as it is sent, its paths as one text. */
export type WorkMessage = Omit<FileWork, "paths"> & { readonly names: string };

scope.onmessage = ({ data: { names, ...work } }) => {
  const whole: FileWork = { ...work, paths: namesOf(names) };
  while (takeChunk(whole));
};
