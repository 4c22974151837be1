/**
 * A participant's wallet as an agent uses it: lots, offers, settlements, on bytes, with one or two round trips an operation. It works on the settlement
 * address, which holds the assets; a producer's meter has an address of its own, which may issue energy and holds nothing.
 */
import type { Address, Output, Txid } from '@wattlot/core';
import { toHex } from '../format/bytes.ts';
import type { AssetId } from '../format/element.ts';
import { authorityTransaction, issueMoreTo } from './issuing.ts';
import { SPLIT_LOTS_MAX } from '../limits.ts';
import { signMessage } from '../format/message.ts';
import { makeLadder, makeUnitOffer } from '../format/offer.ts';
import type { KnownOutput } from '../format/offer.ts';
import type { Payments } from './payments.ts';
import { isAccepted, paymentsOf } from './payments.ts';
import { changeOf } from './purse.ts';
import { Lots, sendAll } from './lots.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { CompletionRequest, LotResult } from './trade-completion.ts';
import { completeTrade } from './trade-completion.ts';
import { outputOf } from '../format/transaction.ts';
import type { WalletJournal } from './wallet-journal.ts';
import type { OwnTransaction } from './wallet-transaction.ts';
import { paymentTo } from './wallet-transaction.ts';
import type { OwnOutput, WalletView } from './wallet-view.ts';
import { requireAsset } from './wallet-view.ts';

/** An asset by name and a quantity of it in raw units. */
export interface NamedQuantity {
  readonly asset: string;
  readonly raw: bigint;
}

/** What the settlement address owns of an asset. */
export interface Balance extends NamedQuantity {
  /** The part of `raw` in outputs that are locked, for example as lots on offer. */
  readonly locked: bigint;
  /** The part of `raw` that waits for a block in a transaction which spends somebody else's output too: it may still lose against another. */
  readonly incoming: bigint;
}

/** Names of the keys of a household in its key file. */
export const KEY_NAMES = { settlement: 'settlement', meter: 'meter' } as const;

/**
 * Every method throws LedgerError when the chain cannot be reached, its `retryable` telling whether to ask again, and RpcError when the chain or the wallet
 * refuses, with a node's codes: -6 not enough funds, -26 and -27 refused by the chain, -704 no permission, -708 no such asset.
 */
export class Wallet {
  readonly view: WalletView;
  readonly #journal: WalletJournal;
  readonly #payments: Payments;
  readonly #lots: Lots;

  constructor(view: WalletView, journal: WalletJournal) {
    this.view = view;
    this.#journal = journal;
    this.#payments = paymentsOf(view, this.address);
    this.#lots = new Lots(view, this.#payments);
  }

  /** Where the assets are: the participant. */
  get address(): Address {
    return this.view.addressNamed(KEY_NAMES.settlement);
  }

  /** Where energy is issued from. @throws RangeError in a wallet without a meter. */
  get meterAddress(): Address {
    return this.view.addressNamed(KEY_NAMES.meter);
  }

