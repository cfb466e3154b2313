/** What the process's exit code says; documented in docs/cli.md and in `--help`. */
export const EXIT = {
  /** All went well. */
  ok: 0,
  /** A stage failed; by `status --quiet`, something is not up to date; by `verify`, something differs; by `verify-cache`, is damaged. */
  failed: 1,
  /** The command line is wrong: a command, a flag or a target that does not exist. */
  usage: 2,
  /** The pipeline file, a module's parameters or the lock is wrong; nothing was started. */
  invalid: 3,
  /** The machine failed: no space left, no permission, an error of the engine itself. */
  machine: 4,
  /** The time budget was over before everything was done, and no stage failed. */
  timeOver: 5,
  /** Ended by the loss of its terminal (SIGHUP). */
  hungUp: 129,
  /** Ended by Ctrl-C (SIGINT). */
  interrupted: 130,
  /** Ended by SIGTERM. */
  terminated: 143,
} as const;

/** The same for people, as `--help` shows it. */
export const EXIT_CODES_TEXT = `Exit codes:
    0  all went well
    1  a stage failed; with status --quiet, something is not up to date; with verify, something differs
    2  wrong usage: an unknown command, flag or target
    3  the pipeline file, a parameter or the lock is wrong; nothing was started
    4  the machine failed: no space left, no permission
    5  the time of repro --time-budget was over; what was finished is kept, and the same command goes on
  130  interrupted by Ctrl-C; what was finished is kept (129: hung up, 143: terminated)`;
