import assert from "node:assert/strict";
import { shellWord } from "../../lib/pipeline/shell_word.ts";

Deno.test("shellWord() is one word to a shell, whatever it holds", async () => {
  for (const text of ["train@8", "a b", "it's", "$HOME", "", "`x`", '"', "a\nb", "*", "~", "ä;#"]) {
    const { stdout } = await new Deno.Command("/bin/sh", { args: ["-c", `printf %s ${shellWord(text)}`] }).output();
    assert.equal(new TextDecoder().decode(stdout), text);
  }
  assert.equal(shellWord("train@8"), "train@8");
});
