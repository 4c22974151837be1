/** Reading the parameters of RPC calls, with a node's words for what is wrong with them. */
import type { Address } from '@wattlot/core';
import type { AssetView } from '../chain/assets.ts';
import { fromHex, TransactionFormatError } from '../format/bytes.ts';
import { Decimal, exactNumber, rawOf } from './decimal.ts';
import type { ExactNumber } from './decimal.ts';
import type { Dialect } from './dialect.ts';
import type { NodeState } from './node-state.ts';
import type { AssetQuantity } from '../format/element.ts';
import { RAW_MAX } from '../limits.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { WalletView } from '../wallet/wallet-view.ts';

/** What an RPC method works with. */
export interface RpcContext {
  readonly view: WalletView;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: (length: number) => Uint8Array;
  readonly dialect: Dialect;
  readonly state: NodeState;
  /** Ends the node after this answer; undefined where nothing can. */
  readonly stop: (() => void) | undefined;
}

/** One method: how it is called, and what it does. */
export interface RpcMethod {
  readonly name: string;
  /** The parameters, as a node's help writes them: optional ones in brackets. */
  readonly params: string;
  readonly least: number;
  readonly most: number;
  readonly run: (context: RpcContext, params: readonly unknown[]) => unknown;
}

/** Makes a table entry. How many parameters there may be follows from their description, unless `counts` says: least and most. */
export function method(
  name: string,
  params: string,
  run: RpcMethod['run'],
  counts?: readonly [number, number],
): RpcMethod {
  const required = params
    .replace(/\[[^\]]*\]/g, '')
    .split(/\s+/)
    .filter(Boolean).length;
  const optional = (params.match(/\[/g) ?? []).length;
  const [least, most] = counts ?? [required, required + optional];
  return { name, params, least, most, run };
}

/** The type of a JSON value, in a node's words. */
export function typeOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (value instanceof Decimal) return 'real';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'string':
      return 'str';
    case 'bigint':
      return 'int';
    case 'number':
      return Number.isInteger(value) ? 'int' : 'real';
    default:
      return 'obj';
  }
}

function wrongType(value: unknown, expected: string): RpcError {
  return new RpcError(RPC.misc, `value is type ${typeOf(value)}, expected ${expected}`);
}

/** @throws RpcError -1 unless it is text. */
export function textParam(value: unknown): string {
  if (typeof value !== 'string') throw wrongType(value, 'str');
  return value;
}

/** A whole number, `absent` when it is not given. @throws RpcError -1. */
export function intParam(value: unknown, absent?: number): number {
  if (absent !== undefined && (value === undefined || value === null)) return absent;
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw wrongType(value, 'int');
  return value;
}

/** True or false, `absent` when it is not given. @throws RpcError -1. */
export function boolParam(value: unknown, absent: boolean): boolean {
  if (value === undefined || value === null) return absent;
  if (typeof value !== 'boolean') throw wrongType(value, 'bool');
  return value;
}

/** A decimal number, exactly. @throws RpcError -1. */
export function realParam(value: unknown): ExactNumber {
  const exact = exactNumber(value);
  if (!exact) throw wrongType(value, 'real');
  return exact;
}

/** An object in whose text a name stands more than once. */
export class RepeatedFields {
  readonly entries: readonly (readonly [string, unknown])[];

  constructor(entries: readonly (readonly [string, unknown])[]) {
    this.entries = entries;
  }
}

/** An object's fields in order; undefined for anything else. */
export function fieldsParam(value: unknown): readonly (readonly [string, unknown])[] | undefined {
  if (value instanceof RepeatedFields) return value.entries;
  return typeOf(value) === 'obj' ? Object.entries(Object(value)) : undefined;
}

/** @throws RpcError -8 unless the amount of native currency is none: our chains have none. */
export function requireNoNative(value: unknown): void {
  if (value === undefined || value === null) return;
  if (realParam(value).units !== 0n) throw new RpcError(RPC.invalidParameter, 'Invalid amount');
}

