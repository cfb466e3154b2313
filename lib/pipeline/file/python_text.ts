import { Float, type Scalar } from "../value.ts";

/** A scalar as DVC writes it into a text: Python's spelling, save that booleans are `true` and `false`. */
export function pythonText(value: Scalar): string {
  if (value === null) return "None";
  if (value instanceof Float) return pythonFloat(value.value);
  return String(value);
}

/**
 * `repr` of a Python float: the shortest digits that read back as the same number, with an exponent below 1e-4 and from
 * 1e16 on.
 */
export function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const [mantissa = "0", power = "0"] = Math.abs(value).toExponential().split("e");
  const exponent = Number(power);
  if (value !== 0 && (exponent < -4 || exponent >= 16)) {
    return `${sign}${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  const digits = mantissa.replace(".", "");
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${sign}${whole}.${digits.slice(exponent + 1) || "0"}`;
}
