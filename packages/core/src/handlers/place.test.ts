import { describe, expect, test } from 'vitest';
import { apply, balanceOf, limits, orderOf, ordersOf, stateText } from '../index.ts';
import {
  advance,
  alice,
  bob,
  carol,
  codeOf,
  deliver,
  ecoin,
  energy,
  give,
} from '../testing/driver.ts';
import {
  openedDriver,
  orderId,
  place,
  placeFirm,
  placement,
  sure,
  tradeId,
  wait,
} from '../testing/driver.ts';
import type { Driver } from '../testing/driver.ts';

function holds(driver: Driver, address = alice): { energy: number; ecoin: number } {
  return {
    energy: balanceOf(driver.state, address, energy).hold,
    ecoin: balanceOf(driver.state, address, ecoin).hold,
  };
}

describe('a placement sent again', () => {
  const order = { participant: alice, side: 'ask', price: 100, volume: 3, clientOrderId: 'once' };

  test('is answered with the same order as it is now, and places nothing', () => {
    const driver = openedDriver();
    placeFirm(driver, order);
    placeFirm(driver, { participant: bob, side: 'bid', price: 100, volume: 1 });
    const events = place(driver, order);
    expect(events).toEqual([
      { kind: 'order.repeated', order: 'O1', view: orderOf(driver.state, orderId(1)) },
    ]);
    expect(events[0]).toMatchObject({ view: { status: 'open', filled: 1, remaining: 2 } });
    expect(ordersOf(driver.state, alice)).toHaveLength(1);
  });

  test('is answered still when the order has left the exchange, with all that became of it', () => {
    const driver = openedDriver();
    placeFirm(driver, order);
    placeFirm(driver, { participant: bob, side: 'bid', price: 100, volume: 2 });
    give(driver, { kind: 'order.cancel', participant: alice, order: orderId(1) });
    advance(driver, {
      settled: [{ trade: tradeId(1), lot: 0 }],
      lost: [{ order: orderId(1), lot: 1 }],
    });
    expect(orderOf(driver.state, orderId(1))?.status).toBe('done');
    expect(place(driver, order)).toMatchObject([
      { kind: 'order.repeated', view: { status: 'done', filled: 1, cancelled: 2, cost: 100 } },
    ]);
  });

  test.each([
    { side: 'bid' },
    { price: 101 },
    { volume: 4 },
    { timeInForce: 'ioc' },
    { postOnly: true },
  ])('with another body %o is refused', (change) => {
    const driver = openedDriver();
    place(driver, order);
    expect(codeOf(place(driver, { ...order, ...change }))).toBe('id_reused');
  });

  test('for another market is refused, even one that does not exist', () => {
    const driver = openedDriver();
    place(driver, order);
    const elsewhere = { ...placement(driver, order), market: 'X/Y' };
    expect(codeOf(give(driver, elsewhere))).toBe('id_reused');
  });

  test('by another participant is another order', () => {
    const driver = openedDriver();
    place(driver, order);
    expect(place(driver, { ...order, participant: bob })[0]).toMatchObject({
      kind: 'order.placed',
      view: { order: 'O2' },
    });
  });

  test('after a refusal is tried afresh', () => {
    const driver = openedDriver({ energy: 20, ecoin: 0 });
    expect(codeOf(place(driver, order))).toBe('insufficient_funds');
    advance(driver, { moves: [{ address: alice, asset: 'energy', amount: 10 }] });
    expect(codeOf(place(driver, order))).toBeUndefined();
  });

  test('is forgotten after enough others are done, but never while the order lives', () => {
    const driver = openedDriver();
    const { state } = driver;
    placeFirm(driver, { ...order, clientOrderId: 'living' });
    const ioc = { ...order, timeInForce: 'ioc', volume: 1 };
    const send = (clientOrderId: string): unknown => {
      const command = placement(driver, { ...ioc, clientOrderId });
      driver.journal.push(
        JSON.parse(JSON.stringify({ seq: driver.journal.length + 1, at: driver.now, command })),
      );
      return driver.journal.slice(-1).flatMap((entry) => apply(state, entry))[0]?.kind;
    };
    for (let count = 0; count < limits.answersMax; count += 1) send(`n${count}`);
    expect(send('n0')).toBe('order.repeated');
    send('one more');
    expect(send('n1')).toBe('order.repeated');
    expect(send('n0')).toBe('order.placed');
    expect(send('n1')).toBe('order.placed');
    expect(send('n3')).toBe('order.repeated');
    const lines = stateText(state).split('\n');
    const { over } = JSON.parse(sure(lines.find((line) => line.includes('"over":["'))));
    const numbers: number[] = over.map((id: string) => Number(id.slice(1)));
    expect(numbers).toHaveLength(limits.answersMax);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(place(driver, { ...order, clientOrderId: 'living' })[0]?.kind).toBe('order.repeated');
  });
});

