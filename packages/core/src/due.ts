/** What falls due because time passed: a journaled instant decides, so that it falls at the same place in every replay. */
import type { Changes } from './changes.ts';
import { takeDue } from './deadline.ts';
import { assert } from './exact.ts';
import { cancelRemaining } from './order.ts';
import type { State, Trade } from './state.ts';
import { updateTrade } from './trade.ts';

/** Lets every deadline at or before the state's instant fall: by instant, then by creation. */
export function letFall(state: State, changes: Changes): void {
  for (;;) {
    const deadline = takeDue(state.deadlines, state.at);
    if (deadline === undefined) return;
    const { due } = deadline;
    if (due.kind === 'offers') {
      const order = state.orders.get(due.order);
      assert(order !== undefined, `${due.order} has a deadline and does not exist`);
      cancelRemaining(state, changes, order, 'offers_late');
    } else {
      const trade = state.trades.get(due.trade);
      assert(trade !== undefined, `${due.trade} has a deadline and does not exist`);
      letTradeFall(state, changes, trade);
    }
  }
}

/** The lots the ledger has not decided become overdue. Their holds stay: only the ledger can tell what becomes of them. */
function letTradeFall(state: State, changes: Changes, trade: Trade): void {
  const late: number[] = [];
  for (const [lot, matched] of trade.lots) {
    if (matched.state !== 'requested' && matched.state !== 'submitted') continue;
    matched.state = 'overdue';
    late.push(lot);
  }
  updateTrade(state, changes, trade, late);
}
