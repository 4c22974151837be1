/**
 * A reader that knows the exchange from its events alone. It checks what every event promises, and that what it knows is what the state says:
 * then whoever follows the events (a feed, an agent, a terminal) knows everything.
 */
import {
  balancesOf,
  depthOf,
  markets,
  openTrades,
  ordersOf,
  participants,
  tradeOf,
} from '../index.ts';
import type { Event, LotState, OrderView, State, TradeView } from '../index.ts';

/** What the events told. */
export interface Reader {
  readonly levels: Map<string, number>;
  readonly balances: Map<string, { readonly balance: number; readonly hold: number }>;
  readonly orders: Map<string, OrderView>;
  readonly trades: Map<string, TradeView>;
  readonly final: Set<string>;
  /** The price of an auction, by market, while the entry that holds it is read. */
  readonly auction: Map<string, number>;
  /** Lots requested, settled and released so far. */
  readonly ended: Record<LotState, number>;
}

/** A reader of a journal's events from the first on. */
export function createReader(): Reader {
  return {
    levels: new Map(),
    balances: new Map(),
    orders: new Map(),
    trades: new Map(),
    final: new Set(),
    auction: new Map(),
    ended: { requested: 0, submitted: 0, overdue: 0, settled: 0, released: 0 },
  };
}

function check(condition: boolean, message: string): void {
  if (!condition) throw new Error(`an event broke a promise: ${message}`);
}

function readOrder(
  reader: Reader,
  view: OrderView,
  { amended = false, returned = false } = {},
): void {
  const { order, volume, filled, cancelled, remaining, status } = view;
  const before = reader.orders.get(order);
  check(filled + cancelled + remaining === volume, `${order} has lost count of its lots`);
  check(remaining > 0 === (status !== 'done'), `${order} is ${status} with ${remaining} lots`);
  if (before !== undefined) {
    const gives = amended || before.volume === volume;
    check(gives, `${order} has another volume and was not amended`);
    const grows = amended || returned || remaining <= before.remaining;
    check(grows, `${order} has more lots again`);
    check(cancelled >= before.cancelled, `${order} took a cancellation back`);
  }
  reader.orders.set(order, view);
}

const next: Readonly<Record<LotState, readonly LotState[]>> = {
  requested: ['requested', 'submitted', 'overdue', 'settled', 'released'],
  submitted: ['submitted', 'overdue', 'settled', 'released'],
  overdue: ['overdue', 'settled', 'released'],
  settled: ['settled'],
  released: ['released'],
};

function readTrade(reader: Reader, event: Event & { kind: 'trade.updated' }): void {
  const { trade, lots, final } = event;
  const before = reader.trades.get(trade.trade);
  check(before !== undefined, `${trade.trade} was never made`);
  check(!reader.final.has(trade.trade), `${trade.trade} was final and changed`);
  check(lots.length > 0, `nothing of ${trade.trade} changed`);
  for (const lot of before?.lots ?? []) {
    const now = trade.lots.find((other) => other.lot === lot.lot);
    check(now !== undefined && next[lot.state].includes(now.state), `lot of ${trade.trade}`);
    if (now === undefined || now.state === lot.state) continue;
    check(lots.includes(lot.lot), `lot ${lot.lot} of ${trade.trade} changed unsaid`);
    reader.ended[now.state] += 1;
  }
  check(
    final === trade.lots.every(({ state }) => state === 'settled' || state === 'released'),
    `${trade.trade} is final or not`,
  );
  reader.trades.set(trade.trade, trade);
  if (final) reader.final.add(trade.trade);
}

function readMatch(reader: Reader, event: Event & { kind: 'trade.made' }): void {
  const { trade, resting, incoming, deadline } = event;
  check(!reader.trades.has(trade.trade), `${trade.trade} was made before`);
  // An auction has one price; what fires after it trades at the resting order's again.
  const isUniform = trade.price === reader.auction.get(trade.market);
  const isResting = trade.price === resting.price;
  check(isUniform || isResting, `${trade.trade} has a price of its own`);
  const [ask, bid] = resting.side === 'ask' ? [resting, incoming] : [incoming, resting];
  check(ask.side === 'ask' && bid.side === 'bid', `${trade.trade} has one side`);
  check(ask.price <= trade.price && trade.price <= bid.price, `${trade.trade} is beyond a limit`);
  check(resting.participant !== incoming.participant, `${trade.trade} is with itself`);
  const named = trade.lots.reduce((sum, lot) => sum + lot.volume, 0);
  check(named === trade.volume, `${trade.trade} does not name its lots`);
  check(deadline > trade.at, `${trade.trade} is late at once`);
  reader.trades.set(trade.trade, trade);
  reader.ended.requested += trade.lots.length;
  readOrder(reader, resting);
  readOrder(reader, incoming);
}

