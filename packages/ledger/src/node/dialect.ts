/** The versions of MultiChain whose answers a node can give, and what they say differently in many places. */
import { RPC, RpcError } from '../rpc-error.ts';
import { Decimal } from './decimal.ts';

/** `1.0.9` is of the paper's time; `2.3` trims numbers and has a few other fields and messages. */
export type Dialect = '1.0.9' | '2.3';

/** -6, in the words of a version. */
export function insufficientFunds(dialect: Dialect): RpcError {
  const message = dialect === '2.3' ? 'Insufficient funds.' : 'Insufficient funds';
  return new RpcError(RPC.insufficientFunds, message);
}

/** An answer with its numbers as a version writes them: 1.0.9 with eight places always, 2.3 with as many as say something. */
export function inDialect(dialect: Dialect, answer: unknown): unknown {
  return dialect === '2.3' ? trimmed(answer) : answer;
}

function trimmed(value: unknown): unknown {
  if (value instanceof Decimal) return new Decimal(trimmedText(value.text));
  if (Array.isArray(value)) return value.map(trimmed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, trimmed(inner)]));
}

function trimmedText(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
