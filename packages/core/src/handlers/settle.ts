/** `settlement.submit`: the incoming side's agent says which transactions it handed to the ledger. A claim; only the ledger settles. */
import type { Changes } from '../changes.ts';
import type { SettlementSubmit } from '../command.ts';
import { findLot } from '../lots.ts';
import type { RefusalCode } from '../refusal.ts';
import type { Lot, State, Trade } from '../state.ts';
import { isUnsettled, updateTrade } from '../trade.ts';

function unsettledLot(trade: Trade, lot: number): Lot | undefined {
  const matched = findLot(trade.lots, lot);
  return matched !== undefined && isUnsettled(matched.state) ? matched : undefined;
}

/**
 * Notes the transaction of each lot named; one that is overdue stays so. All lots named are checked before any changes. Refuses
 * `unknown_participant`, `unknown_trade`, `lot_not_due` (also for a lot named twice, or none named).
 */
export function submitSettlement(
  state: State,
  changes: Changes,
  command: SettlementSubmit,
): RefusalCode | undefined {
  if (!state.participants.has(command.participant)) return 'unknown_participant';
  const trade = state.trades.get(command.trade);
  if (trade?.incoming.participant.address !== command.participant) return 'unknown_trade';
  const named = command.lots.map(({ lot }) => lot);
  if (named.length === 0 || new Set(named).size < named.length) return 'lot_not_due';
  if (named.some((lot) => unsettledLot(trade, lot) === undefined)) return 'lot_not_due';

  for (const { lot, txid } of command.lots) {
    const matched = unsettledLot(trade, lot);
    if (matched === undefined) continue;
    matched.txid = txid;
    if (matched.state === 'requested') matched.state = 'submitted';
  }
  updateTrade(
    state,
    changes,
    trade,
    named.toSorted((a, b) => a - b),
  );
  return undefined;
}
