/**
 * Blocks in Bitcoin's form: a header of 80 bytes, a count, the coinbase, the transactions. The header's hash is the block's; it holds the hash of the
 * block before and the Merkle root of all transactions. The coinbase makes nothing but, in block 0, the operator's first output with all permissions;
 * it carries the operator's signature over height, time, previous block and transactions. There is no work to prove: one producer, and he signs.
 */
import secp256k1 from 'secp256k1';
import type { Txid } from '@wattlot/core';
import { BlockReader } from './block-reader.ts';
import {
  ByteReader,
  ByteWriter,
  concatBytes,
  toHex,
  TransactionFormatError,
} from '../format/bytes.ts';
import { PERMISSION_FLAGS, PERMISSION_FOREVER } from '../format/element.ts';
import { hash160, sha256d } from '../format/hash.ts';
import type { KeyPair } from '../format/keys.ts';
import { buildOutputScript, parseOutputScript, readPush, writePush } from '../format/script.ts';
import {
  encodeTransaction,
  readTransaction,
  SEQUENCE_FINAL,
  TRANSACTION_VERSION,
  txidBytes,
  txidOf,
} from '../format/transaction.ts';
import type { Transaction } from '../format/transaction.ts';

/** One transaction of a block. */
export interface BlockTransaction {
  readonly txid: Txid;
  readonly bytes: Uint8Array;
}

/** A block on disk. `transactions` are those that participants sent, in order; the coinbase stands before them in the bytes. */
export interface Block {
  readonly height: number;
  /** 64 hexadecimal digits. */
  readonly hash: string;
  readonly previous: string;
  /** Seconds since 1970, never less than the previous block's. */
  readonly time: number;
  readonly coinbase: BlockTransaction;
  readonly transactions: readonly BlockTransaction[];
}

/** What a block is made of. */
export interface BlockContent {
  readonly height: number;
  readonly previous: string;
  readonly time: number;
  /** The chain's name: in block 0 it tells chains apart. */
  readonly chain: string;
  readonly operator: KeyPair;
  readonly transactions: readonly BlockTransaction[];
}

/** A block read from bytes, with where each transaction begins in them. Whatever it has of them is a part of these: to keep it for long, copy it. */
export interface DecodedBlock extends Block {
  /** Of the transactions, in the block's bytes. */
  readonly offsets: readonly number[];
  readonly decoded: readonly Transaction[];
  /** What the coinbase says. */
  readonly chain: string;
  /** The operator's key hash: 20 bytes. */
  readonly operator: Uint8Array;
  /** Whether the operator signed just this content. Asked only where it matters: a check takes 0.1 ms. */
  isSigned(): boolean;
}

/** The hash before the first block's. */
export const NO_BLOCK: string = '0'.repeat(64);

const HEADER_BYTES = 80;
const BLOCK_VERSION = 3;
/** `bits` of the easiest target there is. */
const NO_WORK = 0x207f_ffff;
const COINBASE_VOUT = 0xffff_ffff;
const SIGNATURE_BYTES = 64;
const ALL_FLAGS = Object.values(PERMISSION_FLAGS).reduce((all, flag) => all | flag, 0);

/** Writes a block. */
export function encodeBlock(content: BlockContent): { bytes: Uint8Array; block: Block } {
  const { height, previous, time, transactions, operator } = content;
  const seal = secp256k1.ecdsaSign(sealOf(content), operator.privateKey).signature;
  const coinbaseBytes = encodeTransaction(coinbaseOf(content, seal));
  const coinbase = { txid: txidOf(coinbaseBytes), bytes: coinbaseBytes };
  const bytes = blockBytes({ previous, time, coinbase, transactions });
  const hash = txidOf(bytes.subarray(0, HEADER_BYTES));
  return { bytes, block: { height, hash, previous, time, coinbase, transactions } };
}

/** A block's bytes: its header, a count, the coinbase, the transactions. */
export function blockBytes(
  block: Pick<Block, 'previous' | 'time' | 'coinbase' | 'transactions'>,
): Uint8Array {
  const all = [block.coinbase, ...block.transactions];
  const writer = new ByteWriter(1024);
  writer.int32(BLOCK_VERSION);
  writer.put(txidBytes(block.previous));
  writer.put(merkleRoot(all));
  writer.uint32(block.time);
  writer.uint32(NO_WORK);
  writer.uint32(0);
  writer.varint(all.length);
  for (const { bytes } of all) writer.put(bytes);
  return writer.finish();
}

/** Where the coinbase begins, in a block's bytes. */
export function coinbaseOffset(block: Block): number {
  const count = new ByteWriter(5);
  count.varint(block.transactions.length + 1);
  return HEADER_BYTES + count.finish().length;
}

/** Where the first transaction that a participant sent begins, in a block's bytes. */
export function firstOffset(block: Block): number {
  return coinbaseOffset(block) + block.coinbase.bytes.length;
}

