/**
 * Matching: an incoming order takes from the other side, best price first, then oldest order, then lowest lot, at the resting order's price.
 * The resting order gives its firm lots by name; the incoming order gives away its highest indices, so that what remains of it is always
 * lots 0 to remaining − 1. One trade for each resting order hit.
 *
 * After a match the book does not cross: what would still cross has been cancelled, because nobody trades with himself.
 */
import { releaseSaving } from './account.ts';
import { bestPrice, firstOrder, isBetter } from './book.ts';
import type { Book } from './book.ts';
import type { Changes } from './changes.ts';
import { addDeadline } from './deadline.ts';
import { assert, exactInstant, exactLots } from './exact.ts';
import { oppositeOf } from './market.ts';
import type { Side } from './market.ts';
import { fillLots, takeOffBook, viewOfOrder } from './order.ts';
import type { Order, State, Trade, TradeLot } from './state.ts';
import { viewOfTrade } from './trade.ts';
import { toTradeId } from './units.ts';
import type { Lots, Price } from './units.ts';

/** True when an order of this side and price would meet the other side's best at once. */
export function wouldTrade(book: Book, side: Side, price: Price): boolean {
  const best = bestPrice(book, oppositeOf(side));
  return best !== undefined && !isBetter(oppositeOf(side), price, best);
}

/**
 * Trades the order against the book until nothing of it remains, nothing crosses it, or its own participant's order comes first.
 * @returns `self_trade` in the last case; the caller cancels what remains.
 */
export function matchIncoming(
  state: State,
  changes: Changes,
  incoming: Order,
): 'self_trade' | undefined {
  const { book } = incoming.market;
  while (incoming.remaining > 0 && wouldTrade(book, incoming.side, incoming.price)) {
    const first = firstOrder(book, oppositeOf(incoming.side));
    const resting = first === undefined ? undefined : state.orders.get(first);
    assert(resting !== undefined, `${first} rests but does not exist`);
    if (resting.participant === incoming.participant) return 'self_trade';
    makeTrade(state, changes, resting, incoming);
  }
  return undefined;
}

function makeTrade(state: State, changes: Changes, resting: Order, incoming: Order): void {
  const volume = exactLots(Math.min(resting.remaining, incoming.remaining));
  const { price } = resting;
  const { settlementTimeout } = resting.market.terms;
  state.tradeCount += 1;
  const id = toTradeId(`T${state.tradeCount}`);
  assert(id !== undefined, 'trade ids ran out');
  const deadline = exactInstant(state.at + settlementTimeout);
  const trade: Trade = {
    id,
    number: state.tradeCount,
    price,
    volume,
    resting,
    incoming,
    at: state.at,
    deadline: addDeadline(state.deadlines, deadline, { kind: 'settlement', trade: id }),
    lots: takeLots(resting, volume),
    unsettled: volume,
  };
  state.trades.set(id, trade);
  for (const [lot, { offer }] of trade.lots) {
    resting.matched.set(lot, trade);
    state.outputs.set(offer.output, { order: resting.id, lot, trade: id });
  }
  resting.unsettled += 1;
  incoming.unsettled += 1;
  takeOffBook(changes, resting, volume);
  fillLots(state, resting, volume, price);
  fillLots(state, incoming, volume, price);
  releaseSaving(state, changes, incoming, { lots: volume, price });
  changes.events.push({
    kind: 'trade.made',
    trade: viewOfTrade(trade),
    resting: viewOfOrder(resting),
    incoming: viewOfOrder(incoming),
    deadline,
  });
}

/** Takes the resting order's lowest firm lots. */
function takeLots(resting: Order, volume: Lots): Map<number, TradeLot> {
  const taken = new Map<number, TradeLot>();
  for (const [lot, offer] of resting.firm) {
    if (taken.size === volume) break;
    taken.set(lot, { offer, state: 'requested', txid: undefined });
  }
  for (const lot of taken.keys()) resting.firm.delete(lot);
  assert(taken.size === volume, `${resting.id} is not firm`);
  return taken;
}
