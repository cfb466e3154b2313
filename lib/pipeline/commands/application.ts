import { type Application, buildApplication, buildCommand, buildRouteMap } from "@stricli/core";
import type { Context } from "./context.ts";
import { EXIT, EXIT_CODES_TEXT } from "./exit_code.ts";
import {
  beginningFlag,
  type CommonFlags,
  commonFlags,
  type DagFlags,
  executorFlag,
  type ExplainFlags,
  flag,
  jobsFlag,
  recursiveFlag,
  type ReproFlags,
  sampleFlag,
  sinceFlag,
  type StatusFlags,
  tierFlag,
  timeBudgetFlag,
  type VerifyFlags,
  type WatchFlags,
} from "./flags.ts";
import { targets } from "./flags.ts";
import { cacheVerbs } from "./cache_verbs.ts";
import { dvcVerbs } from "./dvc_verbs.ts";
import { lock } from "./lock_verbs.ts";
import { remoteVerbs } from "./remote_verbs.ts";
import { shellVerbs } from "./shell_verbs.ts";
import { slurmVerbs } from "./slurm_verbs.ts";
import { text } from "./text.ts";
import { UsageError } from "./usage_error.ts";

const repro = buildCommand<ReproFlags, string[], Context>({
  loader: () => import("./repro.ts"),
  parameters: {
    flags: {
      jobs: jobsFlag,
      force: flag("Run the stages even where nothing changed"),
      forceDownstream: flag(
        "Run what reads the outs of a stage that ran or was restored, even if they came out as before",
      ),
      dry: flag("Say what would run, and why; run nothing"),
      keepGoing: flag("After a failure, run what does not depend on the failed stage"),
      ignoreErrors: flag("After a failure, run what depends on the failed stage, too, and end with 0"),
      interactive: flag("Ask before each stage that has to run; one runs at a time"),
      singleItem: flag("The targets alone, without what is upstream of them"),
      downstream: flag("The targets and what is downstream of them, without what is upstream"),
      allPipelines: flag("Every stage of the project; else those of the dvc.yaml and what they need"),
      pipeline: flag("The targets and all that is connected with them, upstream and downstream"),
      recursive: recursiveFlag,
      allowMissing: flag("A dep or out that is not there counts as the lock has it"),
      noCommit: flag("Do not keep the contents of outs; commit does so later"),
      pull: flag("Take from the remotes what they have, instead of running it"),
      noRunCache: flag("Restore nothing but what the lock records"),
      timeBudget: timeBudgetFlag,
      executor: executorFlag,
      detach: flag("Submit what runs on Slurm, each job after those that it needs, and wait for none"),
      json: flag("For programs: an event a line, as JSON"),
      ...commonFlags,
    },
    aliases: {
      j: "jobs",
      f: "force",
      i: "interactive",
      k: "keepGoing",
      s: "singleItem",
      p: "pipeline",
      P: "allPipelines",
      R: "recursive",
    },
    positional: targets,
  },
  docs: {
    brief: "Bring stages up to date: run what is stale, restore what is known, leave the rest alone",
    fullDescription: `Brings the targets, and what they need, up to date; without targets, everything.
A folder with a pipeline file of its own, or such a file, selects that pipeline: repro studies/figure1 train@2

${EXIT_CODES_TEXT}`,
  },
});

const watch = buildCommand<WatchFlags, string[], Context>({
  loader: () => import("./watch.ts"),
  parameters: {
    flags: {
      jobs: jobsFlag,
      keepGoing: flag("After a failure, run what does not depend on the failed stage"),
      json: flag("For programs: an event a line, as JSON"),
      ...commonFlags,
    },
    aliases: { j: "jobs", k: "keepGoing" },
    positional: targets,
  },
  docs: { brief: "Bring stages up to date, and again whenever an edit makes some stale, until Ctrl-C" },
});

const status = buildCommand<StatusFlags, string[], Context>({
  loader: () => import("./status.ts"),
  parameters: {
    flags: {
      quiet: flag("Print nothing; exit with 1 where something is not up to date"),
      recursive: recursiveFlag,
      withDeps: flag("Also tell of what the targets need, as is done without it"),
      json: flag("For programs: a line of JSON"),
      ...commonFlags,
    },
    aliases: { q: "quiet", R: "recursive", d: "withDeps" },
    positional: targets,
  },
  docs: {
    brief: "Say which stages would run, and why",
    fullDescription: `Says which stages would run or be restored, and why.\n\n${EXIT_CODES_TEXT}`,
  },
});

const explain = buildCommand<ExplainFlags, string[], Context>({
  loader: () => import("./explain.ts"),
  parameters: {
    flags: { since: sinceFlag, json: flag("For programs: a line of JSON a stage"), ...commonFlags },
    positional: targets,
  },
  docs: {
    brief: "Show what the fingerprint of a stage is made of, and what differs since it last ran",
    fullDescription: `Shows what the fingerprints of the targets are made of, and what differs since they last ran.

${EXIT_CODES_TEXT}`,
  },
});

const verify = buildCommand<VerifyFlags, string[], Context>({
  loader: () => import("./verify.ts"),
  parameters: {
    flags: { tier: tierFlag, beginning: beginningFlag, sample: sampleFlag, jobs: jobsFlag, ...commonFlags },
    aliases: { j: "jobs" },
    positional: targets,
  },
  docs: {
    brief: "Check that the outs are those of the lock, and come out again",
    fullDescription:
      `Checks the targets, and what they need, against the lock, and by computing them again in a scratch copy.
Nothing in the project is changed.

${EXIT_CODES_TEXT}`,
  },
});

const dag = buildCommand<DagFlags, string[], Context>({
  loader: () => import("./dag.ts"),
  parameters: {
    flags: {
      mermaid: flag("As a Mermaid flowchart"),
      md: flag("As a Mermaid flowchart for a page in Markdown"),
      dot: flag("In the language of Graphviz"),
      full: flag("Of targets, also what is connected with them downstream"),
      outs: flag("Outs instead of stages"),
      collapseForeachMatrix: flag("The stages of a foreach or matrix as one"),
      ...commonFlags,
    },
    aliases: { o: "outs" },
    positional: targets,
  },
  docs: { brief: "Draw the stages and what each one needs" },
});

const list = buildCommand<CommonFlags, string[], Context>({
  loader: () => import("./list.ts"),
  parameters: { flags: commonFlags, positional: targets },
  docs: { brief: "List the stages with their descriptions" },
});

/** All commands. What a command needs is loaded only when it runs. */
export const application: Application<Context> = buildApplication(
  buildRouteMap<string, Context>({
    routes: {
      repro,
      watch,
      status,
      explain,
      verify,
      dag,
      list,
      ...cacheVerbs,
      ...remoteVerbs,
      ...slurmVerbs,
      lock,
      ...shellVerbs,
      ...dvcVerbs,
    },
    docs: {
      hideRoute: { complete: true },
      brief: "Runs the stages of a pipeline file, each only when it has to",
      fullDescription: EXIT_CODES_TEXT,
    },
  }),
  {
    name: "pipeline",
    scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
    localization: { text },
    determineExitCode: (error) => error instanceof UsageError ? EXIT.usage : EXIT.machine,
  },
);
