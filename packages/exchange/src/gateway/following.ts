/** What a subscriber follows of a market, and with which parameters. */
import type { ChannelName, SubscribeRequest } from '@wattlot/client/frames';
import type { Instant } from '@wattlot/core';
import type { FirstMessage } from '../feed/account-feed.ts';
import { level3Depths } from '../feed/level3.ts';
import type { MarketFeed } from '../feed/market-feed.ts';
import type { Subscriber } from '../feed/subscriber.ts';
import { bookDepthDefault } from '../limits.ts';

type Parameters = SubscribeRequest['params'];

/** A channel that may be followed. */
export interface Following {
  /** What the answer says of the parameters. */
  readonly as: object;
  /** Sends the first message and begins. */
  readonly begin: () => void;
}

/** How a market's channel is followed with these parameters. @returns undefined for a depth that the channel has not. */
export function followingOf(
  subscriber: Subscriber,
  market: MarketFeed,
  params: Parameters,
  now: Instant,
): Following | undefined {
  const { snapshot = true, depth = bookDepthDefault } = params;
  // Stock clients stumble over a first message without anything in it; one that asks for it gets it.
  const shown = params.snapshot ?? 'filled';
  switch (params.channel) {
    case 'book':
      return {
        as: { depth, snapshot: true },
        begin: () => market.followBook(subscriber, depth),
      };
    case 'level3': {
      const known = level3Depths.find((each) => each === depth);
      if (known === undefined) return undefined;
      return {
        as: { depth, snapshot: true },
        begin: () => market.level3.follow(subscriber, known),
      };
    }
    case 'ticker': {
      const { event_trigger: trigger = 'trades' } = params;
      return {
        as: { event_trigger: trigger, snapshot },
        begin: () => market.ticker.follow(subscriber, trigger, snapshot ? { now } : undefined),
      };
    }
    case 'ohlc': {
      const { interval = 1 } = params;
      return {
        as: { interval, snapshot },
        begin: () => market.candles.follow(subscriber, interval, shown),
      };
    }
    default:
      return { as: { snapshot }, begin: () => market.followTape(subscriber, shown) };
  }
}

/** What the first message of a private channel has with these parameters. In the dialect that of executions has the orders, and the trades for whoever asks; `snapshot` is for both. */
export function firstMessageOf(
  channel: ChannelName,
  {
    snapshot,
    snap_orders: orders = snapshot ?? true,
    snap_trades: trades = snapshot ?? false,
  }: Parameters,
): FirstMessage {
  if (channel !== 'executions') return snapshot ?? true;
  if (orders === trades) return orders;
  return orders ? 'orders' : 'trades';
}

/** Ends what a subscriber follows of a market's channel; of candles one interval, or all when none is named. */
export function leaveMarket(
  subscriber: Subscriber,
  market: MarketFeed,
  { channel, interval }: Parameters,
): void {
  if (channel === 'book') market.leaveBook(subscriber);
  else if (channel === 'level3') market.level3.leave(subscriber);
  else if (channel === 'ticker') market.ticker.leave(subscriber);
  else if (channel === 'ohlc') market.candles.leave(subscriber, interval);
  else market.leaveTape(subscriber);
}
