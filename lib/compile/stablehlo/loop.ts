import type { Graph, OutputRole } from "../graph/graph.ts";
import type { Node } from "../graph/node.ts";
import type { InputRole, OperationOf } from "../graph/operation.ts";
import { convolutionLowerings } from "./convolution.ts";
import { depthwiseLowerings } from "./depthwise.ts";
import { elementwiseLowerings } from "./elementwise.ts";
import { Emitter, list, type Lowerings, type Typed, typeOf } from "./emitter.ts";
import { poolingLowerings } from "./pooling.ts";
import type { Precision } from "./precision.ts";
import { productLowerings } from "./product.ts";
import { reductionLowerings } from "./reduction.ts";
import { gathered, structureLowerings } from "./structure.ts";
import { elementTypes, numberText } from "./type.ts";

type Input = Node<OperationOf<"input">>;

/** How a loop is written. */
export interface LoopOptions {
  /** Examples in each resident data set. */
  readonly count: number;
  /** Steps of the loop. */
  readonly steps: number;
  /** Of products and convolutions. */
  readonly precision: Precision;
}

/** An argument or a result of the program, by its place. */
export interface LoopValue extends Typed {
  /** What it is; `order` holds the indices of the examples, `[steps, batch]`, int32. */
  readonly role: InputRole | OutputRole | "order";
  /** Its name in the graph. */
  readonly name: string;
}

/** A loop over steps as one StableHLO program. */
export interface LoweredLoop {
  /** MLIR. */
  readonly text: string;
  /** What the program takes, in this order; the state's memory is given back as the next state's. */
  readonly parameters: readonly LoopValue[];
  /** What it returns, in this order: the last state, steps `[steps, ...shape]`, rows `[steps * batch, ...]`. */
  readonly results: readonly LoopValue[];
}

/** Writes a graph as the body of a loop over steps, in StableHLO. */
export function lowerLoop(graph: Graph, options: LoopOptions): LoweredLoop {
  const { steps } = options;
  const inputs = graph.inputs as readonly Input[];
  const parameters = parametersOf(inputs, graph.batch, options);
  const results = graph.outputs.map(({ role, name, node: { shape, dtype } }): LoopValue => ({
    role,
    name,
    dtype,
    shape: role === "state" ? shape : role === "step" ? [steps, ...shape] : [steps * graph.batch, ...shape.slice(1)],
  }));
  const carried = ["tensor<i32>", ...results.map(typeOf)];
  const names = ["%step", ...results.map((_, index) => `%carried${index}`)];
  const starts = [
    "%start",
    ...results.map((result, index) => {
      return result.role === "state"
        ? `%in${parameters.findIndex((other) => isSame(other, result))}`
        : `%empty${index}`;
    }),
  ];

  const body = new Emitter(lowerings, options.precision);
  bindInputs(inputs, parameters, results, body);
  const next = graph.outputs.map(({ node }, index) => {
    const value = body.value(node);
    return results[index]!.role === "state" ? value : placed(value, node, results[index]!, `%carried${index}`, body);
  });
  const after = body.add(`stablehlo.add %step, ${body.constant(1, [], "int32")} : tensor<i32>`);

  const lines = [
    "%start = stablehlo.constant dense<0> : tensor<i32>",
    `%steps = stablehlo.constant dense<${steps}> : tensor<i32>`,
    ...results.flatMap((value, index) => {
      const zero = numberText(0, elementTypes[value.dtype]);
      return value.role === "state" ? [] : [`%empty${index} = stablehlo.constant dense<${zero}> : ${typeOf(value)}`];
    }),
    `%done:${names.length} = stablehlo.while(${
      names.map((name, index) => `${name} = ${starts[index]}`).join(", ")
    }) : ` +
    carried.join(", "),
    "cond {",
    "  %more = stablehlo.compare LT, %step, %steps : (tensor<i32>, tensor<i32>) -> tensor<i1>",
    "  stablehlo.return %more : tensor<i1>",
    "} do {",
    ...indented(body.lines),
    `  stablehlo.return ${[after, ...next].join(", ")} : ${carried.join(", ")}`,
    "}",
    `return ${results.map((_, index) => `%done#${index + 1}`).join(", ")} : ${results.map(typeOf).join(", ")}`,
  ];
  const text = [
    `// ${graph.name.replaceAll(/\s+/g, " ")}, ${steps} steps of ${graph.batch}`,
    "module @program {",
    `  func.func public @main(${parametersText(parameters, results)}) -> (${results.map(typeOf).join(", ")}) {`,
    ...indented(indented(lines)),
    "  }",
    "}",
    "",
  ].join("\n");
  return { text, parameters, results };
}

