import type { ExplanationJson, PartsJson } from "../json/line.ts";
import { isMap, type Json } from "../value.ts";
import { bytesText, countText } from "./quantity.ts";
import type { Style } from "./style.ts";
import { pad, widthOf } from "../width.ts";

/** Digits of a digest that tell it from others at a glance. */
const DIGITS = 12;

/** What differs since a git revision, and what the fingerprint is made of: lines for people. */
export function explanationLines({ fingerprint, since, parts }: ExplanationJson, style: Style): string[] {
  const rows = partRows(parts);
  const width = Math.max(0, ...rows.map(([name]) => widthOf(name)));
  return [
    ...since === undefined ? [] : sinceLines(since),
    `  fingerprint ${fingerprint === undefined ? "not known before its deps are made" : shortened(fingerprint)}, of`,
    ...rows.map(([name, text]) => text === "" ? `    ${name}` : `    ${pad(name, width)}  ${style.dim(text)}`),
  ];
}

function sinceLines({ revision, reasons }: NonNullable<ExplanationJson["since"]>): string[] {
  if (reasons[0]?.kind === "never run") return [`  since ${revision}: the lock there does not have it`];
  if (reasons.length === 0) return [`  since ${revision}: nothing changed`];
  return [`  since ${revision}:`, ...reasons.map(({ text }) => `    ${text}`)];
}

type Row = readonly [name: string, text: string];

function partRows(parts: PartsJson): Row[] {
  const { cmd = [], run, modules = {}, packages = {}, with: values, resolved = {}, params = {}, env = {} } = parts;
  return [
    ...cmd.map((line): Row => ["cmd", line]),
    ...run === undefined ? [] : [["run", run] as const],
    ...Object.entries(modules).map(([path, digest]): Row => [`module ${path}`, shortened(digest)]),
    ...Object.entries(packages).map((
      [name, integrity],
    ): Row => [`package ${name}`, integrity.slice(0, 20) || "by its version"]),
    ...values === undefined ? [] : leafRows("with", values),
    ...Object.entries(resolved).map(([path, value]): Row => [`what with.${path} comes to`, JSON.stringify(value)]),
    ...Object.entries(params ?? {}).flatMap(([file, keys]) =>
      Object.entries(keys as { readonly [key: string]: Json })
        .flatMap(([key, value]) => leafRows(key === "" ? file : `${file}:${key}`, value))
    ),
    ...Object.entries(env).map(([name, digest]): Row => [
      `env ${name}`,
      digest === null ? "not set" : shortened(digest),
    ]),
    ...Object.entries(parts.tools ?? {}).map((
      [command, text],
    ): Row => [`tool ${command}`, text.replaceAll("\n", "; ")]),
    ...parts.wdir === undefined ? [] : [["wdir", parts.wdir] as const],
    ...parts.deps.map(({ path, sha256, size, files }): Row => [
      `dep ${path}`,
      `${shortened(sha256)}, ${files === undefined ? "" : `${countText(files, "file")}, `}${bytesText(size)}`,
    ]),
    ...parts.missing.map((path): Row => [`dep ${path}`, "missing"]),
    ...parts.outs.map(({ path, persist }): Row => [`out ${path}`, persist ? "persist" : ""]),
  ];
}

/** A line for each value that is no map. */
function leafRows(name: string, value: Json): Row[] {
  if (!isMap(value)) return [[name, JSON.stringify(value)]];
  return Object.entries(value).flatMap(([key, item]) => leafRows(`${name}.${key}`, item as Json));
}

function shortened(digest: string): string {
  return digest.slice(0, DIGITS);
}
