/**
 * Matching: an incoming order takes from the other side what the book says (best price first, then earliest place, at the resting order's
 * price), and each order it hit becomes a trade. The resting order gives its lowest firm lots by name; the incoming order gives away its highest,
 * so that it keeps its lowest. The book changes first, for the whole match; then its outcomes are turned into trades and cancellations in order.
 */
import { releaseSaving } from './account.ts';
import { outcomeWords } from './book/book.ts';
import type { Changes } from './changes.ts';
import type { LotOffer } from './command.ts';
import { addDeadline } from './deadline.ts';
import { assert, exactInstant, exactLots } from './exact.ts';
import { offersOf, takeHighest, takeLowest, volumeOfLots } from './lots.ts';
import { cancelRemaining, fillLots, forgetOutputs, leaveSlotIfEmpty } from './order.ts';
import { noteBook, viewOfOrder } from './order.ts';
import type { Lot, Market, Order, State, Trade } from './state.ts';
import { viewOfTrade } from './trade.ts';
import { toPrice, toTradeId } from './units.ts';
import type { Lots, Price } from './units.ts';

/** True when an order would trade at once as the incoming one; for a whole order, when it would be filled. */
export function wouldTrade(
  order: Pick<Order, 'market' | 'side' | 'price' | 'whole' | 'selfTrade'>,
  volume: Lots,
  owner: number,
): boolean {
  const { book } = order.market;
  return order.whole
    ? book.wouldFill(order.side, order.price, volume, owner, order.selfTrade)
    : book.wouldTrade(order.side, order.price, volume);
}

/**
 * Trades up to `volume` lots of the order, which are not on the book, with it: all or none of a whole or fok order, what there is otherwise. When
 * an order of its own owner ended the match, what remains of it is cancelled.
 * @param spare lots of the order that were firm before; its first trade names them.
 * @returns how many lots traded.
 */
export function matchIncoming(
  state: State,
  changes: Changes,
  incoming: Order,
  volume: Lots,
  spare: readonly LotOffer[] = [],
): number {
  const { market, side, price, selfTrade } = incoming;
  const { book } = market;
  const owner = incoming.participant.ownerNumber;
  let left: number = volume;
  let stopped = false;
  if (incoming.whole || incoming.timeInForce === 'fok') {
    if (!book.matchWhole(side, price, volume, owner, selfTrade)) return 0;
    left = 0;
  } else {
    left = book.match(side, price, volume, owner, selfTrade);
    ({ stopped } = book);
  }
  takeOutcomes(state, changes, incoming, spare);
  // Only a match with something left can be stopped.
  if (stopped) cancelRemaining(state, changes, incoming, 'self_trade');
  return volume - left;
}

/** Turns what the book did into trades and cancellations. */
function takeOutcomes(
  state: State,
  changes: Changes,
  incoming: Order,
  given: readonly LotOffer[],
): void {
  let spare = given;
  const { book, resting: bySlot } = incoming.market;
  const { outcomes, outcomeCount } = book;
  for (let index = 0; index < outcomeCount; index += 1) {
    const at = index * outcomeWords;
    const resting = bySlot[outcomes[at] ?? -1];
    const traded = outcomes[at + 1] ?? 0;
    const lots = exactLots(Math.abs(traded));
    assert(resting !== undefined, 'the book named a slot where nobody rests');
    noteBook(changes, resting, 0 - lots);
    if (traded > 0) {
      const price = toPrice(outcomes[at + 2]);
      assert(price !== undefined, 'the book named no price');
      const taken = takeLowest(resting.firm, lots);
      leaveSlotIfEmpty(resting);
      makeTrade(state, changes, { resting, incoming, lots: taken, spare, price });
      spare = [];
    } else {
      // It has left the book already: its slot is not to be reduced again.
      bySlot[resting.slot] = undefined;
      resting.slot = -1;
      cancelRemaining(state, changes, resting, 'self_trade');
    }
  }
}

interface Match {
  readonly resting: Order;
  readonly incoming: Order;
  /** Of the resting order. */
  readonly lots: readonly Lot[];
  /** Of the incoming order. */
  readonly spare: readonly LotOffer[];
  readonly price: Price;
}

/** Makes the trade of these lots, which have left the resting order's firm ones and the book. */
function makeTrade(
  state: State,
  changes: Changes,
  { resting, incoming, lots, spare, price }: Match,
): void {
  const volume = exactLots(volumeOfLots(lots));
  const { market } = resting;
  state.tradeCount += 1;
  const id = toTradeId(`T${state.tradeCount}`);
  assert(id !== undefined, 'trade ids ran out');
  const deadline = exactInstant(state.at + market.terms.settlementTimeout);
  const due = { kind: 'settlement' as const, trade: id };
  const trade: Trade = {
    id,
    number: state.tradeCount,
    price,
    volume,
    resting,
    incoming,
    at: state.at,
    deadline: addDeadline(state.deadlines, deadline, due),
    lots,
    unsettled: lots.length,
  };
  state.trades.set(id, trade);
  for (const lot of lots) lot.trade = trade;
  resting.given.push(trade);
  resting.unsettled += 1;
  incoming.unsettled += 1;
  market.reference = price;
  fillLots(state, resting, volume, price);
  fillLots(state, incoming, volume, price);
  // In an auction both leave the book.
  for (const order of [resting, incoming]) {
    if (order.status === 'open' && order.slot < 0) order.status = 'pending';
  }
  releaseSaving(changes, resting, { lots: volume, price });
  releaseSaving(changes, incoming, { lots: volume, price });
  changes.events.push({
    kind: 'trade.made',
    trade: viewOfTrade(trade),
    resting: viewOfOrder(resting),
    incoming: viewOfOrder(incoming),
    spare,
    deadline,
  });
}

/** Trades two resting orders at a price of their own, in an auction: the later one is the incoming side. Both have left the book by `volume`. */
export function tradeResting(
  state: State,
  changes: Changes,
  { earlier, later, volume, price }: { earlier: Order; later: Order; volume: Lots; price: Price },
): void {
  const lots = takeLowest(earlier.firm, volume);
  const unneeded = takeHighest(later.firm, volume);
  forgetOutputs(state, unneeded);
  for (const order of [earlier, later]) {
    noteBook(changes, order, 0 - volume);
    leaveSlotIfEmpty(order);
  }
  const spare = offersOf(unneeded);
  makeTrade(state, changes, { resting: earlier, incoming: later, lots, spare, price });
}

/**
 * Lets every resting whole order trade that would be filled now, earliest place first, until none would. Each leaves the book and becomes the
 * incoming order of a match; its own offer is not needed.
 */
export function fireWholes(state: State, changes: Changes, market: Market): void {
  const { book, wholes } = market;
  if (market.phase !== 'continuous' || wholes.ask + wholes.bid === 0) return;
  for (let slot = book.firingWhole(); slot >= 0; slot = book.firingWhole()) {
    const order = market.resting[slot];
    assert(order !== undefined, 'the book named a slot where nobody rests');
    const volume = order.remaining;
    const spare = offersOf(order.firm);
    forgetOutputs(state, order.firm);
    order.firm.length = 0;
    book.reduce(slot, volume);
    leaveSlotIfEmpty(order);
    const traded = matchIncoming(state, changes, order, volume, spare);
    assert(traded === volume, `${order.id} fired and was not filled`);
  }
}
