import assert from "node:assert/strict";
import { type Diagnostic, errorAt, type Source } from "../../lib/pipeline/diagnostic.ts";
import { formatDiagnostic, formatDiagnostics, positionOf, shownPath } from "../../lib/pipeline/diagnostic_text.ts";

const source: Source = { path: "/project/pipeline.yaml", text: "a: 1\n\tbé: two\nlast" };

Deno.test("formatDiagnostic() shows place, excerpt, related places and hints", () => {
  const diagnostic: Diagnostic = {
    severity: "warning",
    message: "Doubtful",
    range: { source, start: 10, end: 13 },
    related: [{ message: "see here", range: { source, start: 0, end: 1 } }],
    hints: ["Do it"],
  };
  assert.equal(
    formatDiagnostic(diagnostic, { folder: "/project" }),
    [
      "pipeline.yaml:2:6: warning: Doubtful",
      "  2 | \tbé: two",
      "    | \t    ^^^",
      "  pipeline.yaml:1:1: see here",
      "  1 | a: 1",
      "    | ^",
      "  hint: Do it",
    ].join("\n"),
  );
});

Deno.test("formatDiagnostic() marks one column at the end of a file and where a range spans lines, to the line's end", () => {
  const at = (start: number, end: number): string =>
    formatDiagnostic({ severity: "error", message: "Here", range: { source, start, end } }, { folder: "/project" });
  assert.equal(at(19, 19), "pipeline.yaml:3:5: error: Here\n  3 | last\n    |     ^");
  assert.equal(at(0, 12), "pipeline.yaml:1:1: error: Here\n  1 | a: 1\n    | ^^^^");
});

Deno.test("formatDiagnostic() fits excerpts into the columns there are", () => {
  const source = { path: "/p/a", text: `${"x".repeat(50)}here${"y".repeat(50)}` };
  const [, excerpt, carets] = formatDiagnostic(errorAt({ source, start: 50, end: 54 }, "no"), { columns: 40 }).split(
    "\n",
  );
  assert.equal(excerpt, `  1 | …${"x".repeat(15)}here${"y".repeat(11)}…`);
  assert.equal(carets, `    | ${" ".repeat(16)}^^^^`);
});

Deno.test("formatDiagnostic() puts carets below characters that are two columns wide, and behind tabs", () => {
  const source = { path: "/p/pipeline.yaml", text: "\t深度: 学习 x" };
  const text = formatDiagnostic(errorAt({ source, start: 5, end: 7 }, "no"), { folder: "/p" });
  assert.equal(text, "pipeline.yaml:1:6: error: no\n  1 | \t深度: 学习 x\n    | \t      ^^^^");
});

Deno.test("formatDiagnostic() cuts long lines around the place", () => {
  const long: Source = { path: "/project/x.yaml", text: `${"a".repeat(300)}HERE${"b".repeat(300)}` };
  const [, shown = "", carets = ""] = formatDiagnostic({
    severity: "error",
    message: "Here",
    range: { source: long, start: 300, end: 304 },
  }).split("\n");
  assert.ok(shown.length < 130);
  assert.equal(shown.slice(carets.indexOf("^"), carets.indexOf("^") + 4), "HERE");
  assert.equal(carets.trimEnd().length - carets.indexOf("^"), 4);
});

Deno.test("formatDiagnostic() colours on request and needs no place", () => {
  assert.equal(formatDiagnostic({ severity: "error", message: "Bad" }), "error: Bad");
  assert.equal(formatDiagnostic({ severity: "error", message: "Bad" }, { color: true }), "\x1b[31merror\x1b[0m: Bad");
});

Deno.test("formatDiagnostics() orders by file and place", () => {
  const at = (start: number): Diagnostic => ({
    severity: "error",
    message: `At ${start}`,
    range: { source, start, end: start + 1 },
  });
  const text = formatDiagnostics([at(6), at(0), { severity: "error", message: "Nowhere" }]);
  assert.deepEqual(text.match(/At \d|Nowhere/g), ["Nowhere", "At 0", "At 6"]);
});

Deno.test("positionOf() counts characters, not UTF-16 units", () => {
  const emoji: Source = { path: "/x", text: "\n😀😀x" };
  assert.deepEqual(positionOf({ source: emoji, start: 5, end: 6 }), { line: 2, column: 3 });
});

Deno.test("shownPath() is relative where that is shorter", () => {
  assert.equal(shownPath("/project/studies/one/pipeline.yaml", "/project"), "studies/one/pipeline.yaml");
  assert.equal(shownPath("/project/pipeline.yaml", "/project/studies/one"), "../../pipeline.yaml");
  assert.equal(shownPath("/a/x", "/project/studies/one"), "/a/x");
  assert.equal(shownPath("/project", "/project"), ".");
});
