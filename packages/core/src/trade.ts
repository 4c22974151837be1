/**
 * A trade's life after the match: each of its lots is requested, perhaps submitted or overdue, and in the end settled or released. Only the
 * ledger ends a lot; a trade whose lots have all ended is final and leaves the state.
 */
import { releaseLots } from './account.ts';
import type { Changes } from './changes.ts';
import { dropDeadline } from './deadline.ts';
import type { LotState, LotView, TradeView } from './event.ts';
import { assert } from './exact.ts';
import { retireIfOver } from './order.ts';
import type { Lot, State, Trade } from './state.ts';
import type { Txid } from './units.ts';

function viewOfLot({ lot, volume, state, txid }: Lot): LotView {
  return txid === undefined ? { lot, volume, state } : { lot, volume, state, txid };
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
    resting: { order: resting.id, participant: resting.participant.address },
    incoming: { order: incoming.id, participant: incoming.participant.address },
    lots: trade.lots.map(viewOfLot),
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
  const { resting, incoming } = trade;
  dropDeadline(state.deadlines, trade.deadline);
  state.trades.delete(trade.id);
  resting.given.splice(resting.given.indexOf(trade), 1);
  for (const order of [resting, incoming]) {
    order.unsettled -= 1;
    retireIfOver(state, order);
  }
}

/** Ends one unsettled lot with the ledger's word, and frees what both sides set aside for it. `updateTrade` has to follow. */
export function endLot(
  state: State,
  changes: Changes,
  trade: Trade,
  { lot, ending, txid }: { lot: Lot; ending: 'settled' | 'released'; txid: Txid },
): void {
  assert(isUnsettled(lot.state), 'a lot ends twice');
  lot.state = ending;
  lot.txid = txid;
  trade.unsettled -= 1;
  state.outputs.delete(lot);
  for (const order of [trade.resting, trade.incoming]) {
    releaseLots(changes, order, { lots: lot.volume, price: trade.price });
  }
}
