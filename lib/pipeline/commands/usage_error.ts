/** The command line asks for something that does not exist. The message is one sentence without a period. */
export class UsageError extends Error {
  /** The class's name. */
  override readonly name = "UsageError";
}
