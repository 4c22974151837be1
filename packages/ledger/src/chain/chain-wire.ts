/** What goes between a wallet and a chain over HTTP, as JSON: quantities as decimal text, bytes as hexadecimal, nothing trusted. */
import type { Address, Output, Txid } from '@wattlot/core';
import type { AssetView } from './assets.ts';
import type { Block, BlockTransaction } from './block.ts';
import { fromHex, TransactionFormatError, toHex } from '../format/bytes.ts';
import type { Changes, OutputGained } from './chain-changes.ts';
import type { ChainInfo, OutputAnswer } from './chain-port.ts';
import type { OutputView, TransactionView } from './chain.ts';
import type { AssetId, AssetQuantity } from '../format/element.ts';
import { toAssetId } from '../format/element.ts';
import { LedgerError } from '../ledger-error.ts';
import { RAW_MAX } from '../limits.ts';
import { PERMISSION_NAMES } from './permissions.ts';
import type { PermissionView } from './permissions.ts';
import { RpcError } from '../rpc-error.ts';
import { outpointOf } from '../format/transaction.ts';

/** Makes an answer plain JSON. */
export function toWire(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Uint8Array) return toHex(value);
  if (value instanceof RpcError) return { error: value.toJSON() };
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, toWire(inner)]));
}

/** A JSON object, with its fields. */
export type Fields = Readonly<Record<string, unknown>>;

/** A value that is not what it should be. */
export class WireError extends Error {}

/** @throws WireError unless it is an object. */
export function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new WireError('expected an object');
  }
  return { ...value };
}

/** @throws WireError unless it is a list of at most `max` items. */
export function listOf<T>(value: unknown, max: number, item: (value: unknown) => T): T[] {
  if (!Array.isArray(value) || value.length > max) throw new WireError(`expected up to ${max}`);
  return value.map(item);
}

/** @throws WireError unless it is text. */
export function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new WireError('expected text');
  return value;
}

/** @throws WireError unless it is a whole number of at least 0. */
export function wholeOf(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new WireError('expected a whole number');
  }
  return value;
}

/** @returns undefined for undefined and null, else what `read` makes of it. */
export function maybe<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined || value === null ? undefined : read(value);
}

/** An address, as text: whether it is one of the chain is for the chain to say. */
export function addressText(value: unknown): Address {
  const text = textOf(value);
  if (!/^[1-9A-HJ-NP-Za-km-z]{1,64}$/.test(text)) throw new WireError('expected an address');
  return text as Address;
}

/** @throws WireError unless it is 64 lower-case hexadecimal digits. */
export function txidText(value: unknown): Txid {
  const text = textOf(value);
  if (!/^[0-9a-f]{64}$/.test(text)) throw new WireError('expected 64 hexadecimal digits');
  return text as Txid;
}

/** @throws WireError unless it is an asset's id. */
export function assetIdText(value: unknown): AssetId {
  const id = toAssetId(textOf(value));
  if (id === undefined) throw new WireError('expected an asset id');
  return id;
}

function bytesOf(value: unknown): Uint8Array {
  try {
    return fromHex(textOf(value));
  } catch (error) {
    if (error instanceof TransactionFormatError) throw new WireError('expected hexadecimal');
    throw error;
  }
}

function rawText(value: unknown): bigint {
  const text = textOf(value);
  if (!/^\d{1,19}$/.test(text)) throw new WireError('expected a quantity');
  const raw = BigInt(text);
  if (raw > RAW_MAX) throw new WireError('expected a quantity');
  return raw;
}

function booleanOf(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new WireError('expected true or false');
  return value;
}

function quantitiesOf(value: unknown): AssetQuantity[] {
  return listOf(value, 100_000, (item) => {
    const { asset, raw } = fieldsOf(item);
    return { asset: assetIdText(asset), raw: rawText(raw) };
  });
}

const ANY = Number.MAX_SAFE_INTEGER;