/** Takes in what one entry did. @throws Error when it breaks what events promise. */
export function readAll(reader: Reader, events: readonly Event[]): void {
  reader.auction.clear();
  for (const event of events) read(reader, event);
}

/** Takes one event in. @throws Error when it breaks what events promise. */
function read(reader: Reader, event: Event): void {
  switch (event.kind) {
    case 'order.placed':
      check(!reader.orders.has(event.view.order), `${event.view.order} was placed before`);
      readOrder(reader, event.view);
      break;
    case 'order.repeated':
    case 'offers.requested':
      readOrder(reader, event.view);
      break;
    case 'order.opened':
      check(event.lots.length > 0, `nothing of ${event.view.order} became firm`);
      check(event.view.status === 'open', `${event.view.order} opened and is not open`);
      readOrder(reader, event.view);
      break;
    case 'order.amended':
      readOrder(reader, event.view, { amended: true });
      break;
    case 'lots.returned':
      check(event.lots.length > 0, `nothing of ${event.view.order} came back`);
      readOrder(reader, event.view, { returned: true });
      break;
    case 'order.cancelled':
      check(event.volume > 0, `nothing of ${event.view.order} was cancelled`);
      readOrder(reader, event.view);
      break;
    case 'trade.made':
      readMatch(reader, event);
      break;
    case 'trade.updated':
      readTrade(reader, event);
      break;
    case 'level.changed': {
      const key = `${event.market} ${event.side} ${event.price}`;
      check((reader.levels.get(key) ?? 0) !== event.volume, `level ${key} did not change`);
      if (event.volume === 0) reader.levels.delete(key);
      else reader.levels.set(key, event.volume);
      break;
    }
    case 'balance.changed': {
      const { balance, hold } = event;
      const key = `${event.participant} ${event.asset}`;
      const before = reader.balances.get(key) ?? { balance: 0, hold: 0 };
      check(before.balance !== balance || before.hold !== hold, `${key} did not change`);
      if (balance === 0 && hold === 0) reader.balances.delete(key);
      else reader.balances.set(key, { balance, hold });
      break;
    }
    case 'auction.held':
      check(event.volume > 0, `an auction of ${event.market} trades nothing`);
      reader.auction.set(event.market, event.price);
      break;
    case 'market.opened':
    case 'phase.changed':
    case 'band.changed':
    case 'cancel_all_after.set':
    case 'participant.admitted':
    case 'participant.suspended':
    case 'refused':
    case 'ledger.advanced':
      break;
  }
}

function textOf(entries: Iterable<readonly [string, unknown]>): string {
  return JSON.stringify([...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Where the reader and the state differ; empty when they agree. */
export function disagreements(reader: Reader, state: State): readonly string[] {
  const levels: [string, unknown][] = [];
  for (const { symbol } of markets(state)) {
    for (const side of ['ask', 'bid'] as const) {
      for (const { price, volume } of depthOf(state, symbol, side, Number.MAX_SAFE_INTEGER)) {
        levels.push([`${symbol} ${side} ${price}`, volume]);
      }
    }
  }
  const balances: [string, unknown][] = [];
  const live: [string, unknown][] = [];
  for (const { participant } of participants(state)) {
    for (const { asset, balance, hold } of balancesOf(state, participant)) {
      balances.push([`${participant} ${asset}`, { balance, hold }]);
    }
    for (const view of ordersOf(state, participant)) live.push([view.order, view]);
  }
  const trades: [string, unknown][] = openTrades(state).map((open) => [
    open.trade,
    tradeOf(state, open.trade),
  ]);
  const told = {
    levels: textOf(reader.levels),
    balances: textOf(reader.balances),
    live: textOf([...reader.orders].filter(([, { status }]) => status !== 'done')),
    trades: textOf([...reader.trades].filter(([id]) => !reader.final.has(id))),
  };
  const are = {
    levels: textOf(levels),
    balances: textOf(balances),
    live: textOf(live),
    trades: textOf(trades),
  };
  return (['levels', 'balances', 'live', 'trades'] as const)
    .filter((what) => told[what] !== are[what])
    .map((what) => `${what}: the events told ${told[what]}, the state says ${are[what]}`);
}
