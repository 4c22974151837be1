/** What rests in the markets of a core, for the feeds that begin there. */
import { depthOf } from '@wattlot/core';
import type { MarketSymbol, State } from '@wattlot/core';
import type { Level } from '@wattlot/client/frames';
import type { Resting } from './market-feed.ts';
import { mayRest } from './kept-order.ts';
import type { KeptOrder } from './kept-order.ts';
import { factsIn } from './past.ts';
import type { KnownOrder } from './queue.ts';
import { sliced } from '../slices.ts';

/** The books of a state and the orders that rest there or may again, by market; in slices. */
export function* restingIn(
  state: State,
  orders: readonly KeptOrder[],
): Generator<void, (market: MarketSymbol) => Resting, undefined> {
  const known = new Map<MarketSymbol, KnownOrder[]>();
  const factsOf = factsIn(state);
  for (const some of sliced(orders)) {
    for (const kept of some) {
      const facts = factsOf(kept);
      if (!mayRest(facts)) continue;
      const { at, placedAt = at, place = 0 } = kept;
      const { view, firm, given: open } = facts;
      const own = known.get(view.market) ?? [];
      known.set(view.market, own);
      own.push({ view, place, at: placedAt, open, volume: firm.length });
    }
    yield;
  }
  const side = (market: MarketSymbol, name: 'ask' | 'bid'): readonly Level[] =>
    depthOf(state, market, name, Infinity).map(({ price, volume }) => ({ price, volume }));
  return (market) => ({
    asks: side(market, 'ask'),
    bids: side(market, 'bid'),
    orders: known.get(market) ?? [],
  });
}
