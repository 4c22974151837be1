/** What every operation of a wallet over a real node builds on: which outputs it may spend, and transactions made, signed and sent. */
import type { Address, Txid } from '@wattlot/core';
import type { ChainParams } from '../format/address.ts';
import { hashOfAddress } from '../format/address.ts';
import { sameBytes } from '../format/bytes.ts';
import { ownerOf } from '../format/script.ts';
import type { OutputRequest } from '../format/script.ts';
import { outputOf } from '../format/transaction.ts';
import { OWN_TRANSACTIONS_MAX, WALLET_INPUTS_MAX } from '../limits.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import { changeOf } from '../wallet/purse.ts';
import type { Spendable, Sums } from '../wallet/purse.ts';
import { paymentTo } from '../wallet/wallet-transaction.ts';
import { Funds } from './funds.ts';
import { assetOf, assetsIn, unspentOf } from './node-ledger.ts';
import type { NodeAsset } from './node-ledger.ts';
import { NodeLocks } from './node-locks.ts';
import type { BatchNode } from './rpc-client.ts';
import { sendKnown } from './sending.ts';
import type { SignedTransaction } from './sending.ts';
import { outputsOf, signedBy, unsignedTransaction } from './signing.ts';
import type { NodeSigned } from './signing.ts';

/** The shared part of one wallet. Operations run one after the other, so that no two choose the same output. */
export class WalletCore {
  readonly node: BatchNode;
  readonly address: Address;
  /** Of the public key behind the address: 20 bytes. */
  readonly hash160: Uint8Array;
  readonly locks: NodeLocks;
  readonly params: ChainParams;
  readonly pause: (ms: number) => Promise<unknown>;
  readonly #assets = new Map<string, NodeAsset>();
  readonly #own = new Set<Txid>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: {
    readonly node: BatchNode;
    readonly address: Address;
    readonly params: ChainParams;
    readonly pause: (ms: number) => Promise<unknown>;
  }) {
    this.node = options.node;
    this.address = options.address;
    this.params = options.params;
    this.pause = options.pause;
    this.hash160 = this.hashOf(options.address);
    this.locks = new NodeLocks(options.node);
  }

  /** Runs one operation when those before it are done. */
  run<T>(operation: () => Promise<T>): Promise<T> {
    const result = this.#last.then(operation);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** @throws RpcError -5. */
  hashOf(address: Address): Uint8Array {
    const hash = hashOfAddress(address, this.params);
    if (!hash) throw new RpcError(RPC.invalidAddress, `Invalid address: ${address}`);
    return hash;
  }

  /** Whether an output with this script is the address'. */
  owns(script: Uint8Array): boolean {
    const owner = ownerOf(script);
    return owner !== undefined && sameBytes(owner, this.hash160);
  }

  /** An asset by name. @throws RpcError -708. */
  async asset(name: string): Promise<NodeAsset> {
    const known = this.#assets.get(name) ?? (await assetOf(this.node, name));
    this.#assets.set(name, known);
    return known;
  }

  /**
   * What an address may spend. Puts back locks that the node has lost.
   * @param also outputs that may be spent although they are locked.
   */
  async funds(also: readonly Spendable[] = [], address = this.address): Promise<Funds> {
    await this.locks.release();
    const { outputs, locked } = await unspentOf(this.node, address);
    await this.locks.restore(locked);
    const free = outputs.filter(
      (output) =>
        !this.locks.has(outputOf(output)) &&
        (output.confirmations > 0 || this.#own.has(output.txid)),
    );
    const names = new Set(free.map(outputOf));
    return new Funds([...free, ...also.filter((output) => !names.has(outputOf(output)))]);
  }

  /** Takes outputs that hold what is needed; when they are too many for one transaction, they are merged first. @throws RpcError -6. */
  async gather(
    funds: Funds,
    need: Sums,
    prefer: Parameters<Funds['take']>[1] = [],
  ): Promise<readonly Spendable[]> {
    for (;;) {
      const inputs = funds.take(need, prefer);
      if (!inputs) throw new RpcError(RPC.insufficientFunds, 'Insufficient funds');
      if (inputs.length <= WALLET_INPUTS_MAX) return inputs;
      const merged = await this.make(inputs.slice(0, WALLET_INPUTS_MAX), []);
      await this.sendOrThrow([merged]);
      funds.put([...inputs.slice(WALLET_INPUTS_MAX), ...this.ownOutputs(merged)]);
    }
  }

  /** Makes and signs a transaction; what it takes and does not pay comes back to the address, an output an asset, after the outputs named. */
  async make(
    inputs: readonly Spendable[],
    outputs: readonly OutputRequest[],
    back = this.hash160,
  ): Promise<NodeSigned> {
    const spent = outputs.flatMap((output) =>
      output.kind === 'pay' ? (output.assets ?? []).filter(({ how }) => how === 'transfer') : [],
    );
    const change = changeOf(
      inputs,
      spent.map(({ asset, raw }) => [asset, raw] as const),
    );
    const returned = change.map((quantity) => paymentTo(back, [quantity]));
    const all = [...outputs, ...returned];
    const written = outputsOf(all.length > 0 ? all : [paymentTo(back, [])]);
    const transaction = unsignedTransaction(inputs, written);
    const prevScripts = inputs.map(({ script }) => script);
    const [signed] = await signedBy(this.node, [{ transaction, prevScripts, kind: 'all' }]);
    if (!signed) throw new Error('nothing was signed');
    return signed;
  }

  /** The outputs of a transaction that pay the address. */
  ownOutputs({ txid, transaction }: NodeSigned): Spendable[] {
    return transaction.outputs.map(({ script }, vout) => {
      return { txid, vout, address: this.address, script, assets: assetsIn(txid, script) };
    });
  }

  /** See `sendKnown`. What is accepted is the wallet's own from then on. */
  async send(transactions: readonly SignedTransaction[]): Promise<readonly (Txid | RpcError)[]> {
    const answers = await sendKnown(this.node, transactions, this.pause);
    for (const answer of answers) if (!(answer instanceof RpcError)) this.#remember(answer);
    return answers;
  }

  /** Sends transactions that build on each other. @throws RpcError if one is refused. */
  async sendOrThrow(transactions: readonly SignedTransaction[]): Promise<void> {
    for (const answer of await this.send(transactions)) {
      if (answer instanceof RpcError) throw answer;
    }
  }

  #remember(txid: Txid): void {
    this.#own.add(txid);
    if (this.#own.size <= OWN_TRANSACTIONS_MAX) return;
    for (const oldest of this.#own) {
      this.#own.delete(oldest);
      return;
    }
  }
}
