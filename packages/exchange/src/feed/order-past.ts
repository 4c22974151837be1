/**
 * What the feed tells of orders that are still shown and the core does not know: when something was told of each last, why lots of it were cancelled, when it got its place and which,
 * its trades that are final, and which of the participant's newest orders that are over are shown. The rules are those of `foldOrders`; a test holds the two together.
 *
 * The core forgets orders that are over, and not the same ones: those of markets that made room count there and not here, so that an old order can be shown that it does not know any more.
 * Then its view is kept too.
 *
 * Orders come and go by the million while a journal is read, so that nothing is made for one: what is known of it are numbers, and the view that it ended with, in the page of its number. A
 * page goes with the last of its orders.
 */
import type { Address, CancelReason, Instant, MarketSymbol, OrderId } from '@wattlot/core';
import { orderFactsOf } from '@wattlot/core';
import type { OrderFacts, OrderView, State, TradeId, TradeView } from '@wattlot/core';
import { sure } from '../exact.ts';
import { doneOrdersMax, finalLotsMax, sliceThings } from '../limits.ts';
import type { Placed } from './queue.ts';
import { recordOf, withoutLots } from './orders.ts';
import type { TradeRecord } from './orders.ts';

/** What is kept of an order. */
export interface KeptOrder {
  readonly order: OrderId;
  readonly at: Instant;
  readonly reason?: CancelReason;
  /** When it got its place, and which; of an order that everybody sees rest or may see rest again. */
  readonly placedAt?: Instant;
  readonly place?: number;
  /** Those that are final, in the order of matching. */
  readonly trades?: readonly TradeRecord[];
  /** How it ended, of one that the core has forgotten. */
  readonly view?: OrderView;
}

/** What is kept of a participant's orders. */
export interface KeptOwner {
  /** Over for good, oldest first. */
  readonly over: readonly OrderId[];
  /** Final trades whose lots are still listed, with the participant's own order, oldest first. */
  readonly listed: readonly (readonly [TradeId, OrderId])[];
}

/** The reasons by their numbers here: 0 is none. */
const reasons: readonly (CancelReason | undefined)[] = [
  undefined,
  'requested',
  'not_filled_at_once',
  'offers_late',
  'offers_declined',
  'would_trade',
  'self_trade',
  'output_spent',
  'not_settled',
  'amended',
  'expired',
  'cancel_all_after',
  'market_closed',
  'suspended',
] satisfies readonly (CancelReason | undefined)[];

const reasonNumbers: ReadonlyMap<CancelReason | undefined, number> = new Map(
  reasons.map((reason, index) => [reason, index]),
);

const pageBits = 8;
const pageOrders = 1 << pageBits;
const pageNumbers = 3;

/** What is known of the orders with numbers that differ in their last bits. */
interface Page {
  /** In turns: when something was told last, when it got its place, and which. */
  readonly numbers: Float64Array;
  /** Of those that are done. */
  readonly views: (OrderView | undefined)[];
  /** As the constants below say; 0 of an order that is not shown. */
  readonly facts: Uint32Array;
  shown: number;
}

/** Bits of `facts`: shown, done, over, having final trades; then the reason's number and how many of its trades are not final. */
const shown = 1;
const done = 2;
const over = 4;
const traded = 8;
const reasonShift = 4;
const reasonMask = 15 << reasonShift;
const openShift = 8;
const oneOpen = 1 << openShift;

interface Owner {
  /** Numbers of orders that are over, oldest first. */
  over: number[];
  readonly listed: Map<TradeId, number>;
  lots: number;
}

/** The number in an order's id. */
export function numberOfOrder(order: OrderId): number {
  let number = 0;
  for (let index = 1; index < order.length; index += 1) {
    number = number * 10 + order.charCodeAt(index) - 0x30;
  }
  return number;
}

function idOf(number: number): OrderId {
  return `O${number}` as OrderId;
}

/** How an order that is kept stands in the core, or stood there last. */
export type FactsOf = (kept: KeptOrder) => OrderFacts;

/** The past of all orders that are shown. */
export class OrderPast {
  readonly #pages: (Page | undefined)[] = [];
  readonly #owners = new Map<Address, Owner>();
  /** Final trades by the order's number. */
  readonly #finals = new Map<number, Map<TradeId, TradeRecord>>();
  /** Orders that may have become over in the entry at hand. */
  readonly #touched: number[] = [];

  /** Has these orders as they were kept, all of them or some after others; the core is as it was then. Nothing has been noted yet. */
  begin(orders: readonly KeptOrder[], factsOf: FactsOf): void {
    for (const kept of orders) {
      const { order, at, reason, placedAt = 0, place = 0, trades } = kept;
      const number = numberOfOrder(order);
      const page = this.#pageOf(number);
      const index = number & (pageOrders - 1);
      const { view, unsettled } = factsOf(kept);
      page.numbers.set([at, placedAt, place], pageNumbers * index);
      if (view.status === 'done') page.views[index] = view;
      const reasonNumber = reasonNumbers.get(reason) ?? 0;
      const status = view.status === 'done' ? done : 0;
      page.facts[index] = shown | status | (reasonNumber << reasonShift) | (unsettled << openShift);
      page.shown += 1;
      if (trades === undefined) continue;
      page.facts[index] = (page.facts[index] ?? 0) | traded;
      this.#finals.set(number, new Map(trades.map((record) => [record.trade.trade, record])));
    }
  }

