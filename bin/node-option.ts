/** Nodes named on the command line: their URLs hold a password, which no message repeats. */
import { isUnreachable, parseNodeUrl, RpcError } from '@wattlot/ledger';
import type { NodeUrl } from '@wattlot/ledger';
import { asFailure, Failure } from './failure.ts';

/** Exit codes: a usage error, and no connection. */
const exitCodes = { usage: 2, noConnection: 3 } as const;

/** Reads the URL that was given with a flag. @throws Failure with the exit code 2. */
export function nodeUrlOf(flag: string, url: string): NodeUrl {
  try {
    return parseNodeUrl(url);
  } catch (error) {
    throw new Failure(`${flag}: ${asFailure(error).message}`, exitCodes.usage);
  }
}

/** What a node did or said as the command's one line: 3 where it cannot be reached. */
export function asNodeFailure(error: unknown): Failure {
  if (error instanceof RpcError) {
    const line = error.message.split('\n')[0] ?? '';
    return new Failure(`the node refused: ${line} (${error.code})`, 1);
  }
  const failure = asFailure(error);
  return isUnreachable(error) ? new Failure(failure.message, exitCodes.noConnection) : failure;
}
