/** Lots of one address of a wallet: made, renewed, kept ready, and combined when they are of no use. Each is one operation on a view that is up to date. */
import type { Output, Txid } from '@wattlot/core';
import type { AssetQuantity } from '../format/element.ts';
import type { KnownOutput } from '../format/offer.ts';
import { outputOf } from '../format/transaction.ts';
import { DUST_OUTPUTS_MIN, WALLET_INPUTS_MAX } from '../limits.ts';
import { RpcError } from '../rpc-error.ts';
import type { Payments } from './payments.ts';
import { changeOf } from './purse.ts';
import type { Spendable } from './purse.ts';
import { dustOf, ReadyLots } from './ready-lots.ts';
import type { OwnTransaction } from './wallet-transaction.ts';
import { paymentTo } from './wallet-transaction.ts';
import type { WalletView } from './wallet-view.ts';

/** See `Wallet`, whose methods of these names they are. */
export class Lots {
  readonly #view: WalletView;
  readonly #payments: Payments;
  readonly #ready: ReadyLots;

  constructor(view: WalletView, payments: Payments) {
    this.#view = view;
    this.#payments = payments;
    this.#ready = new ReadyLots(view);
  }

  async split(size: AssetQuantity, count: number): Promise<readonly KnownOutput[]> {
    this.#ready.asked(size);
    const ready = this.#ready.take(size, count);
    if (ready.length === count) return ready;
    try {
      return [...ready, ...(await this.#make(size, count - ready.length))];
    } catch (error) {
      this.#ready.putBack(ready, size);
      throw error;
    }
  }

  async renew(outputs: readonly Output[]): Promise<readonly Txid[]> {
    const own = outputs.flatMap((output): Spendable[] => {
      const known = this.#view.output(output);
      return known ? [known] : [];
    });
    const renewals: OwnTransaction[] = [];
    const fresh: Spendable[] = [];
    for (let from = 0; from < own.length; from += WALLET_INPUTS_MAX) {
      const inputs = own.slice(from, from + WALLET_INPUTS_MAX);
      const kept = inputs.filter((output) => this.#ready.isWorthKeeping(output));
      const renewal = this.#payments.merge(inputs, kept);
      renewals.push(renewal);
      fresh.push(...this.#payments.merged(renewal).slice(0, kept.length));
    }
    await sendAll(this.#view, renewals);
    this.#view.unlock(outputs);
    this.#ready.add(fresh);
    return renewals.map(({ txid }) => txid);
  }

  async tidy(): Promise<boolean> {
    const dust = dustOf(this.#view, {
      address: this.#payments.address,
      kept: (output) => this.#ready.has(output),
      least: DUST_OUTPUTS_MIN,
      most: WALLET_INPUTS_MAX,
    });
    if (dust.length === 0) return false;
    await sendAll(this.#view, [this.#payments.merge(dust)]);
    return true;
  }

  async #make(size: AssetQuantity, count: number): Promise<KnownOutput[]> {
    const { asset, raw } = size;
    const total = raw * BigInt(count);
    const { inputs, before } = this.#payments.gather(new Map([[asset, total]]));
    const lot = paymentTo(this.#payments.key.hash160, [size]);
    const change = changeOf(inputs, [[asset, total]]).map((quantity) =>
      this.#payments.toMyself([quantity]),
    );
    const lots = Array.from({ length: count }, () => lot);
    const split = this.#payments.make(inputs, [...lots, ...change]);
    await sendAll(this.#view, [...before, split]);
    const outputs = lots.flatMap((_, vout): KnownOutput[] => {
      const script = split.scripts[vout];
      return script ? [{ txid: split.txid, vout, script }] : [];
    });
    this.#view.lock(outputs.map(outputOf), 'spent');
    return outputs;
  }
}

/** Sends transactions that build on each other. @throws RpcError if one is refused. */
export async function sendAll(
  view: WalletView,
  transactions: readonly OwnTransaction[],
): Promise<void> {
  for (const answer of await view.send(transactions)) {
    if (answer instanceof RpcError) throw answer;
  }
}
