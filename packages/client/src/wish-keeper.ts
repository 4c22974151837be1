/**
 * What becomes of wishes, as the exchange tells it: orders get their names, amendments are decided, orders placed elsewhere are adopted within the owner's allowances. All of it is
 * noted in the file of wishes.
 */
import { toAsset } from '@wattlot/core';
import type { MarketSymbol, OrderId } from '@wattlot/core';
import { adoptionOf, mayFollow } from './allowance.ts';
import type { AdoptionContext, Allowance } from './allowance.ts';
import { isPassing } from './asks.ts';
import type { ClientEvent, Outcome, OwnOrder } from './events.ts';
import { gatewayErrors } from './frames/errors.ts';
import type { Instrument } from './frames/instrument.ts';
import { marketsPinnedMax, ordersSweptAt } from './limits.ts';
import { isAmending } from './wish-book.ts';
import type { AgreedTrade, WishRecord, WishTarget, WishTerms } from './wish-book.ts';
import type { WishFile } from './wish-file.ts';

/** Trades that an order made as the incoming one while `limit` was its limit, and whose settlement is not over. */
function agreedTrades({ side, trades }: OwnOrder, limit: number): readonly AgreedTrade[] {
  return trades.flatMap(({ trade, price, resting, settlement }) => {
    const isOver = settlement === 'settled' || settlement === 'released';
    const isWorse = side === 'bid' ? price > limit : price < limit;
    return resting || isOver || isWorse ? [] : [{ trade, price }];
  });
}

/** Keeps the wishes of one client. */
export class WishKeeper {
  readonly #wishes: WishFile;
  readonly #allowances: readonly Allowance[];
  #instruments: ReadonlyMap<MarketSymbol, Instrument> = new Map();
  /** With allowances: how each market was described first. */
  readonly #pinned = new Map<MarketSymbol, Instrument>();
  /** Of the orders that are wished, as they were told last. */
  readonly #orders = new Map<OrderId, OwnOrder>();
  /** How often each wish is under way now. */
  readonly #placing = new Map<string, number>();
  /** Amendments of an earlier run: the first list of the orders decides them. */
  readonly #inherited: [id: string, target: WishTarget][] = [];

  constructor(wishes: WishFile, allowances: readonly Allowance[]) {
    this.#wishes = wishes;
    this.#allowances = allowances;
    for (const { wish, amendments } of wishes.book.records()) {
      for (const target of amendments) this.#inherited.push([wish.clientOrderId, target]);
    }
    wishes.listen((step) => {
      if (step.step === 'over') this.#forget();
    });
  }

