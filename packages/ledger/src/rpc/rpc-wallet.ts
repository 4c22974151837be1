/**
 * A participant's wallet over a real node: the keys stay in the node, the bytes are written and checked here. Lots, offers and settlements take a few
 * requests an operation, whatever the number of lots.
 *
 * A transaction that is accepted is not settled: two buyers on two nodes can both be told yes. It is when it is in a block: see `depths`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Address, Output, Txid } from '@wattlot/core';
import { toHex } from '../format/bytes.ts';
import { makeLadderUnsigned } from './unsigned-offers.ts';
import { LedgerError } from '../ledger-error.ts';
import { LADDER_LEGS_MAX, SPLIT_LOTS_MAX, WALLET_INPUTS_MAX } from '../limits.ts';
import { OfferError } from '../format/offer.ts';
import type { KnownOutput } from '../format/offer.ts';
import { outpointOf, outputOf } from '../format/transaction.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import { issueMoreTo } from '../wallet/issuing.ts';
import type { CompletionRequest, LotResult } from '../wallet/trade-completion.ts';
import type { WalletJournal } from '../wallet/wallet-journal.ts';
import type { Balance, NamedQuantity } from '../wallet/wallet.ts';
import type { WalletPort } from '../wallet/wallet-port.ts';
import type { Spendable } from '../wallet/purse.ts';
import { paymentTo } from '../wallet/wallet-transaction.ts';
import { listIn, textIn, unexpected } from './answers.ts';
import { balancesOf } from './node-balances.ts';
import {
  assetsIn,
  chainParamsOf,
  depthsOf,
  mayIssue,
  standingsOf,
  unspentOf,
} from './node-ledger.ts';
import { completeOverNode } from './rpc-completion.ts';
import type { BatchNode } from './rpc-client.ts';
import type { SignedTransaction } from './sending.ts';
import { signedBy } from './signing.ts';
import { WalletCore } from './wallet-core.ts';

/** A node, and which of its addresses are the participant's. */
export interface RpcWalletOptions {
  readonly node: BatchNode;
  readonly journal: WalletJournal;
  /** Holds the assets; the node's first address unless given. */
  readonly address?: Address;
  /** May issue energy; the settlement address unless given. */
  readonly meterAddress?: Address;
  /** Waits between attempts. */
  readonly pause?: (ms: number) => Promise<unknown>;
}

/** Opens the wallet of a node. @throws LedgerError, RpcError -709 if the node has no key of an address. */
export async function openRpcWallet(options: RpcWalletOptions): Promise<RpcWallet> {
  const { node } = options;
  const method = 'getaddresses';
  const addresses = listIn(method, await node.call(method)).map((one) => textIn(method, one));
  const address = options.address ?? (addresses[0] as Address | undefined);
  if (address === undefined) throw unexpected(method, 'no address');
  const meterAddress = options.meterAddress ?? address;
  for (const one of [address, meterAddress]) {
    if (addresses.includes(one)) continue;
    throw new RpcError(RPC.walletAddressNotFound, `The node has no private key of ${one}`);
  }
  const params = await chainParamsOf(node);
  const core = new WalletCore({ node, address, params, pause: options.pause ?? sleep });
  return new RpcWallet(core, { journal: options.journal, meterAddress });
}

/** See `WalletPort`. Throws LedgerError when the node cannot be asked, RpcError when it or the chain refuses. */
export class RpcWallet implements WalletPort {
  readonly meterAddress: Address;
  readonly #core: WalletCore;
  readonly #journal: WalletJournal;

  constructor(
    core: WalletCore,
    options: { readonly journal: WalletJournal; readonly meterAddress: Address },
  ) {
    this.#core = core;
    this.#journal = options.journal;
    this.meterAddress = options.meterAddress;
  }

  get address(): Address {
    return this.#core.address;
  }

