import { expect, test } from 'vitest';
import * as core from './index.ts';
import {
  advance,
  alice,
  bob,
  carol,
  everybody,
  openedDriver,
  orderId,
  place,
} from './testing/driver.ts';
import { placeFirm, sure, symbol, terms, tradeId } from './testing/driver.ts';

function aMarketAtWork(): core.State {
  const driver = openedDriver();
  placeFirm(driver, { participant: alice, side: 'ask', price: 101, volume: 5 });
  placeFirm(driver, { participant: alice, side: 'ask', price: 102, volume: 1 });
  placeFirm(driver, { participant: carol, side: 'ask', price: 102, volume: 2 });
  placeFirm(driver, { participant: bob, side: 'bid', price: 101, volume: 2 });
  place(driver, { participant: alice, side: 'ask', price: 103, volume: 3 });
  advance(driver, { settled: [{ trade: tradeId(1), lot: 0 }] });
  return driver.state;
}

test('the counts tell how far the journal and the ledger are', () => {
  const state = aMarketAtWork();
  expect(core.lastSeq(core.createState())).toBe(0);
  expect(core.ledgerHeight(core.createState())).toBe(-1);
  expect(core.lastSeq(state)).toBe(15);
  expect(core.ledgerHeight(state)).toBe(1);
  expect(core.lastInstant(state)).toBe(1_000_014);
});

test('markets and participants are as they were opened and admitted', () => {
  const state = aMarketAtWork();
  expect(core.markets(state)).toEqual([terms]);
  expect(core.marketOf(state, symbol)).toEqual(terms);
  expect(core.marketOf(state, sure(core.toMarketSymbol('X/Y')))).toBeUndefined();
  expect(core.participants(state).map(({ participant }) => participant)).toEqual(everybody);
  expect(core.participantOf(state, alice)).toEqual({
    participant: alice,
    name: 'The house of alice',
    owner: alice,
    isSuspended: false,
  });
  expect(core.participantOf(state, sure(core.toAddress('nobody')))).toBeUndefined();
});

test('balances are by asset name, and 0 for whoever owns nothing', () => {
  const state = aMarketAtWork();
  expect(core.balancesOf(state, alice)).toEqual([
    { asset: 'ecoin', balance: 10_000_101, hold: 0 },
    { asset: 'energy', balance: 999_990, hold: 80 },
  ]);
  const nobody = sure(core.toAddress('nobody'));
  expect(core.balancesOf(state, nobody)).toEqual([]);
  expect(core.balanceOf(state, nobody, sure(core.toAsset('coal')))).toEqual({
    balance: 0,
    hold: 0,
  });
});

test('orders are those that live, in the order of acceptance, and one that waits for its trade', () => {
  const state = aMarketAtWork();
  expect(core.ordersOf(state, alice).map(({ order, status }) => [order, status])).toEqual([
    ['O1', 'open'],
    ['O2', 'open'],
    ['O5', 'pending'],
  ]);
  expect(core.ordersOf(state, bob)).toEqual([]);
  expect(core.orderOf(state, orderId(4))).toMatchObject({ status: 'done', filled: 2, cost: 202 });
  expect(core.orderOf(state, orderId(9))).toBeUndefined();
});

test('depth is by level, best first, as many as asked for', () => {
  const state = aMarketAtWork();
  expect(core.depthOf(state, symbol, 'ask', 10)).toEqual([
    { price: 101, volume: 3, orders: 1 },
    { price: 102, volume: 3, orders: 2 },
  ]);
  expect(core.depthOf(state, symbol, 'ask', 1)).toHaveLength(1);
  expect(core.depthOf(state, symbol, 'bid', 10)).toEqual([]);
  expect(core.depthOf(state, sure(core.toMarketSymbol('X/Y')), 'bid', 10)).toEqual([]);
});

test('what an agent has to be asked again is there with its deadline', () => {
  const state = aMarketAtWork();
  const [pending] = core.pendingOffers(state);
  expect(core.pendingOffers(state)).toHaveLength(1);
  expect(pending).toMatchObject({ view: { order: 'O5' }, lots: [0, 1, 2], deadline: 2_000_013 });
  const [open] = core.openTrades(state);
  expect(open).toEqual({ ...core.tradeOf(state, tradeId(1)), deadline: 6_000_012 });
  expect(open).toMatchObject({ lots: [{ state: 'settled' }, { state: 'requested' }] });
  expect(core.tradeOf(state, tradeId(2))).toBeUndefined();
  expect(core.nextDeadline(state)).toBe(2_000_013);
});

test('offers are there while their lot rests or waits to settle', () => {
  const state = aMarketAtWork();
  expect(core.offerOf(state, orderId(1), 0)).toBeUndefined();
  for (const lot of [1, 2, 4]) {
    const offer = sure(core.offerOf(state, orderId(1), lot));
    expect(offer.lot).toBe(lot);
    expect(core.lotOfOutput(state, offer.output)).toMatchObject({ order: 'O1', lot });
  }
  expect(core.offerOf(state, orderId(5), 0)).toBeUndefined();
  expect(core.offerOf(state, orderId(9), 0)).toBeUndefined();
});
