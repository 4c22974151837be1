import { toAsset, toOrderId, toTradeId } from '@wattlot/core';
import { expect, test } from 'vitest';
import { EventStreams } from './event-streams.ts';
import type { BookView, ClientEvent, OwnOrder, TradeTick } from './events.ts';
import { ordersKeptMax, ticksKeptMax, verdictsKeptMax } from './limits.ts';
import { amount, instant, lots, price, sure, symbol } from './testing.ts';

/** A client that says what the test says. */
function source(): { readonly streams: EventStreams; say: (event: ClientEvent) => void } {
  const listeners = new Set<(event: ClientEvent) => void>();
  const streams = new EventStreams({
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  return {
    streams,
    say: (event) => {
      for (const listener of listeners) listener(event);
    },
  };
}

const book = (seq: number): BookView => ({ symbol, asks: [], bids: [], seq, at: instant(1) });
const tick = (count: number): TradeTick => ({
  symbol,
  trade: sure(toTradeId(`T${count}`)),
  side: 'ask',
  price: price(1),
  volume: lots(1),
  at: instant(1),
});
const trades = (from: number, count: number): ClientEvent => ({
  kind: 'trades',
  trades: Array.from({ length: count }, (_, index) => tick(from + index)),
  snapshot: false,
});
const own = (count: number, status: OwnOrder['status'] = 'done'): OwnOrder => ({
  order: sure(toOrderId(`O${count}`)),
  clientOrderId: `a${count}`,
  symbol,
  side: 'ask',
  price: price(1),
  volume: lots(1),
  filled: lots(0),
  cancelled: lots(status === 'done' ? 1 : 0),
  remaining: lots(status === 'done' ? 0 : 1),
  timeInForce: 'gtc',
  postOnly: false,
  status,
  trades: [],
  at: instant(1),
});
const told = (...orders: readonly OwnOrder[]): ClientEvent => ({
  kind: 'orders',
  orders,
  snapshot: false,
});
const closed: ClientEvent = { kind: 'connection', state: 'closed' };

test('a reader who keeps up is given every event, but the agent’s tasks', async () => {
  const { streams, say } = source();
  const events = streams.events();
  const seen: string[] = [];
  const reading = (async () => {
    for await (const event of events) seen.push(event.kind);
  })();
  for (const event of [
    { kind: 'book', book: book(1) },
    { kind: 'tasks', tasks: [] },
    { kind: 'book', book: book(2) },
    trades(1, 1),
    closed,
  ] satisfies ClientEvent[]) {
    say(event);
    // Two turns: the reader takes the event and asks for the next.
    await new Promise(setImmediate);
  }
  await reading;
  expect(seen).toEqual(['book', 'book', 'trades', 'connection']);
  expect(events.missed).toBe(0);
});

test('a stream of books begins with the current one, and a slow reader gets the newest', async () => {
  const { streams, say } = source();
  say({ kind: 'book', book: book(1) });
  const books = streams.book(symbol);
  expect(await books.next()).toEqual({ done: false, value: book(1) });
  for (const seq of [2, 3, 4]) say({ kind: 'book', book: book(seq) });
  expect(await books.next()).toEqual({ done: false, value: book(4) });
  const next = books.next();
  say({ kind: 'book', book: book(5) });
  expect(await next).toEqual({ done: false, value: book(5) });
});

test('a book from before the connection was lost is not shown as current', async () => {
  const { streams, say } = source();
  say({ kind: 'book', book: book(1) });
  say({ kind: 'connection', state: 'stale' });
  const books = streams.book(symbol);
  say({ kind: 'book', book: book(9) });
  expect(await books.next()).toEqual({ done: false, value: book(9) });
});

test('a slow reader of trades loses the oldest, and is told how many', async () => {
  const { streams, say } = source();
  const stream = streams.trades(symbol);
  for (let from = 1; from <= ticksKeptMax + 5; from += 1) say(trades(from, 1));
  expect(stream.missed).toBe(5);
  expect((await stream.next()).value?.trade).toBe('T6');
});

test('what waits for a slow reader of all events stays bounded, and is the newest', async () => {
  const { streams, say } = source();
  const events = streams.events();
  say(told(own(1, 'open')));
  for (let count = 2; count <= ordersKeptMax + 50; count += 1) {
    say(told(own(count)));
    say({ kind: 'book', book: book(count) });
    say({ kind: 'latency', milliseconds: count });
    say({
      kind: 'reconciled',
      clientOrderId: `a${count}`,
      outcome: { kind: 'no', error: 'late' },
    });
  }
  say(told(own(1, 'open')));
  const asset = sure(toAsset('energy'));
  for (const raw of [1, 2]) {
    say({ kind: 'balances', balances: [{ asset, balance: amount(raw), hold: amount(0) }] });
  }
  say(trades(1, ticksKeptMax));
  say(trades(ticksKeptMax + 1, 3));
  say(closed);
  const waiting: ClientEvent[] = [];
  for await (const event of events) waiting.push(event);
  const orders = waiting.flatMap((event) => (event.kind === 'orders' ? event.orders : []));
  expect(orders).toHaveLength(ordersKeptMax);
  // What is live is never among those that are dropped.
  expect(orders.at(-1)).toEqual(own(1, 'open'));
  expect(waiting.filter(({ kind }) => kind === 'reconciled')).toHaveLength(verdictsKeptMax);
  expect(waiting).toContainEqual({ kind: 'book', book: book(ordersKeptMax + 50) });
  expect(waiting.filter(({ kind }) => kind === 'book' || kind === 'latency')).toHaveLength(2);
  expect(waiting).toContainEqual({
    kind: 'balances',
    balances: [{ asset, balance: 2, hold: 0 }],
  });
  const ticks = waiting.flatMap((event) => (event.kind === 'trades' ? event.trades : []));
  expect([ticks.length, ticks[0]?.trade]).toEqual([ticksKeptMax, 'T4']);
  expect(events.missed).toBe(3 + ordersKeptMax + 49 - verdictsKeptMax);
});

test('an order snapshot takes the place of the reports that nobody read', async () => {
  const { streams, say } = source();
  const events = streams.events();
  say(told(own(1)));
  say({ kind: 'orders', orders: [own(2)], snapshot: true });
  say(told(own(3)));
  expect((await events.next()).value).toEqual({
    kind: 'orders',
    orders: [own(2), own(3)],
    snapshot: true,
  });
});

test('two keys that change all the time both have their turn', async () => {
  const { streams, say } = source();
  const events = streams.events();
  const kinds: (string | undefined)[] = [];
  for (let count = 1; count <= 6; count += 1) {
    say({ kind: 'latency', milliseconds: count });
    say({ kind: 'book', book: book(count) });
    kinds.push((await events.next()).value?.kind);
  }
  expect(kinds).toEqual(['latency', 'book', 'latency', 'book', 'latency', 'book']);
});

test('a stream ends by return, with its waiting reader, and takes nothing more', async () => {
  const { streams, say } = source();
  const stream = streams.trades(symbol);
  const waiting = stream.next();
  await stream.return();
  expect(await waiting).toEqual({ done: true, value: undefined });
  say(trades(1, 1));
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});

test('streams of a client that is closed end at once', async () => {
  const { streams, say } = source();
  say({ kind: 'book', book: book(1) });
  say(closed);
  for (const stream of [streams.events(), streams.book(symbol), streams.trades(symbol)]) {
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  }
});
