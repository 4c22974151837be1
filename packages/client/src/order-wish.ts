/** What two wishes have in common, and what of a wish is kept. */
import type { OrderWish } from './events.ts';

/** The parts of a wish, each once: what a stranger's object has beside them is not written down. */
export function plainWish(wish: OrderWish): OrderWish {
  const { clientOrderId, symbol, side, type, price, volume, timeInForce } = wish;
  const { expiresAt, postOnly, whole, selfTrade } = wish;
  return {
    clientOrderId,
    symbol,
    side,
    ...(type === undefined ? {} : { type }),
    price,
    volume,
    timeInForce,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    postOnly,
    ...(whole === undefined ? {} : { whole }),
    ...(selfTrade === undefined ? {} : { selfTrade }),
  };
}

/** True when two wishes ask for the same, whatever their ids. */
export function isSameWish(one: OrderWish, other: OrderWish): boolean {
  return (
    one.symbol === other.symbol &&
    one.side === other.side &&
    (one.type ?? 'limit') === (other.type ?? 'limit') &&
    one.price === other.price &&
    one.volume === other.volume &&
    one.timeInForce === other.timeInForce &&
    one.expiresAt === other.expiresAt &&
    one.postOnly === other.postOnly &&
    (one.whole ?? false) === (other.whole ?? false) &&
    (one.selfTrade ?? 'cancel_incoming') === (other.selfTrade ?? 'cancel_incoming')
  );
}
