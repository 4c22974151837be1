/**
 * What the feed tells of orders that are still shown and the core does not know: when something was told of each last, why lots of it were cancelled, when it got its place and which,
 * its trades that are final, and which of the participant's newest orders that are over are shown. The rules are those of `foldOrders`; a test holds the two together.
 *
 * The core forgets orders that are over, and not the same ones: those of markets that made room count there and not here, so that an old order can be shown that it does not know any more.
 * Then its view is kept too. It is taken down when a market of its owner's makes room: until then the core, which keeps many times as many, has forgotten none that is shown.
 *
 * Orders come and go by the million while a journal is read: see order-pages.ts.
 */
import type {
  Address,
  CancelReason,
  Instant,
  LotOffer,
  MarketSymbol,
  OrderId,
} from '@wattlot/core';
import { cancelReasons, numberOfId, orderFactsOf } from '@wattlot/core';
import type { OrderView, State, TradeView } from '@wattlot/core';
import { sure } from '../exact.ts';
import { doneOrdersMax, sliceThings } from '../limits.ts';
import { byNumber, keptOrder, mayRest } from './kept-order.ts';
import type { FactsOf, KeptOrder, KeptOwner, KeptReleased } from './kept-order.ts';
import { finalTrade, ListedTrades, recordsFrom } from './final-trades.ts';
import { indexOf, numbersOf, OrderPages } from './order-pages.ts';
import {
  done,
  oneOpen,
  openShift,
  over,
  reasonMask,
  reasonShift,
  shown,
  viewed,
} from './order-pages.ts';
import type { Page } from './order-pages.ts';
import { ReleasedPast } from './released-past.ts';

/** The reasons by their numbers here: 0 is none. */
const reasons: readonly (CancelReason | undefined)[] = [undefined, ...cancelReasons];

const reasonNumbers: ReadonlyMap<CancelReason | undefined, number> = new Map(
  reasons.map((reason, index) => [reason, index]),
);

/** What a participant's orders leave. */
interface Owner {
  /** Numbers of orders that are over, oldest first. */
  over: number[];
  readonly listed: ListedTrades;
  readonly released: ReleasedPast;
}

function idOf(number: number): OrderId {
  return `O${number}` as OrderId;
}

/** The past of all orders that are shown. */
export class OrderPast {
  readonly #pages = new OrderPages();
  readonly #owners: Owner[] = [];
  readonly #ownerNumbers = new Map<Address, number>();
  readonly #marketNumbers = new Map<MarketSymbol, number>();
  #markets = 0;
  /** How those ended that the core may forget while they are shown. */
  readonly #views = new Map<number, OrderView>();
  /** Orders that may have become over in the entry at hand. */
  readonly #touched: number[] = [];

  /** Has these orders as they were kept, all of them or some after others; the core is as it was then. Nothing has been noted yet. */
  begin(orders: readonly KeptOrder[], factsOf: FactsOf): void {
    for (const kept of orders) {
      const { order, at, reason, placedAt = 0, place = 0, trades = [] } = kept;
      const number = numberOfId(order);
      const { view, unsettled } = factsOf(kept);
      const page = this.#show(number, view);
      const index = indexOf(number);
      page.numbers.set([at, placedAt, place], numbersOf(number));
      const status = view.status === 'done' ? done | viewed : 0;
      if (status > 0) this.#views.set(number, view);
      const reasonNumber = reasonNumbers.get(reason) ?? 0;
      page.facts[index] = shown | status | (reasonNumber << reasonShift) | (unsettled << openShift);
      for (const record of trades) {
        page.finals[index] = finalTrade(
          { trade: record.trade, record },
          number,
          page.finals[index],
        );
      }
    }
  }

