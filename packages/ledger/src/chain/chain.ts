/**
 * The embedded chain: validates every transaction when it is sent, puts them into blocks in the order of acceptance, and keeps the blocks on disk.
 * What `send` accepts may still be lost by a crash until it is in a block; a block that was told to anybody is on disk.
 */
import type { Address, Txid } from '@wattlot/core';
import { checkTransaction } from './acceptance.ts';
import type { ChainParams } from '../format/address.ts';
import { assetRefOf } from './assets.ts';
import type { AssetView } from './assets.ts';
import type { BlockMoves } from './block-moves.ts';
import { movesOf } from './block-moves.ts';
import type { Block } from './block.ts';
import { encodeBlock, firstOffset } from './block.ts';
import { fromHex, TransactionFormatError } from '../format/bytes.ts';
import type { ArchivedTransaction, ChainArchive } from './chain-archive.ts';
import type { Changes } from './chain-changes.ts';
import { changesAfter } from './chain-changes.ts';
import type { ChainState, CheckedTransaction, OutputStanding } from './chain-state.ts';
import { bytesOfLatin1 } from './chain-state.ts';
import { ChangeLog } from './change-log.ts';
import type { AssetId, AssetQuantity } from '../format/element.ts';
import { assetIdOf } from '../format/element.ts';
import type { ProcessLock } from './folder-lock.ts';
import type { KeyPair } from '../format/keys.ts';
import { LedgerError } from '../ledger-error.ts';
import { BLOCKS_REMEMBERED_MAX } from '../limits.ts';
import type { PermissionView } from './permissions.ts';
import { Pool } from './pool.ts';
import type { PoolEntry } from './pool.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import { SignatureCache } from '../format/signature.ts';
import type { Transaction } from '../format/transaction.ts';
import { decodeTransaction, txidOf } from '../format/transaction.ts';

/** An unspent output, waiting ones included. */
export interface OutputView {
  readonly txid: Txid;
  readonly vout: number;
  readonly address: Address;
  readonly script: Uint8Array;
  /** Each asset once; nothing of 0. */
  readonly assets: readonly AssetQuantity[];
  /** The block of its transaction; undefined while it waits for one. */
  readonly height: number | undefined;
}

/** An accepted transaction. `block` is undefined while it waits for one. */
export type TransactionView = Omit<ArchivedTransaction, 'block'> & {
  readonly block: ArchivedTransaction['block'] | undefined;
};

/** What `openChain` hands over. */
export interface ChainParts {
  readonly operator: KeyPair;
  readonly state: ChainState;
  readonly archive: ChainArchive;
  readonly lock: ProcessLock;
  /** Tells this opening of the chain from every other. */
  readonly session: string;
}

/** An open chain. Made by `openChain`. */
export class Chain {
  readonly params: ChainParams;
  readonly operator: Address;
  /** Signatures found good, for all who check in this process. */
  readonly signatures: SignatureCache = new SignatureCache();
  readonly #parts: ChainParts;
  readonly #state: ChainState;
  readonly #archive: ChainArchive;
  readonly #log = new ChangeLog();
  readonly #pool = new Pool();
  readonly #moves = new Map<number, BlockMoves>();
  readonly #blockListeners = new Set<(block: Block) => void>();
  readonly #workListeners = new Set<() => void>();
  #assetsChanged = 0;
  #permissionsChanged = 0;
  #producing: Promise<Block> | undefined;
  #stopped: LedgerError | undefined;

  constructor(parts: ChainParts) {
    this.#parts = parts;
    this.#state = parts.state;
    this.#archive = parts.archive;
    this.params = parts.state.params;
    this.operator = parts.state.addressOf(parts.operator.hash160);
  }

  get name(): string {
    return this.params.name;
  }

  /** The number of the last block on disk; the first is 0. */
  get height(): number {
    return this.#state.height;
  }

  /** The hash of the last block. */
  get tip(): string {
    return this.#archive.tip;
  }

  /** Transactions accepted and not in a block yet. */
  get waiting(): number {
    return this.#pool.size;
  }

