/** Every code with which the core refuses a command, in order of precedence: the first that applies is the answer. Codes are never reused. */
export const refusals = {
  malformed: 'a field is missing, of the wrong type or out of its range',
  market_exists: 'a market with this symbol is open already',
  terms_out_of_bounds: 'the market terms break a bound',
  unknown_participant: 'the address has not been admitted',
  id_reused: 'the client order id was used for another order',
  unknown_market: 'there is no market with this symbol',
  unknown_order: 'there is no such order of this participant',
  order_done: 'nothing of the order can trade or be cancelled any more',
  participant_suspended: 'the operator has suspended the participant',
  phase_forbids: 'the phase of the market does not allow this',
  band_out_of_bounds: 'the band is empty, off the tick or beyond the market terms',
  order_contradictory: 'the type, time in force and flags of the order do not go together',
  volume_out_of_bounds:
    'the volume is 0, above the market maximum or below what the order has done',
  price_off_tick: 'the price is not a multiple of the tick',
  price_out_of_band: 'the price is outside of the band',
  expiry_passed: 'the order would expire before it begins',
  insufficient_funds: 'the free balance does not cover the order',
  too_many_open_orders: 'the participant has as many open orders as allowed',
  too_many_whole_orders:
    'as many whole orders are live as are allowed for the participant or the side',
  would_trade: 'a post-only order would trade at once',
  not_pending: 'the order does not wait for offers',
  lots_mismatch: 'the offers are not exactly those that were asked for',
  output_reused: 'an output stands for two lots',
  unknown_trade: 'there is no such trade with this participant as its incoming side',
  height_out_of_order: 'the block is not the one after the last',
  lot_not_due: 'the lot is not of this trade, or its state does not allow this',
  conservation_broken: 'the block would leave a balance below zero or beyond a safe integer',
} as const;

export type RefusalCode = keyof typeof refusals;
