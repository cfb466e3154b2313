import { Message } from "./protobuf.ts";

/** Type of a tensor's values: `TensorProto.DataType` of onnx.proto. */
export const dataTypes = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float64: 11 } as const;

/** A type of values that we write. */
export type DataType = keyof typeof dataTypes;

/** An attribute of a node; a plain number is an integer. */
export type Attribute = number | string | readonly number[] | { readonly float: number } | {
  readonly graph: OnnxGraph;
};

/** The domain of ONNX Runtime's own operators. */
export const contributed = "com.microsoft";

const producer = "mindepth";
const operatorSet = 18;
const formatVersion = 8;

/** An ONNX graph under construction: a model's, or the body of a loop. Values are known by their names. */
export class OnnxGraph {
  readonly #prefix: string;
  readonly #nodes: Message[] = [];
  readonly #initializers: Message[] = [];
  readonly #inputs: Message[] = [];
  readonly #outputs: Message[] = [];
  readonly #computed = new Set<string>();
  readonly #literals = new Map<string, string>();
  readonly #unknown: number | undefined;
  #count = 0;

  /**
   * Starts an empty graph.
   *
   * @param prefix starts each name made up here, so that those of a body differ from those around it
   * @param unknown an extent that stands for one which is known only when the graph runs, and its multiples
   */
  constructor(prefix: string, unknown?: number) {
    this.#prefix = prefix;
    this.#unknown = unknown;
  }

  /** Number of nodes. */
  get size(): number {
    return this.#nodes.length;
  }

