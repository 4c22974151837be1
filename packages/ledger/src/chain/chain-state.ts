/**
 * What all accepted transactions come to: unspent outputs, permissions, assets, balances. There is one producer and he puts transactions into blocks
 * in the order of acceptance, so one state serves both what is confirmed and what waits for a block: a transaction only learns its height later.
 *
 * Unspent outputs are kept by transaction, and outputs with equal scripts mostly share one content: a lot among a thousand costs a pointer.
 */
import type { Address, Output, Txid } from '@wattlot/core';
import type { ChainParams } from '../format/address.ts';
import { addressOf } from '../format/address.ts';
import { AssetTable } from './assets.ts';
import { latin1Of } from '../format/bytes.ts';
import type { AssetDetails, AssetId, AssetQuantity, PermissionGrant } from '../format/element.ts';
import { PermissionTable } from './permissions.ts';
import type { OutputMeaning } from '../format/script.ts';
import { ScriptCache } from './script-cache.ts';
import { outputOf } from '../format/transaction.ts';

/** What an unspent output is, as far as its script tells. */
export interface OutputContent {
  readonly owner: Address;
  /** The script's bytes as Latin-1 text: half the memory of an array. */
  readonly script: string;
  /** What it holds, each asset once, nothing of 0. */
  readonly assets: readonly AssetQuantity[];
}

/** One output of a transaction with what it means; equal scripts share both. */
export interface Made {
  readonly meaning: OutputMeaning;
  readonly content: OutputContent | undefined;
}

/** The outputs of one accepted transaction. */
export interface Coins {
  readonly txid: Txid;
  /** Its number in the order of acceptance since the chain was opened; 0 for what was there before. */
  readonly seq: number;
  /** Whose outputs it spent. */
  readonly from: readonly Address[];
  /** The block that holds it; undefined while it waits. */
  height: number | undefined;
  /** Undefined where nothing can be spent, or not any more. */
  readonly outputs: (OutputContent | undefined)[];
  left: number;
}

/** An output that a transaction spends. */
export interface Spend {
  readonly txid: Txid;
  readonly vout: number;
  readonly content: OutputContent;
}

/** What one address gains or loses of one asset. */
export interface Movement {
  readonly address: Address;
  readonly asset: AssetId;
  /** Negative where it loses. */
  readonly raw: bigint;
}

/** A transaction found good, with all that it changes. */
export interface CheckedTransaction {
  readonly txid: Txid;
  readonly bytes: Uint8Array;
  readonly spends: readonly Spend[];
  readonly made: readonly (OutputContent | undefined)[];
  readonly newAsset: { readonly details: AssetDetails; readonly issued: bigint } | undefined;
  readonly issued: readonly AssetQuantity[];
  readonly grants: readonly {
    readonly address: Address;
    readonly grant: PermissionGrant;
    readonly admin: Address;
  }[];
  /** Net, nothing of 0. */
  readonly movements: readonly Movement[];
}

/**
 * How an output stands. `spent_in_pool`: by a transaction that waits for a block. `gone`: spent long ago, like all of its transaction. `missing`: the
 * chain knows no such transaction; it may still come.
 */
export type OutputStanding = 'unspent' | 'spent_in_pool' | 'spent' | 'gone' | 'missing';

/** Addresses whose text is kept at hand; making one takes 10 µs. */
const ADDRESSES_CACHED_MAX = 100_000;

/** The mutable state behind a chain. Checks nothing: what is applied was found good. */
export class ChainState {
  readonly params: ChainParams;
  readonly permissions: PermissionTable = new PermissionTable();
  readonly assets: AssetTable = new AssetTable();
  /** What outputs were read to be, of those that are the same whatever their transaction is. */
  readonly scripts: ScriptCache<Made> = new ScriptCache();
  /** The last block; -1 before the first. */
  height = -1;
  readonly #coins = new Map<string, Coins>();
  readonly #poolSpends = new Map<Output, Txid>();
  readonly #balances = new Map<Address, Map<AssetId, bigint>>();
  readonly #addresses = new Map<string, Address>();
  /** Lists of one address: nearly all that transactions spend is one owner's, and each of his transactions says so. */
  readonly #owners = new Map<Address, readonly Address[]>();

  constructor(params: ChainParams) {
    this.params = params;
  }

