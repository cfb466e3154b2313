import { depthText, depthVerdicts } from "./depth_verdict.ts";
import { type Html, html } from "./html.ts";
import { labelOf } from "./series.ts";
import type { Study } from "./study.ts";
import { interpolation, type LayerRow, layerRows, summaryRows } from "./summary.ts";

/** The networks at the end of their training: accuracies, the last layer's CDNV, effective and minimal depth. */
export function summaryTable(study: Study): Html {
  const rows = summaryRows(study);
  const label = labelOf(study);
  const minimal = [...new Set(rows.map((row) => row.minimal_depth))];
  const verdict = minimal.length === 1 && minimal[0] !== null
    ? `The least depth that interpolates the train set (accuracy of at least ${interpolation}) is ${minimal[0]}.`
    : minimal.every((depth) => depth === null)
    ? `No network interpolates the train set (accuracy of at least ${interpolation}).`
    : "The least depth that interpolates the train set differs; see the last column.";
  return html`
    <p>${verdict} Effective depth counts the layers before those that have collapsed, by CDNV and by the nearest
    class center’s errors (NCC); in brackets that of the untrained network.</p>
    <div class="scroll" role="region" tabindex="0" aria-label="Networks">
      <table>
        <thead>
          <tr>
            <th scope="col">Network</th>
            <th scope="col">Seed</th>
            <th scope="col">Train<br>accuracy</th>
            <th scope="col">Test<br>accuracy</th>
            <th scope="col">Last layer’s<br>train CDNV</th>
            <th scope="col">before<br>training</th>
            <th scope="col">Last layer’s<br>test CDNV</th>
            <th scope="col">Effective depth<br>by CDNV</th>
            <th scope="col">Effective depth<br>by NCC</th>
            <th scope="col">Minimal<br>depth</th>
          </tr>
        </thead>
        <tbody>${rows.map((row) =>
          html`
            <tr>
              <th scope="row">${label(row as unknown as Parameters<typeof label>[0])}</th>
              <td>${row.seed}</td>
              <td>${accuracy(row.train_accuracy)}</td>
              <td>${accuracy(row.test_accuracy)}</td>
              <td>${significant(row.last_layer_cdnv)}</td>
              <td>${significant(row.last_layer_cdnv_untrained)}</td>
              <td>${significant(row.last_layer_test_cdnv)}</td>
              <td>${depth(row.effective_depth_cdnv)} (${depth(row.effective_depth_cdnv_untrained)})</td>
              <td>${depth(row.effective_depth_ncc)} (${depth(row.effective_depth_ncc_untrained)})</td>
              <td>${depth(row.minimal_depth)}</td>
            </tr>
          `
        )}</tbody>
      </table>
    </div>
  `;
}

/** A table a network and seed: everything measured on each layer after the last measured epoch. */
export function layersTables(study: Study): Html {
  const label = labelOf(study);
  const verdicts = depthVerdicts(study);
  const rows = layerRows(study);
  const tables = study.networks.flatMap((network) =>
    network.seeds.map((seed, index) => {
      const own = rows.filter((row) =>
        row.seed === seed && label(row as unknown as Parameters<typeof label>[0]) === network.label
      );
      const text = (definition: "cdnv" | "ncc") => {
        const verdict = verdicts.find((entry) => entry.network === network.label && entry.definition === definition);
        return depthText(verdict === undefined ? [] : verdict.trained.slice(index, index + 1));
      };
      const name = study.networks.some(({ seeds }) => seeds.length > 1)
        ? `${network.label}, seed ${seed}`
        : network.label;
      return layersTable(name, own, `Effective depth ${text("cdnv")} by CDNV, ${text("ncc")} by NCC.`);
    })
  );
  return html`<p>“Over threshold” is the value divided by the threshold of the effective depth: twice the last layer’s CDNV,
and the network’s train error + 0.01; at most 1, shown on a tint, is collapsed. A dash was not measured or cannot be.</p>
${tables}`;
}

function layersTable(name: string, rows: readonly LayerRow[], verdict: string): Html {
  const epoch = rows[0]?.epoch ?? null;
  const probe = rows[0]?.probe_epoch ?? null;
  const probed = probe === null || probe === epoch ? "" : ` Probes of epoch ${probe}.`;
  const ratio = (value: LayerRow[string]) =>
    typeof value === "number" && value <= 1
      ? html`<td class="below">${significant(value)}</td>`
      : html`<td>${significant(value)}</td>`;
  return html`
    <details open>
      <summary>${name}</summary>
      <div class="scroll" role="region" tabindex="0" aria-label="Layers of ${name}">
        <table>
          <caption>${verdict} After epoch ${epoch}.${probed}</caption>
          <thead>
            <tr>
              <th scope="col">Layer</th>
              <th scope="col">Train<br>CDNV</th>
              <th scope="col">Test<br>CDNV</th>
              <th scope="col">CDNV over<br>threshold</th>
              <th scope="col">NCC train<br>accuracy</th>
              <th scope="col">NCC test<br>accuracy</th>
              <th scope="col">NCC error<br>over threshold</th>
              <th scope="col">Probe by SGD,<br>train</th>
              <th scope="col">Probe by SGD,<br>test</th>
              <th scope="col">Converged probe,<br>train</th>
              <th scope="col">Converged probe,<br>test</th>
            </tr>
          </thead>
          <tbody>${rows.map((row) =>
            html`<tr><th scope="row">${row.layer}</th><td>${significant(row.cdnv_train)}</td><td>${
              significant(row.cdnv_test)
            }</td>${ratio(row.cdnv_ratio)}<td>${accuracy(row.ncc_train_accuracy)}</td><td>${
              accuracy(row.ncc_test_accuracy)
            }</td>${ratio(row.ncc_ratio)}<td>${accuracy(row.probe_sgd_train_accuracy)}</td><td>${
              accuracy(row.probe_sgd_test_accuracy)
            }</td><td>${accuracy(row.probe_converged_train_accuracy)}</td><td>${
              accuracy(row.probe_converged_test_accuracy)
            }</td></tr>`
          )}</tbody>
        </table>
      </div>
    </details>
  `;
}

function accuracy(value: number | string | null | undefined): string {
  return typeof value === "number" ? value.toFixed(4) : "–";
}

/** Three significant digits, without an exponent where the number is of common size. */
function significant(value: number | string | null | undefined): string {
  if (typeof value !== "number") return "–";
  if (value !== 0 && Math.abs(value) < 1e-4) return value.toExponential(2);
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function depth(value: number | string | null | undefined): string {
  return value === null || value === undefined ? "none" : String(value);
}
