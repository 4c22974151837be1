/**
 * An order's life: pending → open → done, or pending → done. Each lot of it is remaining, then filled or cancelled; a matched lot that never
 * settles goes from filled to cancelled, or comes back and remains again, which may make a done order pending.
 *
 * What remains is either firm, which is on the book, or bare, which waits for its offers. While an order is the incoming one, what remains of it
 * is neither yet.
 */
import { accountOf, givenAsset, holdLots, releaseLots } from './account.ts';
import { touchLevel, touchMarket } from './changes.ts';
import type { Changes } from './changes.ts';
import type { LotOffer, OrderPlace } from './command.ts';
import { addDeadline, dropDeadline } from './deadline.ts';
import type { CancelReason, OrderView } from './event.ts';
import { assert, exactAmount, exactInstant, exactLots } from './exact.ts';
import { answersMax } from './limits.ts';
import { offersOf, takeLot, volumeOfLots } from './lots.ts';
import type { AnyOrder, Lot, Market, Order, OverOrder, Participant, State } from './state.ts';
import { toOrderId } from './units.ts';
import type { Lots, Price } from './units.ts';

const none: readonly LotOffer[] = [];

/** What waits of an order of which nothing waits: one list for all. */
export const noLots: readonly number[] = [];

/** What may be shown of an order, as it is now: the same object as before while it is the same. */
export function viewOfOrder(order: Order | OverOrder): OrderView {
  if (!('shown' in order)) return makeView(order);
  const { shown } = order;
  if (
    shown !== undefined &&
    shown.status === order.status &&
    shown.remaining === order.remaining &&
    shown.filled === order.filled &&
    shown.cancelled === order.cancelled &&
    shown.cost === order.cost &&
    shown.price === order.price &&
    shown.volume === order.volume
  ) {
    return shown;
  }
  order.shown = makeView(order);
  return order.shown;
}

function makeView(order: AnyOrder): OrderView {
  const view = {
    order: order.id,
    participant: order.participant.address,
    clientOrderId: order.clientOrderId,
    market: order.market.terms.symbol,
    side: order.side,
    type: order.type,
    price: order.price,
    volume: order.volume,
    timeInForce: order.timeInForce,
    postOnly: order.postOnly,
    whole: order.whole,
    selfTrade: order.selfTrade,
    status: order.status,
    filled: order.filled,
    cancelled: order.cancelled,
    remaining: order.remaining,
    cost: order.cost,
    placedAt: order.placedAt,
  };
  return order.expiresAt === undefined ? view : { ...view, expiresAt: order.expiresAt };
}

/** Takes a checked placement into the state, pending, with its funds held, nothing filled and nothing asked yet. */
export function acceptOrder(
  state: State,
  changes: Changes,
  { participant, market }: { participant: Participant; market: Market },
  command: OrderPlace,
): Order {
  state.orderCount += 1;
  const id = toOrderId(`O${state.orderCount}`);
  assert(id !== undefined, 'order ids ran out');
  const { side, price, volume, expiresAt } = command;
  const asset = givenAsset(market.terms, side);
  const order: Order = {
    id,
    number: state.orderCount,
    participant,
    clientOrderId: command.clientOrderId,
    market,
    side,
    type: command.type ?? 'limit',
    timeInForce: command.timeInForce,
    expiresAt,
    postOnly: command.postOnly,
    whole: command.whole ?? false,
    selfTrade: command.selfTrade ?? 'cancel_incoming',
    placedAt: state.at,
    placedPrice: price,
    placedVolume: volume,
    account: accountOf(state, changes, participant.address, asset),
    price,
    volume,
    status: 'pending',
    filled: exactLots(0),
    cancelled: exactLots(0),
    remaining: volume,
    cost: exactAmount(0),
    liveAt: -1,
    liveInMarket: -1,
    shown: undefined,
    slot: -1,
    place: 0,
    firm: [],
    bare: noLots,
    joinsBack: true,
    lotCount: 0,
    offersDue: undefined,
    expiry: undefined,
    given: [],
    unsettled: 0,
    ended: undefined,
  };
  state.orders.put(order.number, order);
  participant.answers.set(order.clientOrderId, order);
  enliven(state, order);
  holdLots(changes, order, volume);
  return order;
}

/** Adds an order to the live ones. */
export function enlist(order: Order): void {
  const { participant, market } = order;
  order.liveAt = participant.live.push(order) - 1;
  order.liveInMarket = market.live.push(order) - 1;
}

/** Takes an order out of the live ones: the last of each list takes its place there. */
function delist({ participant, market, liveAt, liveInMarket }: Order): void {
  const [own, of] = [participant.live.pop(), market.live.pop()];
  assert(own !== undefined && of !== undefined, 'a live order is in no list');
  if (liveAt < participant.live.length) {
    participant.live[liveAt] = own;
    own.liveAt = liveAt;
  }
  if (liveInMarket < market.live.length) {
    market.live[liveInMarket] = of;
    of.liveInMarket = liveInMarket;
  }
}

