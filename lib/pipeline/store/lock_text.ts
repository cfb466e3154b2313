import { type Document, parseDocument, type Scalar, type ScalarTag, stringify, type Tags } from "yaml";
import { z } from "zod";
import type { Diagnostic, Result, Source } from "../diagnostic.ts";
import { shownPath } from "../diagnostic_text.ts";
import { conflictIn } from "../merge_conflict.ts";
import { shellWord } from "../shell_word.ts";
import { canonical, Float, type Json, toJson } from "../value.ts";
import { type StageRecord, stageRecordSchema } from "./stage_record.ts";

/** The import closure of a module, as far as the lock tells it: enough to say what changed since. */
export interface ClosureRecord {
  /** The module, relative to the workspace's root. */
  readonly entry: string;
  /** Digests of the local modules by path relative to the workspace's root. */
  readonly modules: { readonly [path: string]: string };
  /** Integrities of npm packages by `name@version`; `""` where `deno.lock` has none. */
  readonly packages: { readonly [name: string]: string };
}

/** What a lock file holds. */
export interface LockContent {
  /** By the stage's name. */
  readonly stages: Map<string, StageRecord>;
  /** By digest. */
  readonly closures: Map<string, ClosureRecord>;
}

/** Grows when the shape changes. */
const SCHEMA = 1;

const HEADER =
  `# What was run: for each stage its fingerprint, what that was made of, and the digests of what it left (sha256).
# Written by the pipeline engine, not by hand. Commit it: with it, a stage that is up to date is known to be.
`;

/** The order of a stage's keys: what it ran, on what, what it left. One order, so that the same content is the same bytes. */
const KEYS: readonly (keyof StageRecord)[] = [
  "fingerprint",
  "deno",
  "cmd",
  "run",
  "closure",
  "with",
  "resolved",
  "params",
  "env",
  "tools",
  "wdir",
  "deps",
  "outs",
];

/** A digest and a name a line, as `sha256sum` prints them: a block of text is read ten times faster than a map. */
const digestList = z.string().regex(/^(?:\S* {2}.+\n)*$/, "expected a digest, two blanks and a name in each line");

const lockSchema = z.strictObject({
  schema: z.literal(SCHEMA),
  stages: z.record(z.string(), stageRecordSchema),
  closures: z.record(
    z.string(),
    z.strictObject({ entry: z.string(), modules: digestList, packages: digestList }),
  ),
});

/** Reads the text of a lock; every problem has its place. */
export function parseLock(source: Source): Result<LockContent> {
  const conflict = conflictIn(source);
  if (conflict !== undefined) {
    return failure([{
      severity: "error",
      message: "The lock holds a conflict of a merge that was not resolved",
      range: conflict,
      hints: [
        "Resolve the conflicts of the pipeline file, then run `lock resolve`: it keeps what fits the files as they are",
        `Or take either side whole, by \`git checkout --ours ${
          shellWord(shownPath(source.path))
        }\` or --theirs, then ` +
        "reproduce: what it lacks is run or restored",
      ],
    }]);
  }
  const pieces = parsePieces(source.text);
  return pieces === undefined ? parseWhole(source) : { ok: true, value: pieces, diagnostics: [] };
}

/** How much of a lock, in characters, is taken apart at once: the tree of all of a large one takes a hundred times it. */
const PIECE = 1 << 15;

/** Reads a lock that is as the engine writes it, block by block; undefined where anything is otherwise. */
function parsePieces(text: string): LockContent | undefined {
  const start = text.indexOf(`\n${STAGES}`) + 1;
  const end = text.indexOf("\nclosures:", start) + 1;
  if (start === 0 || end === 0 || text.length < PIECE) return undefined;
  const content: LockContent = { stages: new Map(), closures: new Map() };
  for (let at = start + STAGES.length; at < end;) {
    // A line that is indented by two begins a stage.
    const rest = text.slice(at + PIECE, end).search(/\n {2}\S/);
    const next = rest < 0 ? end : at + PIECE + rest + 1;
    const piece = parsed(`${yaml({ schema: SCHEMA })}${STAGES}${text.slice(at, next)}${yaml({ closures: {} })}`);
    if (piece === undefined) return undefined;
    for (const [name, record] of piece.stages) {
      if (content.stages.has(name)) return undefined;
      content.stages.set(name, record);
    }
    at = next;
  }
  const frame = parsed(`${text.slice(0, start)}${yaml({ stages: {} })}${text.slice(end)}`);
  return frame && { ...content, closures: frame.closures };
}

function parsed(text: string): LockContent | undefined {
  const document = parseDocument(text, { customTags: withFloats, prettyErrors: false });
  if (document.errors.length > 0) return undefined;
  const checked = lockSchema.safeParse(document.toJS({ maxAliasCount: 0 }));
  return checked.success ? contentOf(checked.data) : undefined;
}

