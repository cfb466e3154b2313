/** Values filed under paths, found by equality, by what lies above and by what lies below; each in time linear in the depth. */
export class PathTrie<T> {
  readonly #root: Branch<T> = { children: new Map(), values: [], first: undefined };

  /** Files a value; several may share a path. */
  add(path: string, value: T): void {
    let branch = this.#root;
    branch.first ??= value;
    for (const part of parts(path)) {
      let next = branch.children.get(part);
      if (!next) {
        next = { children: new Map(), values: [], first: undefined };
        branch.children.set(part, next);
      }
      branch = next;
      branch.first ??= value;
    }
    branch.values.push(value);
  }

  /** One value that is filed at, above or below a path, and which of the three. */
  conflict(path: string): { readonly value: T; readonly relation: "same" | "above" | "below" } | undefined {
    let branch = this.#root;
    const steps = parts(path);
    for (const [index, part] of steps.entries()) {
      const next = branch.children.get(part);
      if (!next) return undefined;
      branch = next;
      const [value] = branch.values;
      if (value !== undefined) return { value, relation: index === steps.length - 1 ? "same" : "above" };
    }
    return branch.first === undefined ? undefined : { value: branch.first, relation: "below" };
  }

  /** All values that are filed at, above or below a path. */
  *related(path: string): Generator<T> {
    let branch = this.#root;
    for (const part of parts(path)) {
      const next = branch.children.get(part);
      if (!next) return;
      branch = next;
      yield* branch.values;
    }
    for (const child of branch.children.values()) yield* below(child);
  }
}

interface Branch<T> {
  readonly children: Map<string, Branch<T>>;
  readonly values: T[];
  /** Any value at or below this branch. */
  first: T | undefined;
}

function parts(path: string): readonly string[] {
  return path.split("/").filter((part) => part !== "");
}

function* below<T>(branch: Branch<T>): Generator<T> {
  const pending = [branch];
  for (let next = pending.pop(); next; next = pending.pop()) {
    yield* next.values;
    pending.push(...[...next.children.values()].reverse());
  }
}
