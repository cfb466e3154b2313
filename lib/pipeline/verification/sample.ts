/** So many of the items, each choice as likely as any other, in their order. */
export function sampled<T>(items: readonly T[], count: number): T[] {
  const left = items.map((_, position) => position);
  const chosen = new Set<number>();
  while (chosen.size < count && left.length > 0) {
    chosen.add(left.splice(Math.floor(Math.random() * left.length), 1)[0]!);
  }
  return items.filter((_, position) => chosen.has(position));
}
