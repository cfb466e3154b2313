import type { Row } from "../../formats/table.ts";
import { confidence } from "../study/intervals.ts";
import { networkCells, networkColumns } from "../study/network.ts";
import type { NamedTable } from "../study/tables.ts";
import { differences, differencesOf, type Pairing, studyPairs } from "./difference_rows.ts";
import { endedNetworks, type Estimate, estimateOf, quantities, type Quantity } from "./ended_network.ts";
import type { NamedStudy } from "./named_study.ts";

const estimateColumns = ["quantity", "scale", "seeds", "estimate", "low", "high", "confidence"] as const;

/**
 * What the page shows, as tables: `networks.csv`, a row a study, network and quantity; and `differences.csv`, a row two studies,
 * a network that both have and a quantity. One without rows is left out.
 */
export function comparisonTables(studies: readonly NamedStudy[], pairing: Pairing = "all"): NamedTable[] {
  return [
    {
      name: "networks.csv",
      columns: ["study", ...networkColumns, "epochs", ...estimateColumns],
      rows: networkRows(studies),
    },
    {
      name: "differences.csv",
      columns: ["study", "other_study", ...networkColumns, ...estimateColumns, "differs"],
      rows: differenceRows(studies, pairing),
    },
  ].filter(({ rows }) => rows.length > 0);
}

function networkRows(studies: readonly NamedStudy[]): Row[] {
  return studies.flatMap(endedNetworks).flatMap((ended) =>
    (Object.keys(quantities) as Quantity[]).map((quantity) => ({
      ...{ study: ended.study, ...networkCells(ended.network), epochs: ended.epochs },
      ...{ quantity, scale: quantities[quantity] },
      ...estimateCells(estimateOf(ended, quantity), ended.network.seeds.length),
    }))
  );
}

function differenceRows(studies: readonly NamedStudy[], pairing: Pairing): Row[] {
  return studyPairs(studies, pairing).flatMap(({ first, second, networks }) =>
    networks.flatMap((paired) =>
      differencesOf(paired).map((estimate, column) => {
        const [quantity, , isRatio] = differences[column]!;
        return {
          ...{ study: first, other_study: second, ...networkCells(paired.first.network) },
          ...{ quantity, scale: isRatio ? "ratio" : "difference" },
          ...estimateCells(estimate, paired.seeds.length),
          differs: paired.differs.join("; "),
        };
      })
    )
  );
}

function estimateCells({ estimate, low, high }: Estimate, seeds: number): Row {
  return { seeds, estimate, low, high, confidence };
}
