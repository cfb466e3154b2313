import type { NamedTable } from "../../figures/study/tables.ts";
import { differenceText } from "../difference.ts";
import { comparedClaims } from "./compared_claims.ts";
import type { NamedClaims } from "./named_claims.ts";

const columns = ["claim", "study", "verdict", "margin", "unit", "found", "differs"] as const;

/** The table `verdicts.csv`, a row a claim and study; none where there are no verdicts. */
export function verdictTable(studies: readonly NamedClaims[]): NamedTable[] {
  const rows = comparedClaims(studies).flatMap(({ name, verdicts }) =>
    verdicts.map(({ study, verdict: { verdict, margin, unit, observed, differs } }) => ({
      ...{ claim: name, study, verdict, margin, unit, found: observed },
      differs: differs.map(differenceText).join("; "),
    }))
  );
  return rows.length === 0 ? [] : [{ name: "verdicts.csv", columns, rows }];
}
