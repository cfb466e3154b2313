import type { Json } from "../value.ts";

/** Why a stage is not up to date. `from` is absent for what is new, `to` for what is gone. */
export type Reason =
  | { readonly kind: "never run" }
  | { readonly kind: "forced" }
  | { readonly kind: "always changed" }
  | { readonly kind: "command changed"; readonly from?: string; readonly to?: string }
  /** What the lock does not keep word for word: the names and flags of outs. */
  | { readonly kind: "declaration changed" }
  | { readonly kind: "module changed"; readonly path: string; readonly change: "added" | "removed" | "changed" }
  | { readonly kind: "package changed"; readonly name: string; readonly from?: string; readonly to?: string }
  | { readonly kind: "parameter changed"; readonly key: string; readonly from?: Json; readonly to?: Json }
  | { readonly kind: "resolution changed"; readonly key: string; readonly from?: Json; readonly to?: Json }
  | { readonly kind: "environment changed"; readonly name: string }
  | { readonly kind: "tool changed"; readonly command: string; readonly from?: string; readonly to?: string }
  | { readonly kind: "dep changed"; readonly path: string; readonly change: "added" | "removed" | "changed" }
  | { readonly kind: "dep missing"; readonly path: string }
  | { readonly kind: "out missing"; readonly path: string }
  | { readonly kind: "out changed"; readonly path: string; readonly change: "added" | "removed" | "changed" }
  | { readonly kind: "folder changed"; readonly from?: string; readonly to?: string }
  | { readonly kind: "upstream"; readonly stage: string };
