/**
 * What the feed tells of the past and the core does not know any more: the only thing of the feed that is folded while nobody is told anything, at a start and for a snapshot. Where it
 * and the core have come to an entry, a feed begins as if it had taken in every entry itself; a test holds the two together.
 *
 * That is a tenth of the work of a feed, and of what a feed would have to keep.
 */
import { conditionsOf, openTrades, orderFactsOf } from '@wattlot/core';
import type { Address, Asset, Event, LotOffer, MarketSymbol } from '@wattlot/core';
import type { OrderId, OrderView, State } from '@wattlot/core';
import { sure } from '../exact.ts';
import type { Applied } from '../sequencer.ts';
import { atOnce, sliced } from '../slices.ts';
import { emptyMarket, givingWay, MarketPast } from './market-past.ts';
import type { KeptMarket } from './market-past.ts';
import { OrderPast } from './order-past.ts';
import type { FactsOf, KeptOrder, KeptOwner, KeptReleased } from './kept-order.ts';

/** What is kept of a participant. */
export interface KeptParticipant extends KeptOwner {
  readonly participant: Address;
  /** Assets of which it had something once and has nothing now, by name. */
  readonly emptied: readonly Asset[];
  /** The outputs of which its agent is told again, by order, the oldest first. */
  readonly released: KeptReleased;
}

/** All of it as data: without anything that the core knows, and the same whoever kept it. */
export interface KeptPast {
  /** In the order of opening. */
  readonly markets: readonly KeptMarket[];
  /** In the order of admission. */
  readonly participants: readonly KeptParticipant[];
  /** Those that are shown, in the order of acceptance. */
  readonly orders: readonly KeptOrder[];
}

/** Before the first entry. */
export const noPast: KeptPast = { markets: [], participants: [], orders: [] };

/** How the orders that were kept stand in the core as it was then. One that it had forgotten is over: nothing of it rests or is open. */
export function factsIn(state: State): FactsOf {
  return ({ order, view }) =>
    view === undefined
      ? sure(orderFactsOf(state, order), order)
      : { view, firm: [], unsettled: 0, given: 0 };
}

/** The past of one exchange, as a fold beside that of its core. */
export class FeedPast {
  readonly #state: State;
  readonly #markets = new Map<MarketSymbol, MarketPast>();
  /** The one that was looked up last. */
  #market: MarketPast | undefined;
  readonly #emptied = new Map<Address, Set<Asset>>();
  /** Assets in all of these sets together, or more: none is usual. */
  #emptiedMost = 0;
  readonly #orders = new OrderPast();
  /** Orders that everybody sees and that came or moved in the entry at hand. */
  readonly #moved: OrderView[] = [];
  /** Whether one of them may rest no more. */
  #mayBeGone = false;

  /** @param state the core as it was when `kept` was; each entry is taken in here after it was applied there. */
  constructor(kept: KeptPast, state: State) {
    this.#state = state;
    const unsettled = new Map<MarketSymbol, number>();
    for (const { market } of openTrades(state)) {
      unsettled.set(market, (unsettled.get(market) ?? 0) + 1);
    }
    for (const market of kept.markets) {
      const { symbol } = market;
      const { phase } = sure(conditionsOf(state, symbol), symbol);
      const facts = { phase, unsettled: unsettled.get(symbol) ?? 0 };
      this.#markets.set(symbol, new MarketPast(market, facts));
    }
    this.#orders.begin(kept.orders, factsIn(state));
    for (const owner of kept.participants) this.#beginOwner(owner);
  }

  /** One that begins as with `new`, in slices. */
  static *begin(kept: KeptPast, state: State): Generator<void, FeedPast, undefined> {
    const past = new FeedPast({ ...noPast, markets: kept.markets }, state);
    for (const some of sliced(kept.orders)) {
      past.#orders.begin(some, factsIn(state));
      yield;
    }
    for (const owner of kept.participants) past.#beginOwner(owner);
    return past;
  }

