/** Folds the channels' messages into what the owner is told: instruments, books, trades, own orders, balances, tasks. */
import { toAmount, toAsset, toMarketSymbol, toOrderId, toTradeId } from '@wattlot/core';
import type { Amount, MarketSymbol, OrderId, TradeId } from '@wattlot/core';
import type { OrdersKnown } from './asks.ts';
import { emptyCatalog, foldInstruments } from './catalog.ts';
import type { Catalog } from './catalog.ts';
import type {
  BookView,
  ClientEvent,
  OwnBalance,
  OwnOrder,
  QueueView,
  TradeTick,
} from './events.ts';
import { toUnits } from './frames/decimal.ts';
import { lotsOfQty, priceOfWire } from './frames/instrument.ts';
import type {
  BalancesMessage,
  BookMessage,
  ExecutionsMessage,
  InstrumentMessage,
  Message,
  TradeMessage,
} from './frames/messages.ts';
import type { Level3Message } from './frames/market-data.ts';
import { instantOfTime } from './frames/time.ts';
import { ordersKeptMax } from './limits.ts';
import { foldBook } from './mirror.ts';
import { foldReport, isFinal } from './orders.ts';
import { foldQueue } from './queue.ts';
import type { Topic } from './subscriptions.ts';

/** What one message led to. */
export interface Folded {
  readonly events: readonly ClientEvent[];
  /** Topics that are current by it. */
  readonly current: readonly Topic[];
  /** Topics that cannot be believed any more, and why. */
  readonly faults: readonly { readonly topic: Topic; readonly reason: string }[];
}

const nothing: Folded = { events: [], current: [], faults: [] };

function faulty(topic: Topic, reason: string): Folded {
  return { events: [], current: [], faults: [{ topic, reason }] };
}

function tickOf(catalog: Catalog, wire: TradeMessage['data'][number]): TradeTick | undefined {
  const symbol = toMarketSymbol(wire.symbol);
  const instrument = symbol === undefined ? undefined : catalog.instruments.get(symbol);
  if (instrument === undefined) return undefined;
  const trade: TradeId | undefined = toTradeId(`T${wire.trade_id}`);
  const price = priceOfWire(instrument, wire.price);
  const volume = lotsOfQty(instrument, wire.qty);
  const at = instantOfTime(wire.timestamp);
  if (trade === undefined || price === undefined || volume === undefined || at === undefined) {
    return undefined;
  }
  const side = wire.side === 'sell' ? 'ask' : 'bid';
  return { symbol: instrument.symbol, trade, side, price, volume, at };
}

/** Where the next message of a counted channel stands: `first` begins anew, `next` goes on, `gap` misses something. */
function placeOf(
  last: number | undefined,
  type: string,
  sequence: number,
): 'first' | 'next' | 'gap' | 'early' {
  if (type === 'snapshot') return sequence === 1 ? 'first' : 'gap';
  if (last === undefined) return 'early';
  return sequence === last + 1 ? 'next' : 'gap';
}

/** The state behind all subscriptions of one session. */
export class FeedView {
  readonly #depth: number;
  #catalog: Catalog = emptyCatalog;
  readonly #books = new Map<MarketSymbol, BookView>();
  /** The market whose single orders are followed, and these. */
  #queueOf: MarketSymbol | undefined;
  #queue: QueueView | undefined;
  readonly #lastTrade = new Map<MarketSymbol, number>();
  #orders = new Map<OrderId, OwnOrder>();
  #executionsSequence: number | undefined;
  #balancesSequence: number | undefined;

  constructor(depth: number) {
    this.#depth = depth;
  }

  get catalog(): Catalog {
    return this.#catalog;
  }

  /** The own orders as they were told last. */
  readonly orders: OrdersKnown = {
    byId: (order) => this.#orders.get(order),
    byClientId: (clientOrderId) => {
      for (const order of this.#orders.values()) {
        if (order.clientOrderId === clientOrderId) return order;
      }
      return undefined;
    },
    live: (symbol) =>
      [...this.#orders.values()].flatMap((own) =>
        own.status !== 'done' && (symbol === undefined || own.symbol === symbol) ? [own.order] : [],
      ),
  };

