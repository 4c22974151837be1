import { describe, expect, test } from 'vitest';
import { limits, refusals } from './index.ts';
import { advance, alice, bob, codeOf, give, offersFor } from './testing/driver.ts';
import {
  openedDriver,
  orderId,
  place,
  placeFirm,
  placement,
  sure,
  terms,
  tradeId,
} from './testing/driver.ts';
import { txidOf } from './testing/driver.ts';
import type { Driver } from './testing/driver.ts';

/**
 * Gives a command that breaks every rule, then mends one after the other: the answers are the rules' codes in the order of the table.
 * @returns the codes; `accepted` last when all is mended.
 */
function codesWhileMending(
  driver: Driver,
  broken: object,
  mends: readonly object[],
): (string | undefined)[] {
  let command = broken;
  const codes = [codeOf(give(driver, command))];
  for (const mend of mends) {
    command = { ...command, ...mend };
    codes.push(codeOf(give(driver, command)) ?? 'accepted');
  }
  return codes;
}

function inOrderOfTheTable(codes: readonly (string | undefined)[]): boolean {
  const places = codes
    .filter((code) => code !== 'accepted')
    .map((code) => Object.keys(refusals).indexOf(code ?? ''));
  return places.every((at, index) => at > (places[index - 1] ?? -1));
}

