/** The operator's commands for a market: it opens with its terms, for good; its phase and its band change; all its orders can be cancelled. */
import { holdAuctions } from '../auction.ts';
import { touchMarket } from '../changes.ts';
import type { Changes } from '../changes.ts';
import type { MarketBand, MarketCancelAll, MarketOpen, MarketPhase } from '../command.ts';
import { addDeadline, dropDeadline } from '../deadline.ts';
import { instantMax, timeoutMax, volumeMax } from '../limits.ts';
import type { Delivery, MarketTerms, Phase } from '../market.ts';
import type { RefusalCode } from '../refusal.ts';
import { closedBook, createMarket } from '../state.ts';
import type { Market, State } from '../state.ts';
import type { Instant, Price } from '../units.ts';
import { cancelEach } from './cancel.ts';
import { priceRefusal } from './place.ts';

function isTimeout(value: number): boolean {
  return value > 0 && value <= timeoutMax;
}

/** True when every price, volume, cost and deadline that the terms allow is exact, and a lot is something given for something else. */
function areWithinBounds(terms: MarketTerms): boolean {
  return (
    terms.energy !== terms.ecoin &&
    terms.lot > 0 &&
    isBand(terms, terms.priceFloor, terms.priceCap) &&
    terms.volumeMax > 0 &&
    terms.volumeMax <= volumeMax &&
    Number.isSafeInteger(terms.volumeMax * terms.priceCap) &&
    Number.isSafeInteger(terms.volumeMax * terms.lot) &&
    isTimeout(terms.offersTimeout) &&
    isTimeout(terms.settlementTimeout)
  );
}

/** True when the interval has an instant in it, and the gate is still to come and does not outlast it. */
function isAhead({ from, to, gate }: Delivery, now: Instant): boolean {
  return from < to && to <= instantMax && gate <= to && gate > now;
}

/** True when these are prices of the market's terms, the floor not above the cap. */
function isBand({ tick, priceFloor, priceCap }: MarketTerms, floor: Price, cap: Price): boolean {
  return (
    floor <= cap && floor >= priceFloor && cap <= priceCap && floor % tick === 0 && cap % tick === 0
  );
}

/** Opens the market. Refuses `market_exists`, `terms_out_of_bounds`, `price_off_tick` and `price_out_of_band` (of the reference). */
export function openMarket(
  state: State,
  changes: Changes,
  { terms, phase = 'continuous', reference }: MarketOpen,
): RefusalCode | undefined {
  if (state.markets.has(terms.symbol)) return 'market_exists';
  const { delivery } = terms;
  if (!areWithinBounds(terms)) return 'terms_out_of_bounds';
  if (delivery !== undefined && !isAhead(delivery, state.at)) return 'terms_out_of_bounds';
  if (reference !== undefined) {
    const { priceFloor: floor, priceCap: cap } = terms;
    const refusal = priceRefusal({ terms, floor, cap }, reference);
    if (refusal !== undefined) return refusal;
  }
  const kept: MarketTerms = Object.freeze({
    ...terms,
    ...(delivery === undefined ? {} : { delivery: Object.freeze({ ...delivery }) }),
  });
  const market = createMarket(kept, phase, reference);
  state.markets.set(kept.symbol, market);
  if (delivery !== undefined && phase !== 'closed') {
    market.gateDue = addDeadline(state.deadlines, delivery.gate, { kind: 'gate', market });
  }
  changes.events.push({ kind: 'market.opened', terms: kept, phase });
  return undefined;
}

/** Changes the phase; the same phase again changes the reference only. Refuses `unknown_market`, `phase_forbids`, `price_off_tick`, `price_out_of_band`. */
export function changePhase(
  state: State,
  changes: Changes,
  { market: symbol, phase, reference }: MarketPhase,
): RefusalCode | undefined {
  const market = state.markets.get(symbol);
  if (market === undefined) return 'unknown_market';
  if (market.phase === 'closed') return 'phase_forbids';
  const refusal = reference === undefined ? undefined : priceRefusal(market, reference);
  if (refusal !== undefined) return refusal;

  if (reference !== undefined) market.reference = reference;
  if (phase !== market.phase) enterPhase(state, changes, market, phase);
  return undefined;
}

/** Moves a market that is not closed to another phase, with all that comes of it. */
function enterPhase(state: State, changes: Changes, market: Market, phase: Phase): void {
  market.phase = phase;
  changes.events.push({ kind: 'phase.changed', market: market.terms.symbol, phase });
  touchMarket(changes, market);
  if (phase === 'continuous' || phase === 'post_only') holdAuctions(state, changes, market);
  if (phase !== 'closed') return;
  if (market.gateDue !== undefined) dropDeadline(state.deadlines, market.gateDue);
  market.gateDue = undefined;
  cancelEach(state, changes, market.live, 'market_closed');
  market.book = closedBook(market.book.lastPlace);
}

/** The gate falls: the market closes as the operator would have closed it. */
export function letGateFall(state: State, changes: Changes, market: Market): void {
  enterPhase(state, changes, market, 'closed');
}

/** Changes the band that binds new prices. Refuses `unknown_market`, `phase_forbids` (closed), `band_out_of_bounds`. */
export function changeBand(
  state: State,
  changes: Changes,
  { market: symbol, floor, cap }: MarketBand,
): RefusalCode | undefined {
  const market = state.markets.get(symbol);
  if (market === undefined) return 'unknown_market';
  if (market.phase === 'closed') return 'phase_forbids';
  if (!isBand(market.terms, floor, cap)) return 'band_out_of_bounds';
  market.floor = floor;
  market.cap = cap;
  changes.events.push({ kind: 'band.changed', market: symbol, floor, cap });
  return undefined;
}

/** Cancels every live order of the market, in any phase that has some. Refuses `unknown_market`. */
export function cancelMarket(
  state: State,
  changes: Changes,
  { market: symbol }: MarketCancelAll,
): RefusalCode | undefined {
  const market: Market | undefined = state.markets.get(symbol);
  if (market === undefined) return 'unknown_market';
  cancelEach(state, changes, market.live, 'requested');
  return undefined;
}
