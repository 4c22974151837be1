/**
 * The opening auction: when a book crosses, one price is found at which most lots trade, and everything at or better than it trades there, in the
 * order of price and time. The rules are in docs/matching.md.
 *
 * Lots bid at a price or higher fall, and lots asked at it or lower rise, only at the prices of orders. So it is enough to look at those prices,
 * and at the one nearest the reference in each gap between two of them.
 */
import type { Book } from './book/book.ts';
import type { Changes } from './changes.ts';
import { assert, exactLots } from './exact.ts';
import type { Side } from './market.ts';
import { cancelRemaining } from './order.ts';
import { tradeResting } from './match.ts';
import type { Market, Order, State } from './state.ts';
import { toPrice } from './units.ts';
import type { Lots, Price } from './units.ts';

/** A price with what would trade there. */
export interface AuctionPrice {
  readonly price: Price;
  readonly volume: Lots;
  /** Lots bid at the price or higher less lots asked at it or lower. */
  readonly imbalance: number;
}

interface Step {
  readonly price: number;
  readonly volume: number;
}

/** How many levels are read at first; more when those do not reach the end of the crossing part. */
const levelsRead = 64;

/** The levels of a side at `limit` or better, best first. */
function crossing(book: Book, side: Side, limit: Price): readonly Step[] {
  for (let count = levelsRead; ; count *= 4) {
    const levels = book.depth(side, count);
    const end = levels.findIndex(({ price }) => (side === 'bid' ? price < limit : price > limit));
    if (end >= 0) return levels.slice(0, end);
    if (levels.length < count) return levels;
  }
}

function isNearer(a: number, b: number, reference: number): boolean {
  const [toA, toB] = [Math.abs(a - reference), Math.abs(b - reference)];
  return toA < toB || (toA === toB && a < b);
}

/** The price of an auction with these limits now. @returns undefined when the book does not cross. */
export function auctionPrice(
  book: Book,
  tick: Price,
  wanted: Price | undefined,
): AuctionPrice | undefined {
  const [bestBid, bestAsk] = [book.bestPrice('bid'), book.bestPrice('ask')];
  if (bestBid === undefined || bestAsk === undefined || bestBid < bestAsk) return undefined;
  const reference = wanted ?? Math.floor((bestBid + bestAsk) / 2 / tick) * tick;
  const bids = crossing(book, 'bid', bestAsk);
  const asks = crossing(book, 'ask', bestBid);
  const prices = [...new Set([...bids, ...asks].map(({ price }) => price))].toSorted(
    (a, b) => a - b,
  );
  // Walking up the prices: all bids count at the lowest, and each leaves above its own price; an ask joins at its own.
  const bidAt = new Map(bids.map(({ price, volume }) => [price, volume]));
  const askAt = new Map(asks.map(({ price, volume }) => [price, volume]));
  let bid = bids.reduce((sum, { volume }) => sum + volume, 0);
  let asked = 0;
  let best: { price: number; volume: number; imbalance: number } | undefined;
  const consider = (price: number): void => {
    const [volume, imbalance] = [Math.min(bid, asked), bid - asked];
    const gain = best === undefined ? 1 : volume - best.volume;
    const calm = best === undefined ? 0 : Math.abs(best.imbalance) - Math.abs(imbalance);
    const same = gain === 0 && calm === 0 && best !== undefined;
    if (
      gain > 0 ||
      (gain === 0 && calm > 0) ||
      (same && isNearer(price, best?.price ?? 0, reference))
    )
      best = { price, volume, imbalance };
  };
  for (const [index, price] of prices.entries()) {
    asked += askAt.get(price) ?? 0;
    consider(price);
    bid -= bidAt.get(price) ?? 0;
    const next = prices[index + 1];
    if (next === undefined || next - price <= tick) continue;
    consider(Math.min(Math.max(reference, price + tick), next - tick));
  }
  const price = toPrice(best?.price);
  assert(best !== undefined && price !== undefined, 'a crossed book has no auction price');
  return { price, volume: exactLots(best.volume), imbalance: best.imbalance };
}

/** Holds auctions until the book does not cross: one, unless orders of one owner met in it and were cancelled. */
export function holdAuctions(state: State, changes: Changes, market: Market): void {
  const { book, terms } = market;
  for (;;) {
    const found = auctionPrice(book, terms.tick, market.reference);
    if (found === undefined) return;
    changes.events.push({ kind: 'auction.held', market: terms.symbol, ...found });
    uncross(state, changes, market, found.price);
  }
}

/** Trades what bids at `price` or higher and asks at it or lower. */
function uncross(state: State, changes: Changes, market: Market, price: Price): void {
  const { book } = market;
  for (;;) {
    const [bid, ask] = [firstOrder(market, 'bid'), firstOrder(market, 'ask')];
    if (bid === undefined || ask === undefined || bid.price < price || ask.price > price) return;
    const [earlier, later] = bid.place < ask.place ? [bid, ask] : [ask, bid];
    if (bid.participant.ownerNumber === ask.participant.ownerNumber) {
      const mode = later.selfTrade;
      if (mode !== 'cancel_incoming') cancelRemaining(state, changes, earlier, 'self_trade');
      if (mode !== 'cancel_resting') cancelRemaining(state, changes, later, 'self_trade');
      continue;
    }
    const volume = exactLots(Math.min(book.volumeOf(bid.slot), book.volumeOf(ask.slot)));
    book.reduce(bid.slot, volume);
    book.reduce(ask.slot, volume);
    tradeResting(state, changes, { earlier, later, volume, price });
  }
}

function firstOrder({ book, resting }: Market, side: Side): Order | undefined {
  const slot = book.firstSlot(side);
  return slot < 0 ? undefined : resting[slot];
}
