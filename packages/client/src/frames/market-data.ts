/** What a bot may follow of a market besides its book and its trades: ticker, candles, single orders. */
import { Type } from 'typebox';
import type { Static } from 'typebox';

const Time = Type.String();
const Snapshot = Type.Union([Type.Literal('snapshot'), Type.Literal('update')]);

/** A market's best prices and its last 24 hours, to the minute. A price that there is none of is 0: no order and no trade has that one. */
export const TickerMessage = Type.Object({
  channel: Type.Literal('ticker'),
  type: Snapshot,
  data: Type.Array(
    Type.Object({
      symbol: Type.String(),
      bid: Type.Number(),
      bid_qty: Type.Number(),
      ask: Type.Number(),
      ask_qty: Type.Number(),
      last: Type.Number(),
      volume: Type.Number(),
      vwap: Type.Number(),
      low: Type.Number(),
      high: Type.Number(),
      /** The last price less that of the first trade of those 24 hours; in percent of that one. */
      change: Type.Number(),
      change_pct: Type.Number(),
      timestamp: Time,
    }),
  ),
});

/** Candles of one interval, oldest first; an interval without a trade has none. An update holds the whole candle as it is now. */
export const OhlcMessage = Type.Object({
  channel: Type.Literal('ohlc'),
  type: Snapshot,
  timestamp: Time,
  data: Type.Array(
    Type.Object({
      symbol: Type.String(),
      open: Type.Number(),
      high: Type.Number(),
      low: Type.Number(),
      close: Type.Number(),
      trades: Type.Integer({ minimum: 1 }),
      volume: Type.Number(),
      vwap: Type.Number(),
      interval_begin: Time,
      /** Minutes. */
      interval: Type.Integer({ minimum: 1 }),
      /** The end of the interval. */
      timestamp: Time,
    }),
  ),
});

/**
 * One resting order, by its id only. `place` is Wattlot's own: of two orders at one price the one with the smaller place trades first. An order that loses
 * its place is deleted and added again.
 */
const Level3Order = Type.Object({
  /** Of updates. What is deleted has a quantity of 0. */
  event: Type.Optional(
    Type.Union([Type.Literal('add'), Type.Literal('modify'), Type.Literal('delete')]),
  ),
  order_id: Type.String(),
  limit_price: Type.Number(),
  order_qty: Type.Number(),
  /** When it got its place. */
  timestamp: Time,
  place: Type.Integer({ minimum: 1 }),
});

/** The orders of the best levels, each side from the best price on and by place. Orders that are all or none are not shown, as in `book`. `seq` as there. */
export const Level3Message = Type.Object({
  channel: Type.Literal('level3'),
  type: Snapshot,
  data: Type.Array(
    Type.Object({
      symbol: Type.String(),
      bids: Type.Array(Level3Order),
      asks: Type.Array(Level3Order),
      checksum: Type.Integer({ minimum: 0, maximum: 0xffffffff }),
      timestamp: Time,
      seq: Type.Integer({ minimum: 0 }),
      prev_seq: Type.Integer({ minimum: 0 }),
    }),
  ),
});

export type TickerMessage = Static<typeof TickerMessage>;
export type OhlcMessage = Static<typeof OhlcMessage>;
export type Level3Message = Static<typeof Level3Message>;
/** Channels that a client follows only if it is asked to, or not at all. */
export type MarketDataMessage = TickerMessage | OhlcMessage | Level3Message;