  /** Believes the single orders of this market from its next snapshot on, and of no other. */
  followQueue(symbol: MarketSymbol | undefined): void {
    this.#queueOf = symbol;
    this.#queue = undefined;
  }

  /** Forgets what a topic said, so that only its next snapshot is believed. */
  forget({ channel, symbol }: Topic): void {
    if (channel === 'book' && symbol !== undefined) this.#books.delete(symbol);
    if (channel === 'level3') this.#queue = undefined;
    if (channel === 'executions') this.#executionsSequence = undefined;
    if (channel === 'balances') this.#balancesSequence = undefined;
  }

  /** Forgets where the channels stood: the connection is gone. Orders and the catalog stay until the next snapshot. */
  disconnected(): void {
    this.#books.clear();
    this.#queue = undefined;
    this.#lastTrade.clear();
    this.#executionsSequence = undefined;
    this.#balancesSequence = undefined;
  }

  apply(message: Message): Folded {
    switch (message.channel) {
      case 'status':
      case 'heartbeat':
        return nothing;
      case 'instrument':
        return this.#instrument(message);
      case 'book':
        return this.#book(message);
      case 'level3':
        return this.#level3(message);
      case 'trade':
        return this.#trade(message);
      case 'executions':
        return this.#executions(message);
      case 'balances':
        return this.#balances(message);
      case 'agent':
        return {
          events: [{ kind: 'tasks', tasks: message.data }],
          current: [{ channel: 'agent' }],
          faults: [],
        };
    }
  }

  #instrument(message: InstrumentMessage): Folded {
    const topic: Topic = { channel: 'instrument' };
    const catalog = foldInstruments(this.#catalog, message);
    if (catalog === undefined) return faulty(topic, 'a market is described in contradictions');
    this.#catalog = catalog;
    return {
      events: [{ kind: 'instruments', instruments: [...catalog.instruments.values()] }],
      current: [topic],
      faults: [],
    };
  }

  #book({ type, data }: BookMessage): Folded {
    const events: ClientEvent[] = [];
    const current: Topic[] = [];
    const faults: { topic: Topic; reason: string }[] = [];
    for (const change of data) {
      const symbol = toMarketSymbol(change.symbol);
      const instrument = symbol === undefined ? undefined : this.#catalog.instruments.get(symbol);
      if (symbol === undefined || instrument === undefined) {
        faults.push({ topic: { channel: 'instrument' }, reason: 'a book of an unknown market' });
        continue;
      }
      const topic: Topic = { channel: 'book', symbol };
      const before = this.#books.get(symbol);
      // Between a new subscription and its snapshot the last updates of the old one may still come.
      if (type === 'update' && before === undefined) continue;
      const mirrored = foldBook(instrument, this.#depth, before, type, change);
      if (mirrored.kind === 'fault') {
        this.#books.delete(symbol);
        faults.push({ topic, reason: `${mirrored.reason} (${symbol})` });
        continue;
      }
      this.#books.set(symbol, mirrored.book);
      events.push({ kind: 'book', book: mirrored.book });
      if (type === 'snapshot') current.push(topic);
    }
    return { events, current, faults };
  }

  #level3({ type, data }: Level3Message): Folded {
    const events: ClientEvent[] = [];
    const current: Topic[] = [];
    const faults: { topic: Topic; reason: string }[] = [];
    for (const change of data) {
      const symbol = toMarketSymbol(change.symbol);
      const instrument = symbol === undefined ? undefined : this.#catalog.instruments.get(symbol);
      // What is not followed any more may still come.
      if (symbol !== this.#queueOf || symbol === undefined || instrument === undefined) continue;
      const before = this.#queue;
      // As of the book: the last updates of an old subscription may still come.
      if (type === 'update' && before === undefined) continue;
      const topic: Topic = { channel: 'level3', symbol };
      const folded = foldQueue(instrument, before, type, change);
      if (folded.kind === 'fault') {
        this.#queue = undefined;
        faults.push({ topic, reason: `${folded.reason} (${symbol})` });
        continue;
      }
      this.#queue = folded.queue;
      events.push({ kind: 'queue', symbol, queue: folded.queue });
      if (type === 'snapshot') current.push(topic);
    }
    return { events, current, faults };
  }

