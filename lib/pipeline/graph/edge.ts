import type { Range } from "../diagnostic.ts";
import type { Out, Stage } from "../file/pipeline.ts";

/** A path that a stage reads, and the out of another stage that lies there. */
export interface Edge {
  /** The stage that writes. */
  readonly from: Stage;
  /** The stage that reads. */
  readonly to: Stage;
  /** What `from` writes there. */
  readonly out: Out;
  /** Where `to` names the path. */
  readonly range: Range;
}