/** Reads a block. @throws TransactionFormatError unless the bytes are one whole block whose Merkle root is right. */
export function decodeBlock(bytes: Uint8Array): DecodedBlock {
  const reader = new BlockReader(bytes);
  reader.int32();
  const previous = toHex(reader.take(32).toReversed());
  const root = toHex(reader.take(32));
  const time = reader.uint32();
  reader.take(8);
  const hash = txidOf(bytes.subarray(0, HEADER_BYTES));
  const transactions: BlockTransaction[] = [];
  const offsets: number[] = [];
  const decoded: Transaction[] = [];
  /** Of all transactions, as hashed. */
  const ids: Uint8Array[] = [];
  for (let left = reader.count(10); left > 0; left--) {
    const offset = reader.offset;
    decoded.push(readTransaction(reader));
    const own = bytes.subarray(offset, reader.offset);
    offsets.push(offset);
    const id = sha256d(own);
    ids.push(id);
    transactions.push({ txid: textOf(id), bytes: own });
  }
  const coinbase = transactions.shift();
  const opening = decoded.shift();
  offsets.shift();
  if (!coinbase || !opening || reader.remaining > 0) {
    throw new TransactionFormatError('truncated', 'not one whole block');
  }
  if (toHex(rootOf(ids)) !== root) {
    throw new TransactionFormatError('out-of-range', 'the Merkle root is another');
  }
  const told = readCoinbase(opening);
  const block = { hash, previous, time, coinbase, transactions, offsets, decoded };
  const { height, chain, publicKey, seal } = told;
  const digest = (): Uint8Array => sealOf({ height, previous, time, chain, transactions });
  return {
    ...block,
    height,
    chain,
    operator: hash160(publicKey),
    isSigned: () => secp256k1.ecdsaVerify(seal, digest(), publicKey),
  };
}

const reversed = Buffer.alloc(32);

/** An id as text. Without an array of its own, because this is done for every transaction of a chain. */
function textOf(id: Uint8Array): Txid {
  for (let i = 0; i < 32; i++) reversed[31 - i] = id[i] ?? 0;
  return reversed.toString('hex') as Txid;
}

/** The root of the tree of transaction ids, as Bitcoin builds it: 32 bytes as hashed. */
function merkleRoot(transactions: readonly BlockTransaction[]): Uint8Array {
  return rootOf(transactions.map(({ txid }) => txidBytes(txid)));
}

function rootOf(ids: readonly Uint8Array[]): Uint8Array {
  let level = ids;
  while (level.length > 1) {
    const next: Uint8Array[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const left = level[i] ?? EMPTY;
      next.push(sha256d(concatBytes(left, level[i + 1] ?? left)));
    }
    level = next;
  }
  return level[0] ?? new Uint8Array(32);
}

const EMPTY = new Uint8Array(0);

/** What the operator signs. */
function sealOf(content: Omit<BlockContent, 'operator'>): Uint8Array {
  const writer = new ByteWriter(256);
  writer.varbytes(new TextEncoder().encode(`wattlot block ${content.chain}`));
  writer.uint32(content.height);
  writer.uint32(content.time);
  writer.put(txidBytes(content.previous));
  writer.put(merkleRoot(content.transactions));
  return sha256d(writer.finish());
}

function coinbaseOf(content: BlockContent, seal: Uint8Array): Transaction {
  const script = new ByteWriter(64);
  const height = new ByteWriter(4);
  height.uint32(content.height);
  writePush(script, height.finish());
  writePush(script, new TextEncoder().encode(content.chain));
  const data = concatBytes(seal, content.operator.publicKey);
  const outputs = [{ value: 0n, script: buildOutputScript({ kind: 'data', data }) }];
  if (content.height === 0) outputs.unshift({ value: 0n, script: firstOutput(content) });
  return {
    version: TRANSACTION_VERSION,
    inputs: [
      { txid: NO_BLOCK, vout: COINBASE_VOUT, script: script.finish(), sequence: SEQUENCE_FINAL },
    ],
    outputs,
    lockTime: 0,
  };
}

/** The operator's first output: something to spend, and every permission. */
function firstOutput({ operator, time }: BlockContent): Uint8Array {
  return buildOutputScript({
    kind: 'pay',
    hash160: operator.hash160,
    permissions: [
      { entity: null, flags: ALL_FLAGS, start: 0, end: PERMISSION_FOREVER, timestamp: time },
    ],
  });
}

function readCoinbase(coinbase: Transaction): {
  readonly height: number;
  readonly chain: string;
  readonly seal: Uint8Array;
  readonly publicKey: Uint8Array;
} {
  const script = new ByteReader(coinbase.inputs[0]?.script ?? EMPTY);
  const height = new ByteReader(readPush(script)).uint32();
  const chain = new TextDecoder().decode(readPush(script));
  const last = parseOutputScript(coinbase.outputs.at(-1)?.script ?? EMPTY);
  if (last.kind !== 'data') throw new TransactionFormatError('truncated', 'no seal');
  const seal = last.data.slice(0, SIGNATURE_BYTES);
  return { height, chain, seal, publicKey: last.data.slice(SIGNATURE_BYTES) };
}