  /** Adds a node and returns the name of its only output. */
  add(type: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}, domain?: string): string {
    const output = this.name();
    this.addNamed(type, inputs, [output], attributes, domain);
    return output;
  }

  /** Adds a node whose outputs are named by the caller; an empty name is an input or output left away. */
  addNamed(
    type: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Record<string, Attribute> = {},
    domain?: string,
  ): void {
    const node = new Message();
    for (const input of inputs) node.text(1, input);
    for (const output of outputs) {
      node.text(2, output);
      this.#computed.add(output);
    }
    node.text(4, type);
    for (const [name, value] of Object.entries(attributes)) node.message(5, attributeMessage(name, value));
    if (domain !== undefined) node.text(7, domain);
    this.#nodes.push(node);
  }

  /** A name not used before. */
  name(): string {
    return `${this.#prefix}${this.#count++}`;
  }

  /** Adds a constant, or finds a small one that is there, and returns its name. */
  constant(
    type: DataType,
    values: Uint8Array | Int32Array | Float32Array | Float64Array | BigInt64Array,
    shape: readonly number[],
  ): string {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const key = values.length <= 16 ? `${type} ${shape} ${bytes}` : undefined;
    const known = key === undefined ? undefined : this.#literals.get(key);
    if (known !== undefined) return known;
    const name = this.namedConstant(this.name(), type, values, shape);
    if (key !== undefined) this.#literals.set(key, name);
    return name;
  }

  /** A constant that is one number everywhere, or finds it. */
  uniform(value: number, shape: readonly number[]): string {
    const key = `uniform ${value} ${shape}`;
    const known = this.#literals.get(key);
    if (known !== undefined) return known;
    const size = shape.reduce((product, extent) => product * extent, 1);
    const name = this.namedConstant(this.name(), "float32", new Float32Array(size).fill(value), shape);
    this.#literals.set(key, name);
    return name;
  }

  /** Adds a constant under a name of its own, which is returned. */
  namedConstant(
    name: string,
    type: DataType,
    values: Uint8Array | Int32Array | Float32Array | Float64Array | BigInt64Array,
    shape: readonly number[],
  ): string {
    const tensor = new Message();
    for (const extent of shape) tensor.integer(1, extent);
    tensor.integer(2, dataTypes[type]).text(8, name);
    tensor.bytes(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    this.#initializers.push(tensor);
    return name;
  }

  /**
   * The shape that a `Reshape` gives.
   *
   * @throws {Error} where more than one of its extents is unknown
   */
  shape(extents: readonly number[]): string {
    const unknown = extents.findIndex((extent) => this.#isUnknown(extent));
    return this.integers(unknown < 0 ? extents : extents.with(unknown, -1));
  }

  #isUnknown(extent: number): boolean {
    return this.#unknown !== undefined && extent !== 0 && extent % this.#unknown === 0;
  }

  /**
   * A list of 64-bit integers, which ONNX takes for shapes and axes.
   *
   * @throws {Error} where one of them is unknown
   */
  integers(values: readonly number[]): string {
    if (values.some((value) => this.#isUnknown(value))) {
      throw new Error("What is computed depends on an extent that is known only when it runs: the number of examples");
    }
    return this.constant("int64", BigInt64Array.from(values, BigInt), [values.length]);
  }

  /**
   * A list of 64-bit integers that is an input of the model, too, with these as its default: ONNX Runtime knows it only when it
   * runs. To be called on the model's graph, not on a body's.
   */
  hiddenIntegers(values: readonly number[]): string {
    const key = `hidden ${values}`;
    const known = this.#literals.get(key);
    if (known !== undefined) return known;
    const name = this.namedConstant(this.name(), "int64", BigInt64Array.from(values, BigInt), [values.length]);
    this.input(name, "int64", [values.length]);
    this.#literals.set(key, name);
    return name;
  }

  /** A number of a type, without axes. */
  scalar(value: number, type: "float32" | "int32" | "bool" = "float32"): string {
    const values = type === "float32"
      ? Float32Array.of(value)
      : type === "int32"
      ? Int32Array.of(value)
      : Uint8Array.of(value);
    return this.constant(type, values, []);
  }

  /** Declares an input; an extent that is not known is a name. */
  input(name: string, type: DataType, shape: readonly (number | string)[]): void {
    this.#inputs.push(valueMessage(name, type, shape));
  }

  /** Declares an output; an extent that is not known is a name. */
  output(name: string, type: DataType, shape: readonly (number | string)[]): void {
    this.#outputs.push(valueMessage(name, type, shape));
  }

  /**
   * Names under which values can be outputs: each must come from a node of this graph and be given once, so a constant, an
   * input or a value given twice is copied.
   */
  outputNames(names: readonly string[]): string[] {
    const given = new Set<string>();
    return names.map((name) => {
      const output = this.#computed.has(name) && !given.has(name) ? name : this.add("Identity", [name]);
      given.add(output);
      return output;
    });
  }

  /** As a `GraphProto`. */
  message(): Message {
    const graph = new Message();
    for (const node of this.#nodes) graph.message(1, node);
    graph.text(2, this.#prefix);
    for (const initializer of this.#initializers) graph.message(5, initializer);
    for (const input of this.#inputs) graph.message(11, input);
    for (const output of this.#outputs) graph.message(12, output);
    return graph;
  }

  /**
   * As the bytes of a `ModelProto`.
   *
   * @param metadata free text that the file carries
   */
  model(metadata: Readonly<Record<string, string>> = {}): Uint8Array {
    const model = new Message()
      .integer(1, formatVersion)
      .text(2, producer)
      .message(7, this.message())
      .message(8, new Message().text(1, "").integer(2, operatorSet))
      .message(8, new Message().text(1, contributed).integer(2, 1));
    for (const [key, value] of Object.entries(metadata)) model.message(14, new Message().text(1, key).text(2, value));
    return model.finish();
  }
}

function attributeMessage(name: string, value: Attribute): Message {
  const attribute = new Message().text(1, name);
  if (typeof value === "number") return attribute.integer(3, value).integer(20, 2);
  if (typeof value === "string") return attribute.text(4, value).integer(20, 3);
  if ("float" in value) return attribute.float(2, value.float).integer(20, 1);
  if ("graph" in value) return attribute.message(6, value.graph.message()).integer(20, 5);
  for (const integer of value) attribute.integer(8, integer);
  return attribute.integer(20, 7);
}

function valueMessage(name: string, type: DataType, shape: readonly (number | string)[]): Message {
  const extents = new Message();
  for (const extent of shape) {
    extents.message(1, typeof extent === "number" ? new Message().integer(1, extent) : new Message().text(2, extent));
  }
  const tensor = new Message().integer(1, dataTypes[type]).message(2, extents);
  return new Message().text(1, name).message(2, new Message().message(1, tensor));
}
