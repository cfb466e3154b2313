import { lines, titleBlock } from "../../figures/caption.ts";
import { faintColor, strongColor, textColor } from "../../figures/colors.ts";
import { type Figure, grammar } from "../../figures/figure.ts";
import type { ReportFigure } from "../../figures/report/page.ts";
import { themes } from "../../figures/theme.ts";
import { differenceText } from "../difference.ts";
import type { ClaimVerdict } from "../document.ts";
import { marginText } from "../verdict_text.ts";
import { claimTitle, comparedClaims } from "./compared_claims.ts";
import type { NamedClaims } from "./named_claims.ts";

/** Of the cells, beside the word in each: colours that are told apart with any kind of colour vision. */
const colors: Readonly<Record<ClaimVerdict["verdict"], string>> = {
  "holds": strongColor,
  "undecided": "#c98a00",
  "fails": "#d55e00",
  "not applicable": faintColor,
};

/** The figure of the verdicts as it stands on a page. */
export function verdictsFigure(studies: readonly NamedClaims[]): ReportFigure {
  return {
    name: "verdicts",
    heading: "Claims of the paper: by study",
    explanation: [
      "Each claim of the paper as a check over the tables of each study. A verdict is about the study at hand, whose data " +
      "set, length and depths are seldom the paper’s: point at a cell to read what was found, and what differs; the " +
      "same stands below the figure.",
    ],
    figure: verdictFigure(studies),
    panel: null,
    selects: false,
  };
}

/**
 * The verdicts on the paper's claims, a row a claim and a column a study; a pointer reads what was found, by what margin, and what
 * differs from the paper.
 */
function verdictFigure(studies: readonly NamedClaims[]): Figure {
  const claims = comparedClaims(studies);
  const verdicts = claims.flatMap(({ name, verdicts }) =>
    verdicts.map(({ study, verdict: { statement, verdict, margin, unit, observed, differs } }) => ({
      ...{ study, claim: claimTitle(name), statement, verdict },
      margin: marginText(margin, unit),
      found: observed,
      differs: differs.map(differenceText).join("; ") || (margin === null ? "–" : "nothing"),
    }))
  );
  const names = studies.map(({ name }) => name);
  const place = {
    x: {
      field: "study",
      type: "nominal",
      title: "",
      scale: { domain: names, padding: 0.04 },
      axis: { orient: "top", labelAngle: 0, labelLimit: cellWidth - 6, domain: false, ticks: false },
    },
    y: {
      field: "claim",
      type: "nominal",
      title: "",
      scale: { domain: claims.map(({ name }) => claimTitle(name)), padding: 0.06 },
      axis: { labelLimit: 260, domain: false, ticks: false },
    },
  };
  const tooltip = [
    { field: "statement", type: "nominal", title: "Claim" },
    { field: "study", type: "nominal", title: "Study" },
    { field: "verdict", type: "nominal", title: "Verdict" },
    { field: "margin", type: "nominal", title: "Margin" },
    { field: "found", type: "nominal", title: "Found" },
    { field: "differs", type: "nominal", title: "Differs from the paper in" },
  ];
  // What lies on a cell answers to the pointer as the cell does.
  const text = (isApplicable: boolean, field: "verdict" | "margin", dy: number, fontWeight: number) => ({
    transform: [{ filter: `datum.verdict ${isApplicable ? "!==" : "==="} 'not applicable'` }],
    mark: { type: "text", fontSize: 11, color: textColor, dy, fontWeight, aria: false },
    encoding: { ...place, text: { field, type: "nominal" }, tooltip },
  });
  return {
    $schema: grammar,
    description: `The verdicts on the paper's claims, a row a claim and a column a study. ${
      claims.map(({ name, verdicts }) =>
        `${claimTitle(name)}: ${verdicts.map(({ study, verdict }) => `${study} ${verdict.verdict}`).join(", ")}.`
      ).join(" ")
    }`,
    title: titleBlock(
      "Claims of the paper, by study",
      lines(
        [
          "below the verdict: the margin of the weakest case, the distance from the threshold",
          "negative where a claim fails",
          ...studies.flatMap(({ name, document: { profile } }) => profile === null ? [] : [`${name}: ${profile}`]),
        ],
        "; ",
        100,
      ),
    ),
    config: themes.light,
    datasets: { verdicts },
    concat: [{
      width: cellWidth * names.length,
      height: cellHeight * claims.length,
      data: { name: "verdicts" },
      layer: [
        {
          mark: { type: "rect", cornerRadius: 3, opacity: 0.28 },
          encoding: {
            ...place,
            color: {
              field: "verdict",
              type: "nominal",
              scale: { domain: Object.keys(colors), range: Object.values(colors) },
              legend: null,
            },
            tooltip,
          },
        },
        text(true, "verdict", -6, 600),
        text(true, "margin", 8, 400),
        text(false, "verdict", 0, 400),
      ],
    }],
    columns: 1,
    spacing: {},
    resolve: {},
  };
}

/** Pixels. */
const [cellWidth, cellHeight] = [156, 38];