/** The order is live from now on. */
function enliven(state: State, order: Order): void {
  const { participant, market } = order;
  enlist(order);
  if (order.whole) {
    participant.wholes += 1;
    market.wholes[order.side] += 1;
  }
  if (order.expiresAt === undefined) return;
  order.expiry = addDeadline(state.deadlines, order.expiresAt, { kind: 'expiry', order });
}

/** Asks the agent for the offers of the bare lots, all of them, until a new deadline. */
export function requestOffers(state: State, changes: Changes, order: Order): void {
  dropOffersDue(state, order);
  const deadline = exactInstant(state.at + order.market.terms.offersTimeout);
  order.offersDue = addDeadline(state.deadlines, deadline, { kind: 'offers', order });
  const view = viewOfOrder(order);
  changes.events.push({ kind: 'offers.requested', view, lots: order.bare, deadline });
}

/** The offers are there, or no longer awaited. */
export function dropOffersDue(state: State, order: Order): void {
  if (order.offersDue !== undefined) dropDeadline(state.deadlines, order.offersDue);
  order.offersDue = undefined;
}

/** How many lots a number of indices stands for: a whole order has one index. */
export function volumeOfBare(order: Order): number {
  if (order.bare.length === 0) return 0;
  return order.whole ? order.remaining : order.bare.length;
}

/** Gives new indices to all lots that remain and are not firm. They wait for offers then, and go to the back when they have them. */
export function bareRemaining(order: Order): void {
  const volume = order.remaining - volumeOfLots(order.firm);
  const count = order.whole ? Math.min(1, volume) : volume;
  const fresh: number[] = [];
  for (let index = 0; index < count; index += 1) fresh.push(order.lotCount + index);
  order.lotCount += count;
  order.bare = fresh;
  order.joinsBack = true;
}

/** Puts the firm lots on the book: with the order's old place, or behind all others at its price. */
export function restFirm(changes: Changes, order: Order, from: 'old place' | 'back'): void {
  const { market, side, price, whole, selfTrade } = order;
  const { book } = market;
  const lots = exactLots(volumeOfLots(order.firm));
  const owner = order.participant.ownerNumber;
  assert(order.slot < 0 && lots > 0, 'an order rests twice');
  if (from === 'old place') {
    const { place } = order;
    order.slot = whole
      ? book.rejoinWhole(side, price, lots, owner, selfTrade, place)
      : book.rejoin(side, price, lots, owner, place);
  } else {
    order.slot = whole
      ? book.restWhole(side, price, lots, owner, selfTrade)
      : book.rest(side, price, lots, owner);
    order.place = book.placeOf(order.slot);
  }
  market.resting[order.slot] = order;
  noteBook(changes, order, lots);
}

/** Notes that the order put lots on its book, or took them off (below 0). */
export function noteBook(
  changes: Changes,
  { market, side, price, whole }: Order,
  lots: number,
): void {
  if (whole) touchMarket(changes, market);
  else touchLevel(changes, market, { side, price, lots });
}

/** Takes the volume of lots that were firm off the book. The caller has taken them from `firm` and says what becomes of them. */
export function takeOffBook(changes: Changes, order: Order, lots: Lots): void {
  const { market, slot } = order;
  assert(slot >= 0 && market.resting[slot] === order, 'an order leaves and does not rest');
  market.book.reduce(slot, lots);
  noteBook(changes, order, 0 - lots);
  leaveSlotIfEmpty(order);
}

/** An order of which nothing is firm any more has no slot. */
export function leaveSlotIfEmpty(order: Order): void {
  if (order.firm.length > 0) return;
  order.market.resting[order.slot] = undefined;
  order.slot = -1;
}

/** Voids the offers of all firm lots and takes them off the book. @returns what they were. */
export function dropFirm(state: State, changes: Changes, order: Order): readonly LotOffer[] {
  if (order.firm.length === 0) return none;
  const volume = exactLots(volumeOfLots(order.firm));
  const dropped = offersOf(order.firm);
  forgetOutputs(state, order.firm);
  order.firm.length = 0;
  if (order.slot >= 0) takeOffBook(changes, order, volume);
  return dropped;
}

/** These lots' outputs stand for nothing any more. */
export function forgetOutputs(state: State, lots: readonly Lot[]): void {
  for (const lot of lots) state.outputs.delete(lot);
}

/** Moves lots from remaining to filled, at `price`. */
export function fillLots(state: State, order: Order, lots: Lots, price: Price): void {
  order.remaining = exactLots(order.remaining - lots);
  order.filled = exactLots(order.filled + lots);
  order.cost = exactAmount(order.cost + lots * price);
  closeIfDone(state, order);
}

