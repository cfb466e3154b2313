/** Numbers of one tensor with their shape, row by row; the array's kind follows from `dtype`. */
export type StoredTensor =
  | { readonly dtype: "F32"; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly dtype: "F64"; readonly shape: readonly number[]; readonly data: Float64Array }
  | { readonly dtype: "I32"; readonly shape: readonly number[]; readonly data: Int32Array }
  | { readonly dtype: "I64"; readonly shape: readonly number[]; readonly data: BigInt64Array }
  | { readonly dtype: "U8"; readonly shape: readonly number[]; readonly data: Uint8Array };

/** The element types that are read and written here, as safetensors names them. */
export type StoredType = StoredTensor["dtype"];

/** The content of a safetensors file: tensors by name, and free text by name. */
export interface TensorFile {
  /** Any number of tensors; a name is any text but `__metadata__`. */
  readonly tensors: Readonly<Record<string, StoredTensor>>;
  /** Free text, e.g. where the tensors come from. */
  readonly metadata: Readonly<Record<string, string>>;
}