function parseWhole(source: Source): Result<LockContent> {
  const document = parseDocument(source.text, { customTags: withFloats, prettyErrors: false });
  if (document.errors.length > 0) {
    return failure(document.errors.map(({ message, pos: [start, end] }) => ({
      severity: "error",
      message: `The lock is not valid YAML: ${message}`,
      range: { source, start, end },
      hints: [REMEDY],
    })));
  }
  const content: unknown = document.toJS({ maxAliasCount: 0 });
  const schema = (content as { schema?: unknown } | null)?.schema;
  if (typeof schema === "number" && schema > SCHEMA) {
    return failure([{
      severity: "error",
      message: `The lock has schema ${schema}, this version of the engine reads up to ${SCHEMA}`,
      range: rangeAt(source, document, ["schema"]),
      hints: ["Update the engine"],
    }]);
  }
  const checked = lockSchema.safeParse(content);
  if (!checked.success) {
    return failure(checked.error.issues.map((issue) => ({
      severity: "error",
      message: `The lock is not as the engine writes it: ${issue.path.join(".") || "the file"}: ${issue.message}`,
      range: rangeAt(source, document, issue.path),
      hints: [REMEDY],
    })));
  }
  return { ok: true, value: contentOf(checked.data), diagnostics: [] };
}

function contentOf({ stages, closures }: z.infer<typeof lockSchema>): LockContent {
  return {
    stages: new Map(Object.entries(stages).map(([name, record]) => [name, stageRecord(record)])),
    closures: new Map(
      Object.entries(closures).map(([digest, { entry, modules, packages }]) => [
        digest,
        { entry, modules: parseDigests(modules), packages: parseDigests(packages) },
      ]),
    ),
  };
}

const REMEDY = "Restore the file from version control, or delete it: what can be is then restored from the run cache";

/** The text of a lock: a block a stage, sorted by name; a block a closure, sorted by module. */
export function formatLock({ stages, closures }: LockContent): string {
  return lockText(new Map([...stages].map(([name, record]) => [name, stageBlock(name, record)])), closures);
}

/** The text of a lock whose blocks of stages are given, by name. */
export function lockText(blocksOfStages: ReadonlyMap<string, string>, closures: LockContent["closures"]): string {
  const byName = [...blocksOfStages].sort(([one], [other]) => one < other ? -1 : 1);
  const byEntry = [...closures].sort(([oneDigest, one], [otherDigest, other]) =>
    one.entry === other.entry ? (oneDigest < otherDigest ? -1 : 1) : one.entry < other.entry ? -1 : 1
  );
  const blocks = byEntry.map(([digest, { entry, modules, packages }]) =>
    [digest, { entry, modules: formatDigests(modules), packages: formatDigests(packages) }] as const
  );
  return HEADER + yaml({ schema: SCHEMA }) +
    (byName.length === 0 ? yaml({ stages: {} }) : STAGES + byName.map(([, block]) => block).join("")) +
    yaml({ closures: Object.fromEntries(blocks) });
}

/** The line above the blocks of stages. */
const STAGES = "stages:\n";

/** Blocks by record: the lock is written after every stage, and all records but one are as they were. */
const stageBlocks = new WeakMap<StageRecord, { readonly name: string; readonly text: string }>();

/** A stage as it stands in a lock; equal for equal records. */
export function stageBlock(name: string, record: StageRecord): string {
  const known = stageBlocks.get(record);
  if (known?.name === name) return known.text;
  const ordered = Object.fromEntries(KEYS.filter((key) => key in record).map((key) => [key, record[key]]));
  const text = yaml({ stages: { [name]: ordered } }).slice(STAGES.length);
  stageBlocks.set(record, { name, text });
  return text;
}

function yaml(value: unknown): string {
  return stringify(value, {
    customTags: withFloats,
    lineWidth: 0,
    aliasDuplicateObjects: false,
    indentSeq: false,
    blockQuote: "literal",
  });
}

type Digests = { readonly [name: string]: string };

function formatDigests(digests: Digests): string {
  return Object.entries(digests).map(([name, digest]) => `${digest}  ${name}\n`).join("");
}

function parseDigests(text: string): Digests {
  const lines = text.split("\n").slice(0, -1).map((line): [string, string] => {
    const at = line.indexOf("  ");
    return [line.slice(at + 2), line.slice(0, at)];
  });
  return Object.fromEntries(lines);
}

function stageRecord(read: z.output<typeof stageRecordSchema>): StageRecord {
  const { with: values, resolved, ...rest } = read;
  return {
    ...rest,
    ...(values === undefined ? {} : { with: toJson(values) }),
    ...(resolved === undefined ? {} : { resolved: toJson(resolved) as { readonly [path: string]: Json } }),
  };
}

function failure<T>(diagnostics: readonly Diagnostic[]): Result<T> {
  return { ok: false, diagnostics };
}

function rangeAt(source: Source, document: Document.Parsed, path: readonly PropertyKey[]): {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
} {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    const range = (node as Scalar | null | undefined)?.range;
    if (range) return { source, start: range[0], end: range[1] };
  }
  return { source, start: 0, end: 0 };
}

/** YAML's core tags, after one that reads and writes {@linkcode Float}. */
function withFloats(tags: Tags): Tags {
  return [FLOAT_TAG, ...tags];
}

const FLOAT_TAG: ScalarTag = {
  tag: "tag:yaml.org,2002:float",
  default: true,
  identify: (value) => value instanceof Float,
  test:
    /^(?:[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  resolve: (text) => new Float(parseFloatText(text)),
  stringify: ({ value }) => floatText((value as Float).value),
};

function parseFloatText(text: string): number {
  const lower = text.toLowerCase();
  if (lower.endsWith(".nan")) return NaN;
  if (lower.endsWith(".inf")) return lower.startsWith("-") ? -Infinity : Infinity;
  return Number(text);
}

function floatText(value: number): string {
  if (Number.isFinite(value)) return canonical(new Float(value));
  return Number.isNaN(value) ? ".nan" : value < 0 ? "-.inf" : ".inf";
}
