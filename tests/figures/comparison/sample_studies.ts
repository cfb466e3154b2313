import { claimsText } from "../../../lib/claims/document.ts";
import { evaluateClaims } from "../../../lib/claims/evaluation.ts";
import type { NamedStudy } from "../../../lib/figures/comparison/named_study.ts";
import { readStudy } from "../../../lib/figures/study/study.ts";
import { mergedTables, writeTables } from "../../../lib/figures/study/tables.ts";
import { sampleStudy, withFolder, writeSample } from "../sample_study.ts";
import { type SampleStudy, type SampleTables, sampleTables } from "../sample_tables.ts";

/** Writes what a made-up study leaves in its folder `outputs`: the folder `tables`, and `claims.json`. */
export async function writeStudy(
  outputs: string,
  of: SampleStudy,
  profile?: string,
  change: (tables: SampleTables) => void = () => {},
): Promise<void> {
  await Deno.mkdir(`${outputs}/tables`, { recursive: true });
  await withFolder(async (folder) => {
    const sample = sampleTables(of);
    change(sample);
    const { study, tables } = await readStudy(await writeSample(folder, sample));
    await writeTables(`${outputs}/tables`, mergedTables(study, tables));
    await Deno.writeTextFile(`${outputs}/claims.json`, claimsText(evaluateClaims(study, profile)));
  });
}

/** A made-up study under a name. */
export async function namedSample(
  name: string,
  of: SampleStudy,
  change?: (tables: SampleTables) => void,
): Promise<NamedStudy> {
  return { name, study: await sampleStudy(of, change), lacking: [] };
}

/** Studies as unlike as those of `studies/comparison`: of one seed and several, of depths, data sets and label noise. */
export async function sampleStudies(): Promise<NamedStudy[]> {
  return await Promise.all([
    namedSample("default", { depths: [2, 4, 8], epochs: 3 }),
    namedSample("figure1", { depths: [2, 4], seeds: [0, 1, 2], epochs: 3 }),
    namedSample("figure2", { depths: [4], datasets: ["mnist", "fashion-mnist"], variants: ["residual"], epochs: 3 }),
    namedSample("label-noise", { depths: [8], noises: [0, 0.5], seeds: [0, 1], epochs: 3 }),
  ]);
}