/** An address of this chain. @throws RpcError -5. */
export function addressParam(view: WalletView, value: unknown): Address {
  const text = textParam(value);
  if (!view.hashOf(text)) throw new RpcError(RPC.invalidAddress, `Invalid address: ${text}`);
  return text as Address;
}

/** Addresses: a list, or text with commas. @throws RpcError -5 on one that is none. */
export function addressesParam(view: WalletView, value: unknown): Address[] {
  const texts = Array.isArray(value) ? value : textParam(value).split(',');
  return texts.map((text) => addressParam(view, text));
}

/** An own address to spend from. @throws RpcError -5, -709. */
export function fromParam(view: WalletView, value: unknown): Address {
  const address = addressParam(view, value);
  if (view.keyOf(address)) return address;
  const message = 'Private key for from-address is not found in this wallet';
  throw new RpcError(RPC.walletAddressNotFound, message);
}

/** An asset by name, reference or issue transaction. @throws RpcError -708 in the words of this kind of call. */
export function assetParam(
  view: WalletView,
  value: unknown,
  words: 'Asset' | 'Entity' | 'Issue transaction' = 'Asset',
): AssetView {
  const text = textParam(value);
  const asset = view.asset(text);
  if (asset) return asset;
  throw new RpcError(RPC.entityNotFound, `${words} with this name not found: ${text}`);
}

/** The largest raw quantity that a node takes: it reads what comes after as 2^63, which does not fit. */
const RAW_TAKEN_MAX = RAW_MAX - 512n;

/** A quantity that a node takes, in raw units; undefined if it is negative or too large. */
function takenRaw(exact: ExactNumber, multiple: number): bigint | undefined {
  const raw = rawOf(exact, multiple);
  return raw === undefined || raw < 0n || raw > RAW_TAKEN_MAX ? undefined : raw;
}

/** The assets of an output: `{"energy": 1, "ecoin": 2.5}`, or a number of native currency. @throws RpcError -1, -8, -708. */
export function assetsParam(view: WalletView, value: unknown): AssetQuantity[] {
  const fields = fieldsParam(value);
  if (!fields) {
    requireNoNative(realParam(value).units);
    return [];
  }
  return fields.flatMap(([name, quantity]): AssetQuantity[] => {
    const exact = realParam(quantity);
    if (name === '') {
      requireNoNative(quantity);
      return [];
    }
    const { id, multiple } = assetParam(view, name, 'Issue transaction');
    const raw = takenRaw(exact, multiple);
    if (raw === undefined) {
      throw new RpcError(RPC.invalidParameter, 'Negative asset quantity');
    }
    return [{ asset: id, raw }];
  });
}

/** One quantity of an asset. @throws RpcError -1, -8. */
export function quantityParam(asset: AssetView, value: unknown): AssetQuantity {
  const raw = takenRaw(realParam(value), asset.multiple);
  if (raw === undefined) {
    throw new RpcError(RPC.invalidParameter, 'Invalid asset quantity');
  }
  return { asset: asset.id, raw };
}

/** `txid` and `vout` of an output, as two parameters. Text that cannot be an id is one of no transaction. */
export function outpointParams(
  txid: unknown,
  vout: unknown,
): { readonly txid: string; readonly vout: number } {
  const text = textParam(txid);
  const index = intParam(vout);
  const isId = /^[0-9a-fA-F]{64}$/.test(text) && index >= 0 && index <= 0xffff_ffff;
  return isId ? { txid: text.toLowerCase(), vout: index } : { txid: '0'.repeat(64), vout: 0 };
}

/** Data of an output, in hexadecimal text. @throws RpcError -1, -8. */
export function dataParam(value: unknown): { readonly kind: 'data'; readonly data: Uint8Array } {
  try {
    return { kind: 'data', data: fromHex(textParam(value)) };
  } catch (error) {
    if (!(error instanceof TransactionFormatError)) throw error;
    throw new RpcError(RPC.invalidParameter, 'data-hex should be hexadecimal string or raw-data');
  }
}