/** Moves lots from remaining to cancelled and frees their hold. */
function loseRemaining(state: State, changes: Changes, order: Order, lots: number): void {
  order.remaining = exactLots(order.remaining - lots);
  order.cancelled = exactLots(order.cancelled + lots);
  releaseLots(changes, order, { lots, price: order.price });
  closeIfDone(state, order);
}

/** A resting lot's output is gone: the lot is cancelled. @returns how many lots it stood for. */
export function loseRestingLot(state: State, changes: Changes, order: Order, index: number): Lots {
  const lot = takeLot(order.firm, index);
  assert(lot !== undefined, 'a lot is lost and does not rest');
  state.outputs.delete(lot);
  takeOffBook(changes, order, lot.volume);
  if (order.firm.length === 0 && order.bare.length > 0) order.status = 'pending';
  loseRemaining(state, changes, order, lot.volume);
  return lot.volume;
}

/** Moves matched lots from filled to cancelled: they were matched at `price` and will never settle. The trade frees their hold. */
export function unfillLots(order: Order, lots: Lots, price: Price): void {
  order.filled = exactLots(order.filled - lots);
  order.cancelled = exactLots(order.cancelled + lots);
  order.cost = exactAmount(order.cost - lots * price);
}

/** Why lots of the order would not come back now. @returns undefined when they would. */
export function endingOf(state: State, order: Order): CancelReason | undefined {
  if (order.ended !== undefined) return order.ended;
  if (order.market.phase === 'closed') return 'market_closed';
  if (order.participant.isSuspended) return 'suspended';
  if (order.expiresAt !== undefined && order.expiresAt <= state.at) return 'expired';
  return undefined;
}

/** A matched lot is the order's again: it remains, held at the order's limit, and waits for a new offer. `returnedLots` has to follow. */
export function returnLot(
  state: State,
  changes: Changes,
  order: Order,
  lot: Lot,
  price: Price,
): void {
  const { volume } = lot;
  order.filled = exactLots(order.filled - volume);
  order.cost = exactAmount(order.cost - volume * price);
  order.remaining = exactLots(order.remaining + volume);
  holdLots(changes, order, volume);
  if (order.status === 'done') enliven(state, order);
  order.status = order.slot >= 0 ? 'open' : 'pending';
  if (order.bare.length === 0) order.joinsBack = false;
  order.bare = [...order.bare, lot.lot].toSorted((a, b) => a - b);
}

/** Says that so many lots of the order will never trade, and which offers of them that is the end of. */
export function tellCancelled(
  changes: Changes,
  order: Order,
  {
    volume,
    reason,
    dropped = none,
  }: {
    readonly volume: Lots;
    readonly reason: CancelReason;
    readonly dropped?: readonly LotOffer[];
  },
): void {
  const view = viewOfOrder(order);
  changes.events.push({ kind: 'order.cancelled', view, volume, reason, dropped });
}

/** Cancels all that remains of a live order, for good, frees its hold, says so. */
export function cancelRemaining(
  state: State,
  changes: Changes,
  order: Order,
  reason: CancelReason,
): void {
  const volume = order.remaining;
  assert(volume > 0, 'nothing remains of a live order');
  const dropped = dropFirm(state, changes, order);
  order.bare = noLots;
  order.ended = reason;
  loseRemaining(state, changes, order, volume);
  tellCancelled(changes, order, { volume, reason, dropped });
}

/** Cancels the lots that wait for offers, says so. What is firm rests on. */
export function cancelBare(
  state: State,
  changes: Changes,
  order: Order,
  reason: CancelReason,
): void {
  const volume = exactLots(volumeOfBare(order));
  order.bare = noLots;
  dropOffersDue(state, order);
  loseRemaining(state, changes, order, volume);
  tellCancelled(changes, order, { volume, reason });
}

/** An order of which nothing remains is done: it leaves the live ones. */
export function closeIfDone(state: State, order: Order): void {
  if (order.remaining > 0 || order.status === 'done') return;
  order.status = 'done';
  order.bare = noLots;
  dropOffersDue(state, order);
  if (order.expiry !== undefined) dropDeadline(state.deadlines, order.expiry);
  order.expiry = undefined;
  const { participant, market } = order;
  delist(order);
  if (order.whole) {
    participant.wholes -= 1;
    market.wholes[order.side] -= 1;
  }
  retireIfOver(state, order);
}

/** A done order is over with its last trade: it joins those that are only answered, and the oldest of them is forgotten. */
export function retireIfOver(state: State, order: Order): void {
  if (order.status !== 'done' || order.unsettled > 0) return;
  const { over } = state;
  const { participant } = order;
  const slot = participant.overCount % answersMax;
  const oldest = participant.over[slot];
  if (oldest !== undefined) participant.answers.delete(over.delete(oldest));
  state.orders.remove(order.number);
  const row = over.add(order, order, oldest);
  participant.over[slot] = row;
  participant.answers.set(order.clientOrderId, row);
  participant.overCount += 1;
}
