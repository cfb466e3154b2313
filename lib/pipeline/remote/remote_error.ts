/** What is known of a failure besides the sentence that tells it. */
export interface FailureTraits {
  /** Another attempt may succeed. */
  readonly transient?: boolean;
  /** The remote as a whole is to blame: it cannot be reached, or lets nobody in. */
  readonly unreachable?: boolean;
  /** Milliseconds that a server asks to wait before another attempt. */
  readonly retryAfter?: number;
}

/** What a remote could not do. The message is a sentence without a period that does not name the remote. */
export class RemoteError extends Error {
  /** The class's name. */
  override readonly name = "RemoteError";
  /** Whether another attempt may succeed. */
  readonly transient: boolean;
  /** Whether it is of no use to ask the remote for anything else. */
  readonly unreachable: boolean;
  /** Milliseconds that a server asks to wait before another attempt; 0: it does not say. */
  readonly retryAfter: number;

  /** Takes the sentence, and what else is known. */
  constructor(message: string, { transient = false, unreachable = false, retryAfter = 0 }: FailureTraits = {}) {
    super(message);
    this.transient = transient;
    this.unreachable = unreachable;
    this.retryAfter = retryAfter;
  }
}

/** What is thrown once a signal has ended what was asked of a remote. */
export function interrupted(): RemoteError {
  return new RemoteError("interrupted", { unreachable: true });
}

/** An error of whatever kind as one of a remote. */
export function remoteErrorOf(error: unknown, traits: FailureTraits = {}): RemoteError {
  return error instanceof RemoteError
    ? error
    : new RemoteError(error instanceof Error ? error.message : String(error), traits);
}
