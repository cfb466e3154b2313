/**
 * A real Slurm cluster for tests: a controller and nodes, all on this machine, with ports and folders of their own.
 * @module
 */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

/** How a cluster is to be. */
export interface ClusterOptions {
  /** How many nodes, of four CPUs and 4,000 MB each; two unless given. */
  readonly nodes?: number;
  /** GPUs of each node, files that stand for some; none unless given. */
  readonly gpus?: number;
  /** Seconds after which the controller forgets a job that has ended; 300 unless given. */
  readonly memory?: number;
  /** Whether who somebody is has to be shown by munge, as on clusters of many users; else everybody is believed. */
  readonly munge?: boolean;
}

/** What has to be installed, and what has to be besides where munge is wanted. */
const [PROGRAMS, MUNGE] = [["slurmctld", "slurmd", "sbatch"], ["munged"]];

/** Whether Slurm's programs are here (Debian: `slurmctld`, `slurmd`, `slurm-client`; `munge`), and this user may run its daemons. */
function hasSlurm({ munge = false }: ClusterOptions): boolean {
  if (Deno.uid() !== 0) return false;
  const folders = (Deno.env.get("PATH") ?? "").split(":").concat("/usr/sbin");
  return [...PROGRAMS, ...munge ? MUNGE : []].every((program) =>
    folders.some((folder) => isFile(join(folder, program)))
  );
}

/** The tests of a file, on a cluster that they share. */
export interface ClusterTests {
  /** A test that gets the cluster; `isLong`: one that only the task `test:slurm` runs. */
  test(name: string, run: (cluster: TestCluster) => Promise<void>, isLong?: boolean): void;
}

/** Declares the tests of a file; where Slurm is not here they are left out, and that is said. */
export function onCluster(what: string, options: ClusterOptions = {}): ClusterTests {
  const ignore = Deno.env.get("CI") === undefined && !hasSlurm(options);
  if (ignore) {
    const more = options.munge ? "; munge" : "";
    console.warn(`${what} are skipped: they need root and Slurm (Debian: slurmctld, slurmd and slurm-client${more})`);
  }
  let cluster: TestCluster | undefined;
  Deno.test.afterAll(async () => await cluster?.[Symbol.asyncDispose]());
  return {
    test(name, run, isLong = false): void {
      Deno.test({
        name,
        ignore: ignore || (isLong && Deno.env.get("SLURM") !== "all"),
        // The daemons outlive the first test.
        sanitizeResources: false,
        sanitizeOps: false,
        async fn() {
          cluster ??= await TestCluster.start(options);
          const begun = Date.now();
          try {
            await withLimit(TEST, `the end of "${name}"`, run(cluster));
          } catch (error) {
            // What it waited for in vain, a daemon may tell.
            throw new Error(`${error instanceof Error ? error.message : error}\n${cluster.logs(begun)}`, {
              cause: error,
            });
          }
        },
      });
    },
  };
}

/** Milliseconds that things may take at most, on a machine that is busy with others: a test, what {@linkcode TestCluster.until} waits for, a program of Slurm's, the end of a daemon. */
const [TEST, CONDITION, ANSWER, END] = [15 * 60_000, 180_000, 120_000, 30_000];

/** What a promise gives, or an error that says what was waited for. */
async function withLimit<T>(limit: number, what: string, promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`waited ${limit / 1000} s in vain for ${what}`)), limit);
  return await Promise.race([promise, late.promise]).finally(() => clearTimeout(timer));
}

/** A cluster that runs. */
export class TestCluster implements AsyncDisposable {
  /** What programs need to find it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #folder: string;
  readonly #daemons = new Map<string, Deno.ChildProcess>();
  readonly #nodes: readonly string[];

  private constructor(folder: string, nodes: readonly string[]) {
    this.#folder = folder;
    this.#nodes = nodes;
    const path = `/usr/sbin:${Deno.env.get("PATH")}`;
    this.environment = { SLURM_CONF: join(folder, "slurm.conf"), PATH: path };
  }

  /** Starts a cluster and waits until its nodes are ready. */
  static async start(options: ClusterOptions = {}): Promise<TestCluster> {
    const { nodes = 2, gpus = 0, munge = false } = options;
    const folder = await Deno.makeTempDir({ prefix: "slurm-test-" });
    const names = Array.from({ length: nodes }, (_, index) => `node${index + 1}`);
    const cluster = new TestCluster(folder, names);
    mkdirSync(join(folder, "state"));
    for (const name of names) mkdirSync(join(folder, name));
    writeFileSync(join(folder, "slurm.conf"), configuration(folder, names, options));
    for (let index = 0; index < gpus; index++) {
      // Two names of /dev/null.
      await new Deno.Command("mknod", { args: [join(folder, `gpu${index}`), "c", "1", "3"] }).output();
    }
    if (gpus > 0) writeFileSync(join(folder, "gres.conf"), `Name=gpu File=${folder}/gpu[0-${gpus - 1}]\n`);
    try {
      if (munge) await cluster.#startMunge();
      cluster.startController();
      for (const name of names) cluster.startNode(name);
      await cluster.ready();
    } catch (error) {
      const logs = cluster.logs();
      await cluster[Symbol.asyncDispose]();
      throw new Error(`the cluster did not start: ${error instanceof Error ? error.message : error}\n${logs}`);
    }
    return cluster;
  }

