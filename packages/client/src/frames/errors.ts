/** The error strings of the wire, which stock libraries map to their own error classes: the one table. */
import type { RefusalCode } from '@wattlot/core';

/** What the wire says for each refusal of the core. */
export const refusalErrors: Readonly<Record<RefusalCode, string>> = {
  malformed: 'EGeneral:Invalid arguments',
  market_exists: 'EGeneral:Invalid arguments:market exists',
  terms_out_of_bounds: 'EGeneral:Invalid arguments:terms',
  unknown_participant: 'EGeneral:Permission denied',
  id_reused: 'EOrder:cl_ord_id reused',
  unknown_market: 'EQuery:Unknown asset pair',
  participant_suspended: 'EGeneral:Permission denied:suspended',
  phase_forbids: 'EService:Market in another phase',
  band_out_of_bounds: 'EGeneral:Invalid arguments:band',
  order_contradictory: 'EGeneral:Invalid arguments:order type',
  volume_out_of_bounds: 'EOrder:Order minimum not met',
  price_off_tick: 'EOrder:Tick size check failed',
  price_out_of_band: 'EOrder:Invalid price',
  expiry_passed: 'EGeneral:Invalid arguments:expire_time',
  insufficient_funds: 'EOrder:Insufficient funds',
  too_many_open_orders: 'EOrder:Orders limit exceeded',
  too_many_whole_orders: 'EOrder:Orders limit exceeded:all or none',
  would_trade: 'EOrder:Post only order',
  unknown_order: 'EOrder:Unknown order',
  order_done: 'EOrder:Unknown order',
  not_pending: 'EOrder:Offers not expected',
  lots_mismatch: 'EOrder:Offers not as requested',
  output_reused: 'EOrder:Output reused',
  unknown_trade: 'EOrder:Unknown trade',
  lot_not_due: 'EOrder:Lot not due',
  height_out_of_order: 'EGeneral:Internal error',
  conservation_broken: 'EGeneral:Internal error',
};

/** Errors that come from the gateway, before the core is asked. */
export const gatewayErrors = {
  notJson: 'EGeneral:Invalid arguments:not JSON',
  unknownMethod: 'EGeneral:Unknown method',
  invalidToken: 'ESession:Invalid session',
  invalidArguments: 'EGeneral:Invalid arguments',
  invalidPrice: 'EOrder:Invalid price',
  invalidQuantity: 'EGeneral:Invalid arguments:order_qty',
  /** In both forms in which stock libraries know a bad order: the socket’s words first, then those of HTTP. */
  quantityTooLarge: 'EOrder:Invalid order:Invalid arguments:volume above qty_max',
  unknownSymbol: 'EQuery:Unknown asset pair',
  permissionDenied: 'EGeneral:Permission denied',
  badOffer: 'EOrder:Offer refused',
  badLadder: 'EOrder:Ladder refused',
  deadlineElapsed: 'EService:Deadline elapsed',
  unknownOrder: 'EOrder:Unknown order',
  rateLimited: 'EOrder:Rate limit exceeded',
  unavailable: 'EService:Unavailable',
  /** More waits for the disk than new orders may: cancels and what agents say are still taken. */
  busy: 'EService:Busy',
  badChallenge: 'EAPI:Invalid challenge',
  badSignature: 'EAPI:Invalid signature',
  badKey: 'EAPI:Invalid key',
  badNonce: 'EAPI:Invalid nonce',
  callsLimited: 'EAPI:Rate limit exceeded',
  operatorOnly: 'EGeneral:Permission denied:only the operator',
  operatorTrades: 'EGeneral:Permission denied:the operator does not trade',
  joinRefused: 'EGeneral:Permission denied:the operator refuses',
  notAdmitted: 'EGeneral:Permission denied:not let in yet',
  tooManyDeposits: 'EGeneral:Permission denied:too many requests wait',
  /** Followed by a colon and the most that one participant holds and gets together, in ecoin. */
  tooMuchEcoin: 'EGeneral:Permission denied:more ecoin than is issued unasked',
  needsSuspension: 'EGeneral:Permission denied:suspend it first and let its trades settle',
  unknownRequest: 'EGeneral:Invalid arguments:no such request',
  requestReused: 'EGeneral:Invalid arguments:request id reused',
  amountDiffers: 'EGeneral:Invalid arguments:another amount was asked for',
  alreadyDecided: 'EGeneral:Invalid arguments:decided already',
  outcomeUnknown:
    'EService:Busy:the ledger has not said whether it was issued; try again in a minute',
  tooManyKeys: 'EGeneral:Permission denied:too many keys',
} as const;

/** What the socket says behind two of the errors: stock libraries know them by this form there, and by the short one over HTTP. */
const socketEndings: ReadonlyMap<string, string> = new Map([
  [refusalErrors.insufficient_funds, ' (insufficient user funds)'],
  [refusalErrors.volume_out_of_bounds, ' (volume too low)'],
]);

/** An error as the socket says it. */
export function socketError(error: string): string {
  return `${error}${socketEndings.get(error) ?? ''}`;
}

/** An error of the socket as it is in the tables. */
export function shortError(error: string): string {
  for (const [short, ending] of socketEndings) if (error === short + ending) return short;
  return error;
}