  /** The address of a public key hash. */
  addressOf(hash160: Uint8Array): Address {
    const key = latin1Of(hash160);
    const known = this.#addresses.get(key);
    if (known !== undefined) return known;
    if (this.#addresses.size >= ADDRESSES_CACHED_MAX) this.#addresses.clear();
    const address = addressOf(hash160, this.params);
    this.#addresses.set(key, address);
    return address;
  }

  /** The outputs of a transaction of which one at least is unspent. */
  coins(txid: string): Coins | undefined {
    return this.#coins.get(txid);
  }

  /** All unspent outputs, by transaction. */
  allCoins(): Iterable<Coins> {
    return this.#coins.values();
  }

  /** Where an output stands, as far as unspent outputs tell: of a transaction without any, it is `missing`. */
  standing(txid: string, vout: number): Exclude<OutputStanding, 'gone'> {
    const coins = this.#coins.get(txid);
    if (coins?.outputs[vout]) return 'unspent';
    if (this.#poolSpends.has(outputOf({ txid, vout }))) return 'spent_in_pool';
    return coins ? 'spent' : 'missing';
  }

  /** What an address owns, counting what waits for a block. */
  balancesOf(address: Address): ReadonlyMap<AssetId, bigint> {
    return this.#balances.get(address) ?? NO_BALANCES;
  }

  /** Every address that ever owned something, with what it owns. */
  allBalances(): Iterable<readonly [Address, ReadonlyMap<AssetId, bigint>]> {
    return this.#balances;
  }

  /** Applies a checked transaction. `height` is undefined while it waits for a block. */
  apply(transaction: CheckedTransaction, seq: number, height: number | undefined): Coins {
    for (const spend of transaction.spends) this.#spend(spend, transaction.txid, height);
    const coins = this.#make(transaction, seq, height);
    for (const { address, grant, admin } of transaction.grants) {
      this.permissions.apply(address, grant, admin);
    }
    if (transaction.newAsset) {
      const { details, issued } = transaction.newAsset;
      this.assets.create(transaction.txid, details, issued);
    }
    for (const { asset, raw } of transaction.issued) this.assets.issueMore(asset, raw);
    for (const movement of transaction.movements) this.#move(movement);
    return coins;
  }

  /** Notes that a transaction is in a block. */
  confirm(transaction: CheckedTransaction, coins: Coins, height: number): void {
    coins.height = height;
    for (const spend of transaction.spends) this.#poolSpends.delete(outputOf(spend));
  }

  #spend(spend: Spend, by: Txid, height: number | undefined): void {
    const coins = this.#coins.get(spend.txid);
    if (!coins?.outputs[spend.vout]) throw new Error('spends what is not there');
    coins.outputs[spend.vout] = undefined;
    coins.left--;
    if (coins.left === 0) this.#coins.delete(spend.txid);
    if (height === undefined) this.#poolSpends.set(outputOf(spend), by);
  }

  #make(transaction: CheckedTransaction, seq: number, height: number | undefined): Coins {
    const from = this.#ownersOf(transaction.spends);
    const outputs = transaction.made.slice();
    let left = 0;
    for (const content of outputs) if (content) left++;
    const coins: Coins = { txid: transaction.txid, seq, from, height, outputs, left };
    if (left > 0) this.#coins.set(transaction.txid, coins);
    return coins;
  }

  /** Each once. */
  #ownersOf(spends: readonly Spend[]): readonly Address[] {
    const owners = new Set(spends.map(({ content }) => content.owner));
    const [first] = owners;
    if (first === undefined || owners.size > 1) return [...owners];
    const known = this.#owners.get(first);
    if (known !== undefined) return known;
    if (this.#owners.size >= ADDRESSES_CACHED_MAX) this.#owners.clear();
    const alone = [first];
    this.#owners.set(first, alone);
    return alone;
  }

  #move({ address, asset, raw }: Movement): void {
    let balances = this.#balances.get(address);
    if (!balances) this.#balances.set(address, (balances = new Map()));
    const balance = (balances.get(asset) ?? 0n) + raw;
    if (balance === 0n) balances.delete(asset);
    else balances.set(asset, balance);
  }
}

const NO_BALANCES: ReadonlyMap<AssetId, bigint> = new Map();

/** Latin-1 text as bytes. */
export function bytesOfLatin1(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}