  async signMessage(text: string): Promise<string> {
    const method = 'signmessage';
    return textIn(method, await this.#core.node.call(method, [this.address, text]));
  }

  /** Exact below 2^51 raw units of an asset: a node writes balances with the precision it has. */
  balances(): Promise<readonly Balance[]> {
    return balancesOf(this.#core.node, this.address, (name) => this.#core.asset(name));
  }

  /** How deep transactions are: 0 waits for a block, undefined is not known to the node. Settled is what is as deep as one demands, 1 or more. */
  depths(txids: readonly Txid[]): Promise<readonly (number | undefined)[]> {
    return depthsOf(this.#core.node, txids);
  }

  split(request: {
    readonly asset: string;
    readonly lotRaw: bigint;
    readonly count: number;
  }): Promise<readonly KnownOutput[]> {
    const { lotRaw, count } = request;
    if (!Number.isSafeInteger(count) || count < 1 || count > SPLIT_LOTS_MAX || lotRaw < 1n) {
      throw new RangeError(`a split makes 1 to ${SPLIT_LOTS_MAX} lots of at least 1`);
    }
    const core = this.#core;
    return core.run(async () => {
      const { id } = await core.asset(request.asset);
      const need = new Map([[id, lotRaw * BigInt(count)]]);
      const inputs = await core.gather(await core.funds(), need);
      const lot = paymentTo(core.hash160, [{ asset: id, raw: lotRaw }]);
      const split = await core.make(
        inputs,
        Array.from({ length: count }, () => lot),
      );
      const lots = core.ownOutputs(split).slice(0, count);
      const outputs = lots.map(outputOf);
      // Before the node hears of them: from 50 small outputs on it merges what is not locked.
      await core.locks.lock(outputs);
      try {
        await core.sendOrThrow([split]);
      } catch (error) {
        core.locks.free(outputs);
        throw error;
      }
      return lots.map(({ txid, vout, script }) => ({ txid, vout, script }));
    });
  }

  /** One request: a signature covers its place, so every offer is a transaction of its own to be signed. */
  async signOffers(request: {
    readonly outputs: readonly KnownOutput[];
    readonly want: NamedQuantity;
  }): Promise<readonly string[]> {
    const { outputs, want } = request;
    const signing = await this.#signing(want);
    const signed = await signedBy(
      this.#core.node,
      outputs.map((output) => signing([output])),
    );
    return signed.map(({ hex }) => hex);
  }

  /** One call: all legs of one transaction. */
  async signLadder(request: {
    readonly outputs: readonly KnownOutput[];
    readonly want: NamedQuantity;
  }): Promise<readonly string[]> {
    const { outputs, want } = request;
    if (outputs.length > LADDER_LEGS_MAX) throw new OfferError('too-long', 'too many rungs');
    const signing = await this.#signing(want);
    const [signed] = await signedBy(this.#core.node, [signing(outputs)]);
    return (signed?.transaction.inputs ?? []).map(({ script }) => toHex(script));
  }

  completeTrade(request: CompletionRequest): Promise<readonly LotResult[]> {
    const core = this.#core;
    return core.run(() => completeOverNode(core, this.#journal, request));
  }

  async known(outputs: readonly Output[]): Promise<readonly KnownOutput[]> {
    return (await this.#own(outputs)).map(({ txid, vout, script }) => ({ txid, vout, script }));
  }

  lock(outputs: readonly Output[]): Promise<void> {
    return this.#core.locks.lock(outputs);
  }

  unlock(outputs: readonly Output[]): Promise<void> {
    return this.#core.locks.unlock(outputs);
  }

  /**
   * Puts back the locks that the node has lost in a restart, and takes them off what was spent in a block. To be called after a connection was lost, and now
   * and then: a node that restarts unseen merges small outputs with its next block.
   * @returns how many were put back.
   */
  keepLocks(): Promise<number> {
    const { node, locks } = this.#core;
    return this.#core.run(async () => {
      const { locked } = await unspentOf(node, this.address);
      const restored = await locks.restore(locked);
      await locks.prune();
      return restored;
    });
  }

  renew(outputs: readonly Output[]): Promise<readonly Txid[]> {
    const core = this.#core;
    return core.run(async () => {
      const own = await this.#own(outputs);
      const renewals: SignedTransaction[] = [];
      for (let from = 0; from < own.length; from += WALLET_INPUTS_MAX) {
        renewals.push(await core.make(own.slice(from, from + WALLET_INPUTS_MAX), []));
      }
      await core.sendOrThrow(renewals);
      await core.locks.unlock(outputs);
      return renewals.map(({ txid }) => txid);
    });
  }

  issueMore(request: NamedQuantity & { readonly reference?: string }): Promise<Txid> {
    const core = this.#core;
    return this.#once(request.reference, async () => {
      const { id } = await core.asset(request.asset);
      if (!(await mayIssue(core.node, request.asset, this.meterAddress))) {
        const message = 'Issuing more units for this asset is not allowed from this address';
        throw new RpcError(RPC.insufficientPermissions, message);
      }
      const input = (await core.funds([], this.meterAddress)).takeAny();
      if (!input) {
        const message = 'No unspent outputs are available: send nothing to this address first';
        throw new RpcError(RPC.unspentNotFound, message);
      }
      const issue = issueMoreTo(core.hash160, { asset: id, raw: request.raw });
      const change = paymentTo(core.hashOf(this.meterAddress), input.assets);
      return core.make([input], [issue, change]);
    });
  }

  pay(
    request: NamedQuantity & { readonly to: Address; readonly reference?: string },
  ): Promise<Txid> {
    const core = this.#core;
    return this.#once(request.reference, async () => {
      const { id } = await core.asset(request.asset);
      const payment = paymentTo(core.hashOf(request.to), [{ asset: id, raw: request.raw }]);
      const need = new Map([[id, request.raw]]);
      return core.make(await core.gather(await core.funds(), need), [payment]);
    });
  }

  /** Makes and sends a transaction, once for each reference. */
  #once(reference: string | undefined, make: () => Promise<SignedTransaction>): Promise<Txid> {
    const core = this.#core;
    return core.run(async () => {
      const key = reference === undefined ? undefined : `once/${reference}`;
      const before = key === undefined ? undefined : await this.#journal.get(key);
      if (key !== undefined && before) {
        const { txid, transactions } = before;
        const [answer] = await core.send([{ txid, hex: transactions.at(-1) ?? '' }]);
        if (!(answer instanceof RpcError)) return txid;
        await this.#journal.void([key]);
      }
      const { txid, hex } = await make();
      if (key !== undefined) await this.#journal.put([{ key, txid, transactions: [hex] }]);
      try {
        await core.sendOrThrow([{ txid, hex }]);
      } catch (error) {
        if (key !== undefined && error instanceof RpcError) await this.#journal.void([key]);
        throw outcomeOf(error, key !== undefined);
      }
      return txid;
    });
  }

  /** The wallet's unspent outputs among those named. */
  async #own(outputs: readonly Output[]): Promise<readonly Spendable[]> {
    const outpoints = outputs.flatMap((output) => outpointOf(output) ?? []);
    const standings = await standingsOf(this.#core.node, outpoints);
    return outpoints.flatMap(({ txid, vout }, i): Spendable[] => {
      const found = standings[i];
      if (found?.standing !== 'unspent' || !this.#core.owns(found.script)) return [];
      const assets = assetsIn(txid, found.script);
      return [{ txid: txid as Txid, vout, address: this.address, script: found.script, assets }];
    });
  }

  async #signing(want: NamedQuantity): Promise<ReturnType<typeof makeLadderUnsigned>> {
    const { id } = await this.#core.asset(want.asset);
    return makeLadderUnsigned(this.#core.hash160, { asset: id, raw: want.raw });
  }
}

/** Without a reference a repeat would pay once more: then an unknown outcome is not to be repeated. */
function outcomeOf(error: unknown, hasReference: boolean): unknown {
  if (hasReference || !(error instanceof LedgerError)) return error;
  return new LedgerError(error.code, error.message, { retryable: false, cause: error });
}
