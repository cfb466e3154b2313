import { counted } from "../graph/kinds.ts";

/** Fields of onnx.proto: `ModelProto.graph`, `GraphProto.node`, `NodeProto.op_type` and `.attribute`, `AttributeProto.g`. */
const fields = { graph: 7, node: 1, type: 4, attribute: 5, body: 6 } as const;

/** How often each operator stands in a model, those in the bodies of loops included. */
export function countOperators(model: Uint8Array): Map<string, number> {
  return counted(messages(model, fields.graph).flatMap(operatorsOf));
}

function operatorsOf(graph: Uint8Array): string[] {
  return messages(graph, fields.node).flatMap((node) => [
    ...messages(node, fields.type).map((type) => new TextDecoder().decode(type)),
    ...messages(node, fields.attribute).flatMap((attribute) =>
      messages(attribute, fields.body).flatMap((body) => operatorsOf(body))
    ),
  ]);
}

/** The contents of a message's fields of one number that have a length: messages and texts. */
function messages(bytes: Uint8Array, wanted: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  let at = 0;
  const integer = () => {
    // Numbers of more than 32 bits are skipped, and never looked at.
    let [value, scale] = [0, 1];
    for (;; scale *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = integer();
    switch (tag & 7) {
      case 0:
        integer();
        break;
      case 1:
        at += 8;
        break;
      case 5:
        at += 4;
        break;
      default: {
        const length = integer();
        if (tag >> 3 === wanted) found.push(bytes.subarray(at, at + length));
        at += length;
      }
    }
  }
  return found;
}