  /** Takes in what the exchange tells. */
  hear(event: ClientEvent): void {
    if (event.kind === 'instruments') {
      this.#instruments = new Map(
        event.instruments.flatMap((one) => {
          const pinned = this.#pin(one);
          return pinned === undefined ? [] : [[one.symbol, pinned]];
        }),
      );
    } else if (event.kind === 'reconciled') this.settle(event.clientOrderId, event.outcome);
    else if (event.kind === 'orders') this.#hearOrders(event.orders, event.snapshot);
    else if (event.kind === 'amendment') {
      const record = this.#wishes.book.byOrder(event.order);
      if (record === undefined) return;
      this.#hearAmendment(record, event);
    }
  }

  /** It is found out now: the exchange has shown its orders, and will not be asked again. Those sent before it are decided with it. */
  #hearAmendment(
    record: WishRecord,
    { change, outcome }: Extract<ClientEvent, { kind: 'amendment' }>,
  ): void {
    const { clientOrderId: id, price, volume } = record.wish;
    const target: WishTarget = { price, volume, ...change };
    if (!isAmending(record, target)) return;
    if (outcome.kind === 'yes') return this.decide(id, target, outcome);
    for (const earlier of record.amendments) {
      this.#wishes.note({ step: 'amend_refused', id, ...earlier });
      if (earlier.price === target.price && earlier.volume === target.volume) return;
    }
  }

  /** What a lot is must not change under an allowance: the first description stays, also of a market that was gone in between. @returns undefined when there is no room for another one. */
  #pin(now: Instrument): Instrument | undefined {
    if (this.#allowances.length === 0) return now;
    const before = this.#pinned.get(now.symbol);
    if (before !== undefined) return before;
    if (this.#pinned.size >= marketsPinnedMax) return undefined;
    this.#pinned.set(now.symbol, now);
    return now;
  }

  #hearOrders(orders: readonly OwnOrder[], snapshot: boolean): void {
    if (snapshot) this.#orders.clear();
    for (const own of orders) {
      this.#adopt(own);
      const record = this.#recordOf(own);
      if (record === undefined) continue;
      this.#orders.set(own.order, own);
      this.#follow(own, record);
    }
    if (!snapshot) return;
    for (const [id, target] of this.#inherited.splice(0)) {
      const record = this.#wishes.book.byId(id);
      // Neither was it carried out, nor is it on its way: it went with its connection.
      if (record !== undefined && isAmending(record, target)) {
        this.#wishes.note({ step: 'amend_refused', id, ...target });
      }
    }
  }

  #recordOf({ order, clientOrderId }: OwnOrder): WishRecord | undefined {
    const record = this.#wishes.book.byOrder(order);
    if (record !== undefined) return record;
    const placing = this.#wishes.book.byId(clientOrderId);
    return placing?.order === undefined ? placing : undefined;
  }

  /** Takes an order in that was placed elsewhere, if the owner allows it. */
  #adopt(own: OwnOrder): void {
    const { book } = this.#wishes;
    if (book.byOrder(own.order) !== undefined || book.byId(own.clientOrderId) !== undefined) return;
    const context = this.#contextOf(own.symbol);
    const terms = this.termsOf(own.symbol);
    const wish = context && adoptionOf(own, context);
    if (wish === undefined || terms === undefined) return;
    this.#wishes.note({ step: 'wished', wish, terms, adopted: true });
    this.#wishes.note({ step: 'placed', id: wish.clientOrderId, order: own.order });
  }

  /** What the exchange reports of an order decides an amendment to exactly that; one made elsewhere counts within the allowance. */
  #follow(own: OwnOrder, record: WishRecord): void {
    const { wish } = record;
    if (own.status === 'done' || (own.price === wish.price && own.volume === wish.volume)) return;
    const id = wish.clientOrderId;
    const target: WishTarget = { price: own.price, volume: own.volume };
    if (!isAmending(record, target)) {
      const context = this.#contextOf(wish.symbol);
      if (context === undefined || !mayFollow(own, record, context)) return;
      this.#wishes.note({ step: 'amended', id, ...target });
    }
    this.decide(id, target, { kind: 'yes', value: null });
  }

  #contextOf(symbol: MarketSymbol): AdoptionContext | undefined {
    const instrument = this.#instruments.get(symbol);
    if (instrument === undefined || this.#allowances.length === 0) return undefined;
    return { allowances: this.#allowances, instrument, records: this.#wishes.book.records() };
  }

  /** What a lot of a market is. @returns undefined while that is not known. */
  termsOf(symbol: MarketSymbol): WishTerms | undefined {
    const instrument = this.#instruments.get(symbol);
    const energy = toAsset(instrument?.base);
    const ecoin = toAsset(instrument?.quote);
    if (instrument === undefined || energy === undefined || ecoin === undefined) return undefined;
    return { energy, ecoin, lot: instrument.lot };
  }

  /** An error string of the wire. */
  whyNoTerms(): string {
    const isEarly = this.#instruments.size === 0;
    return isEarly
      ? `${gatewayErrors.unavailable}: the markets are not known yet`
      : gatewayErrors.unknownSymbol;
  }

  /** A wish is sent, perhaps not for the first time. @returns what is to be called when it is answered. */
  begin(id: string): () => void {
    this.#placing.set(id, (this.#placing.get(id) ?? 0) + 1);
    return () => {
      const others = (this.#placing.get(id) ?? 1) - 1;
      if (others > 0) this.#placing.set(id, others);
      else this.#placing.delete(id);
    };
  }

  /** A repeat that was not taken now says nothing of the time before, of which nobody knows or which was placed. */
  ofRepeat(
    id: string,
    outcome: Outcome<{ readonly order: OrderId }>,
  ): Outcome<{ readonly order: OrderId }> {
    if (outcome.kind !== 'no') return outcome;
    const record = this.#wishes.book.byId(id);
    // Where the markets are not known yet, nothing was sent.
    const isUnsent = record !== undefined && !this.#instruments.has(record.wish.symbol);
    if (!isPassing(outcome.error) && !isUnsent) return outcome;
    const order = record?.order;
    return order === undefined
      ? { kind: 'unknown', reason: outcome.error }
      : { kind: 'yes', value: { order } };
  }

  /** Notes how a wish was answered. */
  settle(id: string, outcome: Outcome<{ readonly order: OrderId }>): void {
    if (outcome.kind === 'yes') {
      this.#wishes.note({ step: 'placed', id, order: outcome.value.order });
      return;
    }
    const record = this.#wishes.book.byId(id);
    // Asked for twice, the wish may be refused once and placed after that.
    const isLast = !this.#placing.has(id);
    if (outcome.kind === 'no' && record !== undefined && record.order === undefined && isLast) {
      this.#wishes.note({ step: 'over', id });
    }
  }

  /** Decides an amendment that is not decided. What stays unknown while it may still be found out stays as it is. */
  decide(id: string, target: WishTarget, outcome: Outcome<null>): void {
    const record = this.#wishes.book.byId(id);
    if (record === undefined || !isAmending(record, target)) return;
    if (outcome.kind === 'yes') {
      const own = record.order && this.#orders.get(record.order);
      const agreed = own === undefined ? [] : agreedTrades(own, record.wish.price);
      const more = agreed.length > 0 ? { agreed } : {};
      this.#wishes.note({ step: 'amend_accepted', id, ...target, ...more });
    } else if (outcome.kind === 'no') this.#wishes.note({ step: 'amend_refused', id, ...target });
  }

  /** Keeps few orders whose wish is over. */
  #forget(): void {
    if (this.#orders.size < 2 * this.#wishes.book.size + ordersSweptAt) return;
    for (const order of this.#orders.keys()) {
      if (this.#wishes.book.byOrder(order) === undefined) this.#orders.delete(order);
    }
  }
}
