import { createHash } from "node:crypto";
import { stringify } from "yaml";
import { agree } from "./both_programs.ts";
import type { Project } from "./project.ts";

const FILES = 33;
const TRACKED = 100;

/** Files in folders that read each other's outs, beside many `.dvc` files, some of whose data are not there. */
function manyFiles(): Project {
  const files: Record<string, string> = { "in.txt": "one\n" };
  for (let index = 0; index < TRACKED; index++) {
    const [path, text] = [`data/part${index % 7}/${index}.txt`, `${index}\n`];
    const md5 = createHash("md5").update(text).digest("hex");
    // As DVC writes it, for it writes it again.
    files[`${path}.dvc`] = `outs:\n- md5: ${md5}\n  size: ${text.length}\n  hash: md5\n  path: ${index}.txt\n`;
    // The last ten nobody needs, and they are yet to be pulled.
    if (index < TRACKED - 10) files[path] = text;
  }
  for (let index = 0; index < FILES; index++) {
    const before = index < 3 ? ["../in.txt"] : [`../s${index - 3}/out.txt`];
    const deps = [`../data/part${index % 7}/${index}.txt`, ...before];
    const cmd = `cat ${deps.join(" ")} > out.txt; echo ${index} >> out.txt`;
    files[`s${index}/dvc.yaml`] = stringify({ stages: { step: { cmd, deps, outs: ["out.txt"] } } });
  }
  return {
    order: "free",
    files,
    steps: [
      { run: `repro s${FILES - 1}/dvc.yaml s${FILES - 2}/dvc.yaml s${FILES - 3}/dvc.yaml`, in: "." },
      { write: { "in.txt": "edited\n" } },
      { run: "repro", in: `s${FILES - 1}` },
      { run: "repro s31/dvc.yaml:step", in: "." },
      { run: "repro -P --allow-missing", in: "." },
      { run: "repro -P", in: ".", differs: "tracked data that nothing reads may be missing" },
    ],
  };
}

await agree([[`${FILES} dvc.yaml and ${TRACKED} .dvc files`, manyFiles()]]);
