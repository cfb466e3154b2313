import { StoreError } from "../store/store_error.ts";

/** What Slurm says of a job, or of one task of an array. */
export interface QueueEntry {
  /** `PENDING`, `RUNNING`, `COMPLETED`, `TIMEOUT`, ...: the long form of `squeue`. */
  readonly state: string;
  /** Why it waits or ended, in a word of Slurm's: `Resources`, `NonZeroExitCode`; `None` where there is nothing to say. */
  readonly reason: string;
}

/** What is thrown where Slurm does not answer. */
export class SilenceError extends StoreError {}

/** Seconds that Slurm's programs get to answer. */
const PATIENCE = 60;

/** Slurm, as its programs show it. */
export class SlurmClient {
  /**
   * Submits a script.
   *
   * @param args flags of `sbatch` and the script's path
   * @returns the job's id; undefined where Slurm does not answer: then it may have the job, or not
   * @throws {StoreError} in Slurm's own words where it does not take the job
   */
  async submit(args: readonly string[]): Promise<string | undefined> {
    const answer = await ask("sbatch", ["--parsable", ...args]);
    if (!answer.ok && isSilence(answer.message)) return undefined;
    // "12", or "12;cluster".
    const id = /^(\d+)(;|$)/m.exec(answer.stdout)?.[1];
    if (answer.ok && id !== undefined) return id;
    throw new StoreError(`Slurm did not take the job: ${answer.message}`, refusalHints(answer.message));
  }

  /**
   * What Slurm has of jobs, in one question: those that wait, run or ended a short while ago, each task of an array by
   * itself (`12_3`).
   *
   * @param jobs names of whole jobs by their ids: a controller that lost what it knew gives ids anew
   * @returns undefined where Slurm does not answer; a job that it does not know is not in the map
   */
  async queue(jobs: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, QueueEntry> | undefined> {
    const format = ["--noheader", "--array", "--states=all", "--format=%i|%F|%j|%T|%r"];
    const answer = await ask("squeue", [...format, `--jobs=${[...jobs.keys()].join(",")}`]);
    if (!answer.ok) return /Invalid job id/i.test(answer.message) ? new Map() : undefined;
    const entries = answer.stdout.split("\n").map((line) => line.trim().split("|"));
    return new Map(
      entries.flatMap(([id, job, name, state, reason = ""]) =>
        id && job && state && jobs.get(job) === name ? [[id, { state, reason }]] : []
      ),
    );
  }

  /**
   * The state in which a job ended that the queue does not have any more, from the accounting.
   *
   * @returns undefined where there is no accounting, or not of this job
   */
  async accounted(job: string, name: string): Promise<QueueEntry | undefined> {
    const answer = await ask("sacct", [
      "--noheader",
      "--parsable2",
      "--allocations",
      "--format=State",
      `--jobs=${job}`,
      `--name=${name}`,
    ]);
    // "CANCELLED by 1000"
    const state = answer.ok ? /^[A-Z_]+/m.exec(answer.stdout)?.[0] : undefined;
    return state === undefined ? undefined : { state, reason: "None" };
  }

  /**
   * The id of a job by its unique name; of an engine that was killed before it could note the id.
   *
   * @throws {SilenceError} where Slurm does not answer: then nobody knows
   */
  async find(name: string): Promise<string | undefined> {
    const answer = await ask("squeue", ["--noheader", "--states=all", "--format=%F", `--name=${name}`]);
    if (!answer.ok) throw new SilenceError(`Slurm does not answer: ${answer.message}`, ["Try again when it does"]);
    const [waiting] = answer.stdout.split("\n").map((line) => line.trim()).filter((line) => line !== "");
    if (waiting !== undefined) return waiting;
    const past = await ask("sacct", ["--noheader", "--parsable2", "--allocations", "--format=JobID", `--name=${name}`]);
    return past.ok ? /^\d+/m.exec(past.stdout)?.[0] : undefined;
  }

  /** Ends jobs: SIGTERM, and SIGKILL after the cluster's KillWait; `now`: SIGKILL at once. Those that have ended stay as they are. */
  async cancel(jobs: readonly string[], now = false): Promise<void> {
    if (jobs.length > 0) await ask("scancel", [...now ? ["--signal=KILL", "--full"] : [], ...jobs]);
  }
}

/** Whether a message says that the controller could not be reached, in the words of Slurm's programs. */
function isSilence(message: string): boolean {
  return /unable to contact|timed out|connect failure|communication|connection refused|zero bytes/i.test(message);
}

interface Answer {
  readonly ok: boolean;
  readonly stdout: string;
  /** What is wrong, in one line. */
  readonly message: string;
}

async function ask(program: string, args: readonly string[]): Promise<Answer> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(program, {
      args: [...args],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      signal: AbortSignal.timeout(PATIENCE * 1000),
    }).output();
    const said = new TextDecoder().decode(stderr).split("\n").map((line) =>
      line.replace(/^\w+: (error: )?/, "").trim()
    );
    return {
      ok: success,
      stdout: new TextDecoder().decode(stdout),
      message: said.filter((line) => line !== "").join("; ") || `${program} failed`,
    };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new StoreError(`${program} is not here: this machine has no Slurm`, [
      "Run it where Slurm's programs are, such as a login node, or here with --executor local",
    ]);
  }
}

function refusalHints(message: string): string[] {
  if (/partition/i.test(message)) return ["`sinfo` lists the partitions; correct resources.partition"];
  if (/account|qos/i.test(message)) return ["`sacctmgr show associations` lists your accounts; correct resources"];
  if (/configuration is not available|feature/i.test(message)) {
    return ["No node has what its resources ask for; `sinfo --Node --long` lists the nodes"];
  }
  return [];
}
