/** The bytes of one file, and what messages call it. */
export interface NamedBytes {
  /** A path or an address. */
  readonly name: string;
  /** The whole content, decompressed. */
  readonly bytes: Uint8Array;
}
