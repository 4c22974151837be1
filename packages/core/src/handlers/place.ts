/** `order.place`: a participant wants to trade. The order takes from the book what it may; then its agent is asked to make the rest firm. */
import { freeOf, givenAsset, givenPerLot } from '../account.ts';
import type { Changes } from '../changes.ts';
import type { OrderPlace } from '../command.ts';
import { openOrdersMax, wholeOrdersMax, wholeOrdersOfMarketMax } from '../limits.ts';
import { matchIncoming, wouldTrade } from '../match.ts';
import { acceptOrder, bareRemaining, cancelRemaining } from '../order.ts';
import { requestOffers, viewOfOrder } from '../order.ts';
import type { RefusalCode } from '../refusal.ts';
import type { AnyOrder, Market, Order, OverOrder, Participant, State } from '../state.ts';
import type { Instant, Price } from '../units.ts';

/** True when the command would have made this very order. */
function isRepeat(order: AnyOrder, command: OrderPlace): boolean {
  return (
    order.market.terms.symbol === command.market &&
    order.side === command.side &&
    order.type === (command.type ?? 'limit') &&
    order.placedPrice === command.price &&
    order.placedVolume === command.volume &&
    order.timeInForce === command.timeInForce &&
    order.expiresAt === command.expiresAt &&
    order.postOnly === command.postOnly &&
    order.whole === (command.whole ?? false) &&
    order.selfTrade === (command.selfTrade ?? 'cancel_incoming')
  );
}

/** The order that an earlier placement under this id made. */
function answeredOrder(
  { over }: State,
  { answers }: Participant,
  clientOrderId: string,
): Order | OverOrder | undefined {
  const found = answers.get(clientOrderId);
  return typeof found === 'number' ? over.at(found) : found;
}

function rests({ timeInForce }: OrderPlace): boolean {
  return timeInForce === 'gtc' || timeInForce === 'gtd';
}

/** True when the type, the time in force and the flags go together. */
function isConsistent(command: OrderPlace): boolean {
  if ((command.timeInForce === 'gtd') !== (command.expiresAt !== undefined)) return false;
  if (rests(command)) return command.type !== 'market';
  return !command.postOnly && command.whole !== true;
}

function isAllowed({ phase }: Market, command: OrderPlace): boolean {
  switch (phase) {
    case 'continuous':
      return true;
    case 'pre_open':
      return rests(command) && command.whole !== true;
    case 'post_only':
      return rests(command);
    case 'cancel_only':
    case 'halted':
    case 'closed':
      return false;
  }
}

/** What the price breaks. @returns undefined when it may be a new order's. */
export function priceRefusal(
  { terms, floor, cap }: Pick<Market, 'terms' | 'floor' | 'cap'>,
  price: Price,
): RefusalCode | undefined {
  if (price % terms.tick !== 0) return 'price_off_tick';
  if (price < floor || price > cap) return 'price_out_of_band';
  return undefined;
}

function tooManyWholes({ wholes }: Market, participant: Participant, command: OrderPlace): boolean {
  if (command.whole !== true) return false;
  return participant.wholes >= wholeOrdersMax || wholes[command.side] >= wholeOrdersOfMarketMax;
}

/** True when the order may not trade at once and would. Before an opening nothing trades. */
function wouldWronglyTrade(market: Market, participant: Participant, command: OrderPlace): boolean {
  if (market.phase === 'pre_open') return false;
  if (!command.postOnly && market.phase !== 'post_only') return false;
  const { side, price, volume, whole = false, selfTrade = 'cancel_incoming' } = command;
  return wouldTrade({ market, side, price, whole, selfTrade }, volume, participant.ownerNumber);
}

/** Who places an order, and where. */
interface Placing {
  readonly participant: Participant;
  readonly market: Market;
}

/** What stands against a new order of this participant in this market at this instant; changes nothing. */
function newRefusal(
  state: State,
  { participant, market }: Placing,
  command: OrderPlace,
  at: Instant,
): RefusalCode | undefined {
  const { price, volume, side, expiresAt } = command;
  if (participant.isSuspended) return 'participant_suspended';
  if (!isAllowed(market, command)) return 'phase_forbids';
  if (!isConsistent(command)) return 'order_contradictory';
  const { terms } = market;
  if (volume === 0 || volume > terms.volumeMax) return 'volume_out_of_bounds';
  const refusal = priceRefusal(market, price);
  if (refusal !== undefined) return refusal;
  if (expiresAt !== undefined && expiresAt <= at) return 'expiry_passed';
  const given = volume * givenPerLot(terms, side, price);
  const free = freeOf(state, command.participant, givenAsset(terms, side));
  if (given > free) return 'insufficient_funds';
  if (participant.live.length >= openOrdersMax) return 'too_many_open_orders';
  if (tooManyWholes(market, participant, command)) return 'too_many_whole_orders';
  if (wouldWronglyTrade(market, participant, command)) return 'would_trade';
  return undefined;
}

/** With which code `placeOrder` would refuse the command at this instant. Changes nothing. */
export function placeRefusal(
  state: State,
  command: OrderPlace,
  at: Instant,
): RefusalCode | undefined {
  const participant = state.participants.get(command.participant);
  if (participant === undefined) return 'unknown_participant';
  const answered = answeredOrder(state, participant, command.clientOrderId);
  if (answered !== undefined) return isRepeat(answered, command) ? undefined : 'id_reused';
  const market = state.markets.get(command.market);
  if (market === undefined) return 'unknown_market';
  return newRefusal(state, { participant, market }, command, at);
}

/**
 * Places the order, or repeats the answer to the same placement. Refuses, in this order, `unknown_participant`, `id_reused`, `unknown_market`,
 * `participant_suspended`, `phase_forbids`, `order_contradictory`, `volume_out_of_bounds`, `price_off_tick`, `price_out_of_band`, `expiry_passed`,
 * `insufficient_funds`, `too_many_open_orders` (live ones, whatever this one would become), `too_many_whole_orders` and `would_trade`. What is refused is not remembered.
 */
export function placeOrder(
  state: State,
  changes: Changes,
  command: OrderPlace,
): RefusalCode | undefined {
  const participant = state.participants.get(command.participant);
  if (participant === undefined) return 'unknown_participant';
  const answered = answeredOrder(state, participant, command.clientOrderId);
  if (answered !== undefined) {
    if (!isRepeat(answered, command)) return 'id_reused';
    const view = viewOfOrder(answered);
    changes.events.push({ kind: 'order.repeated', order: answered.id, view });
    return undefined;
  }
  const market = state.markets.get(command.market);
  if (market === undefined) return 'unknown_market';
  const placing = { participant, market };
  const refusal = newRefusal(state, placing, command, state.at);
  if (refusal !== undefined) return refusal;

  const order = acceptOrder(state, changes, placing, command);
  changes.events.push({ kind: 'order.placed', view: viewOfOrder(order) });
  arrive(state, changes, order);
  return undefined;
}

/** All that remains of the order comes in: it trades what it may; what is left then is cancelled or waits for its offers. */
export function arrive(state: State, changes: Changes, order: Order): void {
  if (order.market.phase === 'continuous') {
    matchIncoming(state, changes, order, order.remaining);
  }
  if (order.remaining === 0) return;
  if (order.timeInForce === 'ioc' || order.timeInForce === 'fok') {
    cancelRemaining(state, changes, order, 'not_filled_at_once');
    return;
  }
  bareRemaining(order);
  requestOffers(state, changes, order);
}