const lowerings: Lowerings = {
  ...elementwiseLowerings,
  ...structureLowerings,
  ...reductionLowerings,
  ...productLowerings,
  ...convolutionLowerings,
  ...depthwiseLowerings,
  ...poolingLowerings,
  input: ({ operation }) => {
    throw new Error(`The graph uses the input "${operation.name}", which it does not list`);
  },
};

function parametersOf(inputs: readonly Input[], batch: number, { count, steps }: LoopOptions): LoopValue[] {
  const given = inputs.map(({ operation: { role, name, shape, dtype } }): LoopValue => ({
    role,
    name,
    dtype,
    shape: role === "example" ? [count, ...shape.slice(1)] : role === "scalar" ? [steps] : shape,
  }));
  return [{ role: "order", name: "order", shape: [steps, batch], dtype: "int32" }, ...given];
}

/** Says by what name the body knows each input: the step's examples and scalars are taken out of what is resident. */
function bindInputs(
  inputs: readonly Input[],
  parameters: readonly LoopValue[],
  results: readonly LoopValue[],
  body: Emitter,
): void {
  const [order] = parameters as readonly [LoopValue];
  const batch = order.shape[1]!;
  const indices = { shape: [batch], dtype: "int32" } as const;
  const name = atStep("%in0", order, indices, body);
  inputs.forEach((input, index) => {
    const parameter = parameters[index + 1]!;
    const value = `%in${index + 1}`;
    switch (parameter.role) {
      case "example":
        return body.bind(input, gathered({ name: value, typed: parameter }, { name, typed: indices }, 0, body));
      case "scalar":
        return body.bind(input, atStep(value, parameter, input, body));
      case "state":
        return body.bind(input, `%carried${results.findIndex((other) => isSame(other, parameter))}`);
      default:
        return body.bind(input, value);
    }
  });
}

/** What a value holds for this step: its part at the step along the first axis. */
function atStep(value: string, from: Typed, to: Typed, body: Emitter): string {
  const zeros = to.shape.map(() => body.constant(0, [], "int32"));
  const part = typeOf({ shape: [1, ...to.shape], dtype: from.dtype });
  const taken = body.add(
    `stablehlo.dynamic_slice ${[value, "%step", ...zeros].join(", ")}, sizes = ${list([1, ...to.shape])} : ` +
      `(${[typeOf(from), ...[0, ...zeros].map(() => "tensor<i32>")].join(", ")}) -> ${part}`,
  );
  return body.add(`stablehlo.reshape ${taken} : (${part}) -> ${typeOf(to)}`);
}

/** A step's output or its rows put in their place among those of all steps. */
function placed(value: string, node: Node, all: LoopValue, into: string, body: Emitter): string {
  if (all.role === "row") {
    const rows = body.constant(node.shape[0]!, [], "int32");
    const begin = body.add(`stablehlo.multiply %step, ${rows} : tensor<i32>`);
    return placedAt(begin, value, node, all, into, body);
  }
  const part = { shape: [1, ...node.shape], dtype: node.dtype };
  const reshaped = body.add(`stablehlo.reshape ${value} : (${typeOf(node)}) -> ${typeOf(part)}`);
  return placedAt("%step", reshaped, part, all, into, body);
}

function placedAt(begin: string, value: string, part: Typed, all: LoopValue, into: string, body: Emitter): string {
  const zeros = part.shape.slice(1).map(() => body.constant(0, [], "int32"));
  const types = [typeOf(all), typeOf(part), ...part.shape.map(() => "tensor<i32>")];
  return body.add(
    `stablehlo.dynamic_update_slice ${[into, value, begin, ...zeros].join(", ")} : (${types.join(", ")}) -> ${
      typeOf(all)
    }`,
  );
}

/** A line a parameter; a state's says which result takes over its memory. */
function parametersText(parameters: readonly LoopValue[], results: readonly LoopValue[]): string {
  const lines = parameters.map((value, index) => {
    const heir = results.findIndex((result) => isSame(result, value));
    const attributes = heir < 0 ? "" : ` {tf.aliasing_output = ${heir} : i32}`;
    const comma = index < parameters.length - 1 ? "," : "";
    return `\n      %in${index}: ${typeOf(value)}${attributes}${comma} // ${value.role} ${
      value.name.replaceAll(/\s+/g, " ")
    }`;
  });
  return `${lines.join("")}\n    `;
}

/** Whether two are the state of one name, before and after. */
function isSame(one: LoopValue, other: LoopValue): boolean {
  return one.role === "state" && other.role === "state" && one.name === other.name;
}

function indented(lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split("\n")).map((line) => `  ${line}`);
}