  /** Waits until all nodes take jobs. */
  async ready(): Promise<void> {
    const ready = "idle,mixed,allocated";
    await this.until("all nodes to take jobs", async () => {
      const lines = (await this.ask("sinfo", "-h", "-N", "-p", "main", "-t", ready, "-o", "%N")).trim().split("\n");
      return lines.filter((line) => line !== "").length === this.#nodes.length;
    });
  }

  /** Starts a daemon of munge that nobody else uses, with a key of its own. */
  async #startMunge(): Promise<void> {
    const file = (kind: string): string => join(this.#folder, `munge.${kind}`);
    writeFileSync(file("key"), crypto.getRandomValues(new Uint8Array(1024)), { mode: 0o600 });
    // It wants a socket that all users can reach.
    await Deno.chmod(this.#folder, 0o711);
    const flags = [
      ["key-file", "key"],
      ["socket", "socket"],
      ["pid-file", "pid"],
      ["log-file", "log"],
      ["seed-file", "seed"],
    ] as const;
    this.#spawn("munge", ["munged", "--foreground", ...flags.map(([flag, kind]) => `--${flag}=${file(kind)}`)]);
    await this.until("munge's socket", () => existsSync(file("socket")));
  }

  /** Starts the controller, `slurmctld`; one that comes back knows its jobs. */
  startController(): void {
    this.#spawn("slurmctld", ["slurmctld", "-D"]);
  }

  /** Starts a node, `slurmd`. */
  startNode(name: string): void {
    this.#spawn(name, ["slurmd", "-D", "-N", name]);
  }

  /**
   * Starts the nodes anew where they have nothing of a project, or nothing but its `.pipeline`, as if no other part of it were on
   * a disk that they share.
   *
   * @param project absolute folder
   * @param kept `.pipeline` unless given
   */
  async hide(project: string, kept: ".pipeline" | "nothing" = ".pipeline"): Promise<void> {
    mkdirSync(join(project, ".pipeline"), { recursive: true });
    for (const name of this.#nodes) {
      await this.kill(name);
      const mount = join(this.#folder, name, "mount");
      const script = kept === "nothing" ? HIDING_ALL : HIDING;
      this.#spawn(name, ["unshare", "--mount", "sh", "-c", script, "sh", project, mount, "slurmd", "-D", "-N", name]);
    }
    await this.ready();
  }

  /** Kills a daemon: `slurmctld`, or a node by its name. A controller that gets SIGTERM keeps what it knows, one that is killed what it had written. */
  async kill(name: string, signal: Deno.Signal = "SIGKILL"): Promise<void> {
    const daemon = this.#daemons.get(name);
    this.#daemons.delete(name);
    if (daemon === undefined) return;
    daemon.kill(signal);
    try {
      await withLimit(END, `the end of ${name}, which got ${signal}`, daemon.status);
    } catch (error) {
      if (signal !== "SIGKILL") daemon.kill("SIGKILL");
      throw error;
    }
  }

  /** Waits until the controller has written down what it knows of a job, by its name. */
  async remembers(name: string): Promise<void> {
    await this.until(`the controller to write down ${name}`, async () => {
      const bytes = await Deno.readFile(join(this.#folder, "state", "job_state"));
      return new TextDecoder("latin1").decode(bytes).includes(name);
    });
  }

  /** What a program of Slurm's prints. */
  async ask(program: string, ...args: string[]): Promise<string> {
    const signal = AbortSignal.timeout(ANSWER);
    const { stdout } = await new Deno.Command(program, { args, env: this.environment, stderr: "null", signal })
      .output();
    if (signal.aborted) {
      throw new Error(`waited ${ANSWER / 1000} s in vain for the answer of ${[program, ...args].join(" ")}`);
    }
    return new TextDecoder().decode(stdout);
  }

  /** The jobs that are there or were, `state name`, the oldest first. */
  async jobs(): Promise<string[]> {
    const lines = (await this.ask("squeue", "-h", "-r", "-t", "all", "-S", "i", "-o", "%T %j")).split("\n");
    return lines.filter((line) => line !== "");
  }

  /**
   * Waits until something is so.
   *
   * @param what it is, for the error where it does not come about
   */
  async until(what: string, condition: () => Promise<boolean> | boolean): Promise<void> {
    for (const end = performance.now() + CONDITION; performance.now() < end;) {
      if (await condition()) return;
      await new Promise((proceed) => setTimeout(proceed, 100));
    }
    throw new Error(`waited ${CONDITION / 1000} s in vain for ${what}`);
  }

  /** Waits until no job waits or runs. */
  async settled(): Promise<void> {
    await this.until(
      "the end of all jobs",
      async () => (await this.jobs()).every((job) => !/^(PENDING|RUNNING|COMPLETING)/.test(job)),
    );
  }

  /**
   * What the daemons have written last.
   *
   * @param since ms since 1970: logs that did not grow since then say nothing
   */
  logs(since = 0): string {
    return [...this.#nodes, "slurmctld", "munge"].map((name) => {
      const path = join(this.#folder, `${name}.log`);
      const { mtime } = statSync(path, { throwIfNoEntry: false }) ?? {};
      if (mtime === undefined || mtime.getTime() < since) return `${name} has logged nothing`;
      return `${name} logged last:\n${readFileSync(path, "utf8").trimEnd().split("\n").slice(-20).join("\n")}`;
    }).join("\n");
  }

  /** Ends what is left of jobs, and the daemons. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#daemons.has("slurmctld")) {
      await this.ask("scancel", "--full", "--signal=KILL", "--user=root");
      await this.ask("scancel", "--user=root");
    }
    for (const name of [...this.#nodes, "slurmctld", "munge"]) await this.kill(name);
    await Deno.remove(this.#folder, { recursive: true });
  }

  #spawn(name: string, [program, ...args]: readonly [string, ...string[]]): void {
    const streams = { stdin: "null", stdout: "null", stderr: "null" } as const;
    this.#daemons.set(name, new Deno.Command(program, { args, env: this.environment, ...streams }).spawn());
  }
}

/** Hides a folder but for its `.pipeline` from a program, and runs it: `$1` the folder, `$2` a place to mount that for a moment. */
const HIDING = `set -e
hidden=$1; place=$2; shift 2
mkdir -p "$place"
mount --bind "$hidden/.pipeline" "$place"
mount -t tmpfs none "$hidden"
mkdir "$hidden/.pipeline"
mount --bind "$place" "$hidden/.pipeline"
umount "$place"
exec "$@"`;

/** The same, all of it. */
const HIDING_ALL = `set -e
hidden=$1; shift 2
mount -t tmpfs none "$hidden"
exec "$@"`;

function configuration(
  folder: string,
  nodes: readonly string[],
  { gpus = 0, memory = 300, munge = false }: ClusterOptions,
): string {
  const [host] = hostname().split(".");
  const ports = freePorts(nodes.length + 1);
  const lines = [
    "ClusterName=test",
    `SlurmctldHost=${host}(127.0.0.1)`,
    `SlurmctldPort=${ports[0]}`,
    "SlurmUser=root",
    "SlurmdUser=root",
    ...munge
      ? ["AuthType=auth/munge", `AuthInfo=socket=${folder}/munge.socket`, "CredType=cred/munge"]
      : ["AuthType=auth/none", "CredType=cred/none"],
    `StateSaveLocation=${folder}/state`,
    `SlurmdSpoolDir=${folder}/%n`,
    `SlurmctldPidFile=${folder}/slurmctld.pid`,
    `SlurmdPidFile=${folder}/%n.pid`,
    `SlurmctldLogFile=${folder}/slurmctld.log`,
    `SlurmdLogFile=${folder}/%n.log`,
    "MailProg=/bin/true",
    "ProctrackType=proctrack/linuxproc",
    "TaskPlugin=task/none",
    "SwitchType=switch/none",
    "MpiDefault=none",
    "SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0",
    "SelectType=select/cons_tres",
    "SelectTypeParameters=CR_Core_Memory",
    // Without cgroups, Slurm itself looks what jobs take, every second.
    "JobAcctGatherType=jobacct_gather/linux",
    "JobAcctGatherFrequency=task=1",
    "JobAcctGatherParams=OverMemoryKill",
    "AccountingStorageType=accounting_storage/none",
    "PreemptType=preempt/partition_prio",
    "PreemptMode=CANCEL",
    `MinJobAge=${memory}`,
    ...gpus > 0 ? ["GresTypes=gpu"] : [],
    "KillWait=2",
    "SlurmdTimeout=5",
    "ReturnToService=2",
    "DefMemPerCPU=500",
    "SlurmdParameters=config_overrides",
    ...nodes.map((name, index) =>
      `NodeName=${name} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${ports[index + 1]} CPUs=4 RealMemory=4000${
        gpus > 0 ? ` Gres=gpu:${gpus}` : ""
      }`
    ),
    "PartitionName=main Nodes=ALL Default=YES State=UP PriorityTier=1",
    "PartitionName=short Nodes=ALL State=UP MaxTime=1 DefaultTime=1 PriorityTier=1",
    "PartitionName=urgent Nodes=ALL State=UP PriorityTier=10",
  ];
  return `${lines.join("\n")}\n`;
}

function freePorts(count: number): number[] {
  const listeners = Array.from({ length: count }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const ports = listeners.map(({ addr }) => (addr as Deno.NetAddr).port);
  for (const listener of listeners) listener.close();
  return ports;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
