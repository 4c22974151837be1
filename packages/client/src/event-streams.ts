/** The client's events as streams, and how those that wait to be read are made one. */
import type { Asset, MarketSymbol, OrderId } from '@wattlot/core';
import type { BookView, BotEvent, ClientEvent, OwnBalance, OwnOrder, TradeTick } from './events.ts';
import { ordersKeptMax, ticksKeptMax, verdictsKeptMax } from './limits.ts';
import { isFinal } from './orders.ts';
import { createStream, listBuffer, newestBuffer } from './stream.ts';
import type { Buffer, Feeder, Stream } from './stream.ts';

type Of<Kind extends BotEvent['kind']> = Extract<BotEvent, { kind: Kind }>;

/** Two reports on own orders as one: of each order the newest; a snapshot replaces all before it. */
function joinOrders(before: Of<'orders'>, after: Of<'orders'>): Of<'orders'> {
  if (after.snapshot) return after;
  const orders = new Map<OrderId, OwnOrder>(before.orders.map((own) => [own.order, own]));
  for (const own of after.orders) {
    // The newest last, as they came.
    orders.delete(own.order);
    orders.set(own.order, own);
  }
  let surplus = orders.size - ordersKeptMax;
  for (const [order, own] of orders) {
    if (surplus <= 0) break;
    if (!isFinal(own)) continue;
    orders.delete(order);
    surplus -= 1;
  }
  return { ...before, orders: [...orders.values()] };
}

function joinBalances(before: Of<'balances'>, after: Of<'balances'>): Of<'balances'> {
  const balances = new Map<Asset, OwnBalance>(before.balances.map((own) => [own.asset, own]));
  for (const own of after.balances) balances.set(own.asset, own);
  return { kind: 'balances', balances: [...balances.values()] };
}

/** Trades of one market; beyond the limit the oldest are dropped. */
function joinTrades(
  before: Of<'trades'>,
  after: Of<'trades'>,
): { readonly event: Of<'trades'>; readonly dropped: number } {
  if (after.snapshot) return { event: after, dropped: 0 };
  const trades = [...before.trades, ...after.trades];
  const dropped = Math.max(0, trades.length - ticksKeptMax);
  return { event: { ...before, trades: trades.slice(dropped) }, dropped };
}

/** Events of one key are made one while they wait. */
function keyOf(event: BotEvent): string {
  switch (event.kind) {
    case 'book':
      return `book ${event.book.symbol}`;
    case 'queue':
      return `queue ${event.symbol}`;
    case 'trades':
      return `trades ${event.trades[0]?.symbol}`;
    case 'reconciled':
      return `reconciled ${event.clientOrderId}`;
    case 'amendment':
      return `amendment ${event.order}`;
    case 'connection':
    case 'latency':
    case 'instruments':
    case 'orders':
    case 'balances':
      return event.kind;
  }
}

/** What waits of all events: one a key, at the place of the first that was not read, so that none is put off for ever. */
export function eventBuffer(): Buffer<BotEvent> {
  const waiting = new Map<string, BotEvent>();
  const verdicts: string[] = [];
  return {
    put: (event) => {
      const key = keyOf(event);
      const before = waiting.get(key);
      let next: BotEvent = event;
      let dropped = 0;
      if (before?.kind === 'orders' && event.kind === 'orders') next = joinOrders(before, event);
      if (before?.kind === 'balances' && event.kind === 'balances') {
        next = joinBalances(before, event);
      }
      if (before?.kind === 'trades' && event.kind === 'trades') {
        ({ event: next, dropped } = joinTrades(before, event));
      }
      waiting.set(key, next);
      if (event.kind !== 'reconciled' && event.kind !== 'amendment') return dropped;
      // The only keys that are without end.
      if (before === undefined) verdicts.push(key);
      const oldest = verdicts.length > verdictsKeptMax ? verdicts.shift() : undefined;
      return oldest !== undefined && waiting.delete(oldest) ? 1 : 0;
    },
    take: () => {
      for (const [key, event] of waiting) {
        waiting.delete(key);
        const index = verdicts.indexOf(key);
        if (index >= 0) verdicts.splice(index, 1);
        return event;
      }
      return undefined;
    },
    clear: () => {
      waiting.clear();
      verdicts.length = 0;
    },
  };
}

/** What the streams need of a client. */
type Source = {
  readonly listen: (listener: (event: ClientEvent) => void) => () => void;
};

/** The streams of one client. Listens to it from the beginning, so that a stream of books can begin with the one that is current. */
export class EventStreams {
  readonly #books = new Map<MarketSymbol, BookView>();
  readonly #takers = new Set<(event: ClientEvent) => void>();
  #closed = false;

  constructor(client: Source) {
    client.listen((event) => {
      if (event.kind === 'book') this.#books.set(event.book.symbol, event.book);
      if (event.kind === 'connection') {
        // What is not current is not shown as if it were.
        if (event.state !== 'live') this.#books.clear();
        this.#closed ||= event.state === 'closed';
      }
      for (const taker of this.#takers) taker(event);
    });
  }

  events(): Stream<BotEvent> {
    return this.#stream(eventBuffer(), (event, feeder) => {
      if (event.kind !== 'tasks') feeder.put(event);
    });
  }

  book(symbol: MarketSymbol): Stream<BookView> {
    const { stream, put } = this.#open<BookView>(newestBuffer(), (event, feeder) => {
      if (event.kind === 'book' && event.book.symbol === symbol) feeder.put(event.book);
    });
    const current = this.#books.get(symbol);
    if (current !== undefined && !this.#closed) put(current);
    return stream;
  }

  trades(symbol: MarketSymbol): Stream<TradeTick> {
    return this.#stream(listBuffer<TradeTick>(ticksKeptMax), (event, feeder) => {
      if (event.kind !== 'trades' || event.snapshot) return;
      for (const trade of event.trades) if (trade.symbol === symbol) feeder.put(trade);
    });
  }

  #stream<T>(buffer: Buffer<T>, hear: (event: ClientEvent, feeder: Feeder<T>) => void): Stream<T> {
    return this.#open(buffer, hear).stream;
  }

  #open<T>(
    buffer: Buffer<T>,
    hear: (event: ClientEvent, feeder: Feeder<T>) => void,
  ): { readonly stream: Stream<T>; readonly put: (item: T) => void } {
    const feeder = createStream(buffer, () => {
      this.#takers.delete(taker);
    });
    const taker = (event: ClientEvent): void => {
      hear(event, feeder);
      if (event.kind !== 'connection' || event.state !== 'closed') return;
      this.#takers.delete(taker);
      feeder.end();
    };
    if (this.#closed) feeder.end();
    else this.#takers.add(taker);
    return {
      stream: feeder.stream,
      put: (item) => {
        feeder.put(item);
      },
    };
  }
}
