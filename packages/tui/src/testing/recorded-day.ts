/** Positions of a recorded day and stories of orders, for tests. */
import { toAddress, toAmount, toInstant, toLots, toPrice, toTradeId } from '@wattlot/core';
import type { Lots, OrderStory, OrderView, Price } from '@wattlot/core';
import type { ReplayPosition } from '../replay/replay.ts';
import { noonMs, orderId, symbolOf } from './market.ts';

function sure<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a test expected something that is not there');
  return value;
}

const price = (value: number): Price => sure(toPrice(value));
const lots = (value: number): Lots => sure(toLots(value));
const at = (seconds: number): OrderView['placedAt'] =>
  sure(toInstant((noonMs + seconds * 1000) * 1000));

const hourMs = 3_600_000;

const paused: ReplayPosition = {
  seq: 12_345,
  last: 56_789,
  command: 'order.place',
  at: noonMs,
  from: noonMs - 2 * hourMs,
  to: noonMs + 4 * hourMs,
  speed: 60,
  isPlaying: false,
};

/** By the names of the scripts. */
export const positions: Readonly<Record<string, ReplayPosition>> = {
  paused,
  playing: { ...paused, isPlaying: true },
  begin: { ...paused, seq: 0, at: paused.from, command: undefined },
  end: { ...paused, seq: 56_789, at: paused.to, speed: 0.5, command: 'ledger.advance' },
  seeking: { ...paused, work: { kind: 'seeking', done: 12_000, of: 44_444, perSecond: 10_815 } },
  proving: {
    ...paused,
    seq: 0,
    last: 0,
    work: { kind: 'proving', done: 400_000, of: 1_000_000, perSecond: 61_000 },
  },
};

const view: OrderView = {
  order: orderId(5),
  participant: sure(toAddress('house-07')),
  clientOrderId: 'mine-5',
  market: symbolOf('KWH/ECOIN'),
  side: 'bid',
  price: price(149),
  volume: lots(20),
  type: 'limit',
  timeInForce: 'gtc',
  postOnly: false,
  whole: false,
  selfTrade: 'cancel_incoming',
  status: 'open',
  filled: lots(4),
  cancelled: lots(0),
  remaining: lots(16),
  cost: sure(toAmount(596)),
  placedAt: at(-600),
};

/** A bid that waits behind others at its price. */
const queued: OrderStory = {
  view,
  sight: {
    phase: 'continuous',
    queue: { place: 77, lots: lots(12), orders: 2 },
    own: price(149),
    opposite: price(151),
  },
  status: 'open',
  unsigned: { total: 420_000 },
  idle: { total: 0 },
  firm: { at: at(-599), ahead: { place: 77, lots: lots(31), orders: 5 }, times: 2 },
  traded: { trades: 1, lots: 4 },
  better: { trades: 3, lots: 22 },
  front: { trades: 2, lots: 15 },
  latest: [
    { trade: sure(toTradeId('T41')), price: price(150), volume: lots(7), at: at(-90) },
    { trade: sure(toTradeId('T44')), price: price(149), volume: lots(12), at: at(-40) },
    { trade: sure(toTradeId('T47')), price: price(149), volume: lots(3), at: at(-12) },
  ],
  missed: { trades: 1, lots: 2 },
  withdrawn: 4,
  returned: 0,
  nearest: { price: price(151), at: at(-30), isUnsigned: false },
  losses: [],
};

/** By the names of the scripts. */
export const stories: Readonly<Record<string, OrderStory>> = {
  queued,
  outbid: { ...queued, sight: { ...queued.sight, own: price(152) } },
  first: {
    ...queued,
    view: { ...view, side: 'ask', price: price(155) },
    sight: {
      ...queued.sight,
      queue: { place: 77, lots: lots(0), orders: 0 },
      own: price(155),
      opposite: price(151),
    },
  },
  unsigned: {
    ...queued,
    view: { ...view, status: 'pending', filled: lots(0), remaining: lots(20) },
    status: 'pending',
    sight: { phase: 'continuous', own: price(149), opposite: price(149) },
    unsigned: { total: 0, since: at(-30) },
    traded: { trades: 0, lots: 0 },
    nearest: { price: price(149), at: at(-20), isUnsigned: true },
    latest: [],
  },
  expired: {
    ...queued,
    view: { ...view, status: 'done', cancelled: lots(16), remaining: lots(0) },
    losses: [{ reason: 'expired', volume: lots(16), at: at(-1) }],
  },
  traded: { ...queued, view: { ...view, status: 'done', filled: lots(20), remaining: lots(0) } },
};
