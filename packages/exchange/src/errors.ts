/** What the environment can do to an exchange: ports, files, disks, processes. Each is one clear line for the person who started it. */

/** Callers switch on the code. */
export type ExchangeErrorCode =
  /** Another process listens there, or this one may not. */
  | 'port_taken'
  /** Another process holds the journal's folder. */
  | 'folder_locked'
  /** The journal does not hold what was written to it. Nothing was changed. */
  | 'journal_corrupt'
  /** The journal was written by another version of this program. Nothing was changed. */
  | 'journal_version'
  /** The disk refused. Nothing is acknowledged after it; the process has to end. */
  | 'journal_io'
  /** The journal, the chain and the operator's key in a folder do not belong together, or one of them is missing. Nothing was changed. */
  | 'ledger_mismatch'
  /** The file with the API keys does not hold what was written to it, or its secret is missing. Nothing was changed. */
  | 'keys_corrupt'
  /** The file with the requests to the operator does not hold what was written to it. Nothing was changed. */
  | 'requests_corrupt'
  /** The exchange is closing or has failed, or more waits for the disk than may. */
  | 'unavailable'
  /** More waits for the disk than new orders may wait for. */
  | 'busy'
  /** The participant has as many live orders as this exchange allows. */
  | 'orders_limited';

/** A failure of the environment. `retryable`: the same call may succeed later, and repeating it does no harm. */
export class ExchangeError extends Error {
  readonly code: ExchangeErrorCode;
  readonly retryable: boolean;

  constructor(
    code: ExchangeErrorCode,
    message: string,
    options?: { readonly retryable?: boolean; readonly cause?: unknown },
  ) {
    super(message, options);
    this.name = 'ExchangeError';
    this.code = code;
    this.retryable = options?.retryable ?? false;
  }
}

/** The text of whatever was thrown, on one line and without characters that could steer a terminal. */
export function lineOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return printable(text);
}

/** Text of others as it may stand in a log: control and format characters replaced, at most 500 characters. */
export function printable(text: string): string {
  return text.slice(0, 500).replace(/[\p{C}\u2028\u2029]/gu, '·');
}