/** The readers of the answers, by method. Each throws WireError. */
export const ANSWERS = {
  info: (value: unknown): ChainInfo => {
    const { name, height, tip, genesis, operator } = fieldsOf(value);
    const { hash, time } = fieldsOf(genesis);
    return {
      name: textOf(name),
      height: wholeOf(height),
      tip: textOf(tip),
      genesis: { hash: textOf(hash), time: wholeOf(time) },
      operator: addressText(operator),
    };
  },
  changes: (value: unknown): Changes => {
    const fields = fieldsOf(value);
    return {
      cursor: textOf(fields['cursor']),
      whole: booleanOf(fields['whole']),
      height: wholeOf(fields['height']),
      tip: textOf(fields['tip']),
      gained: listOf(fields['gained'], ANY, gainedOf),
      spent: listOf(fields['spent'], ANY, outputText),
      blocks: listOf(fields['blocks'], ANY, (item) => {
        const { height, last } = fieldsOf(item);
        return { height: wholeOf(height), last: wholeOf(last) };
      }),
      assets: maybe(fields['assets'], (assets) => listOf(assets, ANY, assetOf)),
      permissions: maybe(fields['permissions'], (held) => listOf(held, ANY, permissionOf)),
    };
  },
  send: (value: unknown): (Txid | RpcError)[] => listOf(value, ANY, sentOf),
  outputs: (value: unknown): OutputAnswer[] => listOf(value, ANY, outputAnswerOf),
  transactions: (value: unknown): (TransactionView | undefined)[] =>
    listOf(value, ANY, (item) => maybe(item, transactionOf)),
  history: (value: unknown): TransactionView[] => listOf(value, ANY, transactionOf),
  permissions: (value: unknown): PermissionView[] => listOf(value, ANY, permissionOf),
  assets: (value: unknown): AssetView[] => listOf(value, ANY, assetOf),
  block: (value: unknown): Block | undefined => maybe(value, blockOf),
  pool: (value: unknown): Txid[] => listOf(value, ANY, txidText),
} as const;

function outputText(value: unknown): Output {
  const text = textOf(value);
  if (!outpointOf(text)) throw new WireError('expected an output');
  return text as Output;
}

function outputOf(fields: Fields): OutputView {
  return {
    txid: txidText(fields['txid']),
    vout: wholeOf(fields['vout']),
    address: addressText(fields['address']),
    script: bytesOf(fields['script']),
    assets: quantitiesOf(fields['assets']),
    height: maybe(fields['height'], wholeOf),
  };
}

function gainedOf(value: unknown): OutputGained {
  const fields = fieldsOf(value);
  return { ...outputOf(fields), seq: wholeOf(fields['seq']), own: booleanOf(fields['own']) };
}

function sentOf(value: unknown): Txid | RpcError {
  if (typeof value === 'string') return txidText(value);
  const { code, message } = fieldsOf(fieldsOf(value)['error']);
  if (typeof code !== 'number' || !Number.isSafeInteger(code)) throw new WireError('no code');
  return new RpcError(code, textOf(message));
}

function outputAnswerOf(value: unknown): OutputAnswer {
  const { standing, output } = fieldsOf(value);
  switch (standing) {
    case 'unspent':
      return { standing, output: outputOf(fieldsOf(output)) };
    case 'spent_in_pool':
    case 'spent':
    case 'gone':
    case 'missing':
      return { standing };
    default:
      throw new WireError('expected where an output stands');
  }
}

function transactionOf(value: unknown): TransactionView {
  const { txid, bytes, block } = fieldsOf(value);
  return {
    txid: txidText(txid),
    bytes: bytesOf(bytes),
    block: maybe(block, (place) => {
      const { height, hash, time, index } = fieldsOf(place);
      return {
        height: wholeOf(height),
        hash: textOf(hash),
        time: wholeOf(time),
        index: wholeOf(index),
      };
    }),
  };
}

function permissionOf(value: unknown): PermissionView {
  const { address, entity, type, timestamp, admin } = fieldsOf(value);
  const name = PERMISSION_NAMES.find((known) => known === type);
  if (!name) throw new WireError('expected a permission');
  return {
    address: addressText(address),
    entity: maybe(entity, assetIdText) ?? null,
    type: name,
    timestamp: wholeOf(timestamp),
    admin: addressText(admin),
  };
}

function assetOf(value: unknown): AssetView {
  const fields = fieldsOf(value);
  return {
    id: assetIdText(fields['id']),
    name: textOf(fields['name']),
    issueTxid: txidText(fields['issueTxid']),
    ref: maybe(fields['ref'], textOf) ?? null,
    multiple: wholeOf(fields['multiple']),
    open: booleanOf(fields['open']),
    fields: listOf(fields['fields'], ANY, (pair) => {
      const [name, text] = listOf(pair, 2, textOf);
      return [name ?? '', text ?? ''] as const;
    }),
    issued: rawText(fields['issued']),
    issues: wholeOf(fields['issues']),
  };
}

function blockOf(value: unknown): Block {
  const fields = fieldsOf(value);
  const one = (item: unknown): BlockTransaction => {
    const { txid, bytes } = fieldsOf(item);
    return { txid: txidText(txid), bytes: bytesOf(bytes) };
  };
  return {
    height: wholeOf(fields['height']),
    hash: textOf(fields['hash']),
    previous: textOf(fields['previous']),
    time: wholeOf(fields['time']),
    coinbase: one(fields['coinbase']),
    transactions: listOf(fields['transactions'], ANY, one),
  };
}

/** Reads an answer. @throws LedgerError `chain_answer_invalid`. */
export function readAnswer<T>(method: string, value: unknown, read: (value: unknown) => T): T {
  try {
    return read(value);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    const message = `the chain's answer to ${method} is none: ${error.message}`;
    throw new LedgerError('chain_answer_invalid', message, { cause: error });
  }
}
