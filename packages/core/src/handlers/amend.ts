/** `order.amend`: a participant changes the price or the volume of a live order, without the gap that cancelling and placing again would leave. */
import { addHold, freeOf, givenAsset, givenPerLot } from '../account.ts';
import type { Changes } from '../changes.ts';
import type { LotOffer, OrderAmend } from '../command.ts';
import { exactLots } from '../exact.ts';
import { offersOf, takeHighest } from '../lots.ts';
import { wouldTrade } from '../match.ts';
import { knownOrder } from '../known.ts';
import {
  bareRemaining,
  cancelRemaining,
  dropFirm,
  dropOffersDue,
  forgetOutputs,
} from '../order.ts';
import { noLots, noteBook, requestOffers, takeOffBook, viewOfOrder } from '../order.ts';
import type { RefusalCode } from '../refusal.ts';
import type { Order, State } from '../state.ts';
import type { Lots, Price } from '../units.ts';
import { arrive, priceRefusal } from './place.ts';

/** What the order shall be. */
interface Wish {
  readonly price: Price;
  readonly volume: Lots;
  /** Of `volume`, what may still trade. */
  readonly remaining: Lots;
}

function isAllowed(order: Order, { price, remaining }: Wish): boolean {
  switch (order.market.phase) {
    case 'pre_open':
    case 'continuous':
    case 'post_only':
      return true;
    case 'cancel_only':
      return price === order.price && remaining <= order.remaining;
    case 'halted':
    case 'closed':
      return false;
  }
}

/** What the order would set aside more, below 0 when less. */
function extraHold(order: Order, { price, remaining }: Wish): number {
  const { market, side } = order;
  return (
    remaining * givenPerLot(market.terms, side, price) -
    order.remaining * givenPerLot(market.terms, side, order.price)
  );
}

/** True when the new price makes the order trade at once and that is not allowed. */
function wouldWronglyTrade(order: Order, { price, remaining }: Wish): boolean {
  const { market, side, whole, selfTrade, participant } = order;
  // A crossed book from before the opening may be shrunk: nothing trades in those phases.
  if (market.phase === 'pre_open' || market.phase === 'cancel_only') return false;
  if (!order.postOnly && market.phase !== 'post_only') return false;
  return wouldTrade({ market, side, price, whole, selfTrade }, remaining, participant.ownerNumber);
}

/** What an amendment asks of an order, or the code with which it is refused. Changes nothing. */
function amendmentOf(
  state: State,
  command: OrderAmend,
): { readonly order: Order; readonly wish: Wish } | RefusalCode {
  if (!state.participants.has(command.participant)) return 'unknown_participant';
  const order = knownOrder(state, command.order);
  if (order?.participant.address !== command.participant) return 'unknown_order';
  if (order.status === 'done') return 'order_done';
  const { market } = order;
  const { price = order.price, volume = order.volume } = command;
  const open = volume - order.filled - order.cancelled;
  const wish: Wish = { price, volume, remaining: exactLots(Math.max(0, open)) };
  if (!isAllowed(order, wish)) return 'phase_forbids';
  if (open < 0 || volume > market.terms.volumeMax) return 'volume_out_of_bounds';
  const refusal = price === order.price ? undefined : priceRefusal(market, price);
  if (refusal !== undefined) return refusal;
  const extra = extraHold(order, wish);
  const free = freeOf(state, command.participant, givenAsset(market.terms, order.side));
  if (extra > Math.max(0, free)) return 'insufficient_funds';
  if (open > 0 && wouldWronglyTrade(order, wish)) return 'would_trade';
  return { order, wish };
}

/** With which code `amendOrder` would refuse the command. Changes nothing. */
export function amendRefusal(state: State, command: OrderAmend): RefusalCode | undefined {
  const amendment = amendmentOf(state, command);
  return typeof amendment === 'string' ? amendment : undefined;
}

/**
 * Amends the order as docs/matching.md says. Refuses, in this order, `unknown_participant`, `unknown_order`, `order_done`, `phase_forbids`,
 * `volume_out_of_bounds`, `price_off_tick`, `price_out_of_band` (of a new price), `insufficient_funds`, `would_trade`.
 */
