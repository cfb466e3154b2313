import type { Stage } from "../file/pipeline.ts";

/** The variable by which programs are told which NVIDIA GPUs to use. */
const VARIABLE = "CUDA_VISIBLE_DEVICES";

/** The NVIDIA GPUs by the names that programs know them by: those that `CUDA_VISIBLE_DEVICES` leaves, else all of the driver's. */
export function gpuDevices(): string[] {
  const visible = Deno.env.get(VARIABLE);
  if (visible !== undefined) return visible.split(",").map((device) => device.trim()).filter((device) => device !== "");
  try {
    return [...Deno.readDirSync("/proc/driver/nvidia/gpus")].map((_, index) => String(index));
  } catch {
    return [];
  }
}

/** Hands out GPUs, so that no two stages that run at once have the same one. */
export class DevicePool {
  readonly #free: string[];

  /** All are free. */
  constructor(devices: readonly string[]) {
    this.#free = [...devices];
  }

  /** Takes as many as are asked for and free; where the scheduler counts them, that is all that are asked for. */
  take(count: number): readonly string[] {
    return this.#free.splice(0, count);
  }

  /** Gives them back. */
  release(devices: readonly string[]): void {
    this.#free.push(...devices);
  }
}

/** What tells a stage's programs which GPUs are theirs; nothing where it has none, or has a say in that by its `env`. */
export function deviceEnvironment({ env = [] }: Stage, devices: readonly string[] = []): Record<string, string> {
  return devices.length === 0 || env.includes(VARIABLE) ? {} : { [VARIABLE]: devices.join(",") };
}
