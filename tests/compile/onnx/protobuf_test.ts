import assert from "node:assert/strict";
import { Message } from "../../../lib/compile/onnx/protobuf.ts";

function hex(message: Message): string {
  return message.finish().toHex();
}

// The values are those of the encoding's own documentation, protobuf.dev/programming-guides/encoding.
Deno.test("Message encodes integers seven bits a byte", () => {
  assert.equal(hex(new Message().integer(1, 150)), "089601");
  assert.equal(hex(new Message().integer(1, 0)), "0800");
  assert.equal(hex(new Message().integer(1, -2)), "08feffffffffffffffff01");
  assert.equal(hex(new Message().integer(20, 2 ** 40)), "a001808080808020");
});

Deno.test("Message encodes text, floats, bytes and messages in messages", () => {
  assert.equal(hex(new Message().text(2, "testing")), "120774657374696e67");
  assert.equal(hex(new Message().float(2, 1)), "150000803f");
  assert.equal(hex(new Message().message(3, new Message().integer(1, 150))), "1a03089601");
  assert.equal(hex(new Message().bytes(9, new Uint8Array(200)).integer(1, 1)), `4ac801${"00".repeat(200)}0801`);
});

Deno.test("Message does not see what is added to an inner message later", () => {
  const inner = new Message().integer(1, 1);
  const outer = new Message().message(3, inner);
  inner.integer(1, 2);
  assert.equal(hex(outer), "1a020801");
});
