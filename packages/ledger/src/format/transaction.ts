/** MultiChain's raw transactions: Bitcoin's serialization before segregated witness. */
import type { Output, Txid } from '@wattlot/core';
import { ByteReader, ByteWriter, fromHex, TransactionFormatError, toHex } from './bytes.ts';
import { sha256d } from './hash.ts';
import { TRANSACTION_BYTES_MAX } from '../limits.ts';

/** Which output: its transaction and its place there. */
export interface Outpoint {
  /** 64 lower-case hexadecimal digits, as nodes show it. */
  readonly txid: string;
  readonly vout: number;
}

/** What is spent, and the script that shows the right to. */
export interface TransactionInput extends Outpoint {
  readonly script: Uint8Array;
  readonly sequence: number;
}

/** What is made. `value` is of the native currency (0 throughout on our chains); assets are in `script`. */
export interface TransactionOutput {
  readonly value: bigint;
  readonly script: Uint8Array;
}

/** A transaction, signed or not. */
export interface Transaction {
  readonly version: number;
  readonly inputs: readonly TransactionInput[];
  readonly outputs: readonly TransactionOutput[];
  readonly lockTime: number;
}

/** The version of every transaction of this chain. */
export const TRANSACTION_VERSION = 1;

/** An input's sequence number, always: no replacement, no lock time. */
export const SEQUENCE_FINAL = 0xffff_ffff;

const INPUT_BYTES_MIN = 41;
const OUTPUT_BYTES_MIN = 9;
const TXID_TEXT = /^[0-9a-f]{64}$/;
const OUTPUT_TEXT = /^([0-9a-f]{64}):(0|[1-9][0-9]{0,9})$/;

/**
 * Reads a transaction from bytes or hexadecimal text.
 * @param options.trailing what to do about bytes after it: refuse them (the default), or ignore
 *   them as a node's RPC does.
 * @throws TransactionFormatError on anything that is not one whole transaction.
 */
export function decodeTransaction(
  input: Uint8Array | string,
  options?: { readonly trailing: 'refused' | 'ignored' },
): Transaction {
  const length = typeof input === 'string' ? input.length / 2 : input.length;
  if (length > TRANSACTION_BYTES_MAX) {
    throw new TransactionFormatError('too-long', 'longer than the largest transaction');
  }
  const reader = new ByteReader(typeof input === 'string' ? fromHex(input) : input);
  const transaction = readTransaction(reader);
  if (reader.remaining > 0 && options?.trailing !== 'ignored') {
    throw new TransactionFormatError('trailing-bytes', 'bytes follow the transaction');
  }
  return transaction;
}

/** Like `decodeTransaction`, for bytes of strangers: undefined instead of a TransactionFormatError. */
export function tryDecodeTransaction(bytes: Uint8Array): Transaction | undefined {
  try {
    return decodeTransaction(bytes);
  } catch (error) {
    if (error instanceof TransactionFormatError) return undefined;
    throw error;
  }
}

/** Reads the transaction that starts where the reader stands, for example inside a block. */
export function readTransaction(reader: ByteReader): Transaction {
  const version = reader.int32();
  const inputs: TransactionInput[] = [];
  for (let left = reader.count(INPUT_BYTES_MIN); left > 0; left--) {
    inputs.push({
      txid: toHex(reader.take(32).toReversed()),
      vout: reader.uint32(),
      script: reader.varbytes(),
      sequence: reader.uint32(),
    });
  }
  const outputs: TransactionOutput[] = [];
  for (let left = reader.count(OUTPUT_BYTES_MIN); left > 0; left--) {
    outputs.push({ value: reader.int64(), script: reader.varbytes() });
  }
  return { version, inputs, outputs, lockTime: reader.uint32() };
}

/** Writes a transaction: `encodeTransaction(decodeTransaction(b))` equals `b`. */
export function encodeTransaction(transaction: Transaction): Uint8Array {
  const writer = new ByteWriter(
    10 + transaction.inputs.length * 150 + transaction.outputs.length * 65,
  );
  writer.int32(transaction.version);
  writer.varint(transaction.inputs.length);
  for (const input of transaction.inputs) {
    writeOutpoint(writer, input);
    writer.varbytes(input.script);
    writer.uint32(input.sequence);
  }
  writer.varint(transaction.outputs.length);
  for (const output of transaction.outputs) writeOutput(writer, output);
  writer.uint32(transaction.lockTime);
  return writer.finish();
}

/** Writes which output is spent: 36 bytes. */
export function writeOutpoint(writer: ByteWriter, outpoint: Outpoint): void {
  writer.put(txidBytes(outpoint.txid));
  writer.uint32(outpoint.vout);
}

/** Writes one output. */
export function writeOutput(writer: ByteWriter, output: TransactionOutput): void {
  writer.int64(output.value);
  writer.varbytes(output.script);
}

/** The id of a transaction, given its bytes. */
export function txidOf(bytes: Uint8Array): Txid {
  return toHex(sha256d(bytes).toReversed()) as Txid;
}

/** An id's 32 bytes in the order in which they are hashed and stored. @throws TransactionFormatError `not-hex`. */
export function txidBytes(txid: string): Uint8Array {
  if (!TXID_TEXT.test(txid)) {
    throw new TransactionFormatError('not-hex', 'a transaction id is 64 lower-case digits');
  }
  return new Uint8Array(Buffer.from(txid, 'hex')).toReversed();
}

/** The text `txid:vout`. */
export function outputOf(outpoint: Outpoint): Output {
  return `${outpoint.txid}:${outpoint.vout}` as Output;
}

/** Reads `txid:vout`. @returns undefined unless it is exactly that. */
export function outpointOf(text: string): Outpoint | undefined {
  const match = OUTPUT_TEXT.exec(text);
  const txid = match?.[1];
  const vout = Number(match?.[2]);
  return txid === undefined || vout > 0xffff_ffff ? undefined : { txid, vout };
}
