/** `offers.deliver` and `offers.decline`: the wallet agent makes an order's lots firm, or cannot. */
import type { Changes } from '../changes.ts';
import type { LotOffer, OffersDecline, OffersDeliver } from '../command.ts';
import { exactLots } from '../exact.ts';
import { addLots, takeHighest, volumeOfLots } from '../lots.ts';
import { matchIncoming, wouldTrade } from '../match.ts';
import { knownOrder } from '../known.ts';
import { cancelBare, dropOffersDue, forgetOutputs, noteBook } from '../order.ts';
import { noLots, restFirm, viewOfOrder, volumeOfBare } from '../order.ts';
import type { RefusalCode } from '../refusal.ts';
import type { Lot, Order, State } from '../state.ts';

function waitingOrder(state: State, command: OffersDeliver | OffersDecline): Order | RefusalCode {
  if (!state.participants.has(command.participant)) return 'unknown_participant';
  const order = knownOrder(state, command.order);
  if (order?.participant.address !== command.participant) return 'unknown_order';
  if (order.status === 'done') return 'order_done';
  if (order.bare.length === 0) return 'not_pending';
  return order;
}

function byLot(a: LotOffer, b: LotOffer): number {
  return a.lot - b.lot;
}

/** The offers in the order of their lots: mostly they come so. */
function inOrder(lots: readonly LotOffer[]): readonly LotOffer[] {
  let last = -1;
  for (const { lot } of lots) {
    if (lot <= last) return lots.toSorted(byLot);
    last = lot;
  }
  return lots;
}

/** True when the offers, in order, are for exactly the lots that wait. */
function areWanted({ bare }: Order, lots: readonly LotOffer[]): boolean {
  if (lots.length !== bare.length) return false;
  for (let index = 0; index < bare.length; index += 1) {
    if (lots[index]?.lot !== bare[index]) return false;
  }
  return true;
}

/** Lets each lot's output stand for it. @returns undefined, and nothing has changed, when one is named twice or stands for another lot. */
function claim({ outputs }: State, order: Order, offers: readonly LotOffer[]): Lot[] | undefined {
  const lots = offers.map((offer) => lotOf(order, offer));
  const taken = lots.findIndex((lot) => !outputs.add(lot));
  if (taken < 0) return lots;
  for (const claimed of lots.slice(0, taken)) outputs.delete(claimed);
  return undefined;
}

/**
 * The lots become firm. The order is incoming with them first: they trade what the book has for them by now; what is left goes on the book, behind
 * all others at its price, or at the order's old place when all of them had been there before. Refuses `unknown_participant`, `unknown_order`,
 * `order_done`, `not_pending`, `lots_mismatch`, `output_reused`.
 */
export function deliverOffers(
  state: State,
  changes: Changes,
  command: OffersDeliver,
): RefusalCode | undefined {
  const order = waitingOrder(state, command);
  if (typeof order === 'string') return order;
  const offers = inOrder(command.lots);
  if (!areWanted(order, offers)) return 'lots_mismatch';
  const lots = claim(state, order, offers);
  if (lots === undefined) return 'output_reused';

  const { phase } = order.market;
  const volume = exactLots(volumeOfBare(order));
  dropOffersDue(state, order);
  const isBarred = order.postOnly || phase !== 'continuous';
  if (
    isBarred &&
    phase !== 'pre_open' &&
    wouldTrade(order, volume, order.participant.ownerNumber)
  ) {
    forgetOutputs(state, lots);
    cancelBare(state, changes, order, 'would_trade');
    return undefined;
  }
  if (phase === 'continuous') {
    const traded = matchIncoming(state, changes, order, volume);
    forgetOutputs(state, order.remaining === 0 ? lots : takeHighest(lots, traded));
    if (order.remaining === 0) return undefined;
  }
  order.bare = noLots;
  if (lots.length === 0) return undefined;
  makeFirm(changes, order, lots);
  const firm = lots.length === offers.length ? offers : offers.slice(0, lots.length);
  const { place } = order;
  changes.events.push({ kind: 'order.opened', view: viewOfOrder(order), lots: firm, place });
  return undefined;
}

function lotOf(order: Order, { lot, output, offer }: LotOffer): Lot {
  const volume = order.whole ? order.remaining : exactLots(1);
  return {
    lot,
    volume,
    output,
    offer,
    order,
    trade: undefined,
    state: 'requested',
    txid: undefined,
    group: undefined,
    place: 0,
  };
}

/** Puts the lots on the book with those of the order that rest there. The list is the order's from now on. */
function makeFirm(changes: Changes, order: Order, lots: Lot[]): void {
  // A list that grew from nothing would keep room for sixteen, and most orders have a lot or two.
  if (order.firm.length === 0) order.firm = lots;
  else addLots(order.firm, lots);
  order.status = 'open';
  if (order.slot < 0) {
    restFirm(changes, order, order.joinsBack ? 'back' : 'old place');
    return;
  }
  const { book } = order.market;
  const volume = exactLots(volumeOfLots(lots));
  book.grow(order.slot, volume);
  noteBook(changes, order, volume);
  if (order.joinsBack) order.place = book.toBack(order.slot);
}

/** Cancels the lots that wait. Refuses as `offers.deliver` does. */
export function declineOffers(
  state: State,
  changes: Changes,
  command: OffersDecline,
): RefusalCode | undefined {
  const order = waitingOrder(state, command);
  if (typeof order === 'string') return order;
  cancelBare(state, changes, order, 'offers_declined');
  return undefined;
}
