import { type Graph, topologicalOrder } from "../graph/graph.ts";
import { sizeOf } from "../graph/shape.ts";

/**
 * Terms that ONNX Runtime's product (MLAS) always adds up in one go. Longer sums it cuts into pieces whose length depends on
 * the number of columns that a thread works on, and then the rounding does too.
 */
const unbrokenSum = 128;

/** Of how many products at once for each thread it gives a thread whole ones alone: its pool may count a thread four times. */
const manyProducts = 4;

/**
 * Threads that a graph may use so that its results are those of one thread: as many as wanted, unless one of its matrix
 * products has fewer rows than columns, in which case threads share out the columns, and a sum long enough to be cut.
 */
export function safeThreads(graph: Graph, wanted: number): number {
  const isSafe = topologicalOrder(graph.outputs.map((output) => output.node)).every(({ operation, inputs, shape }) => {
    if (operation.kind !== "matMul") return true;
    const [rows, columns] = shape.slice(-2) as [number, number];
    const terms = inputs[0]!.shape.at(operation.transposeLeft ? -2 : -1) as number;
    const count = sizeOf(shape.slice(0, -2));
    return rows >= columns || terms <= unbrokenSum || count >= manyProducts * wanted;
  });
  return isSafe ? wanted : 1;
}
