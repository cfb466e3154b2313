import { z } from "zod";

const digest = z.string().regex(/^[0-9a-f]{64}$/, "expected a sha256 in hex");

/** The shape of {@linkcode OutRecord}, as the lock and the run cache hold it. */
export const outRecordSchema: z.ZodType<OutRecord> = z.strictObject({
  path: z.string(),
  kind: z.enum(["file", "directory"]),
  sha256: digest,
  size: z.int().min(0),
  files: z.int().min(0).exactOptional(),
  executables: z.array(z.string()).exactOptional(),
});

/** An out as a stage left it. */
export interface OutRecord {
  /** Relative to the pipeline's folder, with `/`. */
  readonly path: string;
  /** What it is. */
  readonly kind: "file" | "directory";
  /** Of the content, or of the folder's manifest. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** How many files a folder has. */
  readonly files?: number;
  /** Which files may be run as programs, relative to the folder; `""` for the out itself. */
  readonly executables?: readonly string[];
}