  /** Signs a text with the settlement key, as `signmessage` does. */
  signMessage(text: string): string {
    return signMessage(text, this.#payments.key);
  }

  /** What the settlement address owns, what waits for a block counted as done. */
  balances(): Promise<Balance[]> {
    return this.view.run(() => {
      const sums = new Map<AssetId, { raw: bigint; locked: bigint; incoming: bigint }>();
      for (const output of this.view.outputs()) {
        if (output.address !== this.address) continue;
        const locked = this.view.isLocked(outputOf(output));
        const incoming = output.height === undefined && !output.own;
        for (const { asset, raw } of output.assets) {
          const sum = sums.get(asset) ?? { raw: 0n, locked: 0n, incoming: 0n };
          sums.set(asset, {
            raw: sum.raw + raw,
            locked: sum.locked + (locked ? raw : 0n),
            incoming: sum.incoming + (incoming ? raw : 0n),
          });
        }
      }
      return [...sums].map(([id, sum]) => ({ asset: this.view.assetById(id)?.name ?? id, ...sum }));
    });
  }

  /**
   * Provides `count` outputs of exactly `lotRaw`, all locked: lots that a renewal has left ready, and the others made in one transaction to itself, sent.
   * @param request.count 1 to SPLIT_LOTS_MAX.
   * @throws RpcError -6 if there is not so much that is not locked.
   */
  split(request: {
    readonly asset: string;
    readonly lotRaw: bigint;
    readonly count: number;
  }): Promise<readonly KnownOutput[]> {
    const { lotRaw, count } = request;
    if (!Number.isSafeInteger(count) || count < 1 || count > SPLIT_LOTS_MAX || lotRaw < 1n) {
      throw new RangeError(`a split makes 1 to ${SPLIT_LOTS_MAX} lots of at least 1`);
    }
    return this.view.run(() => {
      const { id } = requireAsset(this.view, request.asset);
      return this.#lots.split({ asset: id, raw: lotRaw }, count);
    });
  }

  /**
   * Signs a unit offer of each output: hexadecimal, in the same order. Needs no round trip and tells nobody.
   * @throws OfferError unless each output is a plain one of this wallet with one asset, and the wish a positive quantity of another.
   */
  signOffers(request: {
    readonly outputs: readonly KnownOutput[];
    readonly want: NamedQuantity;
  }): string[] {
    const want = { asset: requireAsset(this.view, request.want.asset).id, raw: request.want.raw };
    const key = this.#payments.key;
    return request.outputs.map((output) => toHex(makeUnitOffer({ output, want, key })));
  }

  /**
   * Signs a ladder of outputs: the i-th script is the rung of the i-th output, good at index i. Hexadecimal. Needs no round trip and tells nobody.
   * @param request.outputs 1 to LADDER_LEGS_MAX.
   * @throws OfferError as `signOffers`, or when there are too many or one is named twice.
   */
  signLadder(request: {
    readonly outputs: readonly KnownOutput[];
    readonly want: NamedQuantity;
  }): string[] {
    const want = { asset: requireAsset(this.view, request.want.asset).id, raw: request.want.raw };
    const { outputs } = request;
    return makeLadder({ outputs, want, key: this.#payments.key }).map(toHex);
  }

  /** Checks and completes the offers of a trade: see `completeTrade` in trade-completion.ts. Safe to repeat. */
  completeTrade(request: CompletionRequest): Promise<readonly LotResult[]> {
    const { view } = this;
    return completeTrade({ view, journal: this.#journal, payments: this.#payments }, request);
  }

  /** The wallet's unspent outputs among those named, with their scripts: what an agent asks after a restart. */
  known(outputs: readonly Output[]): Promise<readonly OwnOutput[]> {
    return this.view.run(() =>
      outputs.flatMap((output) => {
        const own = this.view.output(output);
        return own ? [own] : [];
      }),
    );
  }

  /** Locks outputs until they are spent, as after a restart: locks live in memory only. */
  lock(outputs: readonly Output[]): void {
    this.view.lock(outputs, 'spent');
  }

  /** Takes locks off. Offers that were signed for the outputs stay good: see `renew`. */
  unlock(outputs: readonly Output[]): void {
    this.view.unlock(outputs);
  }

  /**
   * Spends outputs to itself, so that every offer signed for them is dead, and takes their locks off. Outputs already spent are passed over. Lots of a size
   * that is wanted again and again stay lots, ready for the next split.
   * @returns the transactions; the offers are dead for certain when these are in a block.
   */
  renew(outputs: readonly Output[]): Promise<readonly Txid[]> {
    return this.view.run(() => this.#lots.renew(outputs));
  }

  /**
   * Combines free outputs where there are many of one asset, in one transaction of at most WALLET_INPUTS_MAX: for when there is nothing else to do.
   * @returns whether there was something to combine.
   */
  tidy(): Promise<boolean> {
    return this.view.run(() => this.#lots.tidy());
  }

  /**
   * Issues more of an open asset to the settlement address, from the meter's address.
   * @param request.reference makes it safe to repeat: the same reference issues once.
   * @throws RpcError -704 unless the meter may issue the asset.
   */
  issueMore(request: NamedQuantity & { readonly reference?: string }): Promise<Txid> {
    return this.once(request.reference, () => {
      const { id } = requireAsset(this.view, request.asset);
      if (!this.view.may(this.meterAddress, 'issue', id)) {
        const message = 'Issuing more units for this asset is not allowed from this address';
        throw new RpcError(RPC.insufficientPermissions, message);
      }
      const { hash160 } = this.#payments.key;
      const issue = issueMoreTo(hash160, { asset: id, raw: request.raw });
      return [authorityTransaction(this.view, this.meterAddress, [issue])];
    });
  }

  /**
   * Pays from the settlement address.
   * @param request.reference makes it safe to repeat: the same reference pays once.
   */
  pay(
    request: NamedQuantity & { readonly to: Address; readonly reference?: string },
  ): Promise<Txid> {
    return this.once(request.reference, () => {
      const { id } = requireAsset(this.view, request.asset);
      const to = this.view.hashOf(request.to);
      if (!to) throw new RpcError(RPC.invalidAddress, `Invalid address: ${request.to}`);
      const { inputs, before } = this.#payments.gather(new Map([[id, request.raw]]));
      const change = changeOf(inputs, [[id, request.raw]]);
      const payment = paymentTo(to, [{ asset: id, raw: request.raw }]);
      const back = change.map((quantity) => this.#payments.toMyself([quantity]));
      return [...before, this.#payments.make(inputs, [payment, ...back])];
    });
  }

  /** Makes and sends transactions, once for each reference; the last is what it is about, and its id the answer. */
  once(reference: string | undefined, make: () => OwnTransaction[]): Promise<Txid> {
    return this.view.run(async () => {
      const key = reference === undefined ? undefined : `once/${reference}`;
      const done = key === undefined ? undefined : await this.#sentBefore(key);
      if (done !== undefined) return done;
      const transactions = make();
      const last = transactions.at(-1);
      if (!last) throw new Error('nothing to send');
      const hexes = transactions.map(({ hex }) => hex);
      const entry = { txid: last.txid, transactions: hexes };
      if (key !== undefined) await this.#journal.put([{ key, ...entry }]);
      try {
        await sendAll(this.view, transactions);
      } catch (error) {
        if (key !== undefined && error instanceof RpcError) await this.#journal.void([key]);
        throw error;
      }
      return last.txid;
    });
  }

  /** Sends what the journal has once more. @returns undefined if there is nothing, or the chain can never take it any more. */
  async #sentBefore(key: string): Promise<Txid | undefined> {
    const entry = await this.#journal.get(key);
    if (!entry) return undefined;
    const answers = await this.view.port.send(entry.transactions);
    if (isAccepted(answers.at(-1))) return entry.txid;
    await this.#journal.void([key]);
    await this.view.refresh();
    return undefined;
  }
}