  #trade({ type, data }: TradeMessage): Folded {
    const trades: TradeTick[] = [];
    const current: Topic[] = [];
    for (const wire of data.toSorted((a, b) => a.trade_id - b.trade_id)) {
      const tick = tickOf(this.#catalog, wire);
      if (tick === undefined) {
        const symbol = toMarketSymbol(wire.symbol);
        const topic: Topic =
          symbol === undefined ? { channel: 'instrument' } : { channel: 'trade', symbol };
        return faulty(topic, 'a trade is out of bounds');
      }
      if (type === 'snapshot') current.push({ channel: 'trade', symbol: tick.symbol });
      else if (wire.trade_id <= (this.#lastTrade.get(tick.symbol) ?? 0)) continue;
      this.#lastTrade.set(tick.symbol, wire.trade_id);
      trades.push(tick);
    }
    const events: ClientEvent[] =
      trades.length > 0 ? [{ kind: 'trades', trades, snapshot: type === 'snapshot' }] : [];
    return { events, current, faults: [] };
  }

  #executions({ type, sequence, data }: ExecutionsMessage): Folded {
    const topic: Topic = { channel: 'executions' };
    const place = placeOf(this.#executionsSequence, type, sequence);
    if (place === 'early') return nothing;
    if (place === 'gap') return faulty(topic, 'a report on the own orders is missing');
    const orders = place === 'first' ? new Map<OrderId, OwnOrder>() : this.#orders;
    const changed = new Map<OrderId, OwnOrder>();
    for (const report of data) {
      const id = toOrderId(report.order_id);
      const known = id === undefined ? undefined : orders.get(id);
      const order = foldReport(this.#catalog.instruments, known, report);
      if (order === undefined) return faulty(topic, 'a report on an own order contradicts itself');
      orders.set(order.order, order);
      changed.set(order.order, order);
    }
    this.#orders = orders;
    this.#executionsSequence = sequence;
    this.#trim();
    const snapshot = place === 'first';
    return {
      events: [{ kind: 'orders', orders: [...changed.values()], snapshot }],
      current: snapshot ? [topic] : [],
      faults: [],
    };
  }

  /** Forgets finished orders, oldest first, beyond the number that is kept. */
  #trim(): void {
    let surplus = this.#orders.size - ordersKeptMax;
    for (const [id, order] of this.#orders) {
      if (surplus <= 0) return;
      if (!isFinal(order)) continue;
      this.#orders.delete(id);
      surplus -= 1;
    }
  }

  #balances({ type, sequence, data }: BalancesMessage): Folded {
    const topic: Topic = { channel: 'balances' };
    const place = placeOf(this.#balancesSequence, type, sequence);
    if (place === 'early') return nothing;
    if (place === 'gap') return faulty(topic, 'a balance is missing');
    const balances: OwnBalance[] = [];
    for (const wire of data) {
      const asset = toAsset(wire.asset);
      const precision = asset === undefined ? undefined : this.#catalog.precisions.get(asset);
      if (asset === undefined || precision === undefined) {
        return faulty(topic, 'a balance of an unknown asset');
      }
      const balance: Amount | undefined = toAmount(toUnits(wire.balance, precision));
      const hold: Amount | undefined = toAmount(toUnits(wire.hold, precision));
      if (balance === undefined || hold === undefined || balance < 0 || hold < 0) {
        return faulty(topic, 'a balance is out of bounds');
      }
      balances.push({ asset, balance, hold });
    }
    this.#balancesSequence = sequence;
    return {
      events: [{ kind: 'balances', balances }],
      current: place === 'first' ? [topic] : [],
      faults: [],
    };
  }
}
