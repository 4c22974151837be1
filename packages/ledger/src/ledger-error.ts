/** What the environment can do to a ledger: files, disks, processes, networks. */

/** Callers switch on the code. */
export type LedgerErrorCode =
  /** Another process holds the chain's folder. */
  | 'folder_in_use'
  /** A file does not hold what was written to it. Nothing was changed. */
  | 'corrupt'
  /** The folder holds another chain than was asked for, or one of another operator. */
  | 'other_chain'
  /** There is no chain in the folder, and none was to be begun. Nothing was changed. */
  | 'chain_missing'
  /** The disk refused. The chain takes nothing more. */
  | 'disk'
  /** A file with private keys can be read by others. */
  | 'key_file_open_to_others'
  /** A file with private keys is not one. */
  | 'key_file_unreadable'
  /** Another process has a wallet open on this file of keys. */
  | 'key_file_in_use'
  /** The chain did not answer, or not in time. What was sent may have arrived. */
  | 'chain_unreachable'
  /** The port to listen on cannot be had. */
  | 'port_taken'
  /** The chain answered something that is no answer. */
  | 'chain_answer_invalid'
  /** The question breaks a limit or is no question. */
  | 'chain_request_invalid'
  /** The chain is closed. */
  | 'closed';

/** A failure of the environment. `retryable`: the same call may succeed later, and repeating it does no harm. */
export class LedgerError extends Error {
  readonly code: LedgerErrorCode;
  readonly retryable: boolean;

  constructor(
    code: LedgerErrorCode,
    message: string,
    options?: { readonly retryable?: boolean; readonly cause?: unknown },
  ) {
    super(message, options);
    this.name = 'LedgerError';
    this.code = code;
    this.retryable = options?.retryable ?? false;
  }
}
