import type { Resources } from "../file/pipeline.ts";
import { gpuDevices } from "./devices.ts";
import { machineMemory } from "./machine_memory.ts";

/** How much may run at once. */
export interface Capacity {
  /** Stages. */
  readonly jobs: number;
  /** Cores; a stage may ask for a part of one. */
  readonly cpus: number;
  /** Whole devices. */
  readonly gpus: number;
  /** Bytes. */
  readonly memory: number;
}

/** The whole of this machine, or of what the container leaves of it. */
export function machineCapacity(jobs?: number): Capacity {
  const cpus = navigator.hardwareConcurrency;
  return { jobs: jobs ?? cpus, cpus, gpus: gpuDevices().length, memory: machineMemory() };
}

/**
 * What a stage takes of a capacity: never more than there is, so that a stage that asks for more than the machine has runs
 * alone instead of never. Where no GPU is known, stages that ask for one still take turns.
 */
export function share(resources: Resources, capacity: Capacity): Capacity {
  return {
    jobs: 1,
    cpus: Math.min(resources.cpus, capacity.cpus),
    gpus: Math.min(resources.gpus, Math.max(1, capacity.gpus)),
    memory: Math.min(resources.memory, capacity.memory),
  };
}

/** Keeps account of what is taken. */
export class Allocation {
  #free: Capacity;

  /** Nothing is taken yet. */
  constructor(capacity: Capacity) {
    this.#free = { ...capacity, gpus: Math.max(1, capacity.gpus) };
  }

  /** Whether so much is free. */
  fits(share: Capacity): boolean {
    const free = this.#free;
    return share.jobs <= free.jobs && share.cpus <= free.cpus && share.gpus <= free.gpus && share.memory <= free.memory;
  }

  /** Takes a share and says true, or leaves all as it is and says false where too little is free. */
  take(share: Capacity): boolean {
    const fits = this.fits(share);
    if (fits) this.#change(share, -1);
    return fits;
  }

  /** Gives a share back. */
  release(share: Capacity): void {
    this.#change(share, 1);
  }

  #change(share: Capacity, sign: 1 | -1): void {
    const free = this.#free;
    this.#free = {
      jobs: free.jobs + sign * share.jobs,
      cpus: free.cpus + sign * share.cpus,
      gpus: free.gpus + sign * share.gpus,
      memory: free.memory + sign * share.memory,
    };
  }
}
