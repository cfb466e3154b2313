/** The bytes of a `.npy` file as `numpy.save` writes it; `data` are those of the array. */
export function npyFile(
  type: string,
  shape: readonly number[],
  data: Uint8Array,
  { fortranOrder = false, version = 1 } = {},
): Uint8Array {
  const extents = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${type}', 'fortran_order': ${fortranOrder ? "True" : "False"}, 'shape': (${extents}), }`;
  const start = version === 1 ? 10 : 12;
  const length = Math.ceil((start + text.length + 1) / 64) * 64;
  const bytes = new Uint8Array(length + data.length).fill(0x20);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, length - start, true);
  else view.setUint32(8, length - start, true);
  bytes.set(new TextEncoder().encode(text), start);
  bytes[length - 1] = 0x0a;
  bytes.set(data, length);
  return bytes;
}