  /**
   * Accepts a transaction or says why not, with the error of a node's `sendrawtransaction`; then nothing has changed. One that waits already is
   * accepted again.
   * @throws LedgerError `disk` or `closed` when the chain takes nothing any more.
   */
  send(transaction: string | Uint8Array): { readonly txid: Txid } | RpcError {
    this.#requireOpen();
    const checked = this.#check(transaction);
    if (checked instanceof RpcError) return checked;
    if (this.#pool.get(checked.txid)) return { txid: checked.txid };
    const seq = this.#log.nextSeq;
    const coins = this.#state.apply(checked, seq, undefined);
    this.#pool.add({ transaction: checked, coins });
    if (checked.newAsset) this.#assetsChanged = seq;
    if (checked.grants.length > 0) this.#permissionsChanged = seq;
    const { made } = checked;
    // Copied: a list that has grown keeps room to grow, and thousands of these are remembered.
    const spends = checked.spends.slice();
    const everybody = touchedBy(checked);
    // Most pay themselves, such as those who split lots.
    const touched = everybody.size === 1 && coins.from.length === 1 ? coins.from : [...everybody];
    this.#log.add({ kind: 'transaction', seq, coins, made, spends, touched });
    for (const listener of this.#workListeners) listener();
    return { txid: checked.txid };
  }

  /**
   * Puts what waits into a block, as much as fits, and writes it, after any block that is being written. Listeners are told when it is on disk.
   * @param now milliseconds since 1970.
   * @returns undefined when nothing waits.
   * @throws LedgerError `disk`: the chain takes nothing any more.
   */
  async produceBlock(now: number): Promise<Block | undefined> {
    while (this.#producing) await this.#producing.catch(() => undefined);
    this.#requireOpen();
    if (this.#pool.size === 0) return undefined;
    this.#producing = this.#produce(now);
    try {
      return await this.#producing;
    } finally {
      this.#producing = undefined;
    }
  }

  /** @returns an unspent output; undefined if it is spent, even by what waits, or was never made. */
  output(txid: string, vout: number): OutputView | undefined {
    const coins = this.#state.coins(txid);
    const content = coins?.outputs[vout];
    if (!coins || !content) return undefined;
    const { owner, script, assets } = content;
    const { height } = coins;
    return {
      txid: coins.txid,
      vout,
      address: owner,
      script: bytesOfLatin1(script),
      assets,
      height,
    };
  }

  /** Why there is no such unspent output, or that there is. */
  standing(txid: string, vout: number): OutputStanding {
    const standing = this.#state.standing(txid, vout);
    return standing === 'missing' && this.#isConfirmed(txid) ? 'gone' : standing;
  }

  /** @returns an accepted transaction, undefined if there is none with this id. */
  transaction(txid: string): TransactionView | undefined {
    if (!/^[0-9a-f]{64}$/.test(txid)) return undefined;
    const waiting = this.#pool.get(txid)?.transaction;
    if (waiting) return { txid: waiting.txid, bytes: waiting.bytes, block: undefined };
    return this.#archive.transaction(txid);
  }

  /** The ids of what waits, in order. */
  pool(): Txid[] {
    return this.#pool.ids();
  }

  /** @returns the block of this number or hash, read from disk. */
  block(which: number | string): Block | undefined {
    const height = typeof which === 'number' ? which : this.#archive.heightOf(which);
    return height === undefined ? undefined : this.#archive.block(height);
  }

  /** The hash of a block. */
  blockHash(height: number): string | undefined {
    return this.#archive.hashOf(height);
  }

  /** What a block did. From memory for the latest blocks, else worked out again from disk. @throws RangeError if there is no such block. */
  blockMoves({ height }: Pick<Block, 'height'>): BlockMoves {
    const recent = this.#moves.get(height);
    if (recent) return recent;
    const block = this.#archive.block(height);
    if (!block) throw new RangeError(`there is no block ${height}`);
    return movesOf(this.#archive.effectsOf(block, this.#state), this.#state.assets);
  }

  /** Calls back after each block that is on disk. @returns how to stop it. */
  onBlock(listener: (block: Block) => void): () => void {
    this.#blockListeners.add(listener);
    return () => this.#blockListeners.delete(listener);
  }

  /** Calls back after each accepted transaction. @returns how to stop it. */
  onWork(listener: () => void): () => void {
    this.#workListeners.add(listener);
    return () => this.#workListeners.delete(listener);
  }

  /** Permissions of the chain (`entity` null) or of an asset, of some addresses or all. */
  permissions(entity: AssetId | null, addresses?: readonly Address[]): PermissionView[] {
    return this.#state.permissions.list(entity, addresses);
  }

  /** All assets, in the order of their issue. */
  assets(): AssetView[] {
    return this.#state.assets.list();
  }

  /** An asset by name, reference or issue transaction. */
  asset(identifier: string): AssetView | undefined {
    return this.#state.assets.find(identifier);
  }

  /** What an address owns in raw units: all of it, what waits for a block counted as done. */
  balances(address: Address): ReadonlyMap<AssetId, bigint> {
    return this.#state.balancesOf(address);
  }

  /**
   * What is new to a wallet.
   * @param cursor of the last answer; undefined, or one of another opening of the chain, gets the whole state of these addresses.
   */
  changesSince(cursor: string | undefined, addresses: readonly Address[]): Changes {
    return changesAfter({
      cursor,
      addresses,
      session: this.#parts.session,
      log: this.#log,
      state: this.#state,
      tip: this.tip,
      assetsChanged: this.#assetsChanged,
      permissionsChanged: this.#permissionsChanged,
    });
  }

  /** Waits for a block being written and gives the folder back. What waits for a block is lost. */
  async close(): Promise<void> {
    if (this.#stopped?.code === 'closed') return;
    this.#stopped = new LedgerError('closed', `the chain ${this.name} is closed`);
    await this.#producing?.catch(() => undefined);
    await this.#archive.file.close();
    await this.#parts.lock.release();
  }

  #check(transaction: string | Uint8Array): CheckedTransaction | RpcError {
    let bytes: Uint8Array;
    let decoded: Transaction;
    try {
      bytes = typeof transaction === 'string' ? fromHex(transaction) : transaction;
      decoded = decodeTransaction(bytes);
    } catch (error) {
      if (error instanceof TransactionFormatError) {
        return new RpcError(RPC.transactionDecode, 'TX decode failed');
      }
      throw error;
    }
    const txid = txidOf(bytes);
    const waiting = this.#pool.get(txid);
    if (waiting) return waiting.transaction;
    if (this.#archive.has(txid)) {
      return new RpcError(RPC.transactionError, 'transaction already in block chain');
    }
    if (!this.#pool.hasRoom(bytes.length)) {
      return new RpcError(RPC.transactionRejected, '66: mempool full');
    }
    const scrutiny = { signatures: true, cache: this.signatures };
    return checkTransaction(this.#state, { txid, bytes, transaction: decoded }, scrutiny);
  }

  async #produce(now: number): Promise<Block> {
    const { file } = this.#archive;
    const entries = this.#pool.nextBlock();
    const { bytes, block } = encodeBlock({
      height: this.height + 1,
      previous: this.tip,
      time: Math.max(Math.floor(now / 1000), this.#archive.time),
      chain: this.name,
      operator: this.#parts.operator,
      transactions: entries.map(({ transaction }) => transaction),
    });
    const offset = file.nextOffset;
    try {
      await file.append(bytes);
    } catch (error) {
      this.#stopped ??= new LedgerError('disk', 'the chain cannot be written', { cause: error });
      throw error;
    }
    this.#confirm(block, entries, { offset, length: bytes.length });
    for (const listener of this.#blockListeners) listener(block);
    return block;
  }

  #confirm(
    block: Block,
    entries: readonly PoolEntry[],
    place: { readonly offset: number; readonly length: number },
  ): void {
    const { height } = block;
    const seq = this.#log.nextSeq;
    const everybody = new Set<Address>();
    const offsets: number[] = [];
    let at = firstOffset(block);
    for (const { transaction, coins } of entries) {
      const { txid, bytes } = transaction;
      this.#state.confirm(transaction, coins, height);
      this.#pool.remove(transaction);
      if (transaction.newAsset) {
        this.#state.assets.confirm(assetIdOf(txid), assetRefOf(height, at, txid));
        this.#assetsChanged = seq;
      }
      for (const address of touchedBy(transaction)) everybody.add(address);
      offsets.push(at);
      at += bytes.length;
    }
    this.#archive.enter(block, { ...place, offsets });
    this.#state.height = height;
    const done = entries.map(({ transaction }) => transaction);
    this.#moves.set(height, movesOf(done, this.#state.assets));
    this.#moves.delete(height - BLOCKS_REMEMBERED_MAX);
    const last = entries.at(-1)?.coins.seq ?? 0;
    this.#log.add({ kind: 'block', seq, height, last, touched: [...everybody] });
  }

  #isConfirmed(txid: string): boolean {
    return /^[0-9a-f]{64}$/.test(txid) && this.#archive.has(txid);
  }

  #requireOpen(): void {
    if (this.#stopped) throw this.#stopped;
  }
}

function touchedBy({ spends, made }: CheckedTransaction): Set<Address> {
  const touched = new Set(spends.map(({ content }) => content.owner));
  for (const content of made) if (content) touched.add(content.owner);
  return touched;
}
