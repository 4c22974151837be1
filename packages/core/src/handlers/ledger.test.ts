import { describe, expect, test } from 'vitest';
import { balanceOf, ledgerHeight, lotOfOutput, offerOf, orderOf, tradeOf } from '../index.ts';
import { advance, alice, bob, carol, codeOf, ecoin, energy, give } from '../testing/driver.ts';
import {
  openedDriver,
  orderId,
  place,
  placeFirm,
  sure,
  tradeId,
  txidOf,
} from '../testing/driver.ts';
import { toAddress } from '../units.ts';

function block(height: number, moves: readonly (readonly [string, string, number])[]): object {
  const each = moves.map(([address, asset, amount]) => ({ address, asset, amount }));
  return { kind: 'ledger.advance', height, moves: each, settled: [], lost: [] };
}

describe('a block', () => {
  test('follows the last one; the first is number 0', () => {
    const driver = openedDriver();
    expect(ledgerHeight(driver.state)).toBe(0);
    expect(codeOf(give(driver, block(0, [])))).toBe('height_out_of_order');
    expect(codeOf(give(driver, block(2, [])))).toBe('height_out_of_order');
    expect(give(driver, block(1, []))).toEqual([{ kind: 'ledger.advanced', height: 1 }]);
  });

  test('moves what any address owns, and tells of those who are admitted', () => {
    const driver = openedDriver({ energy: 100, ecoin: 0 });
    const shop = sure(toAddress('a-shop'));
    const events = give(
      driver,
      block(1, [
        ['alice', 'energy', -30],
        ['a-shop', 'energy', 30],
      ]),
    );
    expect(events).toEqual([
      { kind: 'balance.changed', participant: alice, asset: energy, balance: 70, hold: 0 },
      { kind: 'ledger.advanced', height: 1 },
    ]);
    expect(balanceOf(driver.state, shop, energy)).toEqual({ balance: 30, hold: 0 });
  });

  test('counts by its net: the order of its moves does not matter', () => {
    const driver = openedDriver({ energy: 100, ecoin: 0 });
    const moves = [
      ['alice', 'energy', -150],
      ['alice', 'energy', 60],
      ['bob', 'energy', 90],
    ] as const;
    expect(codeOf(give(driver, block(1, moves)))).toBeUndefined();
    expect(balanceOf(driver.state, alice, energy).balance).toBe(10);
    expect(balanceOf(driver.state, bob, energy).balance).toBe(190);
  });

  test('that leaves less than nothing or more than is exact is refused whole', () => {
    const driver = openedDriver({ energy: 100, ecoin: 0 });
    const max = Number.MAX_SAFE_INTEGER;
    for (const moves of [
      [
        ['bob', 'energy', 5],
        ['alice', 'energy', -101],
      ],
      [['alice', 'energy', max - 99]],
      [
        ['alice', 'energy', max],
        ['alice', 'energy', max],
      ],
      [
        ['alice', 'energy', max - 400],
        ['a-shop', 'energy', 1],
      ],
      [['nobody', 'coal', -1]],
    ] as const) {
      expect([moves, codeOf(give(driver, block(1, moves)))]).toEqual([
        moves,
        'conservation_broken',
      ]);
    }
    // All four own 100: the rest of the exact numbers may still be issued, and sent on.
    expect(codeOf(give(driver, block(1, [['a-shop', 'energy', max - 400]])))).toBeUndefined();
    expect(
      codeOf(
        give(
          driver,
          block(2, [
            ['bob', 'energy', 100],
            ['alice', 'energy', -100],
          ]),
        ),
      ),
    ).toBeUndefined();
  });

  test('tells each trade once, then each order, then levels and balances, then itself', () => {
    const driver = openedDriver();
    placeFirm(driver, { participant: alice, side: 'ask', price: 100, volume: 6 });
    place(driver, { participant: bob, side: 'bid', price: 100, volume: 2 });
    place(driver, { participant: carol, side: 'bid', price: 105, volume: 2 });
    const events = advance(driver, {
      settled: [
        { trade: tradeId(2), lot: 3 },
        { trade: tradeId(1), lot: 1 },
        { trade: tradeId(2), lot: 2 },
      ],
      lost: [
        { order: orderId(1), lot: 5 },
        { order: orderId(1), lot: 0 },
        { order: orderId(1), lot: 4 },
      ],
    });
    expect(events.map(({ kind }) => kind)).toEqual([
      'trade.updated',
      'trade.updated',
      'order.cancelled',
      'order.cancelled',
      'level.changed',
      ...Array.from({ length: 6 }, () => 'balance.changed'),
      'ledger.advanced',
    ]);
    expect(events).toMatchObject([
      { trade: { trade: 'T2' }, lots: [2, 3], final: true },
      { trade: { trade: 'T1' }, lots: [0, 1], final: true },
      { volume: 3, reason: 'output_spent', view: { order: 'O1', filled: 3, cancelled: 3 } },
      {
        volume: 1,
        reason: 'output_spent',
        view: { order: 'O2', filled: 1, cancelled: 1, cost: 100 },
      },
      { side: 'ask', price: 100, volume: 0 },
      ...Array.from({ length: 7 }, () => ({})),
    ]);
  });

  test('ends a lot with the transaction that the ledger names, whatever was claimed', () => {
    const driver = openedDriver();
    placeFirm(driver, { participant: alice, side: 'ask', price: 100, volume: 2 });
    place(driver, { participant: bob, side: 'bid', price: 100, volume: 2 });
    give(driver, {
      kind: 'settlement.submit',
      participant: bob,
      trade: 'T1',
      lots: [{ lot: 0, txid: txidOf(77) }],
    });
    advance(driver, { settled: [{ trade: tradeId(1), lot: 0 }] });
    const [settled, other] = sure(tradeOf(driver.state, tradeId(1))).lots;
    expect(settled).toEqual({ lot: 0, volume: 1, state: 'settled', txid: txidOf(driver.made) });
    expect(other).toEqual({ lot: 1, volume: 1, state: 'requested' });
  });

  test('settles a lot only for the order, the trade and the state that it has', () => {
    const driver = openedDriver();
    placeFirm(driver, { participant: alice, side: 'ask', price: 100, volume: 2 });
    place(driver, { participant: bob, side: 'bid', price: 100, volume: 1 });
    const due = { order: 'O1', lot: 0, trade: 'T1', txid: txidOf(9) };
    const settle = { ...block(1, []), settled: [due] };
    for (const wrong of [{ order: 'O2' }, { trade: 'T2' }, { lot: 1 }]) {
      const code = codeOf(give(driver, { ...settle, settled: [{ ...due, ...wrong }] }));
      expect([wrong, code]).toEqual([wrong, 'lot_not_due']);
    }
    expect(codeOf(give(driver, settle))).toBeUndefined();
    expect(codeOf(give(driver, { ...settle, height: 2 }))).toBe('lot_not_due');
  });

  test('may lose a lot that nobody waits for any more', () => {
    const driver = openedDriver();
    placeFirm(driver, { participant: alice, side: 'ask', price: 100, volume: 3 });
    place(driver, { participant: bob, side: 'bid', price: 100, volume: 1 });
    give(driver, { kind: 'order.cancel', participant: alice, order: 'O1' });
    expect(advance(driver, { lost: [{ order: orderId(1), lot: 2 }] })).toEqual([
      { kind: 'ledger.advanced', height: 1 },
    ]);
    advance(driver, { settled: [{ trade: tradeId(1), lot: 0 }] });
    expect(orderOf(driver.state, orderId(1))?.status).toBe('done');
    expect(advance(driver, { lost: [{ order: orderId(1), lot: 1 }] })).toEqual([
      { kind: 'ledger.advanced', height: 3 },
    ]);
  });

  test('frees an output for another lot when it ends the first', () => {
    const driver = openedDriver();
    placeFirm(driver, { participant: alice, side: 'ask', price: 100, volume: 2 });
    const [first, second] = [0, 1].map(
      (lot) => sure(offerOf(driver.state, orderId(1), lot)).output,
    );
    expect(lotOfOutput(driver.state, sure(first))).toEqual({ order: 'O1', lot: 0 });
    place(driver, { participant: bob, side: 'bid', price: 100, volume: 1 });
    expect(lotOfOutput(driver.state, sure(first))).toEqual({ order: 'O1', lot: 0, trade: 'T1' });
    expect(offerOf(driver.state, orderId(1), 0)?.output).toBe(first);
    advance(driver, {
      settled: [{ trade: tradeId(1), lot: 0 }],
      lost: [{ order: orderId(1), lot: 1 }],
    });
    expect(lotOfOutput(driver.state, sure(first))).toBeUndefined();
    expect(lotOfOutput(driver.state, sure(second))).toBeUndefined();
    expect(offerOf(driver.state, orderId(1), 0)).toBeUndefined();
    expect(balanceOf(driver.state, alice, ecoin).hold).toBe(0);
  });
});
