import type { Row } from "../../formats/table.ts";
import { depthVerdicts } from "./depth_verdict.ts";
import { type Identity, identityCells, identityColumns, isSameButDepth, networkKey } from "./network.ts";
import { type CdnvRow, collapseQuantities, type DepthRow, type HistoryRow, type ProbeRow } from "./rows.ts";
import type { Study } from "./study.ts";

/** The train accuracy from which on a network counts as interpolating the train set. */
export const interpolation = 0.999;

/** Networks within this of the best train accuracy of all depths reach it, for the other reading of minimal depth. */
const accuracyMargin = 0.001;

/** Columns of `summary.csv`. */
export const summaryColumns = [
  ...identityColumns,
  "epochs",
  "train_accuracy",
  "test_accuracy",
  "train_loss",
  "test_loss",
  "interpolates",
  "last_layer_cdnv_untrained",
  "last_layer_cdnv",
  "last_layer_test_cdnv",
  "effective_depth_cdnv",
  "effective_depth_ncc",
  "effective_depth_cdnv_untrained",
  "effective_depth_ncc_untrained",
  "minimal_depth",
  "minimal_depth_of_best",
] as const;

/** One network and seed at the end of its training; see `docs/figures.md` for what each says. */
export type SummaryRow = Row & Record<typeof summaryColumns[number], number | string | null>;

/** A row a network and seed, in the order of the study's networks. */
export function summaryRows(study: Study): SummaryRow[] {
  const runs = runsOf(study);
  const verdicts = depthVerdicts(study);
  const accuracies = runs.map((run) => ({ run, accuracy: lastEvaluation(study.history.filter(run.owns)) }));
  return runs.map((run) => {
    const history = lastEvaluation(study.history.filter(run.owns));
    const cdnv = study.cdnv.filter(run.owns);
    const verdict = (definition: DepthRow["definition"]) =>
      verdicts.find((entry) =>
        entry.network === run.label && entry.seed === run.identity.seed && entry.definition === definition
      );
    // Depths are compared among networks that differ in nothing else.
    const peers = accuracies.filter(({ run: { identity } }) =>
      isSameButDepth(identity, run.identity) && identity.seed === run.identity.seed
    );
    const depths = (least: number) =>
      peers.filter((peer) => (peer.accuracy?.trainAccuracy ?? 0) >= least).map((peer) => peer.run.identity.depth);
    const known = peers.flatMap((peer) => peer.accuracy?.trainAccuracy ?? []);
    return {
      ...identityCells(run.identity),
      epochs: history?.epoch ?? null,
      train_accuracy: history?.trainAccuracy ?? null,
      test_accuracy: history?.testAccuracy ?? null,
      train_loss: history?.trainLoss ?? null,
      test_loss: history?.testLoss ?? null,
      interpolates: history === undefined ? null : String((history.trainAccuracy ?? 0) >= interpolation),
      last_layer_cdnv_untrained: lastLayer(cdnv, "train", 0),
      last_layer_cdnv: lastLayer(cdnv, "train"),
      last_layer_test_cdnv: lastLayer(cdnv, "test"),
      effective_depth_cdnv: verdict("cdnv")?.trained ?? null,
      effective_depth_ncc: verdict("ncc")?.trained ?? null,
      effective_depth_cdnv_untrained: verdict("cdnv")?.untrained ?? null,
      effective_depth_ncc_untrained: verdict("ncc")?.untrained ?? null,
      minimal_depth: least(depths(interpolation)),
      minimal_depth_of_best: known.length === 0 ? null : least(depths(Math.max(...known) - accuracyMargin)),
    };
  });
}

/** NC1 to NC3 of a set, as `nc1_train`. */
type CollapseColumn = `${typeof collapseQuantities[number]}_${CdnvRow["split"]}`;

const collapseColumns = collapseQuantities.flatMap((quantity): CollapseColumn[] => [
  `${quantity}_train`,
  `${quantity}_test`,
]);

/** Columns of `layers.csv`. */
export const layerColumns = [
  ...identityColumns,
  "epoch",
  "layer",
  "cdnv_train",
  "cdnv_test",
  "ncc_train_accuracy",
  "ncc_test_accuracy",
  "cdnv_ratio",
  "ncc_ratio",
  "probe_epoch",
  "probe_sgd_train_accuracy",
  "probe_sgd_test_accuracy",
  "probe_converged_train_accuracy",
  "probe_converged_test_accuracy",
  "probe_ridge_train_accuracy",
  "probe_ridge_test_accuracy",
  "probe_form",
  "cdnv_corrected_train",
  "cdnv_corrected_test",
  "degenerate_pairs_train",
  "degenerate_pairs_test",
  "missing_classes_train",
  "missing_classes_test",
  "ncc_train_agreement",
  "ncc_test_agreement",
  ...collapseColumns,
] as const;