  /** The same of one participant's orders, when all orders are there. */
  beginOwner(participant: Address, { over: ids, listed }: KeptOwner): void {
    const owner = this.#ownerOf(participant);
    owner.over = ids.map(numberOfOrder);
    for (const number of owner.over) {
      const { facts } = this.#pageOf(number);
      const index = number & (pageOrders - 1);
      facts[index] = (facts[index] ?? 0) | over;
    }
    for (const [trade, order] of listed) {
      const number = numberOfOrder(order);
      owner.listed.set(trade, number);
      owner.lots += this.#finals.get(number)?.get(trade)?.trade.lots.length ?? 0;
    }
  }

  /** Something was told of an order, as `view` has it after that. */
  note(view: OrderView, at: Instant, reason?: CancelReason): void {
    const number = numberOfOrder(view.order);
    const page = this.#pageOf(number);
    const index = number & (pageOrders - 1);
    page.numbers[pageNumbers * index] = at;
    let facts = page.facts[index] ?? 0;
    if (facts === 0) page.shown += 1;
    if (reason !== undefined) {
      facts = (facts & ~reasonMask) | ((reasonNumbers.get(reason) ?? 0) << reasonShift);
    }
    const isDone = view.status === 'done';
    if (isDone) {
      page.views[index] = view;
      this.#touched.push(number);
    } else if ((facts & done) !== 0) page.views[index] = undefined;
    page.facts[index] = shown | (isDone ? facts | done : facts & ~done);
  }

  /** An order has got a new place. */
  notePlace(order: OrderId, at: Instant, place: number): void {
    const number = numberOfOrder(order);
    const index = number & (pageOrders - 1);
    const { numbers } = this.#pageOf(number);
    numbers[pageNumbers * index + 1] = at;
    numbers[pageNumbers * index + 2] = place;
  }

  /** A trade of an order was made. Something is told of the order next. */
  noteTrade(order: OrderId): void {
    this.#addOpen(numberOfOrder(order), oneOpen);
  }

  /** A trade has become final. */
  noteFinal(trade: TradeView): void {
    const record = recordOf(trade);
    for (const { order, participant } of [trade.resting, trade.incoming]) {
      const number = numberOfOrder(order);
      this.#addOpen(number, -oneOpen);
      const finals = this.#finals.get(number);
      if (finals === undefined) this.#finals.set(number, new Map([[trade.trade, record]]));
      else finals.set(trade.trade, record);
      this.#list(participant, number, trade);
      this.#touched.push(number);
    }
  }

  /** After the last event of an entry: of the orders that are over now the newest stay. */
  endEntry(): void {
    if (this.#touched.length === 0) return;
    for (const number of this.#touched) this.#retire(number);
    this.#touched.length = 0;
  }

  #addOpen(number: number, change: number): void {
    const { facts } = this.#pageOf(number);
    const index = number & (pageOrders - 1);
    facts[index] = ((facts[index] ?? 0) + change) | (change < 0 ? traded : 0);
  }

  #pageOf(number: number): Page {
    const at = number >>> pageBits;
    let page = this.#pages[at];
    if (page === undefined) {
      const numbers = new Float64Array(pageNumbers * pageOrders);
      const views = Array.from<OrderView | undefined>({ length: pageOrders });
      page = { numbers, views, facts: new Uint32Array(pageOrders), shown: 0 };
      // Filled up, so that it stays a list without holes.
      while (this.#pages.length < at) this.#pages.push(undefined);
      this.#pages[at] = page;
    }
    return page;
  }

  #ownerOf(participant: Address): Owner {
    let owner = this.#owners.get(participant);
    if (owner === undefined) {
      owner = { over: [], listed: new Map(), lots: 0 };
      this.#owners.set(participant, owner);
    }
    return owner;
  }

