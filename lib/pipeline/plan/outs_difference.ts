import type { Stage } from "../file/pipeline.ts";
import type { OutRecord } from "../store/out_record.ts";
import type { Disk } from "./disk.ts";
import type { Reason } from "./reason.ts";

/** How the outs at their places differ from the recorded ones. */
export async function outsDifference(
  stage: Stage,
  records: readonly OutRecord[],
  digest: Disk["digest"],
): Promise<readonly Reason[]> {
  const reasons: Reason[] = [];
  for (const { path, relative } of stage.outs) {
    const record = records.find((candidate) => candidate.path === relative);
    const found = await digest(path);
    if (found === undefined) reasons.push({ kind: "out missing", path: relative });
    else if (record?.kind !== found.kind || record.sha256 !== found.sha256) {
      reasons.push({ kind: "out changed", path: relative, change: record === undefined ? "added" : "changed" });
    }
  }
  return reasons;
}
