import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { readTable } from "../lib/formats/table.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAGE = Deno.readTextFileSync(join(ROOT, "docs/findings.md"));

/** The tables of the page whose first heading is that: their cells by heading. */
function tables(first: string): readonly ReadonlyMap<string, string>[][] {
  return [...PAGE.matchAll(/(?:^\|.*\|\n)+/gm)].flatMap(([text]) => {
    const [head = [], , ...rows] = text.trim().split("\n").map((line) =>
      line.split("|").slice(1, -1).map((cell) => cell.trim().replaceAll("`", ""))
    );
    if (head[0] !== first) return [];
    return [rows.map((row) => new Map(row.map((cell, index) => [head[index]!, cell])))];
  });
}

Deno.test("docs/findings.md has the verdicts of all claims as they are committed, a column a study", () => {
  const [table] = tables("claim");
  assert.ok(table !== undefined && table.length > 0);
  const studies = [...table[0]!.keys()].filter((heading) => heading !== "claim");
  assert.ok(studies.length >= 4);
  for (const study of studies) {
    const { claims } = JSON.parse(Deno.readTextFileSync(join(ROOT, study, "outputs/claims.json")));
    assert.deepEqual(
      table.map((row) => [row.get("claim"), row.get(study)]),
      claims.map(({ name, verdict }: { name: string; verdict: string }) => [name, verdict]),
      study,
    );
  }
});

Deno.test("docs/findings.md has what the networks of figure1/reduced came to", async () => {
  const [table] = tables("hidden layers");
  assert.ok(table !== undefined);
  const summary = await readTable(join(ROOT, "studies/figure1/reduced/outputs/tables/summary.csv"));
  const depths = Map.groupBy(summary.filter(({ label_noise }) => label_noise === 0), ({ depth }) => String(depth));
  const rows = [...depths].map(([depth, networks]) => {
    const range = (column: string, digits?: number): string => {
      const values = networks.map((network) => network[column]).filter((value) => typeof value === "number");
      const text = (value: number): string => digits === undefined ? String(value) : value.toPrecision(digits);
      return [...new Set(values.length === 0 ? [] : [Math.min(...values), Math.max(...values)].map(text))].join("–");
    };
    const interpolating = networks.filter(({ interpolates }) => String(interpolates) === "true").length;
    return [
      depth,
      interpolating === networks.length ? "yes" : interpolating === 0 ? "no" : `${interpolating} of ${networks.length}`,
      range("last_layer_cdnv", 3),
      range("effective_depth_cdnv"),
      range("effective_depth_ncc"),
      range("minimal_depth"),
    ];
  });
  assert.deepEqual(table.map((row) => [...row.values()]), rows);
});
