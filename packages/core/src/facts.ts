/** What of orders and trades nobody is shown, for whoever has to go on telling of them after a start. Copies; nothing is changed. */
import type { LotOffer } from './command.ts';
import type { OrderView } from './event.ts';
import { offersOf } from './lots.ts';
import { knownOrder } from './known.ts';
import { viewOfOrder } from './order.ts';
import type { State } from './state.ts';
import { isUnsettled } from './trade.ts';
import type { OrderId, TradeId } from './units.ts';

/** An order with what its view leaves out. */
export interface OrderFacts {
  readonly view: OrderView;
  /** The lots that rest, ascending. */
  readonly firm: readonly LotOffer[];
  /** Trades of it that are not final, on either side. */
  readonly unsettled: number;
  /** Of these, those in which it is the resting side: their lots may come back. */
  readonly given: number;
}

/** An order that is live, unsettled, or over and still answered. @returns undefined for every other. */
export function orderFactsOf(state: State, id: OrderId): OrderFacts | undefined {
  const order = knownOrder(state, id);
  if (order === undefined) return undefined;
  const view = viewOfOrder(order);
  if (!('firm' in order)) return { view, firm: [], unsettled: 0, given: 0 };
  const { firm, unsettled, given } = order;
  return { view, firm: offersOf(firm), unsettled, given: given.length };
}

/** The offers of those lots of a trade that are neither settled nor released; none when it is final. */
export function offersOfTrade(state: State, id: TradeId): readonly LotOffer[] {
  const lots = state.trades.get(id)?.lots ?? [];
  return offersOf(lots.filter((lot) => isUnsettled(lot.state)));
}