describe('a refusal', () => {
  test('of a placement names the first rule that is broken, in the order of the table', () => {
    const driver = openedDriver();
    const market = { ...terms, symbol: 'KWH5/ECOIN', tick: 5, priceFloor: 50, priceCap: 500 };
    give(driver, { kind: 'market.open', terms: market });
    placeFirm(driver, { participant: bob, side: 'ask', price: 100, volume: 1 });
    for (let count = 0; count < 199; count += 1) {
      place(driver, { participant: alice, side: 'ask', price: 900, volume: 1 });
    }
    placeFirm(driver, {
      participant: alice,
      side: 'ask',
      price: 900,
      volume: 1,
      clientOrderId: 'mine',
    });
    give(driver, placement(driver, { participant: bob, side: 'ask', price: 100, volume: 1 }));
    const codes = codesWhileMending(
      driver,
      {
        kind: 'order.place',
        participant: 'nobody',
        clientOrderId: 'mine',
        market: 'X/Y',
        side: 'bid',
        price: 1_003,
        volume: 0,
        timeInForce: 'gtc',
        postOnly: 'yes',
      },
      [
        { postOnly: true },
        { participant: alice },
        { clientOrderId: 'new' },
        { market: 'KWH5/ECOIN' },
        { volume: 1_000 },
        { price: 1_005 },
        { price: 500, volume: 1_000, market: 'KWH/ECOIN' },
      ],
    );
    expect(codes).toEqual([
      'malformed',
      'unknown_participant',
      'id_reused',
      'unknown_market',
      'volume_out_of_bounds',
      'price_off_tick',
      'price_out_of_band',
      'too_many_open_orders',
    ]);
    expect(inOrderOfTheTable(codes)).toBe(true);
  });

  test('for want of funds comes before one for too many orders, and that before one for trading at once', () => {
    const driver = openedDriver({ energy: 2_000, ecoin: 1_000 });
    placeFirm(driver, { participant: bob, side: 'ask', price: 5, volume: 1 });
    for (let count = 0; count < 200; count += 1) {
      place(driver, { participant: alice, side: 'ask', price: 900, volume: 1 });
    }
    const order = { participant: alice, side: 'bid', price: 5, postOnly: true };
    const rich = placement(driver, { ...order, volume: 201, clientOrderId: 'rich' });
    const codes = codesWhileMending(driver, rich, [{ volume: 200 }]);
    give(driver, { kind: 'order.cancel', participant: alice, order: orderId(2) });
    codes.push(...codesWhileMending(driver, { ...rich, volume: 200 }, [{ price: 4 }]));
    expect(codes).toEqual([
      'insufficient_funds',
      'too_many_open_orders',
      'would_trade',
      'accepted',
    ]);
    expect(inOrderOfTheTable(codes)).toBe(true);
  });

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

  test('of a cancellation names the first rule that is broken', () => {
    const driver = openedDriver();
    placeFirm(driver, { participant: alice, side: 'ask', price: 100, volume: 2 });
    placeFirm(driver, { participant: bob, side: 'bid', price: 100, volume: 2 });
    const codes = codesWhileMending(
      driver,
      { kind: 'order.cancel', participant: 'nobody', order: '1' },
      [{ order: 'O9' }, { participant: bob }, { order: 'O1' }, { order: 'O2' }],
    );
    expect(codes).toEqual([
      'malformed',
      'unknown_participant',
      'unknown_order',
      'unknown_order',
      'order_done',
    ]);
    advance(driver, { settled: [0, 1].map((lot) => ({ trade: tradeId(1), lot })) });
    const over = { kind: 'order.cancel', participant: bob, order: 'O2' };
    expect(codeOf(give(driver, over))).toBe('order_done');
  });

  test('of a delivery names the first rule that is broken, and the output is the last', () => {
    const driver = openedDriver();
    placeFirm(driver, { participant: alice, side: 'ask', price: 100, volume: 2 });
    placeFirm(driver, { participant: bob, side: 'bid', price: 100, volume: 1 });
    placeFirm(driver, { participant: bob, side: 'ask', price: 200, volume: 1 });
    place(driver, { participant: bob, side: 'ask', price: 200, volume: 2 });
    const [first, second] = offersFor(driver, 2);
    const used = [...driver.state.outputs.values()].map(({ output }) => output);
    const codes = codesWhileMending(
      driver,
      { kind: 'offers.deliver', participant: 'nobody', order: 'O1', lots: [null] },
      [
        { lots: [] },
        { participant: bob },
        { order: 'O2' },
        { order: 'O3' },
        { order: 'O4' },
        { lots: [first, first] },
        { lots: [first, { ...second, lot: 2 }] },
        { lots: [first, { ...second, output: sure(used[0]) }] },
        { lots: [first, { ...second, output: sure(used[1]) }] },
        { lots: [first, { ...first, lot: 1 }] },
        { lots: [second, first] },
      ],
    );
    expect(codes).toEqual([
      'malformed',
      'unknown_participant',
      'unknown_order',
      'order_done',
      'not_pending',
      'lots_mismatch',
      'lots_mismatch',
      'lots_mismatch',
      'output_reused',
      'output_reused',
      'output_reused',
      'accepted',
    ]);
  });

  test('of a declined delivery names the first rule that is broken', () => {
    const driver = openedDriver();
    placeFirm(driver, { participant: bob, side: 'ask', price: 200, volume: 1 });
    place(driver, { participant: bob, side: 'ask', price: 200, volume: 2 });
    const codes = codesWhileMending(
      driver,
      { kind: 'offers.decline', participant: 'nobody', order: 'O9' },
      [{ reason: '' }, { participant: bob }, { order: 'O1' }, { order: 'O2' }, {}],
    );
    expect(codes).toEqual([
      'malformed',
      'unknown_participant',
      'unknown_order',
      'not_pending',
      'accepted',
      'order_done',
    ]);
  });

  test('of a submitted settlement names the first rule that is broken', () => {
    const driver = openedDriver();
    placeFirm(driver, { participant: alice, side: 'ask', price: 100, volume: 3 });
    placeFirm(driver, { participant: bob, side: 'bid', price: 100, volume: 2 });
    const txid = txidOf(9);
    const codes = codesWhileMending(
      driver,
      { kind: 'settlement.submit', participant: 'nobody', trade: 'T1' },
      [
        { lots: [] },
        { participant: alice },
        { participant: bob },
        {
          lots: [
            { lot: 0, txid },
            { lot: 2, txid },
          ],
        },
        {
          lots: [
            { lot: 0, txid },
            { lot: 0, txid },
          ],
        },
        { trade: 'T2' },
        {
          trade: 'T1',
          lots: [
            { lot: 1, txid },
            { lot: 0, txid },
          ],
        },
      ],
    );
    expect(codes).toEqual([
      'malformed',
      'unknown_participant',
      'unknown_trade',
      'lot_not_due',
      'lot_not_due',
      'lot_not_due',
      'unknown_trade',
      'accepted',
    ]);
  });

  test('of a block names the first rule that is broken', () => {
    const driver = openedDriver();
    placeFirm(driver, { participant: alice, side: 'ask', price: 100, volume: 3 });
    placeFirm(driver, { participant: bob, side: 'bid', price: 100, volume: 1 });
    place(driver, { participant: bob, side: 'bid', price: 90, volume: 1 });
    const txid = txidOf(9);
    const due = { order: 'O1', lot: 0, trade: 'T1', txid };
    const codes = codesWhileMending(
      driver,
      {
        kind: 'ledger.advance',
        height: 0,
        moves: [{ address: 'carol', asset: 'energy', amount: -1_000_001 }],
        settled: [{ ...due, lot: 1 }],
        lost: 0,
      },
      [
        { lost: [{ order: 'O3', lot: 0, txid }] },
        { height: 2 },
        { height: 1 },
        { settled: [{ ...due, order: 'O2' }] },
        { settled: [{ ...due, trade: 'T2' }] },
        { settled: [due, due] },
        { settled: [due] },
        { lost: [{ order: 'O4', lot: 0, txid }] },
        { lost: [{ order: 'O1', lot: 3, txid }] },
        { lost: [{ order: 'O1', lot: 0, txid }] },
        { lost: [{ order: 'O1', lot: 1, txid }] },
        { moves: [] },
      ],
    );
    expect(codes).toEqual([
      'malformed',
      'height_out_of_order',
      'height_out_of_order',
      'lot_not_due',
      'lot_not_due',
      'lot_not_due',
      'lot_not_due',
      'lot_not_due',
      'lot_not_due',
      'lot_not_due',
      'lot_not_due',
      'conservation_broken',
      'accepted',
    ]);
  });

  test('of a special order names the first rule that is broken, in the order of the table', () => {
    const driver = openedDriver();
    const bounds = { tick: 5, priceFloor: 50, priceCap: 500 };
    const narrow = { ...terms, ...bounds, symbol: 'KWH5/ECOIN' };
    give(driver, { kind: 'market.open', terms: narrow, phase: 'halted' });
    const ask = { participant: bob, side: 'ask', price: 100, volume: 1 };
    placeFirm(driver, ask);
    for (let count = 0; count < 8; count += 1) {
      place(driver, { ...ask, participant: alice, price: 900, whole: true });
    }
    const codes = codesWhileMending(
      driver,
      {
        ...placement(driver, { ...ask, participant: alice, side: 'bid', price: 3, volume: 0 }),
        market: 'KWH5/ECOIN',
        timeInForce: 'gtd',
        whole: true,
        postOnly: true,
      },
      [
        { market: 'KWH/ECOIN' },
        { expiresAt: 1 },
        { volume: 1 },
        { expiresAt: driver.now + 1e9, price: 1_000, volume: 1_000, type: 'limit' },
        { price: 100, volume: 1 },
        { whole: false },
        { price: 99 },
      ],
    );
    expect(codes).toEqual([
      'phase_forbids',
      'order_contradictory',
      'volume_out_of_bounds',
      'expiry_passed',
      'too_many_whole_orders',
      'too_many_whole_orders',
      'would_trade',
      'accepted',
    ]);
  });

  test.each([
    { type: 'market', timeInForce: 'gtc' },
    { type: 'market', timeInForce: 'gtd', expiresAt: 9e14 },
    { timeInForce: 'gtd' },
    { timeInForce: 'gtc', expiresAt: 9e14 },
    { timeInForce: 'ioc', postOnly: true },
    { timeInForce: 'fok', postOnly: true },
    { timeInForce: 'ioc', whole: true },
    { timeInForce: 'fok', whole: true },
  ])('is order_contradictory for %o', (choices) => {
    const driver = openedDriver();
    const order = { participant: alice, side: 'ask', price: 100, volume: 2, ...choices };
    expect(codeOf(place(driver, order))).toBe('order_contradictory');
  });

  test('of an amendment names the first rule that is broken, in the order of the table', () => {
    const driver = openedDriver({ energy: 100, ecoin: 1_000 });
    placeFirm(driver, { participant: alice, side: 'bid', price: 7, volume: 2, postOnly: true });
    placeFirm(driver, { participant: bob, side: 'ask', price: 9, volume: 1 });
    placeFirm(driver, { participant: bob, side: 'ask', price: 7, volume: 1 });
    const phase = (name: string): unknown =>
      give(driver, { kind: 'market.phase', market: 'KWH/ECOIN', phase: name });
    give(driver, { kind: 'market.band', market: 'KWH/ECOIN', floor: 1, cap: 20 });
    phase('cancel_only');
    const codes = codesWhileMending(
      driver,
      { kind: 'order.amend', participant: 'nobody', order: 'O9' },
      [
        { price: 30, volume: 1_001 },
        { participant: alice },
        { participant: bob, order: 'O3' },
        { participant: alice, order: 'O1' },
      ],
    );
    phase('continuous');
    codes.push(
      ...codesWhileMending(
        driver,
        { kind: 'order.amend', participant: alice, order: 'O1', price: 30, volume: 1_001 },
        [{ volume: 1_000 }, { price: 15 }, { volume: 3, price: 9 }, { price: 8 }],
      ),
    );
    expect(codes).toEqual([
      'malformed',
      'unknown_participant',
      'unknown_order',
      'order_done',
      'phase_forbids',
      'volume_out_of_bounds',
      'price_out_of_band',
      'insufficient_funds',
      'would_trade',
      'accepted',
    ]);
    expect(inOrderOfTheTable(codes)).toBe(true);
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

  test('names the sender, his id and the order as the command did', () => {
    const driver = openedDriver();
    const order = { participant: alice, side: 'ask', price: 100, volume: 0, clientOrderId: 'c7' };
    expect(place(driver, order)).toEqual([
      {
        kind: 'refused',
        command: 'order.place',
        code: 'volume_out_of_bounds',
        participant: alice,
        clientOrderId: 'c7',
      },
    ]);
    const cancel = { kind: 'order.cancel', participant: bob, order: 'O5' };
    expect(give(driver, cancel)).toEqual([
      {
        kind: 'refused',
        command: 'order.cancel',
        code: 'unknown_order',
        participant: bob,
        order: 'O5',
      },
    ]);
  });

  test('has one of these codes: a code keeps its meaning and its place for ever', () => {
    expect(Object.keys(refusals)).toEqual([
      'malformed',
      'market_exists',
      'terms_out_of_bounds',
      'unknown_participant',
      'id_reused',
      'unknown_market',
      'unknown_order',
      'order_done',
      'participant_suspended',
      'phase_forbids',
      'band_out_of_bounds',
      'order_contradictory',
      'volume_out_of_bounds',
      'price_off_tick',
      'price_out_of_band',
      'expiry_passed',
      'insufficient_funds',
      'too_many_open_orders',
      'too_many_whole_orders',
      'would_trade',
      'not_pending',
      'lots_mismatch',
      'output_reused',
      'unknown_trade',
      'height_out_of_order',
      'lot_not_due',
      'conservation_broken',
    ]);
  });
});
