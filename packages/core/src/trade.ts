/**
 * A trade's life after the match: each of its lots is requested, perhaps submitted or overdue, and in the end settled or released. Only the
 * ledger ends a lot; a trade whose lots have all ended is final and leaves the state.
 */
import { releaseLots } from './account.ts';
import type { Changes } from './changes.ts';
import { dropDeadline } from './deadline.ts';
import type { LotState, LotView, TradeView } from './event.ts';
import { assert } from './exact.ts';
import { forgetIfOver, unfillLot } from './order.ts';
import type { State, Trade, TradeLot } from './state.ts';
import type { Txid } from './units.ts';

function viewOfLot([lot, { state, txid }]: [number, TradeLot]): LotView {
  return txid === undefined ? { lot, state } : { lot, state, txid };
}

/** What may be shown of a trade, as it is now. */
export function viewOfTrade(trade: Trade): TradeView {
  const { resting, incoming } = trade;
  return {
    trade: trade.id,
    market: resting.market.terms.symbol,
    price: trade.price,
    volume: trade.volume,
    side: incoming.side,
    resting: { order: resting.id, participant: resting.participant },
    incoming: { order: incoming.id, participant: incoming.participant },
    lots: [...trade.lots].map(viewOfLot),
    at: trade.at,
  };
}

/** True while the ledger has not said what became of the lot. */
export function isUnsettled(state: LotState): boolean {
  return state === 'requested' || state === 'submitted' || state === 'overdue';
}

/** Says that these lots of the trade changed; a trade that became final leaves the state. */
export function updateTrade(
  state: State,
  changes: Changes,
  trade: Trade,
  lots: readonly number[],
): void {
  const final = trade.unsettled === 0;
  changes.events.push({ kind: 'trade.updated', trade: viewOfTrade(trade), lots, final });
  if (!final) return;
  dropDeadline(state.deadlines, trade.deadline);
  state.trades.delete(trade.id);
  for (const order of [trade.resting, trade.incoming]) {
    order.unsettled -= 1;
    forgetIfOver(state, order);
  }
}

/** Ends one unsettled lot with the ledger's word, and frees what both sides set aside for it. `updateTrade` has to follow. */
export function endLot(
  state: State,
  changes: Changes,
  trade: Trade,
  { lot, ending, txid }: { lot: number; ending: 'settled' | 'released'; txid: Txid },
): void {
  const matched = trade.lots.get(lot);
  assert(matched !== undefined && isUnsettled(matched.state), `lot ${lot} of ${trade.id} ended`);
  matched.state = ending;
  matched.txid = txid;
  trade.unsettled -= 1;
  trade.resting.matched.delete(lot);
  state.outputs.delete(matched.offer.output);
  for (const order of [trade.resting, trade.incoming]) {
    releaseLots(state, changes, order, { lots: 1, price: trade.price });
    if (ending === 'released') unfillLot(order, trade.price);
  }
}
