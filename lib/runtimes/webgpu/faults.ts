/** What went wrong on a device. Its operations say nothing: they go on, and their results are zeros. */
export class DeviceFaults {
  #first: string | undefined;

  /** Listens from now on. */
  constructor(device: GPUDevice) {
    device.addEventListener("uncapturederror", (event) => {
      event.preventDefault();
      this.#first ??= (event as GPUUncapturedErrorEvent).error.message;
    });
    void device.lost.then(({ message }) => this.#first ??= message || "the device was lost");
  }

  /**
   * Makes sure that all went well since the last time.
   *
   * @throws {Error} saying what did not
   */
  check(): void {
    const fault = this.#first;
    this.#first = undefined;
    if (fault === undefined) return;
    throw new Error(`WebGPU failed: ${fault}; take smaller batches, a smaller network or another runtime`);
  }
}
