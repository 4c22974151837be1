import { describe, expect, test } from 'vitest';
import { refusals } from './index.ts';
import {
  advance,
  alice,
  bob,
  codeOf,
  give,
  openedDriver,
  orderId,
  place,
  placeFirm,
  placement,
  terms,
  tradeId,
} from './testing/driver.ts';
import { codesWhileMending, inOrderOfTheTable } from './testing/mending.ts';

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