describe('what is set aside', () => {
  test('is the energy of an ask, and the limit of a bid', () => {
    const driver = openedDriver({ energy: 100, ecoin: 1_000 });
    place(driver, { participant: alice, side: 'ask', price: 70, volume: 4 });
    expect(holds(driver)).toEqual({ energy: 40, ecoin: 0 });
    place(driver, { participant: alice, side: 'bid', price: 60, volume: 5 });
    expect(holds(driver)).toEqual({ energy: 40, ecoin: 300 });
  });

  test('cannot be set aside twice, and can to the last unit', () => {
    const driver = openedDriver({ energy: 100, ecoin: 1_000 });
    const ask = { participant: alice, side: 'ask', price: 70 };
    expect(codeOf(place(driver, { ...ask, volume: 11 }))).toBe('insufficient_funds');
    expect(codeOf(place(driver, { ...ask, volume: 4 }))).toBeUndefined();
    expect(codeOf(place(driver, { ...ask, volume: 7 }))).toBe('insufficient_funds');
    expect(codeOf(place(driver, { ...ask, volume: 6 }))).toBeUndefined();
    const bid = { participant: alice, side: 'bid', price: 50 };
    expect(codeOf(place(driver, { ...bid, volume: 21 }))).toBe('insufficient_funds');
    expect(codeOf(place(driver, { ...bid, volume: 20 }))).toBeUndefined();
  });

  test('by a bid that trades below its limit is free at once for the difference', () => {
    const driver = openedDriver();
    placeFirm(driver, { participant: bob, side: 'ask', price: 80, volume: 2 });
    placeFirm(driver, { participant: carol, side: 'ask', price: 90, volume: 1 });
    place(driver, { participant: alice, side: 'bid', price: 100, volume: 5 });
    expect(holds(driver).ecoin).toBe(2 * 80 + 90 + 2 * 100);
    expect(holds(driver, bob)).toEqual({ energy: 20, ecoin: 0 });
  });

  test('stays for a matched lot until the ledger ends it, and is free after a cancellation at once', () => {
    const driver = openedDriver();
    placeFirm(driver, { participant: bob, side: 'bid', price: 80, volume: 5 });
    place(driver, { participant: alice, side: 'ask', price: 70, volume: 3 });
    expect(holds(driver)).toEqual({ energy: 30, ecoin: 0 });
    give(driver, { kind: 'order.cancel', participant: bob, order: orderId(1) });
    expect(holds(driver, bob)).toEqual({ energy: 0, ecoin: 240 });
    wait(driver, 5_000_000);
    advance(driver, {
      settled: [{ trade: tradeId(1), lot: 0 }],
      lost: [{ order: orderId(1), lot: 1 }],
    });
    expect(holds(driver)).toEqual({ energy: 10, ecoin: 0 });
    expect(holds(driver, bob)).toEqual({ energy: 0, ecoin: 80 });
  });

  test('may exceed what is left when the owner spends it on the ledger; then nothing more is free', () => {
    const driver = openedDriver({ energy: 100, ecoin: 0 });
    placeFirm(driver, { participant: alice, side: 'ask', price: 70, volume: 8 });
    advance(driver, { moves: [{ address: alice, asset: 'energy', amount: -50 }] });
    expect(balanceOf(driver.state, alice, energy)).toEqual({ balance: 50, hold: 80 });
    const one = { participant: alice, side: 'ask', price: 70, volume: 1 };
    expect(codeOf(place(driver, one))).toBe('insufficient_funds');
    advance(driver, { lost: [0, 1, 2, 3, 4].map((lot) => ({ order: orderId(1), lot })) });
    expect(balanceOf(driver.state, alice, energy)).toEqual({ balance: 50, hold: 30 });
    expect(codeOf(place(driver, one))).toBeUndefined();
  });
});

describe('a pending order', () => {
  test('may be made firm until just before its deadline', () => {
    const driver = openedDriver();
    const order = { participant: alice, side: 'ask', price: 100, volume: 2 };
    const [, asked] = place(driver, order);
    expect(asked).toMatchObject({ kind: 'offers.requested', lots: [0, 1] });
    const deadline = asked?.kind === 'offers.requested' ? asked.deadline : 0;
    expect(deadline - driver.now).toBe(1_000_000 - 1);
    driver.now = deadline - 1;
    expect(deliver(driver, orderId(1))[0]).toMatchObject({ kind: 'order.opened' });
    place(driver, order);
    driver.now += 1_000_000 - 1;
    const late = deliver(driver, orderId(2));
    expect(late.map(({ kind }) => kind)).toEqual(['order.cancelled', 'refused', 'balance.changed']);
    expect(late[0]).toMatchObject({ reason: 'offers_late', volume: 2 });
    expect(late[1]).toMatchObject({ code: 'order_done' });
  });

  test('that its agent declines is cancelled', () => {
    const driver = openedDriver();
    place(driver, { participant: alice, side: 'ask', price: 100, volume: 2 });
    const decline = { kind: 'offers.decline', participant: alice, order: 'O1', reason: 'locked' };
    expect(give(driver, decline)[0]).toMatchObject({ reason: 'offers_declined', volume: 2 });
    expect(holds(driver).energy).toBe(0);
  });
});
