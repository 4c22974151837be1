/** What falls due because time passed: a journaled instant decides, so that it falls at the same place in every replay. */
import type { Changes } from '../changes.ts';
import { takeDue } from '../deadline.ts';
import type { Due } from '../deadline.ts';
import { assert } from '../exact.ts';
import { cancelBare, cancelRemaining } from '../order.ts';
import type { State, Trade } from '../state.ts';
import { updateTrade } from '../trade.ts';
import { cancelEach } from './cancel.ts';
import { letGateFall } from './market.ts';

/** Lets every deadline at or before the state's instant fall: by instant, then by creation. */
export function letFall(state: State, changes: Changes): void {
  for (;;) {
    const deadline = takeDue(state.deadlines, state.at);
    if (deadline === undefined) return;
    fall(state, changes, deadline.due);
  }
}

function fall(state: State, changes: Changes, due: Due): void {
  switch (due.kind) {
    case 'offers':
      due.order.offersDue = undefined;
      cancelBare(state, changes, due.order, 'offers_late');
      return;
    case 'expiry':
      due.order.expiry = undefined;
      cancelRemaining(state, changes, due.order, 'expired');
      return;
    case 'switch':
      due.participant.switchDue = undefined;
      cancelEach(state, changes, due.participant.live, 'cancel_all_after');
      return;
    case 'gate':
      letGateFall(state, changes, due.market);
      return;
    case 'settlement': {
      const trade = state.trades.get(due.trade);
      assert(trade !== undefined, `${due.trade} has a deadline and does not exist`);
      letTradeFall(state, changes, trade);
    }
  }
}

/** The lots the ledger has not decided become overdue. Their holds stay: only the ledger can tell what becomes of them. */
function letTradeFall(state: State, changes: Changes, trade: Trade): void {
  const late: number[] = [];
  for (const lot of trade.lots) {
    if (lot.state !== 'requested' && lot.state !== 'submitted') continue;
    lot.state = 'overdue';
    late.push(lot.lot);
  }
  updateTrade(state, changes, trade, late);
}
