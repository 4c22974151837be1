import { describe, expect, test } from 'vitest';
import { limits } from './index.ts';
import { alice, codeOf, give, openedDriver, terms } from './testing/driver.ts';
import { codesWhileMending } from './testing/mending.ts';

describe('a refusal about a market', () => {
  test('of a market names the first rule that is broken', () => {
    const driver = openedDriver();
    const broken = { kind: 'market.open', terms: { ...terms, tick: 0, lot: 0 } };
    expect(
      codesWhileMending(driver, broken, [
        { terms: { ...terms, lot: 0 } },
        { terms: { ...terms, lot: 0, symbol: 'A/B' } },
        { terms: { ...terms, symbol: 'A/B' } },
      ]),
    ).toEqual(['malformed', 'market_exists', 'terms_out_of_bounds', 'accepted']);
  });

  test('of an opened market is not needed for terms at their very bounds', () => {
    const driver = openedDriver();
    const open = (change: object): string =>
      codeOf(
        give(driver, { kind: 'market.open', terms: { ...terms, symbol: 'A/B', ...change } }),
      ) ?? 'accepted';
    const wide = { priceFloor: 1, priceCap: 9_007_199_254_740_991, volumeMax: 1 };
    for (const change of [
      { energy: 'ecoin' },
      { lot: 0 },
      { lot: -10 },
      { priceFloor: 1_001 },
      { tick: 7 },
      { tick: 3, priceFloor: 3, priceCap: 1_000 },
      { tick: 10, priceCap: 1_000, priceFloor: 15 },
      { volumeMax: 0 },
      { volumeMax: 1_000_001 },
      { ...wide, volumeMax: 2 },
      { lot: 9_007_199_254_740_991 },
      { offersTimeout: 0 },
      { offersTimeout: 86_400_000_001 },
      { settlementTimeout: -1 },
      { settlementTimeout: 86_400_000_001 },
      { delivery: { from: 9e6, to: 9e6, gate: 8e6 } },
      { delivery: { from: 9e6, to: 9_000_001, gate: 9_000_002 } },
      { delivery: { from: 9e6, to: limits.instantMax + 1, gate: 8e6 } },
      // The gate has to be ahead of the instant at which the market opens, its delivery need not.
      { delivery: { from: 1, to: 9e6, gate: driver.now } },
    ]) {
      expect([change, open(change)]).toEqual([change, 'terms_out_of_bounds']);
    }
    expect(open(wide)).toBe('accepted');
    const day = { offersTimeout: 86_400_000_000, settlementTimeout: 1, symbol: 'C/D' };
    expect(open({ ...day, volumeMax: 1_000_000, lot: 9_007_199_254 })).toBe('accepted');
  });

  test('of a market’s phase, band or orders names the first rule that is broken', () => {
    const driver = openedDriver();
    const codes = (broken: object, mends: readonly object[]): unknown =>
      codesWhileMending(driver, { market: 'X/Y', ...broken }, mends);
    const here = { market: 'KWH/ECOIN' };
    const band = { kind: 'market.band', floor: 5, cap: 4 };
    expect(codes(band, [here, { floor: 0 }, { floor: 4 }, { cap: 2_000 }])).toEqual([
      'unknown_market',
      'band_out_of_bounds',
      'malformed',
      'accepted',
      'band_out_of_bounds',
    ]);
    const phase = { kind: 'market.phase', phase: 'closed', reference: 5 };
    expect(codes(phase, [here, { reference: 4 }, { phase: 'continuous' }])).toEqual([
      'unknown_market',
      'price_out_of_band',
      'accepted',
      'phase_forbids',
    ]);
    expect(codes({ ...band, cap: 9 }, [here])).toEqual(['unknown_market', 'phase_forbids']);
    expect(codes({ kind: 'market.cancel_all' }, [here])).toEqual(['unknown_market', 'accepted']);
    const all = { kind: 'order.cancel_all', participant: 'nobody' };
    expect(codes(all, [{ participant: alice }, here, { market: undefined }])).toEqual([
      'unknown_participant',
      'unknown_market',
      'phase_forbids',
      'accepted',
    ]);
    const after = { kind: 'order.cancel_all_after', participant: 'nobody', timeout: 1 };
    expect(codesWhileMending(driver, after, [{ participant: alice }])).toEqual([
      'unknown_participant',
      'accepted',
    ]);
  });
});
