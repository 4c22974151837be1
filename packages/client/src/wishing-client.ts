/**
 * A client that writes down each order and each amendment before it is sent: what the agent may sign for is what went through here, or what an allowance
 * of the owner's lets in.
 */
import { toAsset } from '@wattlot/core';
import type { Address, Amount, MarketSymbol, OrderId } from '@wattlot/core';
import { adoptionOf, mayFollow } from './allowance.ts';
import type { AdoptionContext, Allowance } from './allowance.ts';
import { isPassing } from './asks.ts';
import type { BookView, BotEvent, ClientEvent, ConnectionState, OrderChange } from './events.ts';
import type { Outcome, OrderWish, OwnOrder, TradeTick, TradingClient } from './events.ts';
import { gatewayErrors, refusalErrors } from './frames/errors.ts';
import type { CreateApiKeyRequest, CreateApiKeyResult } from './frames/api-keys.ts';
import type { EcoinRequest } from './frames/session-api.ts';
import type { Instrument } from './frames/instrument.ts';
import { amendmentsMax, marketsPinnedMax, ordersSweptAt } from './limits.ts';
import { isSameWish, plainWish } from './order-wish.ts';
import type { Stream } from './stream.ts';
import { printable } from './text.ts';
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

class WishingClient implements TradingClient {
  readonly #client: TradingClient;
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

  constructor(client: TradingClient, wishes: WishFile, allowances: readonly Allowance[]) {
    this.#client = client;
    this.#wishes = wishes;
    this.#allowances = allowances;
    for (const { wish, amendments } of wishes.book.records()) {
      for (const target of amendments) this.#inherited.push([wish.clientOrderId, target]);
    }
    wishes.listen((step) => {
      if (step.step === 'over') this.#forget();
    });
    client.listen((event) => {
      this.#hear(event);
    });
  }

  get participant(): Address | undefined {
    return this.#client.participant;
  }

  get state(): ConnectionState {
    return this.#client.state;
  }

  listen(listener: (event: ClientEvent) => void): () => void {
    return this.#client.listen(listener);
  }

