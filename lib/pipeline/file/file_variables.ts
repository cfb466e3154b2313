import type { Documents } from "./documents.ts";
import type { Node, ScalarNode } from "./node.ts";
import type { FileVariable } from "./pipeline.ts";

/**
 * The scalars, with the files and keys where they stand, that references came to; what pipeline files themselves hold is
 * left out.
 *
 * @param used what references came to; of a map or list, all in it counts
 * @param pipelineFiles absolute paths
 * @param documents have read the files
 */
export async function fileVariables(
  used: ReadonlySet<Node>,
  pipelineFiles: readonly string[],
  documents: Documents,
): Promise<readonly FileVariable[]> {
  const wanted = new Set([...used].flatMap(scalarsOf));
  const files = new Set([...wanted].map(({ range }) => range.source.path));
  const found: FileVariable[] = [];
  const visit = (file: string, node: Node, key: string): void => {
    if (node.kind === "scalar") {
      if (wanted.has(node)) found.push({ file, key, value: node.value });
      return;
    }
    const inside = node.kind === "list"
      ? node.items.map((item, index) => [index, item] as const)
      : [...node.entries].map(([name, entry]) => [name, entry.node] as const);
    for (const [step, item] of inside) visit(file, item, key === "" ? String(step) : `${key}.${step}`);
  };
  for (const file of files) {
    const root = pipelineFiles.includes(file) ? undefined : await documents.read(file);
    if (root !== undefined) visit(file, root, "");
  }
  return found;
}

function scalarsOf(node: Node): ScalarNode[] {
  if (node.kind === "scalar") return [node];
  return (node.kind === "list" ? [...node.items] : [...node.entries.values()].map((entry) => entry.node))
    .flatMap(scalarsOf);
}
