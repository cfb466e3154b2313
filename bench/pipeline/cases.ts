import { dirname, join } from "node:path";
import { moveAside } from "./aside.ts";
import { writeDvcState } from "./dvc_state.ts";
import { type Contender, type Invocation, run } from "./measurement.ts";
import { availablePeers, own, type Program } from "./programs.ts";
import { chains, type Sketch, writeInputs } from "./sketch.ts";

/** Something that is measured, at a size. */
export interface Case {
  /** By which it is asked for. */
  readonly name: string;
  /** What a user would call it, with the size. */
  readonly title: (size: number) => string;
  /** Sizes that are measured. */
  readonly sizes: readonly number[];
  /** Sizes that tell in seconds whether it works. */
  readonly small: readonly number[];
  /** Rounds that are not counted. */
  readonly warmups: number;
  /** Makes the projects in an empty folder. */
  readonly contenders: (folder: string, size: number) => Promise<readonly Contender[]>;
}

/** A project in a folder of its own, for each program. */
async function projects(
  folder: string,
  peers: readonly string[],
  stages: readonly Sketch[],
  inputs: (folder: string) => Promise<void> = (folder) => writeInputs(folder, stages),
): Promise<readonly (readonly [Program, string])[]> {
  const programs = [own, ...await availablePeers(peers)];
  const made: [Program, string][] = [];
  for (const program of programs) {
    const place = join(folder, program.name.split(" ")[0]!);
    await Deno.mkdir(place);
    await inputs(place);
    await program.prepare(place, stages);
    made.push([program, place]);
  }
  return made;
}

/** Moves what a program keeps, and the outs, aside: the next run is the first. */
function forget({ kept }: Program, folder: string, stages: readonly Sketch[]): () => void {
  return () => {
    for (const path of [...kept, ...stages.map(({ out }) => out)]) moveAside(join(folder, path), dirname(folder));
  };
}

const unchanged: Case = {
  name: "unchanged",
  title: (size) => `nothing to do, ${size} stages`,
  sizes: [1, 100, 1000],
  small: [1, 20],
  warmups: 1,
  async contenders(folder, size) {
    const stages = chains(size);
    const made = await projects(folder, ["dvc", "snakemake", "wireit"], stages);
    for (const [program, place] of made) {
      if (!program.name.startsWith("DVC")) await run(program.repro(place), place);
      else {
        for (const { out } of stages) await Deno.copyFile(join(made[0]![1], out), join(place, out));
        await writeDvcState(place, stages);
      }
    }
    return made.map(([program, place]) => ({
      name: program.name,
      folder: place,
      invocation: program.repro(place),
      says: program.unchanged,
    }));
  },
};

const first: Case = {
  name: "first",
  title: (size) => `first run of ${size} trivial stages`,
  sizes: [200],
  small: [10],
  warmups: 0,
  async contenders(folder, size) {
    const stages = chains(size);
    const made = await projects(folder, ["dvc", "snakemake", "wireit"], stages);
    return made.map(([program, place]) => ({
      name: program.name,
      folder: place,
      invocation: program.repro(place),
      reset: forget(program, place, stages),
    }));
  },
};

const waiting: Case = {
  name: "parallel",
  title: (size) => `${size} independent one-second stages, two at once where a program can`,
  sizes: [16],
  small: [4],
  warmups: 0,
  async contenders(folder, size) {
    const stages = Array.from({ length: size }, (_, index): Sketch => {
      const [input, out] = [`in/${index}.txt`, `out/${index}.txt`];
      return { name: `s${index}`, cmd: `sleep 1; cat ${input} > ${out}`, deps: [input], out };
    });
    const made = await projects(folder, ["dvc", "snakemake", "wireit"], stages);
    return made.map(([program, place]) => ({
      name: program.name,
      folder: place,
      invocation: program.repro(place, 2),
      reset: forget(program, place, stages),
    }));
  },
};

const DATA = "data";
const reading: readonly Sketch[] = [{ name: "s", cmd: "echo done > out.txt", deps: [DATA], out: "out.txt" }];

/** Writes small files into a folder of data. */
async function writeMany(folder: string, count: number): Promise<void> {
  await Deno.mkdir(join(folder, DATA));
  for (let index = 0; index < count; index++) {
    Deno.writeTextFileSync(join(folder, DATA, `${index}.txt`), `${index}\n`.repeat(20));
  }
}

const touched: Case = {
  name: "touched",
  title: (size) => `status with ${size} small files, one touched`,
  sizes: [100_000],
  small: [1000],
  warmups: 1,
  async contenders(folder, size) {
    const made = await projects(folder, ["dvc"], reading, (place) => writeMany(place, size));
    // Until files are old enough to be told by their time stamps.
    await new Promise((resolve) => setTimeout(resolve, 3000));
    for (const [program, place] of made) await run(program.repro(place), place);
    return made.map(([program, place]) => ({
      name: program.name,
      folder: place,
      invocation: program.status!(place),
      reset: async () => await Deno.utime(join(place, DATA, "7.txt"), new Date(), new Date()),
    }));
  },
};

/** What the machine itself takes to hash the same contents: the least that any program could. */
function limit(place: string, command: string): Contender {
  const invocation: Invocation = { program: "sh", args: ["-c", command] };
  return { name: "openssl's sha256 alone", folder: place, invocation };
}

const hashed: Case = {
  name: "many",
  title: (size) => `first hash of ${size} small files`,
  sizes: [100_000],
  small: [1000],
  warmups: 0,
  async contenders(folder, size) {
    const made = await projects(folder, ["dvc"], reading, (place) => writeMany(place, size));
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const contenders = made.map(([program, place]): Contender => ({
      name: program.name,
      folder: place,
      invocation: program.repro(place),
      reset: forget(program, place, reading),
    }));
    const command = `find ${DATA} -type f -print0 | xargs -0 openssl dgst -sha256 > /dev/null`;
    return [...contenders, limit(made[0]![1], command)];
  },
};

const large: Case = {
  name: "large",
  title: (size) => `first hash of a file of ${size} MiB`,
  sizes: [2048],
  small: [64],
  warmups: 0,
  async contenders(folder, size) {
    const block = new Uint8Array(1 << 20);
    for (let at = 0; at < block.length; at += 65_536) crypto.getRandomValues(block.subarray(at, at + 65_536));
    const made = await projects(folder, ["dvc"], reading, async (place) => {
      using file = await Deno.create(join(place, DATA));
      for (let written = 0; written < size; written++) await file.write(block);
      await file.sync();
    });
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const contenders = made.map(([program, place]): Contender => ({
      name: program.name,
      folder: place,
      invocation: program.repro(place),
      reset: forget(program, place, reading),
    }));
    return [...contenders, limit(made[0]![1], `openssl dgst -sha256 ${DATA} > /dev/null`)];
  },
};

/** All cases in which programs take turns. */
export const cases: readonly Case[] = [unchanged, first, touched, large, hashed, waiting];
