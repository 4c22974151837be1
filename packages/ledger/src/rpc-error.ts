/** The errors of MultiChain's RPC, with its codes and its messages. */

/**
 * A call that a node refuses. `code` and `message` are what a real node answers; callers switch on `code`. As an error it is thrown where a
 * call fails, as a value it answers `chain.send`.
 */
export class RpcError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = 'RpcError';
    this.code = code;
  }

  /** The error object of a JSON-RPC answer. */
  toJSON(): { readonly code: number; readonly message: string } {
    return { code: this.code, message: this.message };
  }
}

/** The codes in use, under the names that MultiChain's documentation gives them. */
export const RPC = {
  misc: -1,
  type: -3,
  invalidAddress: -5,
  insufficientFunds: -6,
  invalidParameter: -8,
  transactionDecode: -22,
  transactionRejected: -26,
  transactionError: -27,
  methodNotFound: -32601,
  notAllowed: -701,
  notSubscribed: -703,
  insufficientPermissions: -704,
  duplicateName: -705,
  exchange: -707,
  entityNotFound: -708,
  walletAddressNotFound: -709,
  transactionNotFound: -710,
  blockNotFound: -711,
  outputNotFound: -714,
  outputNotFoundInWallet: -715,
  unspentNotFound: -716,
} as const;
