import { type Graph, topologicalOrder } from "./graph.ts";
import type { Node } from "./node.ts";
import type { Operation } from "./operation.ts";
import { sizeOf } from "./shape.ts";

/**
 * A graph as text, one line a node in the order of computation: what {@linkcode traceProgram} took down and what the passes
 * made of it.
 *
 * ```text
 * graph softmax regression, batch 128
 *   %0 = state weights float32[784,10]
 *   %2 = matMul(%1, %0) float32[128,10]
 * state weights = %9
 * ```
 */
export function graphText(graph: Graph): string {
  const nodes = topologicalOrder([...graph.inputs, ...graph.outputs.map((output) => output.node)]);
  const names = new Map<Node, string>();
  const lines = nodes.filter((node) => !isScalar(node)).map((node, index) => {
    names.set(node, `%${index}`);
    const inputs = node.inputs.map((input) => names.get(input) ?? scalarText(input));
    return `  %${index} = ${operationText(node.operation, inputs)} ${node.dtype}[${node.shape}]`;
  });
  const outputs = graph.outputs.map(({ role, name, node }) =>
    `${role} ${name} = ${names.get(node) ?? scalarText(node)}`
  );
  return [`graph ${graph.name}, batch ${graph.batch}`, ...lines, ...outputs].join("\n") + "\n";
}

/** Numbers are written where they are used. */
function isScalar(node: Node): boolean {
  return node.operation.kind === "fill" && node.shape.length === 0;
}

function scalarText(node: Node): string {
  const value = node.operation.kind === "fill" ? node.operation.value : NaN;
  return node.dtype === "float32" ? `${value}` : `${node.dtype}(${value})`;
}

function operationText(operation: Operation, inputs: readonly string[]): string {
  switch (operation.kind) {
    case "input":
      return `${operation.role} ${operation.name}`;
    case "fill":
      return `fill ${operation.value}`;
    case "literal": {
      const values = [...operation.values.subarray(0, 4)].map((value) => `${value}`);
      return `literal ${values.join(" ")}${sizeOf(operation.shape) > values.length ? " ..." : ""}`;
    }
    case "unary":
    case "binary":
      return `${operation.function}(${inputs.join(", ")})`;
    default:
      return `${operation.kind}(${[...inputs, ...attributeTexts(operation)].join(", ")})`;
  }
}

function attributeTexts(operation: Operation): string[] {
  return Object.entries(operation).flatMap(([key, value]) => {
    // The shape and the type stand at the end of the line.
    if (key === "kind" || key === "shape" || key === "dtype" || value === false) return [];
    if (value === true) return [key];
    if (key === "function") return [String(value)];
    if (key === "window") return [`window ${Object.values(value as object).join(" ")}`];
    return [`${key} ${Array.isArray(value) ? `[${value}]` : value}`];
  });
}
