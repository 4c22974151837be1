/** What a participant may see of himself: orders with their trades and settlements, and balances. Folded from committed events. */
import type { BalancesMessage, ExecutionReport, Instrument } from '@wattlot/client/frames';
import { balanceOf, balancesOf, numberOfId, openTrades, orderOf } from '@wattlot/core';
import type { Address, Amount, Asset, Event, MarketSymbol } from '@wattlot/core';
import type { OrderId, OrderView, State } from '@wattlot/core';
import type { Applied } from '../sequencer.ts';
import { sliced } from '../slices.ts';
import { reportsText } from './message-text.ts';
import { byNumber, keptOrder } from './kept-order.ts';
import type { KeptOrder, KeptOwner } from './kept-order.ts';
import { addOrder, addOwner, allOrders, createOrderBook, endEntry, foldOrders } from './orders.ts';
import { forgetMarket, keptOwner, orderOfParticipant, ordersOfParticipant } from './orders.ts';
import { recordOf, recordWith } from './orders.ts';
import type { OrderBook, OrderRecord, TradeRecord } from './orders.ts';
import { factsIn } from './past.ts';
import type { KeptPast } from './past.ts';
import type { Placed } from './queue.ts';
import { recordReports, stateReport, tradeReport } from './reports.ts';
import type { ReportOf } from './reports.ts';
import { sendFirst, sendNumbered } from './subscriber.ts';
import type { Numbered, Subscriber } from './subscriber.ts';

interface Balance {
  balance: Amount;
  hold: Amount;
}

/** Of a participant in one asset. */
type Owned = Pick<
  Event & { kind: 'balance.changed' },
  'participant' | 'asset' | 'balance' | 'hold'
>;

/** What the reports need from the markets and the ledger. */
export interface Wording {
  readonly instrument: (market: MarketSymbol) => Instrument;
  /** Raw units of an asset as a decimal; undefined for an asset that no market trades. */
  readonly amount: (asset: Asset, raw: Amount) => number | undefined;
}

type Channel = 'executions' | 'balances';

/** What the first message has: all, nothing, so that there is none, or of executions the orders or where their trades stand. */
export type FirstMessage = boolean | 'orders' | 'trades';