  /** The same of one participant's orders, when all orders are there. */
  beginOwner(
    participant: Address,
    { over: ids, listed, released }: KeptOwner & { readonly released: KeptReleased },
  ): void {
    const owner = this.#ownerOf(participant);
    owner.over = ids.map(numberOfId);
    for (const number of owner.over) {
      const { facts } = this.#pages.of(number);
      const index = indexOf(number);
      facts[index] = (facts[index] ?? 0) | over;
    }
    for (const [trade, order] of listed) {
      const number = numberOfId(order);
      let final = this.#pages.of(number).finals[indexOf(number)];
      while (final !== undefined && final.trade.trade !== trade) final = final.next;
      owner.listed.restore(sure(final, trade));
    }
    for (const [order, outputs] of released) {
      const number = numberOfId(order);
      const page = this.#pages.of(number);
      const one = owner.released.restore(number, outputs);
      if (page.facts[indexOf(number)] !== 0) page.released[indexOf(number)] = one;
    }
  }

  /** Something was told of an order, as `view` has it after that. */
  note(view: OrderView, at: Instant): void {
    this.#note(numberOfId(view.order), view, at, 0);
  }

  /** Lots of an order were cancelled. */
  noteCancel(view: OrderView, at: Instant, reason: CancelReason): void {
    const number = numberOfId(view.order);
    const page = this.#note(number, view, at, 0);
    const index = indexOf(number);
    const facts = (page.facts[index] ?? 0) & ~reasonMask;
    page.facts[index] = facts | ((reasonNumbers.get(reason) ?? 0) << reasonShift);
  }

  /** A trade of an order was made. */
  noteTrade(view: OrderView, at: Instant): void {
    this.#note(numberOfId(view.order), view, at, oneOpen);
  }

