/** Reading what a node answers: it is checked like anything that comes from outside. */
import { fromHex, TransactionFormatError } from '../format/bytes.ts';
import { LedgerError } from '../ledger-error.ts';
import { RpcError } from '../rpc-error.ts';

/** @throws LedgerError `chain_answer_invalid`. */
export function unexpected(method: string, what: string): LedgerError {
  return new LedgerError('chain_answer_invalid', `the node answered ${method} with ${what}`);
}

/** An answer that is no refusal. @throws RpcError what the node refused with. */
export function accepted(answer: unknown): unknown {
  if (answer instanceof RpcError) throw answer;
  return answer;
}

/** The fields of an object. @throws LedgerError. */
export function fieldsIn(method: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw unexpected(method, 'no object');
  return { ...value };
}

/** @throws LedgerError. */
export function listIn(method: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw unexpected(method, 'no list');
  return value;
}

/** @throws LedgerError. */
export function textIn(method: string, value: unknown): string {
  if (typeof value !== 'string') throw unexpected(method, 'no text');
  return value;
}

/** A whole number that is not negative. @throws LedgerError. */
export function countIn(method: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw unexpected(method, 'no count');
  }
  return value;
}

/** @throws LedgerError. */
export function bytesIn(method: string, value: unknown): Uint8Array {
  try {
    return fromHex(textIn(method, value));
  } catch (error) {
    if (!(error instanceof TransactionFormatError)) throw error;
    throw unexpected(method, 'no hexadecimal text');
  }
}
