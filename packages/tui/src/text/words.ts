/** What the terminal says about things that happen: plain words, and what to do. */
import { gatewayErrors, refusalErrors } from '@wattlot/client/frames';
import type { OwnOrder } from '@wattlot/client';
import type { CancelReason, LotState } from '@wattlot/core';
import { kindOf } from '../order/order-kind.ts';
import type { OrderKind } from '../order/order-kind.ts';
import { t } from './language.ts';
import type { Language, Message } from './language.ts';
import { printable } from './printable.ts';

/** By the error strings of the wire. */
const refusalWords: Readonly<Record<string, Message>> = {
  [refusalErrors.malformed]: 'the exchange could not read the request: update this program',
  [refusalErrors.market_exists]: 'there is such a market already',
  [refusalErrors.terms_out_of_bounds]: 'the terms of the market break a bound',
  [refusalErrors.unknown_participant]: 'you are not admitted yet: ask the operator to let you in',
  [refusalErrors.id_reused]: 'this ticket was used for another order: open a new one',
  [refusalErrors.unknown_market]: 'there is no such market any more',
  [refusalErrors.phase_forbids]: 'the market does not take this at present',
  [refusalErrors.band_out_of_bounds]: 'the band breaks a bound of the market',
  [refusalErrors.order_contradictory]: 'the choices on the ticket do not go together',
  [refusalErrors.expiry_passed]: 'the order would be over before it begins',
  [refusalErrors.too_many_whole_orders]:
    'there are as many all-or-none orders as allowed: cancel one first',
  [refusalErrors.volume_out_of_bounds]: 'the volume is out of bounds: change the lots',
  [refusalErrors.price_off_tick]: 'the price is between two ticks: change it',
  [refusalErrors.price_out_of_band]: 'the price is out of the band: change it',
  [refusalErrors.insufficient_funds]: 'not enough is free: fewer lots, or cancel an order first',
  [refusalErrors.too_many_open_orders]: 'you have as many open orders as allowed: cancel one first',
  [refusalErrors.would_trade]: 'post-only, and it would trade at once: change the price',
  [refusalErrors.unknown_order]: 'the order is done already, nothing is left to cancel',
  [refusalErrors.not_pending]: 'the order does not wait for offers',
  [refusalErrors.lots_mismatch]: 'the wallet offered other lots than were asked for',
  [refusalErrors.output_reused]: 'the wallet offered one output twice',
  [refusalErrors.unknown_trade]: 'the exchange does not know the trade',
  [refusalErrors.lot_not_due]: 'the lot is not due',
  [refusalErrors.height_out_of_order]: 'the exchange has an error inside: try again later',
  [gatewayErrors.notJson]: 'the exchange could not read the request: update this program',
  [gatewayErrors.unknownMethod]: 'the exchange is older than this program',
  [gatewayErrors.invalidToken]: 'the login has expired: wait for LIVE and try again',
  [gatewayErrors.invalidQuantity]: 'the volume is no whole number of lots',
  [gatewayErrors.quantityTooLarge]: 'the volume is out of bounds: change the lots',
  [gatewayErrors.badOffer]: 'the exchange did not accept the offer of the wallet',
  [gatewayErrors.badLadder]: 'the exchange did not accept the rungs of the wallet',
  [gatewayErrors.deadlineElapsed]: 'the request came too late and was not carried out',
  [gatewayErrors.badKey]: 'the exchange does not know this key for programs',
  [gatewayErrors.badNonce]: 'a request came twice or out of order: try again',
  [gatewayErrors.callsLimited]: 'too many requests: wait a second and try again',
  [gatewayErrors.tooManyKeys]: 'you have as many keys for programs as allowed: remove one first',
  [gatewayErrors.rateLimited]: 'too many requests: wait a second and try again',
  [gatewayErrors.unavailable]: 'the exchange takes no orders at the moment: try again later',
  [gatewayErrors.busy]: 'the exchange is busy and takes no new orders: try again in a moment',
  [refusalErrors.participant_suspended]: 'the operator has suspended you',
  [gatewayErrors.joinRefused]: 'the operator has refused you',
  [gatewayErrors.requestReused]: 'that request was sent before with another amount',
  [gatewayErrors.outcomeUnknown]: 'the ledger has not answered yet: decide again in a minute',
  [gatewayErrors.notAdmitted]: 'not let in yet: wait for the operator',
  [gatewayErrors.tooManyDeposits]: 'too many of your requests wait for the operator',
  [gatewayErrors.tooMuchEcoin]: 'that is more ecoin than a household may hold here: ask for less',
  [gatewayErrors.operatorTrades]: 'the operator does not trade',
  [gatewayErrors.operatorOnly]: 'only the operator: wattlot trade --operator',
  [gatewayErrors.needsSuspension]: 'suspend it first, and let its trades settle',
  [gatewayErrors.unknownRequest]: 'there is no such request any more',
  [gatewayErrors.alreadyDecided]: 'that is decided already',
  [gatewayErrors.amountDiffers]: 'another amount was asked for: look again',
  [gatewayErrors.badChallenge]: 'the login took too long: it is tried again',
  [gatewayErrors.badSignature]: 'the key does not fit the address: check the key file',
};

