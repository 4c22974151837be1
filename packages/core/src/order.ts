/**
 * An order's life: pending → open → done, or pending → done. Each lot of it is remaining, then filled or cancelled; a matched lot whose output
 * was spent otherwise goes from filled to cancelled.
 */
import { releaseLots } from './account.ts';
import { reduce, rest } from './book.ts';
import type { Place } from './book.ts';
import { touchLevel } from './changes.ts';
import type { Changes } from './changes.ts';
import type { LotOffer, OrderPlace } from './command.ts';
import { dropDeadline } from './deadline.ts';
import type { CancelReason, OrderView } from './event.ts';
import { assert, exactAmount, exactLots } from './exact.ts';
import { answersMax } from './limits.ts';
import type { Market, Order, Participant, State } from './state.ts';
import { toOrderId } from './units.ts';
import type { Lots, Price } from './units.ts';

/** What may be shown of an order, as it is now. */
export function viewOfOrder(order: Order): OrderView {
  return {
    order: order.id,
    participant: order.participant,
    clientOrderId: order.clientOrderId,
    market: order.market.terms.symbol,
    side: order.side,
    price: order.price,
    volume: order.volume,
    timeInForce: order.timeInForce,
    postOnly: order.postOnly,
    status: order.status,
    filled: order.filled,
    cancelled: order.cancelled,
    remaining: order.remaining,
    cost: order.cost,
    placedAt: order.placedAt,
  };
}

/** Takes a checked placement into the state, pending, with nothing filled, nothing held and nothing asked yet. */
export function acceptOrder(
  state: State,
  { participant, market }: { participant: Participant; market: Market },
  command: OrderPlace,
): Order {
  state.orderCount += 1;
  const id = toOrderId(`O${state.orderCount}`);
  assert(id !== undefined, 'order ids ran out');
  const order: Order = {
    id,
    number: state.orderCount,
    participant: participant.participant,
    clientOrderId: command.clientOrderId,
    market,
    side: command.side,
    price: command.price,
    volume: command.volume,
    timeInForce: command.timeInForce,
    postOnly: command.postOnly,
    placedAt: state.at,
    status: 'pending',
    filled: exactLots(0),
    cancelled: exactLots(0),
    remaining: command.volume,
    cost: exactAmount(0),
    deadline: undefined,
    firm: new Map(),
    matched: new Map(),
    unsettled: 0,
  };
  state.orders.set(order.id, order);
  participant.live.set(order.id, order);
  participant.answers.set(order.clientOrderId, order);
  return order;
}

function placeOf(order: Order): Place {
  return { order: order.id, side: order.side, price: order.price };
}

/** Puts a pending order on the book with the offers of all its remaining lots. */
export function openOrder(
  state: State,
  changes: Changes,
  order: Order,
  offers: readonly LotOffer[],
): void {
  assert(order.status === 'pending' && offers.length === order.remaining, 'not firm');
  order.status = 'open';
  for (const offer of offers) {
    order.firm.set(offer.lot, offer);
    state.outputs.set(offer.output, { order: order.id, lot: offer.lot });
  }
  touchLevel(changes, order.market, order.side, order.price);
  rest(order.market.book, placeOf(order), order.remaining);
}

/** Takes lots of an open order off the book; the caller says what becomes of them. */
export function takeOffBook(changes: Changes, order: Order, lots: Lots): void {
  touchLevel(changes, order.market, order.side, order.price);
  reduce(order.market.book, placeOf(order), lots);
}

/** Moves lots from remaining to filled, at `price`. */
export function fillLots(state: State, order: Order, lots: Lots, price: Price): void {
  order.remaining = exactLots(order.remaining - lots);
  order.filled = exactLots(order.filled + lots);
  order.cost = exactAmount(order.cost + lots * price);
  closeIfDone(state, order);
}

/** Moves one lot from remaining to cancelled and frees its hold, because its output is gone. */
export function loseRestingLot(state: State, changes: Changes, order: Order, lot: number): void {
  const offer = order.firm.get(lot);
  assert(offer !== undefined, `lot ${lot} of ${order.id} does not rest`);
  order.firm.delete(lot);
  state.outputs.delete(offer.output);
  takeOffBook(changes, order, exactLots(1));
  order.remaining = exactLots(order.remaining - 1);
  order.cancelled = exactLots(order.cancelled + 1);
  releaseLots(state, changes, order, { lots: 1, price: order.price });
  closeIfDone(state, order);
}

/** Moves one lot back from filled to cancelled: it was matched at `price` and will never settle. The trade frees its hold. */
export function unfillLot(order: Order, price: Price): void {
  order.filled = exactLots(order.filled - 1);
  order.cancelled = exactLots(order.cancelled + 1);
  order.cost = exactAmount(order.cost - price);
}

/** Cancels all that remains of a pending or open order, frees its hold, says so. The order is done then. */
export function cancelRemaining(
  state: State,
  changes: Changes,
  order: Order,
  reason: CancelReason,
): void {
  const volume = order.remaining;
  assert(volume > 0, `nothing remains of ${order.id}`);
  if (order.status === 'open') takeOffBook(changes, order, volume);
  for (const offer of order.firm.values()) state.outputs.delete(offer.output);
  order.firm.clear();
  order.remaining = exactLots(0);
  order.cancelled = exactLots(order.cancelled + volume);
  releaseLots(state, changes, order, { lots: volume, price: order.price });
  closeIfDone(state, order);
  changes.events.push({ kind: 'order.cancelled', view: viewOfOrder(order), volume, reason });
}

/** An order of which nothing remains is done for good: it leaves the live ones and joins those that are only answered. */
function closeIfDone(state: State, order: Order): void {
  if (order.remaining > 0 || order.status === 'done') return;
  order.status = 'done';
  if (order.deadline !== undefined) dropDeadline(state.deadlines, order.deadline);
  order.deadline = undefined;
  const participant = state.participants.get(order.participant);
  assert(participant !== undefined, `${order.participant} is not admitted`);
  participant.live.delete(order.id);
  const slot = participant.doneCount % answersMax;
  const oldest = participant.done[slot];
  if (oldest !== undefined) participant.answers.delete(oldest.clientOrderId);
  participant.done[slot] = order;
  participant.doneCount += 1;
  forgetIfOver(state, order);
}

/** A done order leaves the state with its last trade. */
export function forgetIfOver(state: State, order: Order): void {
  if (order.status === 'done' && order.unsettled === 0) state.orders.delete(order.id);
}
