import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { dirname, join } from "node:path";
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

/** The networks of a study without label noise, by their depth or another column. */
async function networksOf(study: string, by = "depth"): Promise<Map<string, Readonly<Record<string, unknown>>[]>> {
  const summary = await readTable(join(ROOT, study, "outputs/tables/summary.csv"));
  return Map.groupBy(summary.filter(({ label_noise }) => label_noise === 0), (network) => String(network[by]));
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

const figures = [
  { first: "hidden layers, CIFAR-10", study: "studies/figure1", by: "depth", test: false },
  { first: "hidden layers, as coded", study: "studies/figure1/as-coded", by: "depth", test: false },
  { first: "data set", study: "studies/figure2/narrow", by: "dataset", test: true },
] as const;
for (const { first, study, by, test } of figures) {
  Deno.test(`docs/findings.md has what the networks of ${study} came to`, async () => {
    const [table] = tables(first);
    assert.ok(table !== undefined);
    const rows = [...await networksOf(study, by)].map(([name, networks]) => [
      name,
      rangeOf(networks, "train_accuracy", 4),
      rangeOf(networks, "test_accuracy", 3),
      rangeOf(networks, "last_layer_cdnv", 3),
      ...test ? [rangeOf(networks, "last_layer_test_cdnv", 3)] : [],
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

Deno.test("docs/findings.md says how far off the published formula is in the committed networks that learn", async () => {
  const [, percent, least] = / is off by at most (\S+) %; the least CDNV among them is (\S+)\. /
    .exec(PAGE.replaceAll(/\s+/g, " "))!;
  const { stdout } = await new Deno.Command("git", { args: ["ls-files", "*tables/cdnv.csv"], cwd: ROOT }).output();
  const network = ({ dataset, model, depth, width, seed, label_noise, variant }: Readonly<Record<string, unknown>>) =>
    JSON.stringify([dataset, model, depth, width, seed, label_noise, variant]);
  let [error, cdnv] = [0, Infinity];
  for (const path of new TextDecoder().decode(stdout).trim().split("\n")) {
    const summary = await readTable(join(ROOT, dirname(path), "summary.csv"));
    // Of ten classes the most frequent one is a tenth or little more.
    const learning = new Set(summary.filter(({ train_accuracy }) => Number(train_accuracy) > 0.2).map(network));
    for (const row of await readTable(join(ROOT, path))) {
      if (!learning.has(network(row)) || row.epoch === 0) continue;
      error = Math.max(error, Math.abs(Number(row.cdnv_published_error)));
      if (typeof row.cdnv === "number") cdnv = Math.min(cdnv, row.cdnv);
    }
  }
  assert.deepEqual([percent, least], [(100 * error).toPrecision(2), cdnv.toPrecision(2)]);
});