/** Errors that say what exactly behind their last colon. */
const detailed: readonly (readonly [string, Message])[] = [
  [gatewayErrors.joinRefused, 'the operator refuses: {detail}'],
  [gatewayErrors.tooMuchEcoin, 'a household may hold {detail} ecoin here: ask for less'],
  [gatewayErrors.permissionDenied, 'not allowed: {detail}'],
  [gatewayErrors.invalidArguments, 'the exchange does not take this: {detail}'],
];

/** Why the exchange said no. An error that nobody here knows is shown as it came, made printable. */
export function refusalText(error: string, language: Language = 'en'): string {
  const isPhase = error.startsWith('EService:Market in ');
  const words = refusalWords[isPhase ? refusalErrors.phase_forbids : error];
  if (words !== undefined) return t(language, words);
  const [code, message] = detailed.find(([one]) => error.startsWith(`${one}:`)) ?? [];
  if (code === undefined || message === undefined) return printable(error);
  return t(language, message, { detail: printable(error.slice(code.length + 1), 100).trim() });
}

const cancelWords: Readonly<Record<CancelReason, Message>> = {
  requested: 'as you asked',
  not_filled_at_once: 'nobody took the rest at once',
  offers_late: 'the wallet did not sign in time',
  offers_declined: 'the wallet would not sign',
  would_trade: 'post-only, and it would have traded',
  self_trade: 'it would have traded with an order of your own',
  output_spent: 'what it offered was spent elsewhere',
  not_settled: 'it was not paid in time',
  amended: 'you made it smaller than what had traded',
  expired: 'its time was over',
  cancel_all_after: 'the dead man’s switch fell',
  market_closed: 'the market has closed',
  suspended: 'the operator has suspended you',
};

/** What stays of an order that may not wait, by its kind; of the others nothing does. */
const atOnceWords: Readonly<Partial<Record<OrderKind, Message>>> = {
  ioc: 'IOC: nobody took the rest',
  fok: 'FOK: not all of it could trade at once',
  market: 'market: nobody took the rest',
};

/** Why lots of an order will never trade. */
export function cancelText(
  reason: CancelReason | undefined,
  order: Parameters<typeof kindOf>[0],
  language: Language,
): string {
  if (reason === undefined) return t(language, 'no reason given');
  const atOnce = reason === 'not_filled_at_once' ? atOnceWords[kindOf(order)] : undefined;
  return t(language, atOnce ?? cancelWords[reason]);
}

/** Lots of an order by where their settlement stands. A trade told without its lots counts as a whole by its own settlement. */
export interface Settlement {
  readonly settled: number;
  readonly released: number;
  readonly overdue: number;
  /** Σ price over the settled lots, in ecoin's smallest units. */
  readonly value: number;
  /** Of the newest lot that has one. */
  readonly txid?: string;
}

/** An order is a value, looked at in every frame and for every message, and may have a thousand lots. */
const settlements = new WeakMap<OwnOrder, Settlement>();

export function settlementOf(order: OwnOrder): Settlement {
  const known = settlements.get(order);
  if (known !== undefined) return known;
  const settlement = countLots(order);
  settlements.set(order, settlement);
  return settlement;
}

function countLots({ trades, filled }: OwnOrder): Settlement {
  const count = { settled: 0, released: 0, overdue: 0, value: 0 };
  let txid: string | undefined;
  const add = (state: LotState, lots: number, price: number): void => {
    if (state === 'settled' || state === 'released' || state === 'overdue') count[state] += lots;
    if (state === 'settled') count.value += lots * price;
  };
  for (const { lots, settlement, volume, price } of trades) {
    if (lots.length === 0) {
      // A lot that was released has left what is filled: the trade's volume still counts it.
      add(settlement, Math.min(volume, Math.max(0, filled - count.settled)), price);
    }
    for (const lot of lots) {
      const { state } = lot;
      add(state, 1, price);
      if (lot.txid !== undefined && lot.state !== 'released') ({ txid } = lot);
    }
  }
  return txid === undefined ? count : { ...count, txid: printable(txid, 64) };
}

/** What an order's trades come to so far, released lots left out. */
export interface Traded {
  readonly lots: number;
  /** Σ lots × price, in ecoin's smallest units. */
  readonly value: number;
}

export function tradedOf({ trades }: OwnOrder): Traded {
  let traded = { lots: 0, value: 0 };
  for (const { lots, settlement, volume, price } of trades) {
    const gone =
      lots.length === 0 && settlement === 'released'
        ? volume
        : lots.filter(({ state }) => state === 'released').length;
    const kept = volume - gone;
    traded = { lots: traded.lots + kept, value: traded.value + kept * price };
  }
  return traded;
}

/** Where an order stands, in a word or two. */
export type OrderWord =
  'signing' | 'open' | 'partly' | 'cancelled' | 'overdue' | 'settling' | 'cut short' | 'settled';

export function orderState(order: OwnOrder): OrderWord {
  if (order.status === 'pending') return 'signing';
  if (order.status === 'open') return order.filled > 0 ? 'partly' : 'open';
  const { settled, overdue } = settlementOf(order);
  if (order.filled === 0) return 'cancelled';
  if (overdue > 0) return 'overdue';
  if (settled < order.filled) return 'settling';
  return order.cancelled > 0 ? 'cut short' : 'settled';
}
