/**
 * A wallet's view of the chain: its keys, its unspent outputs, its locks, the assets and its permissions. Brought up to date in one round trip before
 * each operation; operations run one after the other, so that no two choose the same output.
 */
import type { Address, Output, Txid } from '@wattlot/core';
import type { ChainParams } from '../format/address.ts';
import { addressOf, hashOfAddress, paramsForChain } from '../format/address.ts';
import type { AssetView } from '../chain/assets.ts';
import type { OutputGained } from '../chain/chain-changes.ts';
import type { ChainPort } from '../chain/chain-port.ts';
import type { AssetId } from '../format/element.ts';
import type { KeyFile } from './key-file.ts';
import type { KeyPair } from '../format/keys.ts';
import type { PermissionName, PermissionView } from '../chain/permissions.ts';
import { LOCKS_ENDED_MAX } from '../limits.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import { outputOf } from '../format/transaction.ts';

/** An unspent output of the wallet. */
export type OwnOutput = OutputGained;

/** When a lock ends by itself: when the output is seen spent, or never, as on a node. Spending it with this very wallet ends every lock. */
export type LockEnd = 'spent' | 'never';

/** Shared by the RPC methods and the settlement functions of one wallet. */
export class WalletView {
  readonly params: ChainParams;
  readonly port: ChainPort;
  readonly #keyFile: KeyFile;
  readonly #keys = new Map<Address, KeyPair>();
  readonly #outputs = new Map<Output, OwnOutput>();
  readonly #locked = new Map<Output, LockEnd>();
  /** Locks that ended because the output was seen spent, the latest last. */
  readonly #ended = new Set<Output>();
  #assets: readonly AssetView[] = [];
  #permissions: readonly PermissionView[] = [];
  #cursor: string | undefined;
  /** Outputs whose transactions wait for a block. */
  readonly #waiting = new Set<Output>();
  #height = -1;
  #tip = '';
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: {
    readonly chain: string;
    readonly port: ChainPort;
    readonly keys: KeyFile;
  }) {
    this.params = paramsForChain(options.chain);
    this.port = options.port;
    this.#keyFile = options.keys;
    for (const { key } of options.keys.keys) this.#enterKey(key);
  }

  /** The wallet's addresses, oldest first. */
  get addresses(): Address[] {
    return [...this.#keys.keys()];
  }

  /** The last block when the view was brought up to date; -1 before. */
  get height(): number {
    return this.#height;
  }

  /** The hash of that block. */
  get tip(): string {
    return this.#tip;
  }

  get assets(): readonly AssetView[] {
    return this.#assets;
  }

  /** The key behind an address, if it is the wallet's. */
  keyOf(address: string): KeyPair | undefined {
    return this.#keys.get(address as Address);
  }

  /** The address of the key with this name in the key file. @throws RangeError if there is none. */
  addressNamed(name: string): Address {
    const named = this.#keyFile.keys.find((key) => key.name === name);
    if (!named) throw new RangeError(`the wallet has no key called ${name}`);
    return addressOf(named.key.hash160, this.params);
  }

  /** The address of a public key hash. */
  addressOf(hash160: Uint8Array): Address {
    return addressOf(hash160, this.params);
  }

  /** The public key hash of an address of this chain. */
  hashOf(address: string): Uint8Array | undefined {
    return hashOfAddress(address, this.params);
  }

  /** Makes a key and has it on disk before it answers. */
  async newAddress(name: string): Promise<Address> {
    const key = await this.#keyFile.add(name);
    this.#cursor = undefined;
    return this.#enterKey(key);
  }

  /** Runs one operation, on an up-to-date view, when those before it are done. */
  run<T>(operation: () => T | Promise<T>): Promise<T> {
    const result = this.#last.then(async () => {
      await this.refresh();
      return operation();
    });
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** The unspent outputs, locked ones too. */
  outputs(): Iterable<OwnOutput> {
    return this.#outputs.values();
  }

  /** An unspent output of the wallet. */
  output(output: Output): OwnOutput | undefined {
    return this.#outputs.get(output);
  }

  /** Keeps outputs from being chosen for anything they are not named for. Outputs that are not the wallet's may be locked too, as on a node. */
  lock(outputs: Iterable<Output>, end: LockEnd): void {
    for (const output of outputs) this.#locked.set(output, end);
  }

  unlock(outputs: Iterable<Output>): void {
    for (const output of outputs) this.#locked.delete(output);
  }

  isLocked(output: Output): boolean {
    return this.#locked.has(output);
  }

  /** Every lock, on spent outputs too, in order. */
  locks(): Output[] {
    return [...this.#locked.keys()].toSorted();
  }

  /** An asset by name, reference or issue transaction. */
  asset(identifier: string): AssetView | undefined {
    return this.#assets.find(
      ({ name, ref, issueTxid }) =>
        (name !== '' && name === identifier) || ref === identifier || issueTxid === identifier,
    );
  }

  /** An asset by its id. */
  assetById(id: AssetId): AssetView | undefined {
    return this.#assets.find((asset) => asset.id === id);
  }

  /** Whether one of the wallet's addresses has a permission. */
  may(address: string, name: PermissionName, entity: AssetId | null = null): boolean {
    return this.#permissions.some(
      (held) => held.address === address && held.type === name && held.entity === entity,
    );
  }

  /**
   * Sends transactions in order and takes the locks off what they spent, where they were accepted.
   * @throws LedgerError when the outcome is not known.
   */
  async send(
    transactions: readonly { readonly hex: string; readonly spends: readonly Output[] }[],
  ): Promise<readonly (Txid | RpcError)[]> {
    const answers = await this.port.send(transactions.map(({ hex }) => hex));
    transactions.forEach(({ spends }, i) => {
      if (typeof answers[i] === 'string') this.unlock(spends);
    });
    return answers;
  }

  /** Brings the view up to date: within an operation, after it sent something it builds on. One round trip. */
  async refresh(): Promise<void> {
    const changes = await this.port.changes({ cursor: this.#cursor, addresses: this.addresses });
    if (changes.whole) {
      this.#outputs.clear();
      this.#waiting.clear();
    }
    for (const gained of changes.gained) {
      const output = outputOf(gained);
      this.#outputs.set(output, gained);
      if (gained.height === undefined) this.#waiting.add(output);
    }
    for (const output of changes.spent) {
      this.#outputs.delete(output);
      this.#waiting.delete(output);
      if (this.#locked.get(output) === 'spent') this.#endLock(output);
    }
    if (changes.whole) this.#lockAgain();
    for (const { height, last } of changes.blocks) this.#confirm(height, last);
    if (changes.assets) this.#assets = changes.assets;
    if (changes.permissions) this.#permissions = changes.permissions;
    this.#height = changes.height;
    this.#tip = changes.tip;
    this.#cursor = changes.cursor;
  }

  #endLock(output: Output): void {
    this.#locked.delete(output);
    this.#ended.add(output);
    if (this.#ended.size <= LOCKS_ENDED_MAX) return;
    for (const oldest of this.#ended) {
      this.#ended.delete(oldest);
      return;
    }
  }

  /** A crash of the chain loses what waited: an output that was seen spent is there again, and what it was locked for may still come. */
  #lockAgain(): void {
    for (const output of this.#ended) {
      if (!this.#outputs.has(output)) continue;
      this.#ended.delete(output);
      this.#locked.set(output, 'spent');
    }
  }

  /** The chain makes blocks in the order of acceptance, so all that waits and was accepted before `last` is in the block. */
  #confirm(height: number, last: number): void {
    for (const key of this.#waiting) {
      const output = this.#outputs.get(key);
      if (!output || output.seq > last) continue;
      this.#outputs.set(key, { ...output, height });
      this.#waiting.delete(key);
    }
  }

  #enterKey(key: KeyPair): Address {
    const address = addressOf(key.hash160, this.params);
    this.#keys.set(address, key);
    return address;
  }
}

/** An asset that must be known. @throws RpcError -708. */
export function requireAsset(view: WalletView, identifier: string): AssetView {
  const asset = view.asset(identifier);
  if (asset) return asset;
  throw new RpcError(RPC.entityNotFound, `Asset with this name not found: ${identifier}`);
}