  #beginOwner({ participant, emptied, ...owner }: KeptParticipant): void {
    this.#emptied.set(participant, new Set(emptied));
    this.#emptiedMost += emptied.length;
    this.#orders.beginOwner(participant, owner);
  }

  /** Everything, as data that changes with the next entry. */
  keep(): KeptPast {
    return atOnce(this.keepSliced());
  }

  /** The same in slices. Nothing may be taken in before the last. */
  *keepSliced(): Generator<void, KeptPast, undefined> {
    const markets = [...this.#markets.values()].map((market) => market.keep());
    const participants = [...this.#emptied].map(([participant, emptied]) => ({
      participant,
      emptied: [...emptied].toSorted(),
      released: this.#orders.keepReleased(participant),
      ...this.#orders.keepOwner(participant),
    }));
    yield;
    return { markets, participants, orders: yield* this.#orders.keep(this.#state) };
  }

  /** Takes in one entry. */
  take(applied: Applied): void {
    for (const event of applied.events) this.#note(event, applied.entry);
    if (applied.entry.command.kind === 'offers.deliver') this.#noteUnused(applied);
    if (this.#moved.length > 0) this.#noteMoved(applied);
    this.#mayBeGone = false;
    this.#orders.endEntry();
    for (const symbol of givingWay(applied.events, this.#markets, ({ isOver }) => isOver)) {
      this.#markets.delete(symbol);
      this.#market = undefined;
      this.#orders.forgetMarket(symbol, this.#state);
    }
  }

  /** Of the orders that came or moved those count that rest: one may have traded at once with a whole order that nobody saw. */
  #noteMoved({ entry }: Applied): void {
    for (const { market, order } of this.#moved) {
      const rests = !this.#mayBeGone || (orderFactsOf(this.#state, order)?.firm.length ?? 0) > 0;
      if (rests) this.#marketOf(market).noteOrder(entry.seq, entry.at);
    }
    this.#moved.length = 0;
  }

  #note(event: Event, { seq, at }: Applied['entry']): void {
    switch (event.kind) {
      case 'level.changed':
        this.#marketOf(event.market).noteLevel(seq, at);
        return;
      case 'balance.changed':
        this.#noteBalance(event);
        return;
      case 'order.placed':
      case 'lots.returned':
        this.#orders.note(event.view, at);
        return;
      case 'order.opened':
      case 'order.amended': {
        const { view, place } = event;
        this.#orders.note(view, at);
        const market = this.#marketOf(view.market);
        const isNew = market.notePlace(place);
        if (!view.whole) {
          if (isNew) this.#orders.notePlace(view.order, at, market.nextShown());
          if (isNew || event.kind === 'order.opened') this.#moved.push(view);
        }
        if (event.kind === 'order.amended') this.#release(view.order, event.dropped);
        return;
      }
      case 'order.cancelled':
        this.#mayBeGone = true;
        this.#orders.noteCancel(event.view, at, event.reason);
        this.#release(event.view.order, event.dropped);
        return;
      case 'trade.made':
        this.#marketOf(event.trade.market).noteTrade(event);
        this.#mayBeGone = true;
        this.#orders.noteTrade(event.resting, at);
        this.#orders.noteTrade(event.incoming, at);
        this.#release(event.incoming.order, event.spare);
        return;
      case 'trade.updated':
        if (!event.final) return;
        this.#marketOf(event.trade.market).noteFinal();
        this.#orders.noteFinal(event.trade);
        return;
      case 'market.opened': {
        const { symbol } = event.terms;
        const { phase } = event;
        this.#markets.set(symbol, new MarketPast(emptyMarket(symbol, at), { phase, unsettled: 0 }));
        this.#market = undefined;
        return;
      }
      case 'phase.changed':
        this.#marketOf(event.market).notePhase(event.phase);
        return;
      case 'participant.admitted':
        if (!this.#emptied.has(event.participant)) this.#emptied.set(event.participant, new Set());
        return;
      default:
    }
  }

  /** Of offers that were delivered those count no more whose lots did not come to the book. */
  #noteUnused({ entry: { command }, events }: Applied): void {
    if (command.kind !== 'offers.deliver') return;
    const unused = unusedOffers(command, events);
    this.#release(command.order, unused);
  }

  #release(order: OrderId, lots: readonly LotOffer[]): void {
    if (lots.length > 0) this.#orders.release(order, lots);
  }

  #noteBalance({ participant, asset, balance, hold }: Event & { kind: 'balance.changed' }): void {
    const isEmpty = balance === 0 && hold === 0;
    if (!isEmpty && this.#emptiedMost === 0) return;
    const emptied = this.#emptied.get(participant);
    if (emptied === undefined || emptied.has(asset) === isEmpty) return;
    if (isEmpty) emptied.add(asset);
    else emptied.delete(asset);
    this.#emptiedMost += isEmpty ? 1 : -1;
  }

  #marketOf(symbol: MarketSymbol): MarketPast {
    let market = this.#market;
    if (market?.symbol !== symbol) {
      market = sure(this.#markets.get(symbol), symbol);
      this.#market = market;
    }
    return market;
  }
}

/**
 * Of the offers that an entry delivered, those whose lots are not on the book after it: what the order matched on its way there does not need its own. None when the entry
 * was refused.
 */
export function unusedOffers(
  { order, lots }: { readonly order: OrderId; readonly lots: readonly LotOffer[] },
  events: readonly Event[],
): readonly LotOffer[] {
  let opened: readonly LotOffer[] = [];
  for (const event of events) {
    if (event.kind === 'refused') return [];
    if (event.kind === 'order.opened' && event.view.order === order) opened = event.lots;
  }
  if (opened.length === lots.length) return [];
  const used = new Set(opened.map(({ lot }) => lot));
  return lots.filter(({ lot }) => !used.has(lot));
}