  /** Keeps the lots of a trade that is final, and drops those of the oldest ones when they are too many. */
  #list(participant: Address, number: number, trade: TradeView): void {
    const owner = this.#ownerOf(participant);
    owner.listed.set(trade.trade, number);
    owner.lots += trade.lots.length;
    if (owner.lots <= finalLotsMax) return;
    for (const [oldest, of] of owner.listed) {
      if (owner.lots <= finalLotsMax) return;
      const finals = this.#finals.get(of);
      const known = finals?.get(oldest);
      this.#unlist(owner, oldest, known);
      if (known !== undefined) finals?.set(oldest, withoutLots(known));
    }
  }

  #unlist(owner: Owner, trade: TradeId, record: TradeRecord | undefined): void {
    if (owner.listed.delete(trade)) owner.lots -= record?.trade.lots.length ?? 0;
  }

  /** Notes that an order is over, and forgets the oldest that is when there is one too many. */
  #retire(number: number): void {
    const page = this.#pageOf(number);
    const index = number & (pageOrders - 1);
    const facts = page.facts[index] ?? 0;
    // Told of twice, it may be forgotten by now.
    if ((facts & done) === 0 || (facts & over) !== 0 || facts >>> openShift > 0) return;
    page.facts[index] = facts | over;
    const owner = this.#ownerOf(viewOf(page, index).participant);
    owner.over.push(number);
    if (owner.over.length > doneOrdersMax) this.#forget(owner, sure(owner.over.shift(), 'oldest'));
  }

  #forget(owner: Owner, number: number): void {
    const page = this.#pageOf(number);
    const index = number & (pageOrders - 1);
    if (((page.facts[index] ?? 0) & traded) !== 0) {
      for (const [trade, record] of this.#finals.get(number) ?? []) {
        this.#unlist(owner, trade, record);
      }
      this.#finals.delete(number);
    }
    page.facts[index] = 0;
    page.views[index] = undefined;
    page.shown -= 1;
    // The last page is the one that new orders come to.
    const at = number >>> pageBits;
    if (page.shown === 0 && at < this.#pages.length - 1) this.#pages[at] = undefined;
  }

  /** Forgets the orders of a market that is over: all of them are done, and their trades final. */
  forgetMarket(market: MarketSymbol): void {
    for (const [at, page] of this.#pages.entries()) {
      if (page === undefined) continue;
      for (const [index, view] of page.views.entries()) {
        if (view?.market !== market) continue;
        const number = (at << pageBits) + index;
        const owner = this.#ownerOf(view.participant);
        owner.over = owner.over.filter((one) => one !== number);
        this.#forget(owner, number);
      }
    }
  }

  /** All orders that are shown, in the order of acceptance; in slices. `state` is that of the core now. */
  *keep(state: State): Generator<void, readonly KeptOrder[], undefined> {
    const kept: KeptOrder[] = [];
    let before = 0;
    for (const [at, page] of this.#pages.entries()) {
      if (page === undefined || page.shown === 0) continue;
      for (const [index, facts] of page.facts.entries()) {
        if (facts !== 0) kept.push(this.#keepOne((at << pageBits) + index, page, state));
      }
      if (kept.length - before < sliceThings) continue;
      before = kept.length;
      yield;
    }
    return kept;
  }

  #keepOne(number: number, page: Page, state: State): KeptOrder {
    const order = idOf(number);
    const index = number & (pageOrders - 1);
    const from = pageNumbers * index;
    const [at, placedAt, place] = page.numbers.subarray(from, from + pageNumbers) as unknown as [
      Instant,
      Instant,
      number,
    ];
    const reason = reasons[((page.facts[index] ?? 0) & reasonMask) >>> reasonShift];
    const finals = this.#finals.get(number);
    const facts = orderFactsOf(state, order);
    const isPlaced = place > 0 && facts !== undefined && mayRest(facts);
    return keptOrder({
      order,
      at,
      reason,
      placed: isPlaced ? { at: placedAt, place } : undefined,
      trades: byNumber([...(finals?.values() ?? [])]),
      view: facts === undefined ? viewOf(page, index) : undefined,
    });
  }

  /** What is kept of a participant's orders. */
  keepOwner(participant: Address): KeptOwner {
    const owner = this.#owners.get(participant);
    if (owner === undefined) return { over: [], listed: [] };
    const listed = [...owner.listed].map(([trade, number]) => [trade, idOf(number)] as const);
    return { over: owner.over.map(idOf), listed };
  }
}

/** Of an order that is done. */
function viewOf({ views }: Page, index: number): OrderView {
  return sure(views[index], 'a view');
}

/** What is kept of an order, always with its fields in one order. */
export function keptOrder({
  order,
  at,
  reason,
  placed,
  trades,
  view,
}: Pick<KeptOrder, 'order' | 'at'> & {
  readonly reason: CancelReason | undefined;
  readonly placed: Placed | undefined;
  readonly trades: readonly TradeRecord[];
  readonly view: OrderView | undefined;
}): KeptOrder {
  return {
    order,
    at,
    ...(reason === undefined ? {} : { reason }),
    ...(placed === undefined ? {} : { placedAt: placed.at, place: placed.place }),
    ...(trades.length === 0 ? {} : { trades }),
    ...(view === undefined ? {} : { view }),
  };
}

/** Whether everybody sees an order rest, or may see it rest again. */
export function mayRest({ view, given }: OrderFacts): boolean {
  return !view.whole && (view.status !== 'done' || given > 0);
}

/** Trades in the order of matching. */
export function byNumber(records: readonly TradeRecord[]): readonly TradeRecord[] {
  return records.toSorted((a, b) => numberOfTrade(a) - numberOfTrade(b));
}

function numberOfTrade({ trade }: TradeRecord): number {
  return Number(trade.trade.slice(1));
}