/** One layer of one network and seed after the last measured epoch. */
export type LayerRow = Row & Record<typeof layerColumns[number], number | string | null>;

/** A row a layer of each network and seed: everything measured on it after the last measured epoch. */
export function layerRows(study: Study): LayerRow[] {
  return runsOf(study).flatMap((run) => {
    const cdnv = atLastEpoch(study.cdnv.filter(run.owns));
    const depth = atLastEpoch(study.depth.filter(run.owns));
    const probe = atLastEpoch(study.probe.filter(run.owns));
    const collapse = atLastEpoch(study.collapse.filter(run.owns));
    const layers = [...new Set(cdnv.map((row) => row.layer))].sort((a, b) => a - b);
    return layers.map((layer) => {
      const split = (name: CdnvRow["split"]) => cdnv.find((row) => row.layer === layer && row.split === name);
      const ratio = (name: DepthRow["definition"]) =>
        depth.find((row) => row.layer === layer && row.definition === name)?.ratio ?? null;
      const quantity = (name: typeof collapseQuantities[number], split: CdnvRow["split"]) =>
        collapse.find((row) => row.layer === layer && row.split === split)?.values[name] ?? null;
      const probed = (kind: ProbeRow["kind"]) => probe.find((row) => row.layer === layer && row.kind === kind);
      return {
        ...identityCells(run.identity),
        epoch: cdnv[0]!.epoch,
        layer,
        cdnv_train: split("train")?.cdnv ?? null,
        cdnv_test: split("test")?.cdnv ?? null,
        ncc_train_accuracy: split("train")?.nccAccuracy ?? null,
        ncc_test_accuracy: split("test")?.nccAccuracy ?? null,
        cdnv_ratio: ratio("cdnv"),
        ncc_ratio: ratio("ncc"),
        probe_epoch: probe[0]?.epoch ?? null,
        probe_sgd_train_accuracy: probed("sgd")?.trainAccuracy ?? null,
        probe_sgd_test_accuracy: probed("sgd")?.testAccuracy ?? null,
        probe_converged_train_accuracy: probed("converged")?.trainAccuracy ?? null,
        probe_converged_test_accuracy: probed("converged")?.testAccuracy ?? null,
        probe_ridge_train_accuracy: probed("ridge")?.trainAccuracy ?? null,
        probe_ridge_test_accuracy: probed("ridge")?.testAccuracy ?? null,
        probe_form: (probed("converged") ?? probed("ridge"))?.form ?? null,
        cdnv_corrected_train: split("train")?.corrected ?? null,
        cdnv_corrected_test: split("test")?.corrected ?? null,
        degenerate_pairs_train: split("train")?.degeneratePairs ?? null,
        degenerate_pairs_test: split("test")?.degeneratePairs ?? null,
        missing_classes_train: split("train")?.missingClasses ?? null,
        missing_classes_test: split("test")?.missingClasses ?? null,
        ncc_train_agreement: split("train")?.nccAgreement ?? null,
        ncc_test_agreement: split("test")?.nccAgreement ?? null,
        ...Object.fromEntries(
          collapseQuantities.flatMap((name) => [
            [`${name}_train`, quantity(name, "train")],
            [`${name}_test`, quantity(name, "test")],
          ]),
        ) as Record<CollapseColumn, number | null>,
      };
    });
  });
}

interface Run {
  readonly label: string;
  readonly identity: Identity;
  readonly owns: (row: Identity) => boolean;
}

/** Every network with each of its seeds. */
function runsOf(study: Study): Run[] {
  return study.networks.flatMap(({ seeds, label, ...network }) =>
    seeds.map((seed) => {
      const identity = { ...network, seed };
      const key = networkKey(identity);
      return { label, identity, owns: (row) => networkKey(row) === key && row.seed === seed };
    })
  );
}

function atLastEpoch<T extends { readonly epoch: number }>(rows: readonly T[]): T[] {
  const last = rows.reduce((epoch, row) => Math.max(epoch, row.epoch), 0);
  return rows.filter((row) => row.epoch === last);
}

/** The last row with accuracies: not every epoch needs to be evaluated. */
function lastEvaluation(rows: readonly HistoryRow[]): HistoryRow | undefined {
  return atLastEpoch(rows.filter((row) => row.trainAccuracy !== null))[0];
}

function lastLayer(rows: readonly CdnvRow[], split: CdnvRow["split"], epoch?: number): number | null {
  const measured = rows.filter((row) => row.split === split);
  const chosen = epoch === undefined ? atLastEpoch(measured) : measured.filter((row) => row.epoch === epoch);
  return chosen.toSorted((a, b) => b.layer - a.layer)[0]?.cdnv ?? null;
}

function least(depths: readonly number[]): number | null {
  return depths.length === 0 ? null : Math.min(...depths);
}
