import fontPackage from "@expo-google-fonts/inter/package.json" with { type: "json" };

/** A face of the font that the figures are drawn with. */
export interface FontFace {
  /** As CSS counts: 400 is regular, 600 semibold. */
  readonly weight: 400 | 600;
  /** Absolute path of the TrueType file. */
  readonly path: string;
}

const package_ = import.meta.resolve("@expo-google-fonts/inter/package.json");

/** The faces of Inter that figures use, out of the npm package (SIL Open Font License 1.1). */
export const fontFaces: readonly FontFace[] = [
  { weight: 400, path: fileOf("400Regular/Inter_400Regular.ttf") },
  { weight: 600, path: fileOf("600SemiBold/Inter_600SemiBold.ttf") },
];

/** The version of the npm package the font comes from. */
export const fontVersion: string = fontPackage.version;

function fileOf(path: string): string {
  return decodeURIComponent(new URL(path, package_).pathname);
}
