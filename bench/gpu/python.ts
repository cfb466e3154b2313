/**
 * The Python of a benchmark.
 *
 * @module
 */

/**
 * Runs a line or more of Python.
 *
 * @returns what it printed, without the last line's end
 * @throws {Error} with the last line of what it wrote to the standard error, or where there is no such Python
 */
export async function askPython(python: string, program: string): Promise<string> {
  const { success, stdout, stderr } = await output(python, ["-c", program]);
  const [printed, said] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  if (!success) throw new Error(`${python} failed: ${said!.split("\n").at(-1)}`);
  return printed!;
}

async function output(python: string, args: string[]): Promise<Deno.CommandOutput> {
  try {
    return await new Deno.Command(python, { args }).output();
  } catch (error) {
    throw new Error(error instanceof Deno.errors.NotFound ? `${python} is not there` : (error as Error).message);
  }
}

/**
 * The version of a Python's PyTorch.
 *
 * @throws {Error} in one sentence, where it has none
 */
export async function torchVersion(python: string): Promise<string> {
  try {
    return await askPython(python, "import torch; print(torch.__version__)");
  } catch (error) {
    throw new Error(
      `There is no PyTorch to compare with: ${(error as Error).message}; ` +
        "name a Python that has it by --python, or measure without it by --without-pytorch",
    );
  }
}
