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

/** The least and the greatest of what networks have in a column, and how many have it, where some do. */
function rangeOf(networks: readonly Readonly<Record<string, unknown>>[], column: string, digits?: number): string {
  const values = networks.map((network) => network[column]).filter((value) => typeof value === "number");
  if (values.length === 0) return "";
  const text = (value: number): string => digits === undefined ? String(value) : value.toPrecision(digits);
  const range = [...new Set([Math.min(...values), Math.max(...values)].map(text))].join("–");
  return values.length === networks.length ? range : `${range} (${values.length} of ${networks.length})`;
}

/** The networks of a study without label noise, by their depth. */
async function networksOf(study: string): Promise<Map<string, Readonly<Record<string, unknown>>[]>> {
  const summary = await readTable(join(ROOT, study, "outputs/tables/summary.csv"));
  return Map.groupBy(summary.filter(({ label_noise }) => label_noise === 0), ({ depth }) => String(depth));
}

Deno.test("docs/findings.md has what the networks of figure1/reduced came to", async () => {
  const [table] = tables("hidden layers");
  assert.ok(table !== undefined);
  const rows = [...await networksOf("studies/figure1/reduced")].map(([depth, networks]) => {
    const range = (column: string, digits?: number): string => rangeOf(networks, column, digits);
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

Deno.test("docs/findings.md has what the sensitivities came to", async () => {
  const [table] = tables("networks of");
  assert.ok(table !== undefined && table.length >= 5);
  for (const row of table) {
    const depths = await networksOf(row.get("networks of")!);
    const four = (column: string): string =>
      ["2", "4", "8", "16"].map((depth) => rangeOf(depths.get(depth)!, column) || "none").join(", ");
    const deepest = depths.get("16")!;
    assert.deepEqual([...row.values()].slice(1), [
      rangeOf(deepest, "train_accuracy", 4),
      rangeOf(deepest, "last_layer_cdnv", 3) || "none",
      four("effective_depth_cdnv"),
      four("effective_depth_ncc"),
    ]);
  }
});

for (const [heading, study] of [["CIFAR-10", "studies/figure1"], ["as coded", "studies/figure1/as-coded"]] as const) {
  Deno.test(`docs/findings.md has what the networks of ${study} came to`, async () => {
    const [table] = tables(`hidden layers, ${heading}`);
    assert.ok(table !== undefined);
    const rows = [...await networksOf(study)].map(([depth, networks]) => [
      depth,
      rangeOf(networks, "train_accuracy", 4),
      rangeOf(networks, "test_accuracy", 3),
      rangeOf(networks, "last_layer_cdnv", 3),
      rangeOf(networks, "effective_depth_cdnv"),
      rangeOf(networks, "effective_depth_ncc") || "none",
    ]);
    assert.deepEqual(table.map((row) => [...row.values()]), rows);
  });
}

Deno.test("docs/findings.md has the effective depths of the paper's own size over the factor", async () => {
  const [table] = tables("at most this multiple of the last layer's CDNV");
  assert.ok(table !== undefined && table.length > 0);
  const curve = (await readTable(join(ROOT, "studies/figure1/outputs/tables/depth_curve.csv"))).filter((row) =>
    row.definition === "cdnv" && row.label_noise === 0
  );
  for (const row of table) {
    const [factor, ...cells] = [...row.values()];
    const depths = Map.groupBy(curve.filter(({ threshold }) => threshold === Number(factor)), ({ depth }) => depth);
    assert.deepEqual(cells, [...depths.values()].map((networks) => rangeOf(networks, "effective_depth")));
  }
});
