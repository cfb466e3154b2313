import type { Dataset } from "./dataset.ts";

/**
 * Says how many images each class has: one line a split, with the classes that have the fewest and the most where they are
 * not balanced, and a second one that names those without any.
 */
export function describeClasses({ classes, train, test }: Dataset): string[] {
  return Object.entries({ train, test }).flatMap(([split, { labels, count }]) => {
    const counts = new Array<number>(classes.length).fill(0);
    for (const label of labels) counts[label]!++;
    const present = counts.filter((images) => images > 0);
    const [fewest, most] = [Math.min(...present), Math.max(...present)];
    const missing = classes.filter((_, label) => counts[label] === 0);
    const nameOf = (images: number) => `"${classes[counts.indexOf(images)]}"`;
    const spread = fewest === most
      ? `${fewest} of each class${missing.length > 0 ? " that is there" : ""}`
      : `${fewest} (${nameOf(fewest)}) to ${most} (${nameOf(most)}) of a class: not balanced`;
    const absent = missing.map((name) => `"${name}"`).join(", ");
    const consequence = "what is measured there leaves them out";
    return [
      `${split}: ${count} image${count === 1 ? "" : "s"}, ${spread}`,
      ...missing.length === 0 ? [] : [`${split}: no image of ${absent}; ${consequence}`],
    ];
  });
}