/** The private feed of all participants. */
export class AccountFeed {
  readonly #wording: Wording;
  readonly #orders: OrderBook = createOrderBook();
  readonly #balances = new Map<Address, Map<Asset, Balance>>();
  readonly #followers = {
    executions: new Map<Address, Map<Subscriber, Numbered>>(),
    balances: new Map<Address, Map<Subscriber, Numbered>>(),
  } as const;
  /** Messages of the entries folded since the last publication. */
  #reports = new Map<Address, ExecutionReport[][]>();
  #moved = new Map<Address, Set<Asset>>();
  /** Number of the last report of the entry at hand. */
  #count = 0;

  constructor(wording: Wording) {
    this.#wording = wording;
  }

  /** A participant's orders that are still shown, in the order of acceptance. */
  ordersOf(participant: Address): readonly OrderRecord[] {
    return ordersOfParticipant(this.#orders, participant);
  }

  /** Forgets the orders of a market that is over. */
  forgetMarket(market: MarketSymbol): void {
    forgetMarket(this.#orders, market);
  }

  /** What the core, as it is now, does not know of the orders that are shown. `placeOf`: the place of one. */
  keepOrders(state: State, placeOf: (view: OrderView) => Placed | undefined): readonly KeptOrder[] {
    const { open } = this.#orders;
    const all = allOrders(this.#orders).toSorted(
      (a, b) => numberOfId(a.view.order) - numberOfId(b.view.order),
    );
    return all.map(({ view, at, reason, trades }) =>
      keptOrder({
        order: view.order,
        at,
        reason,
        placed: placeOf(view),
        trades: [...trades.values()].filter(({ trade }) => !open.has(trade.trade)),
        view: orderOf(state, view.order) === undefined ? view : undefined,
      }),
    );
  }

  /** The same of one participant, with the assets of which it had something once. */
  keepOwner(participant: Address): KeptOwner & { readonly emptied: readonly Asset[] } {
    const balances = [...(this.#balances.get(participant) ?? [])];
    const emptied = balances.filter(([, { balance, hold }]) => balance === 0 && hold === 0);
    return {
      emptied: emptied.map(([asset]) => asset).toSorted(),
      ...keptOwner(this.#orders, participant),
    };
  }

  /** Becomes what it was when this was kept; the core is as it was then. In slices; nothing has been folded yet. */
  *begin(
    { orders, participants }: Pick<KeptPast, 'orders' | 'participants'>,
    state: State,
  ): Generator<void, void, undefined> {
    const factsOf = factsIn(state);
    const trades = new Map<OrderId, TradeRecord[]>();
    for (const { deadline: _deadline, ...trade } of openTrades(state)) {
      this.#orders.open.add(trade.trade);
      for (const { order } of [trade.resting, trade.incoming]) {
        const own = trades.get(order) ?? [];
        trades.set(order, own);
        own.push(recordOf(trade));
      }
    }
    for (const some of sliced(orders)) {
      for (const kept of some) {
        const { order, at, reason, trades: finals = [] } = kept;
        const all = byNumber([...finals, ...(trades.get(order) ?? [])]);
        addOrder(this.#orders, recordWith(factsOf(kept).view, { at, reason, trades: all }));
      }
      yield;
    }
    for (const { participant, emptied, ...owner } of participants) {
      addOwner(this.#orders, participant, owner);
      for (const { asset, balance, hold } of balancesOf(state, participant)) {
        this.#setBalance({ participant, asset, balance, hold });
      }
      for (const asset of emptied) {
        this.#setBalance({ participant, asset, ...balanceOf(state, participant, asset) });
      }
    }
  }

  /** Takes in one entry. */
  fold({ entry, events }: Applied): void {
    this.#count = 0;
    const idOf = (): string => `${entry.seq}-${(this.#count += 1)}`;
    for (const event of events) {
      foldOrders(this.#orders, event, entry.at);
      if (event.kind === 'balance.changed') this.#foldBalance(event);
      else if (this.#followers.executions.size > 0)
        for (const report of this.#reportsOf(event, { at: entry.at, idOf })) this.#add(report);
    }
    endEntry(this.#orders);
  }

  /** Tells the subscribers what the entries folded since the last call have changed. */
  publish(): void {
    for (const [participant, messages] of this.#reports) {
      const followers = this.#followers.executions.get(participant)?.values() ?? [];
      const all = [...followers];
      for (const data of messages) sendNumbered(all, 'executions', () => reportsText(data));
    }
    for (const [participant, assets] of this.#moved) {
      const followers = this.#followers.balances.get(participant)?.values() ?? [];
      const data = this.#balanceData(participant, assets);
      if (data.length > 0) sendNumbered(followers, 'balances', () => JSON.stringify(data));
    }
    this.#reports = new Map();
    this.#moved = new Map();
  }

  /** Sends what is now, if wanted, and then every change. */
  follow(
    channel: Channel,
    participant: Address,
    subscriber: Subscriber,
    shown: FirstMessage,
  ): void {
    const all = this.#followers[channel];
    const own = all.get(participant) ?? new Map<Subscriber, Numbered>();
    all.set(participant, own);
    const numbered: Numbered = { subscriber, sequence: shown === false ? 0 : 1 };
    own.set(subscriber, numbered);
    if (shown === false) return;
    const text =
      channel === 'balances'
        ? JSON.stringify(this.#balanceData(participant))
        : reportsText(this.#orderData(participant, shown));
    sendFirst(numbered, channel, text);
  }

  leave(channel: Channel, participant: Address, subscriber: Subscriber): void {
    const own = this.#followers[channel].get(participant);
    own?.delete(subscriber);
    if (own?.size === 0) this.#followers[channel].delete(participant);
  }

  #orderData(participant: Address, shown: FirstMessage): readonly ExecutionReport[] {
    let count = 0;
    const idOf = (): string => `snapshot-${(count += 1)}`;
    const all = this.ordersOf(participant).flatMap((record) =>
      recordReports(this.#wording.instrument(record.view.market), record, idOf),
    );
    if (shown === true) return all;
    return all.filter((report) => (report.trade_id === undefined) === (shown === 'orders'));
  }

  #balanceData(participant: Address, only?: ReadonlySet<Asset>): BalancesMessage['data'] {
    const data: BalancesMessage['data'] = [];
    const own = [...(this.#balances.get(participant) ?? [])].toSorted(byName);
    for (const [asset, raw] of own) {
      if (only !== undefined && !only.has(asset)) continue;
      const balance = this.#wording.amount(asset, raw.balance);
      const hold = this.#wording.amount(asset, raw.hold);
      if (balance !== undefined && hold !== undefined) {
        data.push({ asset, balance, wallets: [{ type: 'spot', id: 'main', balance }], hold });
      }
    }
    return data;
  }

  #setBalance({ participant, asset, balance, hold }: Owned): void {
    let own = this.#balances.get(participant);
    if (own === undefined) this.#balances.set(participant, (own = new Map()));
    const known = own.get(asset);
    if (known === undefined) own.set(asset, { balance, hold });
    else {
      known.balance = balance;
      known.hold = hold;
    }
  }

  #foldBalance(event: Event & { kind: 'balance.changed' }): void {
    const { participant, asset } = event;
    this.#setBalance(event);
    if (!this.#followers.balances.has(participant)) return;
    const moved = this.#moved.get(participant) ?? new Set();
    this.#moved.set(participant, moved.add(asset));
  }

  /** The reports that an event makes, for those who follow. */
  *#reportsOf(
    event: Event,
    { at, idOf }: Pick<ReportOf, 'at'> & { readonly idOf: () => string },
  ): Generator<readonly [Address, ExecutionReport]> {
    const of = (view: OrderView, type: ExecutionReport['exec_type']): ReportOf => {
      const instrument = this.#wording.instrument(view.market);
      return { instrument, view, type, at, id: idOf() };
    };
    switch (event.kind) {
      case 'order.placed':
      case 'order.opened': {
        const { view } = event;
        if (!this.#isFollowed(view.participant)) return;
        const type = event.kind === 'order.placed' ? 'pending_new' : 'new';
        yield [view.participant, stateReport(of(view, type))];
        return;
      }
      case 'order.amended':
      case 'lots.returned': {
        const { view } = event;
        if (!this.#isFollowed(view.participant)) return;
        const type = event.kind === 'order.amended' ? 'amended' : 'restated';
        yield [view.participant, stateReport(of(view, type))];
        return;
      }
      case 'order.cancelled': {
        const { view, reason } = event;
        if (!this.#isFollowed(view.participant)) return;
        const over = reason === 'expired' ? 'expired' : 'canceled';
        const type = view.status === 'done' ? over : 'status';
        yield [view.participant, stateReport({ ...of(view, type), reason })];
        return;
      }
      case 'trade.made':
        for (const view of [event.resting, event.incoming]) {
          if (!this.#isFollowed(view.participant)) continue;
          yield [view.participant, tradeReport(of(view, 'trade'), recordOf(event.trade))];
          if (view.status !== 'done' || view.filled < view.volume) continue;
          yield [view.participant, stateReport(of(view, 'filled'))];
        }
        return;
      case 'trade.updated':
        for (const whose of [event.trade.resting, event.trade.incoming]) {
          const view = orderOfParticipant(this.#orders, whose)?.view;
          if (view === undefined || !this.#isFollowed(whose.participant)) continue;
          const record = recordOf(event.trade);
          yield [whose.participant, tradeReport(of(view, 'status'), record, event.lots)];
        }
        return;
      default:
    }
  }

  #isFollowed(participant: Address): boolean {
    return this.#followers.executions.has(participant);
  }

  /** Puts a report into the last message where it may stand there, else into a new one. */
  #add([participant, report]: readonly [Address, ExecutionReport]): void {
    const messages = this.#reports.get(participant) ?? [];
    this.#reports.set(participant, messages);
    const last = messages.at(-1);
    if (last?.[0] !== undefined && classOf(last[0]) === classOf(report)) last.push(report);
    else messages.push([report]);
  }
}

function byName([a]: readonly [Asset, unknown], [b]: readonly [Asset, unknown]): number {
  return a < b ? -1 : 1;
}

function classOf({ exec_type: type }: ExecutionReport): string {
  return type === 'trade' || type === 'filled' ? type : 'state';
}
