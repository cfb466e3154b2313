import { binary, broadcast, cast, fill, type Node, node, unary } from "../graph/node.ts";
import type { ArithmeticFunction, Dtype, PredicateFunction, UnaryFunction } from "../graph/operation.ts";
import { broadcastShape } from "../graph/shape.ts";
import { type KernelTracer, UnsupportedAttributes } from "./kernel.ts";

const unaryFunctions: Readonly<Record<string, UnaryFunction>> = {
  Abs: "abs",
  Ceil: "ceil",
  Cos: "cos",
  Erf: "erf",
  Exp: "exp",
  Expm1: "expm1",
  Floor: "floor",
  Log: "log",
  Log1p: "log1p",
  LogicalNot: "not",
  Neg: "negate",
  Reciprocal: "reciprocal",
  Relu: "relu",
  Round: "round",
  Rsqrt: "rsqrt",
  Sigmoid: "sigmoid",
  Sign: "sign",
  Sin: "sin",
  Sqrt: "sqrt",
  Square: "square",
  Tanh: "tanh",
};

const binaryFunctions: Readonly<Record<string, ArithmeticFunction | PredicateFunction>> = {
  Add: "add",
  Equal: "equal",
  Greater: "greater",
  GreaterEqual: "greaterEqual",
  Less: "less",
  LessEqual: "lessEqual",
  LogicalAnd: "and",
  LogicalOr: "or",
  Maximum: "maximum",
  Minimum: "minimum",
  Multiply: "multiply",
  NotEqual: "notEqual",
  Pow: "power",
  RealDiv: "divide",
  Sub: "subtract",
};

/** One node where values are below 0, another elsewhere. */
function belowZero(input: Node, below: Node, otherwise: Node): Node {
  return node({ kind: "select" }, [binary("less", input, fill(0)), below, otherwise]);
}

/** The scale of SELU and its product with alpha (Klambauer et al., arXiv 1706.02515), as tfjs rounds them. */
const [seluScale, seluScaleAlpha] = [1.0507009873554804934193349852946, 1.7580993408473768599402175208123];

/** Kernels that compute each value from those in the same place. */
export const elementwiseTracers: Readonly<Record<string, KernelTracer>> = {
  ...Object.fromEntries(
    Object.entries(unaryFunctions).map(([kernel, name]) => [kernel, ({ input }) => unary(name, input)]),
  ),
  ...Object.fromEntries(
    Object.entries(binaryFunctions).map((
      [kernel, name],
    ) => [kernel, ({ tensor }) => binary(name, tensor("a"), tensor("b"))]),
  ),
  Step: ({ input, attributes }) => {
    const alpha = (attributes.alpha ?? 0) as number;
    const step = unary("step", input);
    return alpha === 0 ? step : binary("add", binary("multiply", step, fill(1 - alpha)), fill(alpha));
  },
  Relu6: ({ input }) => binary("minimum", unary("relu", input), fill(6, [], input.dtype)),
  LeakyRelu: ({ input, attributes }) => {
    const alpha = fill(attributes.alpha as number);
    return belowZero(input, binary("multiply", input, alpha), input);
  },
  Prelu: ({ tensor }) => {
    const [x, alpha] = [tensor("x"), tensor("alpha")];
    return belowZero(x, binary("multiply", alpha, x), x);
  },
  Elu: ({ input }) => belowZero(input, unary("expm1", input), input),
  EluGrad: ({ tensor }) => {
    const [dy, y] = [tensor("dy"), tensor("y")];
    return belowZero(y, binary("multiply", dy, binary("add", y, fill(1))), dy);
  },
  Selu: ({ input }) => {
    const below = binary("multiply", unary("expm1", input), fill(Math.fround(seluScaleAlpha)));
    return belowZero(input, below, binary("multiply", input, fill(Math.fround(seluScale))));
  },
  // Of a number and its negative, no power overflows.
  Softplus: ({ input }) => {
    const powers = unary("exp", unary("negate", unary("abs", input)));
    return binary("add", unary("relu", input), unary("log1p", powers));
  },
  SquaredDifference: ({ tensor }) => unary("square", binary("subtract", tensor("a"), tensor("b"))),
  AddN: ({ inputs: [first, ...rest] }) => rest.reduce((sum, input) => binary("add", sum, input), first!),
  ClipByValue: ({ input, attributes }) => {
    const least = fill(attributes.clipValueMin as number, [], input.dtype);
    const most = fill(attributes.clipValueMax as number, [], input.dtype);
    return binary("minimum", binary("maximum", input, least), most);
  },
  Cast: ({ input, attributes }) => cast(input, attributes.dtype as Dtype),
  Identity: ({ input }) => input,
  Select: ({ tensor }) => {
    const [condition, then, otherwise] = [tensor("condition"), tensor("t"), tensor("e")];
    // A condition of rank 1 chooses among rows.
    const rows = condition.shape.length === 1 && then.shape.length > 1;
    if (rows) throw new UnsupportedAttributes("a condition of rank 1 that chooses rows cannot be compiled");
    return node({ kind: "select" }, [condition, then, otherwise]);
  },
  ZerosLike: ({ input }) => fill(0, input.shape, input.dtype),
  OnesLike: ({ input }) => fill(1, input.shape, input.dtype),
  Fill: ({ attributes }) =>
    fill(attributes.value as number, attributes.shape as number[], (attributes.dtype ?? "float32") as Dtype),
  BroadcastTo: ({ input, attributes }) => broadcast(input, broadcastShape(input.shape, attributes.shape as number[])),
  FusedBatchNorm: ({ tensor, optional, attributes }) => {
    const [x, mean, variance] = [tensor("x"), tensor("mean"), tensor("variance")];
    const epsilon = fill((attributes.varianceEpsilon ?? 1e-3) as number);
    const [scale, offset] = [optional("scale"), optional("offset")];
    const inverse = unary("rsqrt", binary("add", variance, epsilon));
    const factor = scale === undefined ? inverse : binary("multiply", inverse, scale);
    const scaled = binary("multiply", binary("subtract", x, mean), factor);
    return offset === undefined ? scaled : binary("add", scaled, offset);
  },
};
