/** From the wire's words for an order to the core's command, with the price that protects a market order. Pure. */
import { gatewayErrors, instantOfTime, lotsOfQty, priceOfWire } from '@wattlot/client/frames';
import type { AddOrderRequest, Instrument } from '@wattlot/client/frames';
import type { Address, Instant, OrderPlace, Price, SelfTrade, Side } from '@wattlot/core';
import { toPrice } from '@wattlot/core';
import type { BookMirror } from '../feed/book.ts';
import { protectionShare } from '../limits.ts';

/** An order as a request describes it. */
export type OrderWords = Omit<
  AddOrderRequest['params'],
  'token' | 'symbol' | 'deadline' | 'validate'
>;

/** What is known where an order comes in. */
export interface PlacementContext {
  readonly participant: Address;
  readonly instrument: Instrument;
  readonly mirror: BookMirror;
  /** A new id for an order whose sender gave none. */
  readonly newId: () => string;
}

const selfTrades = {
  cancel_newest: 'cancel_incoming',
  cancel_oldest: 'cancel_resting',
  cancel_both: 'cancel_both',
} as const satisfies Record<NonNullable<OrderWords['stp_type']>, SelfTrade>;

/** True when a request came after the time until which its sender wanted it, or names no time. */
export function isTooLate(deadline: string | undefined, now: Instant): boolean {
  if (deadline === undefined) return false;
  const until = instantOfTime(deadline);
  return until === undefined || until < now;
}

/**
 * The worst price that a market order takes when its sender named none: that at which the book would fill it now, and a share of it more, so that a price
 * which has just moved does not stop it; where the book has less, that of its last level. In an empty book it takes nothing.
 */
export function protectionPrice(
  { tick, priceFloor, priceCap }: Instrument,
  { asks, bids }: Pick<BookMirror, 'asks' | 'bids'>,
  { side, volume }: { readonly side: Side; readonly volume: number },
): Price {
  const levels = side === 'bid' ? asks : bids;
  let left = volume;
  let worst: number | undefined;
  for (const level of levels) {
    worst = level.price;
    left -= level.volume;
    if (left <= 0) break;
  }
  const none = side === 'bid' ? priceFloor : priceCap;
  if (worst === undefined) return none;
  const more = Math.ceil((worst * protectionShare) / tick) * tick;
  const price = side === 'bid' ? worst + more : worst - more;
  return toPrice(Math.min(Math.max(price, priceFloor), priceCap)) ?? none;
}

/** The command that places the order, or an error string of the wire. */
export function placementOf(
  words: OrderWords,
  { participant, instrument, mirror, newId }: PlacementContext,
): OrderPlace | string {
  const volume = lotsOfQty(instrument, words.order_qty);
  if (volume === undefined) return gatewayErrors.invalidQuantity;
  // The core has one refusal for both ends, and the dialect's words for it are those of the lower one.
  if (volume > instrument.volumeMax) return gatewayErrors.quantityTooLarge;
  const side = words.side === 'sell' ? 'ask' : 'bid';
  const isMarket = words.order_type === 'market';
  if (words.limit_price === undefined && !isMarket) return gatewayErrors.invalidPrice;
  const price =
    words.limit_price === undefined
      ? protectionPrice(instrument, mirror, { side, volume })
      : priceOfWire(instrument, words.limit_price);
  if (price === undefined) return gatewayErrors.invalidPrice;
  const expiresAt = words.expire_time === undefined ? undefined : instantOfTime(words.expire_time);
  const isDated = words.expire_time !== undefined;
  if (isDated !== (expiresAt !== undefined) || isDated !== (words.time_in_force === 'gtd')) {
    return `${gatewayErrors.invalidArguments}:expire_time`;
  }
  return {
    kind: 'order.place',
    participant,
    clientOrderId: words.cl_ord_id ?? newId(),
    market: instrument.symbol,
    side,
    price,
    volume,
    timeInForce: words.time_in_force ?? (isMarket ? 'ioc' : 'gtc'),
    postOnly: words.post_only ?? false,
    // Left out where they are what they are anyway: journals of plain orders stay as they were.
    ...(isMarket ? { type: 'market' } : {}),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(words.all_or_none === true ? { whole: true } : {}),
    ...(words.stp_type === undefined ? {} : { selfTrade: selfTrades[words.stp_type] }),
  };
}