  async placeOrder(wish: OrderWish): Promise<Outcome<{ readonly order: OrderId }>> {
    const { clientOrderId } = wish;
    const known = this.#wishes.book.byId(clientOrderId);
    const terms = known?.terms ?? this.#termsOf(wish.symbol);
    if (terms === undefined) return { kind: 'no', error: this.#whyNoTerms() };
    // An order that was amended since is still the one that was asked for under this id: the exchange says so.
    if (known !== undefined && !known.isAmended && !isSameWish(known.wish, wish)) {
      return { kind: 'no', error: refusalErrors.id_reused };
    }
    const plain = plainWish(wish);
    this.#placing.set(clientOrderId, (this.#placing.get(clientOrderId) ?? 0) + 1);
    if (known === undefined) this.#wishes.note({ step: 'wished', wish: plain, terms });
    const fault = await this.#faultOfFile();
    const answer: Outcome<{ readonly order: OrderId }> =
      fault === undefined ? await this.#client.placeOrder(plain) : { kind: 'no', error: fault };
    const others = (this.#placing.get(clientOrderId) ?? 1) - 1;
    if (others > 0) this.#placing.set(clientOrderId, others);
    else this.#placing.delete(clientOrderId);
    if (fault !== undefined) return answer;
    const outcome = known === undefined ? answer : this.#ofRepeat(clientOrderId, answer);
    this.#settle(clientOrderId, outcome);
    return outcome;
  }

  async amendOrder(order: OrderId, change: OrderChange): Promise<Outcome<null>> {
    const record = this.#wishes.book.byOrder(order);
    // Nothing is signed for an order that is not wished, whatever becomes of it.
    if (record === undefined) return this.#client.amendOrder(order, change);
    const { wish, amendments } = record;
    if (amendments.length >= amendmentsMax) {
      return { kind: 'no', error: `${gatewayErrors.unavailable}: too many amendments wait` };
    }
    const { price, volume } = amendments.at(-1) ?? wish;
    // Both are sent: what is written down is what was asked for.
    const target: WishTarget = { price, volume, ...change };
    const { clientOrderId: id } = wish;
    this.#wishes.note({ step: 'amended', id, ...target });
    const fault = await this.#faultOfFile();
    const outcome: Outcome<null> =
      fault === undefined
        ? await this.#client.amendOrder(order, target)
        : { kind: 'no', error: fault };
    this.#decide(id, target, outcome);
    return outcome;
  }

  cancelOrder(order: OrderId): Promise<Outcome<null>> {
    return this.#client.cancelOrder(order);
  }

  cancelAll(symbol?: MarketSymbol): Promise<Outcome<null>> {
    return this.#client.cancelAll(symbol);
  }

  cancelAllAfter(seconds: number): Promise<Outcome<null>> {
    return this.#client.cancelAllAfter(seconds);
  }

  followQueue(symbol: MarketSymbol | undefined): void {
    this.#client.followQueue(symbol);
  }

  requestEcoin(amount: Amount, request?: string): Promise<Outcome<null>> {
    return this.#client.requestEcoin(amount, request);
  }

  ecoinRequests(): Promise<Outcome<readonly EcoinRequest[]>> {
    return this.#client.ecoinRequests();
  }

  createApiKey(request: CreateApiKeyRequest): Promise<Outcome<CreateApiKeyResult>> {
    return this.#client.createApiKey(request);
  }

  events(): Stream<BotEvent> {
    return this.#client.events();
  }

  book(symbol: MarketSymbol): Stream<BookView> {
    return this.#client.book(symbol);
  }

  trades(symbol: MarketSymbol): Stream<TradeTick> {
    return this.#client.trades(symbol);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #hear(event: ClientEvent): void {
    if (event.kind === 'instruments') {
      this.#instruments = new Map(
        event.instruments.flatMap((one) => {
          const pinned = this.#pin(one);
          return pinned === undefined ? [] : [[one.symbol, pinned]];
        }),
      );
    } else if (event.kind === 'reconciled') this.#settle(event.clientOrderId, event.outcome);
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
    if (outcome.kind === 'yes') return this.#decide(id, target, outcome);
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
    const terms = this.#termsOf(own.symbol);
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
    this.#decide(id, target, { kind: 'yes', value: null });
  }

  #contextOf(symbol: MarketSymbol): AdoptionContext | undefined {
    const instrument = this.#instruments.get(symbol);
    if (instrument === undefined || this.#allowances.length === 0) return undefined;
    return { allowances: this.#allowances, instrument, records: this.#wishes.book.records() };
  }

  #termsOf(symbol: MarketSymbol): WishTerms | undefined {
    const instrument = this.#instruments.get(symbol);
    const energy = toAsset(instrument?.base);
    const ecoin = toAsset(instrument?.quote);
    if (instrument === undefined || energy === undefined || ecoin === undefined) return undefined;
    return { energy, ecoin, lot: instrument.lot };
  }

  #whyNoTerms(): string {
    const isEarly = this.#instruments.size === 0;
    return isEarly
      ? `${gatewayErrors.unavailable}: the markets are not known yet`
      : gatewayErrors.unknownSymbol;
  }

  /** Waits for the disk: an order that a crash makes us forget would trade, and nobody would sign for it. @returns why it cannot be written. */
  async #faultOfFile(): Promise<string | undefined> {
    try {
      await this.#wishes.settled();
      return undefined;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return `${gatewayErrors.unavailable}: the order cannot be written down: ${printable(why)}`;
    }
  }

  /** A repeat that was not taken now says nothing of the time before, of which nobody knows or which was placed. */
  #ofRepeat(
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

  #settle(id: string, outcome: Outcome<{ readonly order: OrderId }>): void {
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
  #decide(id: string, target: WishTarget, outcome: Outcome<null>): void {
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

/** `client`, with its orders noted in `wishes` before they are sent, and those placed elsewhere adopted within the allowances. */
export function rememberWishes(
  client: TradingClient,
  wishes: WishFile,
  allowances: readonly Allowance[] = [],
): TradingClient {
  return new WishingClient(client, wishes, allowances);
}
