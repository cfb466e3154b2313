import { counted } from "../graph/kinds.ts";

/** How often each operation stands in a program's text, without those that only end a region. */
export function countOperations(text: string): Map<string, number> {
  const names = text.matchAll(/\b((?:stablehlo|chlo)\.[a-z_]+)"?(?=[ (])/g);
  return counted([...names].map(([, name]) => name!).filter((name) => name !== "stablehlo.return"));
}
