import { describe, expect, test } from 'vitest';
import {
  alice,
  bob,
  offersFor,
  openedDriver,
  place,
  placeFirm,
  sure,
  txidOf,
} from './testing/driver.ts';
import { codesWhileMending } from './testing/mending.ts';

describe('a refusal of what settles', () => {
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
});
