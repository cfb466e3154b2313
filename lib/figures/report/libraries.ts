import resvgPackage from "@resvg/resvg-js/package.json" with { type: "json" };
import { version as vegaVersion } from "vega";
import { version as embedVersion } from "vega-embed";
import { version as vegaLiteVersion } from "vega-lite";
import { fontVersion } from "../drawing/font.ts";

/** The versions of what draws the figures. */
export const libraryVersions: Readonly<Record<string, string>> = {
  "vega": vegaVersion,
  "vega-lite": vegaLiteVersion,
  "vega-embed": embedVersion,
  "@resvg/resvg-js": resvgPackage.version,
  "@expo-google-fonts/inter": fontVersion,
};

/** The code of vega, vega-lite and vega-embed for a browser, in the order in which a page must run them. */
export async function browserLibraries(): Promise<string[]> {
  const builds = [
    new URL("vega.min.js", import.meta.resolve("vega")),
    new URL("vega-lite.min.js", import.meta.resolve("vega-lite")),
    new URL("vega-embed.min.js", import.meta.resolve("vega-embed")),
  ];
  return await Promise.all(builds.map((build) => Deno.readTextFile(build)));
}
