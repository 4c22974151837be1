/** `order.place`: a participant wants to trade. The order takes from the book what it may; then its agent is asked to make the rest firm. */
import { freeOf, givenAsset, givenPerLot, holdLots } from './account.ts';
import type { Changes } from './changes.ts';
import type { OrderPlace } from './command.ts';
import { addDeadline } from './deadline.ts';
import { exactInstant } from './exact.ts';
import { openOrdersMax } from './limits.ts';
import { matchIncoming, wouldTrade } from './match.ts';
import { acceptOrder, cancelRemaining, viewOfOrder } from './order.ts';
import type { RefusalCode } from './refusal.ts';
import type { Order, State } from './state.ts';

/** True when the command would have made this very order. */
function isRepeat(order: Order, command: OrderPlace): boolean {
  return (
    order.market.terms.symbol === command.market &&
    order.side === command.side &&
    order.price === command.price &&
    order.volume === command.volume &&
    order.timeInForce === command.timeInForce &&
    order.postOnly === command.postOnly
  );
}

/**
 * Places the order, or repeats the answer to the same placement. Refuses `unknown_participant`, `id_reused`, `unknown_market`,
 * `volume_out_of_bounds`, `price_off_tick`, `price_out_of_band`, `insufficient_funds`, `too_many_open_orders` (live ones, whatever this one
 * would become) and `would_trade` (also against an order of its own). What is refused is not remembered.
 */
export function placeOrder(
  state: State,
  changes: Changes,
  command: OrderPlace,
): RefusalCode | undefined {
  const { price, volume, side } = command;
  const participant = state.participants.get(command.participant);
  if (participant === undefined) return 'unknown_participant';
  const answered = participant.answers.get(command.clientOrderId);
  if (answered !== undefined) {
    if (!isRepeat(answered, command)) return 'id_reused';
    const view = viewOfOrder(answered);
    changes.events.push({ kind: 'order.repeated', order: answered.id, view });
    return undefined;
  }
  const market = state.markets.get(command.market);
  if (market === undefined) return 'unknown_market';
  const { terms, book } = market;
  if (volume === 0 || volume > terms.volumeMax) return 'volume_out_of_bounds';
  if (price % terms.tick !== 0) return 'price_off_tick';
  if (price < terms.priceFloor || price > terms.priceCap) return 'price_out_of_band';
  const given = volume * givenPerLot(terms, side, price);
  const free = freeOf(state, command.participant, givenAsset(terms, side));
  if (given > free) return 'insufficient_funds';
  if (participant.live.size >= openOrdersMax) return 'too_many_open_orders';
  if (command.postOnly && wouldTrade(book, side, price)) return 'would_trade';

  const order = acceptOrder(state, { participant, market }, command);
  holdLots(state, changes, order, volume);
  changes.events.push({ kind: 'order.placed', view: viewOfOrder(order) });
  const stopped = matchIncoming(state, changes, order);
  if (order.remaining === 0) return undefined;
  if (stopped !== undefined) cancelRemaining(state, changes, order, stopped);
  else if (order.timeInForce === 'ioc')
    cancelRemaining(state, changes, order, 'not_filled_at_once');
  else requestOffers(state, changes, order);
  return undefined;
}

/** The indices of the lots that an order still wants to rest. */
export function wantedLots(order: Order): readonly number[] {
  return Array.from({ length: order.remaining }, (_, lot) => lot);
}

function requestOffers(state: State, changes: Changes, order: Order): void {
  const deadline = exactInstant(state.at + order.market.terms.offersTimeout);
  order.deadline = addDeadline(state.deadlines, deadline, { kind: 'offers', order: order.id });
  changes.events.push({
    kind: 'offers.requested',
    view: viewOfOrder(order),
    lots: wantedLots(order),
    deadline,
  });
}
