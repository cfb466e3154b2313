import { knownVersions } from "./layout.ts";
import { pluginCure } from "./location.ts";

/** A version of PJRT's interface. */
export interface InterfaceVersion {
  /** Another one means another interface. */
  readonly major: number;
  /** A later one adds to the interface. */
  readonly minor: number;
}

/**
 * Checks that a plugin's interface is of a version whose structures we know.
 *
 * @param path of the plugin
 * @throws {Error} naming the version, those that are known and what to do
 */
export function checkVersion(path: string, { major, minor }: InterfaceVersion): void {
  const { leastMinor, mostMinor } = knownVersions;
  if (major === knownVersions.major && minor >= leastMinor && minor <= mostMinor) return;
  throw new Error(
    `${path} has version ${major}.${minor} of PJRT's interface, of which mindepth knows ` +
      `${knownVersions.major}.${leastMinor} to ${knownVersions.major}.${mostMinor}; ${pluginCure()}`,
  );
}