  #note(number: number, view: OrderView, at: Instant, opened: number): Page {
    let page = this.#pages.of(number);
    const index = indexOf(number);
    let facts = page.facts[index] ?? 0;
    if (facts === 0) page = this.#show(number, view);
    page.numbers[numbersOf(number)] = at;
    if ((facts & viewed) !== 0) this.#views.delete(number);
    facts = ((facts & ~(done | viewed)) | shown) + opened;
    if (view.status === 'done') {
      facts |= done;
      this.#touched.push(number);
    }
    page.facts[index] = facts;
    return page;
  }

  /** An order has got a new place. */
  notePlace(order: OrderId, at: Instant, place: number): void {
    const number = numberOfId(order);
    const { numbers } = this.#pages.of(number);
    const from = numbersOf(number);
    numbers[from + 1] = at;
    numbers[from + 2] = place;
  }

  /** A trade has become final. */
  noteFinal(trade: TradeView): void {
    this.#noteFinal(numberOfId(trade.resting.order), trade);
    this.#noteFinal(numberOfId(trade.incoming.order), trade);
  }

  #noteFinal(number: number, trade: TradeView): void {
    const page = this.#pages.of(number);
    const index = indexOf(number);
    page.facts[index] = (page.facts[index] ?? 0) - oneOpen;
    const final = finalTrade({ trade }, number, page.finals[index]);
    page.finals[index] = final;
    this.#ownerIn(page, index).listed.add(final);
    this.#touched.push(number);
  }

  /** Outputs of an order that is shown are not needed. */
  release(order: OrderId, lots: readonly LotOffer[]): void {
    const number = numberOfId(order);
    const page = this.#pages.of(number);
    const index = indexOf(number);
    const { released } = this.#ownerIn(page, index);
    page.released[index] = released.add(page.released[index], number, lots);
  }

  /** After the last event of an entry: of the orders that are over now the newest stay. */
  endEntry(): void {
    if (this.#touched.length === 0) return;
    for (const number of this.#touched) this.#retire(number);
    this.#touched.length = 0;
  }

  #show(number: number, { participant, market }: OrderView): Page {
    return this.#pages.show(number, this.#ownerNumber(participant), this.#marketNumber(market));
  }

  #ownerNumber(participant: Address): number {
    let number = this.#ownerNumbers.get(participant);
    if (number === undefined) {
      number = this.#owners.length;
      this.#ownerNumbers.set(participant, number);
      this.#owners.push({ over: [], listed: new ListedTrades(), released: new ReleasedPast() });
    }
    return number;
  }

  #ownerOf(participant: Address): Owner {
    return sure(this.#owners[this.#ownerNumber(participant)], participant);
  }

  /** Of an order that is shown. */
  #ownerIn({ owners }: Page, index: number): Owner {
    return sure(this.#owners[owners[index] ?? 0], 'an owner');
  }

  #marketNumber(market: MarketSymbol): number {
    let number = this.#marketNumbers.get(market);
    if (number === undefined) {
      this.#markets += 1;
      number = this.#markets;
      this.#marketNumbers.set(market, number);
    }
    return number;
  }

  /** Notes that an order is over, and forgets the oldest that is when there is one too many. */
  #retire(number: number): void {
    const page = this.#pages.of(number);
    const index = indexOf(number);
    const facts = page.facts[index] ?? 0;
    // Told of twice, it may be forgotten by now.
    if ((facts & done) === 0 || (facts & over) !== 0 || facts >>> openShift > 0) return;
    page.facts[index] = facts | over;
    const owner = this.#ownerIn(page, index);
    owner.over.push(number);
    if (owner.over.length > doneOrdersMax) this.#forget(owner, sure(owner.over.shift(), 'oldest'));
  }

  #forget({ listed }: Owner, number: number): void {
    const page = this.#pages.of(number);
    const index = indexOf(number);
    for (let final = page.finals[index]; final !== undefined; final = final.next) {
      listed.remove(final);
    }
    if (((page.facts[index] ?? 0) & viewed) !== 0) this.#views.delete(number);
    this.#pages.forget(number);
  }

  /** Forgets the orders of a market that is over: all of them are over. `state` is that of the core now. */
  forgetMarket(market: MarketSymbol, state: State): void {
    const gone = this.#marketNumbers.get(market);
    if (gone === undefined) return;
    this.#marketNumbers.delete(market);
    for (const owner of this.#owners) {
      const stays = owner.over.filter((number) => this.#marketIn(number) !== gone);
      if (stays.length === owner.over.length) continue;
      for (const number of owner.over) {
        if (this.#marketIn(number) === gone) this.#forget(owner, number);
        else this.#takeDown(number, state);
      }
      owner.over = stays;
    }
  }

  #marketIn(number: number): number | undefined {
    return this.#pages.of(number).markets[indexOf(number)];
  }

  /** Takes down how an order that is over ended: the core may soon forget it. */
  #takeDown(number: number, state: State): void {
    const { facts } = this.#pages.of(number);
    const index = indexOf(number);
    const known = facts[index] ?? 0;
    if ((known & viewed) !== 0) return;
    facts[index] = known | viewed;
    this.#views.set(number, sure(orderFactsOf(state, idOf(number)), idOf(number)).view);
  }

  /** All orders that are shown, in the order of acceptance; in slices. `state` is that of the core now. */
  *keep(state: State): Generator<void, readonly KeptOrder[], undefined> {
    const kept: KeptOrder[] = [];
    let before = 0;
    for (const numbers of this.#pages.shown()) {
      for (const number of numbers) kept.push(this.#keepOne(number, state));
      if (kept.length - before < sliceThings) continue;
      before = kept.length;
      yield;
    }
    return kept;
  }

  #keepOne(number: number, state: State): KeptOrder {
    const order = idOf(number);
    const page = this.#pages.of(number);
    const index = indexOf(number);
    const [at, placedAt, place] = page.numbers.subarray(numbersOf(number)) as unknown as [
      Instant,
      Instant,
      number,
    ];
    const facts = orderFactsOf(state, order);
    const isPlaced = place > 0 && facts !== undefined && mayRest(facts);
    return keptOrder({
      order,
      at,
      reason: reasons[((page.facts[index] ?? 0) & reasonMask) >>> reasonShift],
      placed: isPlaced ? { at: placedAt, place } : undefined,
      trades: byNumber(recordsFrom(page.finals[index])),
      view: facts === undefined ? sure(this.#views.get(number), order) : undefined,
    });
  }

  /** What is kept of a participant's orders. */
  keepOwner(participant: Address): KeptOwner {
    const { over: numbers, listed } = this.#ownerOf(participant);
    return {
      over: numbers.map(idOf),
      listed: listed.keep().map(([trade, number]) => [trade, idOf(number)]),
    };
  }

  /** What is kept of the outputs that a participant's orders did not need. */
  keepReleased(participant: Address): KeptReleased {
    const { released } = this.#ownerOf(participant);
    return released.keep().map(({ number, outputs }) => [idOf(number), outputs]);
  }
}
