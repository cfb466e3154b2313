import type { ArithmeticFunction, Dtype, PredicateFunction, UnaryFunction } from "../graph/operation.ts";

/** A number as a type holds it. */
export function rounded(value: number, dtype: Dtype): number {
  return dtype === "float32" ? Math.fround(value) : value;
}

/** A number cast to a type. */
export function castNumber(value: number, dtype: Dtype): number {
  return dtype === "bool" ? Number(value !== 0) : dtype.startsWith("float") ? value : Math.trunc(value);
}

/** The functions of one value, of a number; truth values are 0 and 1. */
export const unaryFunctions: Readonly<Record<UnaryFunction, (value: number) => number>> = {
  abs: Math.abs,
  ceil: Math.ceil,
  cos: Math.cos,
  erf: errorFunction,
  exp: Math.exp,
  expm1: Math.expm1,
  floor: Math.floor,
  log: Math.log,
  log1p: Math.log1p,
  negate: (value) => -value,
  not: (value) => Number(value === 0),
  reciprocal: (value) => 1 / value,
  relu: (value) => value > 0 ? value : value * 0,
  round: roundHalfToEven,
  rsqrt: (value) => 1 / Math.sqrt(value),
  sigmoid: (value) => 1 / (1 + Math.exp(-value)),
  sign: Math.sign,
  sin: Math.sin,
  sqrt: Math.sqrt,
  square: (value) => value * value,
  step: (value) => Number(value > 0),
  tanh: Math.tanh,
};

/** The functions of two values, of numbers; truth values are 0 and 1. */
export const binaryFunctions: Readonly<
  Record<ArithmeticFunction | PredicateFunction, (left: number, right: number) => number>
> = {
  add: (left, right) => left + right,
  subtract: (left, right) => left - right,
  multiply: (left, right) => left * right,
  divide: (left, right) => left / right,
  maximum: Math.max,
  minimum: Math.min,
  power: Math.pow,
  and: (left, right) => Number(left !== 0 && right !== 0),
  or: (left, right) => Number(left !== 0 || right !== 0),
  equal: (left, right) => Number(left === right),
  notEqual: (left, right) => Number(left !== right),
  less: (left, right) => Number(left < right),
  lessEqual: (left, right) => Number(left <= right),
  greater: (left, right) => Number(left > right),
  greaterEqual: (left, right) => Number(left >= right),
};

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest === 0.5 ? below + Math.abs(below % 2) : Math.round(value);
}

/** Abramowitz and Stegun, formula 7.1.26, as tfjs has it: the error is at most 1.5e-7. */
function errorFunction(value: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(value));
  const polynomial = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return Math.sign(value) * (1 - polynomial * Math.exp(-value * value));
}
