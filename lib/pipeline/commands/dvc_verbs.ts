import { buildCommand, buildRouteMap, type Command, type RouteMap } from "@stricli/core";
import type { Context } from "./context.ts";
import {
  type CheckoutFlags,
  type CommitFlags,
  type CommonFlags,
  commonFlags,
  type DiffFlags,
  fileTargets,
  fileTargetsFlag,
  flag,
  manyRevisions,
  type MetricsShowFlags,
  type PlotsDiffFlags,
  type PlotsFlags,
  plotTargets,
  plotTargetsFlag,
  precisionFlag,
  recursiveFlag,
  revisions,
  type RoundingFlags,
  type StageListFlags,
  targets,
  textFlag,
} from "./flags.ts";

const forceFlags = {
  withDeps: flag("Also the stages that the targets need"),
  recursive: recursiveFlag,
  ...commonFlags,
};
const forceAliases = { f: "force", d: "withDeps", R: "recursive" } as const;

const commit = buildCommand<CommitFlags, string[], Context>({
  loader: () => import("./commit.ts"),
  parameters: {
    flags: {
      force: flag("Take over what differs from the lock, too"),
      noRelink: flag("Leave the outs on disk as they are, as is done without it"),
      ...forceFlags,
    },
    aliases: forceAliases,
    positional: targets,
  },
  docs: { brief: "Take outs over into the cache and the lock as they are, without running anything" },
});

const checkout = buildCommand<CheckoutFlags, string[], Context>({
  loader: () => import("./checkout.ts"),
  parameters: {
    flags: {
      force: flag("Give up what outs hold that the cache does not have"),
      summary: flag("Say how many files change, not which outs"),
      relink: flag("Put copies from the cache also where outs are right, e.g. in place of links that DVC made"),
      allowMissing: flag("What the cache does not have is no error"),
      ...forceFlags,
    },
    aliases: forceAliases,
    positional: targets,
  },
  docs: { brief: "Put the outs in place that the lock records, from the cache" },
});

const freeze = buildCommand<CommonFlags, string[], Context>({
  loader: () => import("./freeze.ts"),
  parameters: { flags: commonFlags, positional: targets },
  docs: { brief: "Leave stages alone from now on: writes frozen: true into the file" },
});

const unfreeze = buildCommand<CommonFlags, string[], Context>({
  loader: () => import("./unfreeze.ts"),
  parameters: { flags: commonFlags, positional: targets },
  docs: { brief: "Bring frozen stages up to date again" },
});

const importDvc = buildCommand<CommonFlags, [], Context>({
  loader: () => import("./import_dvc.ts"),
  parameters: { flags: commonFlags },
  docs: { brief: "Make what is up to date by dvc.lock up to date here, with contents from DVC's cache; run nothing" },
});

const imports = buildRouteMap<string, Context>({
  routes: { dvc: importDvc },
  docs: { brief: "Take over what another program knows of a project" },
});

const json = flag("As JSON, as DVC writes it");

const tableFlags = { json, md: flag("As a table in Markdown") };

const diffFlags = {
  ...tableFlags,
  targets: fileTargetsFlag,
  noPath: flag("Without the column of paths"),
  all: flag("What did not change, too"),
  deps: flag("Only the params of stages"),
  ...commonFlags,
};

const params = buildRouteMap<string, Context>({
  routes: {
    diff: buildCommand<DiffFlags, string[], Context>({
      loader: () => import("./params_diff.ts"),
      parameters: { flags: diffFlags, positional: revisions },
      docs: { brief: "Show how params differ between git revisions, or between one and the files as they are" },
    }),
  },
  docs: { brief: "Compare params" },
});

const metrics = buildRouteMap<string, Context>({
  routes: {
    show: buildCommand<MetricsShowFlags, string[], Context>({
      loader: () => import("./metrics_show.ts"),
      parameters: {
        flags: {
          allBranches: flag("In all branches of the repository, too"),
          allTags: flag("In all tags, too"),
          allCommits: flag("In all commits that branches and tags lead to, too"),
          ...tableFlags,
          precision: precisionFlag,
          ...commonFlags,
        },
        aliases: { a: "allBranches", T: "allTags", A: "allCommits" },
        positional: fileTargets,
      },
      docs: { brief: "Show what the metrics files hold" },
    }),
    diff: buildCommand<DiffFlags & RoundingFlags, string[], Context>({
      loader: () => import("./metrics_diff.ts"),
      parameters: { flags: { ...diffFlags, precision: precisionFlag }, positional: revisions },
      docs: { brief: "Show how metrics differ between git revisions, or between one and the files as they are" },
    }),
  },
  docs: { brief: "Show or compare metrics" },
});

const plotsFlags = {
  json,
  x: textFlag("The field along x", "field"),
  y: textFlag("The field along y", "field"),
  template: textFlag("linear, scatter, confusion, ... or a Vega-Lite file with DVC's anchors", "name"),
  noHeader: flag("The first row of a table holds no names"),
  title: textFlag("Above the plot", "text"),
  xLabel: textFlag("The name of x", "text"),
  yLabel: textFlag("The name of y", "text"),
  out: textFlag("The folder of the page; dvc_plots unless given", "folder"),
  showVega: flag("The Vega-Lite specification of one plot instead of a page"),
  open: flag("The page in a browser, too"),
  split: flag("With --json: templates with the data and some of the rest beside them"),
  htmlTemplate: textFlag("A page with {scripts} and {plot_divs} in it, into which the plots go", "path"),
  ...commonFlags,
};
const plotsAliases = { x: "x", y: "y", t: "template", o: "out" } as const;

const plots = buildRouteMap<string, Context>({
  routes: {
    show: buildCommand<PlotsFlags, string[], Context>({
      loader: () => import("./plots_show.ts"),
      parameters: { flags: plotsFlags, aliases: plotsAliases, positional: plotTargets },
      docs: { brief: "Draw the plots of stages and files on a page" },
    }),
    diff: buildCommand<PlotsDiffFlags, string[], Context>({
      loader: () => import("./plots_diff.ts"),
      parameters: {
        flags: { ...plotsFlags, targets: plotTargetsFlag },
        aliases: plotsAliases,
        positional: manyRevisions,
      },
      docs: { brief: "Draw the plots of several git revisions together" },
    }),
  },
  docs: { brief: "Draw plots" },
});

const stage = buildRouteMap<string, Context>({
  routes: {
    list: buildCommand<StageListFlags, string[], Context>({
      loader: () => import("./stage_list.ts"),
      parameters: {
        flags: {
          all: flag("The stages of all files"),
          recursive: recursiveFlag,
          nameOnly: flag("Names alone"),
          namesOnly: flag("Names alone"),
          ...commonFlags,
        },
        aliases: { R: "recursive" },
        positional: targets,
      },
      docs: { brief: "List the stages of the file, as DVC does" },
    }),
  },
  docs: { brief: "List stages" },
});

/** The commands that are there since DVC has them, by name. */
export const dvcVerbs: Readonly<Record<string, Command<Context> | RouteMap<Context>>> = {
  commit,
  checkout,
  freeze,
  unfreeze,
  import: imports,
  params,
  metrics,
  plots,
  stage,
};
