import assert from "node:assert/strict";
import { withFrozen } from "../../../lib/pipeline/file/frozen_text.ts";

const BLOCK = `# kept
stages:
  a:
    cmd: echo  # kept, too
    outs:
    - x # last

  b:
    cmd: |
      echo
`;

function changed(text: string, stage: string, frozen: boolean): string | undefined {
  return withFrozen({ path: "/dvc.yaml", text }, stage, frozen);
}

Deno.test("withFrozen() adds a line to a stage and leaves everything else", () => {
  const frozen = changed(BLOCK, "a", true);
  assert.equal(frozen, BLOCK.replace("    - x # last\n", "    - x # last\n    frozen: true\n"));
  assert.equal(changed(BLOCK, "b", true), `${BLOCK}    frozen: true\n`);
  assert.equal(changed(frozen!, "a", true), frozen);
  assert.equal(changed(frozen!, "a", false), BLOCK);
  assert.equal(changed(BLOCK, "a", false), BLOCK);
});

Deno.test("withFrozen() changes stages in braces", () => {
  const text = "stages: {a: {cmd: echo, outs: [x]}, b: {frozen: true, cmd: echo}}\n";
  assert.equal(changed(text, "a", true), text.replace("[x]}", "[x], frozen: true}"));
  assert.equal(changed(text, "b", false), text.replace("frozen: true, ", ""));
  assert.equal(changed(changed(text, "a", true)!, "a", false), text);
});

Deno.test("withFrozen() changes all stages of a foreach or matrix", () => {
  const group = `stages:
  each:
    foreach: [1, 2]
    do:
      cmd: echo
  grid:
    matrix: {n: [1]}
    cmd: echo
`;
  const frozen = changed(group, "each", true);
  assert.equal(frozen, group.replace("      cmd: echo\n", "      cmd: echo\n      frozen: true\n"));
  assert.equal(changed(frozen!, "each", false), group);
  assert.equal(changed(group, "grid", true), `${group}    frozen: true\n`);
  const flow = "stages: {each: {foreach: [1], do: {cmd: echo}}}\n";
  assert.equal(changed(flow, "each", true), flow.replace("echo}", "echo, frozen: true}"));
});

Deno.test("withFrozen() knows no stage of another name", () => {
  assert.equal(changed(BLOCK, "c", true), undefined);
  assert.equal(changed("stages: {", "a", true), undefined);
});
