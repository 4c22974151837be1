/** `market.open`: the operator opens a market with its terms, for good. */
import type { Changes } from './changes.ts';
import type { MarketOpen } from './command.ts';
import { timeoutMax, volumeMax } from './limits.ts';
import type { MarketTerms } from './market.ts';
import type { RefusalCode } from './refusal.ts';
import { createMarket } from './state.ts';
import type { State } from './state.ts';

function isTimeout(value: number): boolean {
  return value > 0 && value <= timeoutMax;
}

/** True when every price, volume, cost and deadline that the terms allow is exact, and a lot is something given for something else. */
function areWithinBounds(terms: MarketTerms): boolean {
  return (
    terms.energy !== terms.ecoin &&
    terms.lot > 0 &&
    terms.priceFloor <= terms.priceCap &&
    terms.priceFloor % terms.tick === 0 &&
    terms.priceCap % terms.tick === 0 &&
    terms.volumeMax > 0 &&
    terms.volumeMax <= volumeMax &&
    Number.isSafeInteger(terms.volumeMax * terms.priceCap) &&
    Number.isSafeInteger(terms.volumeMax * terms.lot) &&
    isTimeout(terms.offersTimeout) &&
    isTimeout(terms.settlementTimeout)
  );
}

/** Opens the market. Refuses `market_exists`, `terms_out_of_bounds`. */
export function openMarket(
  state: State,
  changes: Changes,
  { terms }: MarketOpen,
): RefusalCode | undefined {
  if (state.markets.has(terms.symbol)) return 'market_exists';
  if (!areWithinBounds(terms)) return 'terms_out_of_bounds';
  const kept: MarketTerms = Object.freeze({ ...terms });
  state.markets.set(kept.symbol, createMarket(kept));
  changes.events.push({ kind: 'market.opened', terms: kept });
  return undefined;
}
