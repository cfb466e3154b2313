import { cut, pad, widthOf } from "../width.ts";
import type { Context } from "./context.ts";
import type { CommonFlags } from "./flags.ts";
import { openRequests } from "./opening.ts";

/** `list`: a line for each stage, its name and what it is for. Targets mean themselves alone. */
export default async function list(this: Context, flags: CommonFlags, ...targets: string[]): Promise<void> {
  for (const { graph, selected } of await openRequests(this, { ...flags, singleItem: true }, targets)) {
    const stages = [...graph.stages.values()].filter(({ name }) => selected.has(name));
    const width = Math.max(0, ...stages.map(({ name }) => widthOf(name)));
    for (const { name, desc } of stages) {
      const text = desc === undefined ? name : `${pad(name, width)}  ${desc.replaceAll(/\s+/g, " ").trim()}`;
      this.output.write(`${this.output.terminal ? cut(text, this.output.columns() - 1) : text}\n`);
    }
  }
}
