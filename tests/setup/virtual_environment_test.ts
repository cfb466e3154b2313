import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { delimiter } from "node:path";

const module = fileURLToPath(new URL("../../setup/virtual_environment.ts", import.meta.url));

/** What `install()` says where the only `python3` there is does this. */
async function complaint(script: string): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/python3`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    await Deno.writeTextFile(`${folder}/requirements.txt`, "safetensors==0.6.2\n");
    const environment = {
      folder: `${folder}/python`,
      requirements: `${folder}/requirements.txt`,
      notice: "Installing",
    };
    const call = `import { install } from ${JSON.stringify(module)};
      await install(${JSON.stringify(environment)}).catch((error) => console.log(error.message));`;
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", call],
      env: { PATH: `${folder}${delimiter}/bin` },
    }).output();
    return new TextDecoder().decode(stdout).trim();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("install() tells what python3 says for want of ensurepip, which Debian says on the standard output", async () => {
  const said = "The virtual environment was not created successfully because ensurepip is not available.";
  assert.equal(
    await complaint(`echo "${said} Install python3-venv."; echo; echo "Failing command: python3"; exit 1`),
    `\`python -m venv --clear\` failed: ${said} Install python3-venv. Failing command: python3`,
  );
});

Deno.test("install() tells the last line of an error", async () => {
  assert.equal(
    await complaint(`echo creating; echo "Traceback" >&2; echo "Error: no space" >&2; exit 1`),
    "`python -m venv --clear` failed: Error: no space",
  );
});
