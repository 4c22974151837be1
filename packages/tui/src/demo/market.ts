/** A market that plays itself: seeded, so that every demo begins alike. */
import type { ExchangeClient, OrderWish, OwnOrder, OwnTrade } from '@wattlot/client';
import type { LotState, OrderId, Side } from '@wattlot/core';
import type { Clock } from '../shell/clock.ts';
import { scriptedClient } from '../testing/scripted-client.ts';
import {
  balances,
  book,
  instant,
  instrument,
  live,
  lots,
  orderId,
  ownTrade,
  price,
  trade,
} from '../testing/market.ts';

export interface DemoOptions {
  readonly clock: Clock;
  /** Changes of the book a second. */
  readonly perSecond: number;
  /** Nobody else trades. */
  readonly isEmpty: boolean;
  /** The connection is lost every few seconds. */
  readonly losesConnection: boolean;
}

export interface DemoMarket {
  readonly client: ExchangeClient;
  start(): void;
  stop(): void;
}

/** A small generator of even chance, 0 up to 1. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const signMs = 400;
const fillMs = 1500;
const settleMs = 700;

export function demoMarket({
  clock,
  perSecond,
  isEmpty,
  losesConnection,
}: DemoOptions): DemoMarket {
  const random = chance(7);
  const whole = (most: number): number => Math.floor(random() * most);
  const sides: Record<Side, Map<number, number>> = { ask: new Map(), bid: new Map() };
  const timers = new Set<() => void>();
  const orders = new Map<OrderId, OwnOrder>();
  let middle = 150;
  let seq = 0;
  let trades = 0;
  let isOn = false;
  let lastOrder = 4;

  function later(ms: number, action: () => void): void {
    const callOff = clock.later(ms, () => {
      timers.delete(callOff);
      if (isOn) action();
    });
    timers.add(callOff);
  }

  function sayBook(): void {
    seq += 1;
    const bids = [...sides.bid].toSorted(([a], [b]) => b - a);
    const asks = [...sides.ask].toSorted(([a], [b]) => a - b);
    script.say({ kind: 'book', book: book(bids, asks, seq) });
  }

  function sayTrade(side: Side, at: number, volume: number): void {
    trades += 1;
    const tick = trade(trades, side, at, volume, clock.now());
    script.say({ kind: 'trades', snapshot: false, trades: [tick] });
  }

  function move(): void {
    if (random() < 0.05) middle += random() < 0.5 ? 1 : -1;
    const side: Side = random() < 0.5 ? 'ask' : 'bid';
    const away = 1 + Math.floor(random() ** 2 * 25);
    const at = side === 'ask' ? middle + away : middle - away;
    if (random() < 0.35) sides[side].delete(at);
    else sides[side].set(at, 1 + whole(80));
    for (const level of sides.ask.keys()) if (level <= middle) sides.ask.delete(level);
    for (const level of sides.bid.keys()) if (level >= middle) sides.bid.delete(level);
    if (random() < 0.15) sayTrade(side, middle, 1 + whole(20));
    sayBook();
  }

  function update(order: OwnOrder): void {
    orders.set(order.order, order);
    script.say({ kind: 'orders', snapshot: false, orders: [order] });
  }

  function settle(order: OrderId, state: LotState): void {
    const before = orders.get(order);
    if (before === undefined) return;
    const number = Number(order.slice(1));
    const next: OwnTrade = ownTrade(40_000 + number * 97, before.price, before.filled, state);
    update({ ...before, trades: [next] });
    if (state === 'submitted') later(settleMs, () => settle(order, 'settled'));
    else sayBalances();
  }

  function fill(order: OrderId): void {
    const before = orders.get(order);
    if (before === undefined || before.status !== 'open') return;
    const filled = Math.ceil(before.volume * 0.6);
    const rest = before.timeInForce === 'ioc' ? 0 : before.volume - filled;
    sayTrade(before.side === 'bid' ? 'ask' : 'bid', before.price, filled);
    update({
      ...before,
      filled: lots(filled),
      remaining: lots(rest),
      cancelled: lots(before.volume - filled - rest),
      status: rest === 0 ? 'done' : 'open',
      ...(rest === 0 ? { reason: 'not_filled_at_once' as const } : {}),
    });
    later(settleMs, () => settle(order, 'submitted'));
  }

  function sayBalances(): void {
    const held = [...orders.values()].filter(({ status }) => status !== 'done');
    const sum = (side: Side, each: (order: OwnOrder) => number): number =>
      held.filter((order) => order.side === side).reduce((total, order) => total + each(order), 0);
    script.say(
      balances(
        12_340,
        sum('ask', ({ remaining }) => remaining * instrument.lot),
        120_450,
        sum('bid', (order) => order.remaining * order.price),
      ),
    );
  }

  function take(wish: OrderWish): OrderId {
    lastOrder += 1;
    const order = orderId(lastOrder);
    const { clientOrderId, symbol, side, volume, timeInForce, postOnly } = wish;
    const zero = lots(0);
    update({
      order,
      clientOrderId,
      symbol,
      side,
      price: price(wish.price),
      volume,
      filled: zero,
      cancelled: zero,
      remaining: volume,
      timeInForce,
      postOnly,
      status: 'pending',
      trades: [],
      at: instant(clock.now()),
    });
    sayBalances();
    later(signMs, () => {
      const before = orders.get(order);
      if (before?.status !== 'pending') return;
      update({ ...before, status: 'open' });
      later(timeInForce === 'ioc' ? 50 : fillMs, () => fill(order));
    });
    return order;
  }

  const script = scriptedClient({
    onPlace: (wish) =>
      Promise.resolve(
        wish.volume === 13
          ? { kind: 'no', error: 'EOrder:Insufficient funds' }
          : { kind: 'yes', value: { order: take(wish) } },
      ),
    onAmend: (order, { price: at, volume }) => {
      const before = orders.get(order);
      if (before === undefined || before.status === 'done') {
        return Promise.resolve({ kind: 'no', error: 'EOrder:Unknown order' });
      }
      const total = volume ?? before.volume;
      const remaining = lots(Math.max(0, total - before.filled - before.cancelled));
      update({ ...before, price: at ?? before.price, volume: total, remaining });
      sayBalances();
      return Promise.resolve({ kind: 'yes', value: null });
    },
    onCancel: (order) => {
      const before = orders.get(order);
      if (before === undefined || before.status === 'done') {
        return Promise.resolve({ kind: 'no', error: 'EOrder:Unknown order' });
      }
      update({
        ...before,
        cancelled: before.remaining,
        remaining: lots(0),
        status: 'done',
        reason: 'requested',
      });
      sayBalances();
      return Promise.resolve({ kind: 'yes', value: null });
    },
  });

  function beat(): void {
    move();
    later(1000 / perSecond, beat);
  }

  function lose(): void {
    script.say({ kind: 'connection', state: 'stale', reason: 'connection lost', retryInMs: 3000 });
    later(3000, () => {
      script.say(live);
      later(5000, lose);
    });
  }

  return {
    client: script.client,
    start: () => {
      isOn = true;
      later(100, () => {
        script.say({ kind: 'instruments', instruments: [instrument] }, live);
        script.say({ kind: 'latency', milliseconds: 2.6 });
        script.say({ kind: 'orders', snapshot: true, orders: [] });
        sayBalances();
        if (isEmpty) {
          sayBook();
          return;
        }
        for (let count = 0; count < 60; count += 1) move();
        beat();
        if (losesConnection) later(4000, lose);
      });
    },
    stop: () => {
      isOn = false;
      for (const callOff of timers) callOff();
    },
  };
}
