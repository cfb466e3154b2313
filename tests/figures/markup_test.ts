import assert from "node:assert/strict";
import { codeScript, jsonScript, markup, trusted } from "../../lib/figures/markup.ts";

Deno.test("markup escapes what is put in, in text and in attributes", () => {
  assert.equal(
    markup`<a title="${`"><b>'`}">${"a < b & c"}</a>`.markup,
    `<a title="&quot;&gt;&lt;b&gt;&#39;">a &lt; b &amp; c</a>`,
  );
});

Deno.test("markup takes markup, lists, numbers and null", () => {
  assert.equal(markup`${[1, markup`<br>`, null, trusted("<hr>")]}`.markup, "1<br><hr>");
});

Deno.test("jsonScript() holds any text without ending its element", () => {
  const value = { text: "</script><!-- <script>\u2028 & \" ' \\u003c" };
  const script = jsonScript("data", value).markup;
  const json = /^<script type="application\/json" id="data">(.*)<\/script>$/s.exec(script)![1]!;
  assert.doesNotMatch(json, /</);
  assert.deepEqual(JSON.parse(json), value);
});

Deno.test("codeScript() refuses code that would end its element, and drops references to source maps", () => {
  assert.throws(() => codeScript('const end = "</script>";'), /would end its element$/);
  assert.equal(codeScript("run();\n//# sourceMappingURL=a.map\n").markup, "<script>run();\n\n</script>");
});