export function amendOrder(
  state: State,
  changes: Changes,
  command: OrderAmend,
): RefusalCode | undefined {
  const amendment = amendmentOf(state, command);
  if (typeof amendment === 'string') return amendment;
  const { order, wish } = amendment;
  if (wish.remaining === 0) cancelRemaining(state, changes, order, 'amended');
  else if (wish.price !== order.price) reprice(state, changes, order, wish);
  else if (wish.remaining < order.remaining) shrink(state, changes, order, wish);
  else if (wish.remaining > order.remaining) enlarge(state, changes, order, wish);
  else tell(changes, order, []);
  return undefined;
}

function tell(changes: Changes, order: Order, dropped: readonly LotOffer[]): void {
  const { place } = order;
  changes.events.push({ kind: 'order.amended', view: viewOfOrder(order), dropped, place });
}

/** Takes over the wish, and sets aside what it needs. */
function take(changes: Changes, order: Order, wish: Wish): void {
  addHold(changes, order, extraHold(order, wish));
  order.price = wish.price;
  order.volume = wish.volume;
  order.remaining = wish.remaining;
}

/** A new price voids every offer: the order leaves the book and comes in again. */
function reprice(state: State, changes: Changes, order: Order, wish: Wish): void {
  const dropped = dropFirm(state, changes, order);
  dropOffersDue(state, order);
  order.bare = noLots;
  order.status = 'pending';
  take(changes, order, wish);
  tell(changes, order, dropped);
  arrive(state, changes, order);
}

/** Takes the highest lots off: those that wait for offers and those that rest alike. What rests keeps its place. */
function shrink(state: State, changes: Changes, order: Order, wish: Wish): void {
  if (order.whole) {
    resize(state, changes, order, wish);
    return;
  }
  let [bare, firm] = [order.bare.length, order.firm.length];
  for (let left = order.remaining - wish.remaining; left > 0; left -= 1) {
    if ((order.bare[bare - 1] ?? -1) > (order.firm[firm - 1]?.lot ?? -1)) bare -= 1;
    else firm -= 1;
  }
  if (bare < order.bare.length) order.bare = order.bare.slice(0, bare);
  const taken = takeHighest(order.firm, order.firm.length - firm);
  forgetOutputs(state, taken);
  if (taken.length > 0) takeOffBook(changes, order, exactLots(taken.length));
  take(changes, order, wish);
  if (order.slot < 0) order.status = 'pending';
  if (order.bare.length === 0) dropOffersDue(state, order);
  tell(changes, order, offersOf(taken));
  if (order.bare.length > 0) requestOffers(state, changes, order);
}

/** A whole order's one offer covers all of it: another volume needs another offer. Only a smaller one keeps the place. */
function resize(state: State, changes: Changes, order: Order, wish: Wish): void {
  const isSmaller = wish.remaining < order.remaining;
  const rested = order.slot >= 0 || !order.joinsBack;
  const dropped = dropFirm(state, changes, order);
  order.status = 'pending';
  take(changes, order, wish);
  tell(changes, order, dropped);
  bareRemaining(order);
  order.joinsBack = !(isSmaller && rested);
  requestOffers(state, changes, order);
}

/** More lots wait for offers; what rests goes to the back now, and once more when they join it. */
function enlarge(state: State, changes: Changes, order: Order, wish: Wish): void {
  if (order.whole) {
    resize(state, changes, order, wish);
    return;
  }
  const added = wish.remaining - order.remaining;
  take(changes, order, wish);
  const bare = [...order.bare];
  for (let index = 0; index < added; index += 1) bare.push(order.lotCount + index);
  order.lotCount += added;
  order.bare = bare;
  order.joinsBack = true;
  if (order.slot >= 0) {
    order.place = order.market.book.toBack(order.slot);
    noteBook(changes, order, 0);
  }
  tell(changes, order, []);
  requestOffers(state, changes, order);
}
