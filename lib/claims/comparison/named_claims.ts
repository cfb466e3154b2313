import { homeOf, type NamedStudy } from "../../figures/comparison/named_study.ts";
import { type ClaimsDocument, readClaims } from "../document.ts";

/** The verdicts of a study, by the name under which it is compared with others. */
export interface NamedClaims {
  /** Unique among those that are compared. */
  readonly name: string;
  /** What its `claims.json` holds. */
  readonly document: ClaimsDocument;
}

/**
 * Reads the verdicts of several studies. Each file belongs to the study whose folder of tables lies beside it.
 *
 * @param paths absolute paths of `claims.json`, of all studies or some
 * @param studies the studies' names, and their folders of tables
 * @returns in the order of the studies
 * @throws {Error} where a file lies beside no folder of tables, or cannot be read
 */
export async function readNamedClaims(
  paths: readonly string[],
  studies: readonly { readonly name: string; readonly tables: string }[],
): Promise<NamedClaims[]> {
  const stray = paths.find((path) => studies.every(({ tables }) => homeOf(tables) !== homeOf(path)));
  if (stray !== undefined) {
    const folders = studies.map(({ tables }) => tables).join(", ");
    throw new Error(`${stray} lies beside none of the folders of tables, so that its study is unknown: ${folders}`);
  }
  const found = await Promise.all(studies.map(async ({ name, tables }) => {
    const path = paths.find((path) => homeOf(path) === homeOf(tables));
    return path === undefined ? [] : [{ name, document: await readClaims(path) }];
  }));
  return found.flat();
}

/** The studies with the profiles that their verdicts name. */
export function withProfiles(studies: readonly NamedStudy[], claims: readonly NamedClaims[]): NamedStudy[] {
  return studies.map((study) => {
    const profile = claims.find(({ name }) => name === study.name)?.document.profile ?? null;
    return profile === null ? study : { ...study, profile };
  });
}
