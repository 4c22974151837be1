/** From a wish to the end of its order: what the agent remembers, gives back and forgets. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toAddress, toTradeId } from '@wattlot/core';
import type { OrderId } from '@wattlot/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  delivered,
  give,
  holdings,
  offersTask,
  ownOrder,
  settlementTask,
  txids,
  wish,
  Village,
} from './agent-testing.ts';
import { orderId } from './exchange-testing.ts';
import type { Outcome } from './events.ts';
import { instant, lots, price, sure } from './testing.ts';

let village: Village;
beforeEach(async () => {
  village = await Village.open();
});
afterEach(() => village.close());

test('outputs that come back are spent to oneself: offers on them are worthless', async () => {
  const { seller, offers } = await village.sellerWithOffers();
  const outputs = offers.slice(0, 3).map(({ output }) => output);
  await give(seller, { kind: 'outputs.released', order_id: 'O1', outputs });
  await give(seller, {
    kind: 'renewal.requested',
    order_id: 'O1',
    lots: [{ lot: 3, output: sure(offers[3]).output }],
  });
  await village.block();
  const balances = await seller.opened.wallet.balances();
  expect(balances.find(({ asset }) => asset === 'energy')).toMatchObject({
    raw: 1000n,
    locked: 10n,
  });
  const house = await village.buyer();
  await give(house, settlementTask(seller, offers));
  expect(txids(house)).toHaveLength(1);
});

test('an output that is offered for another order does not come back', async () => {
  const { seller, offers } = await village.sellerWithOffers();
  const [first] = offers;
  await give(seller, { kind: 'outputs.released', order_id: 'O2', outputs: [sure(first).output] });
  const balances = await seller.opened.wallet.balances();
  expect(balances.find(({ asset }) => asset === 'energy')?.locked).toBe(50n);
});

test('when an order is over, what nobody took comes back and nothing more is signed for it', async () => {
  const { seller } = await village.sellerWithOffers();
  const over = ownOrder({ status: 'done', remaining: lots(0), cancelled: lots(5) });
  seller.exchange.emit({ kind: 'orders', orders: [over], snapshot: false });
  await seller.agent.idle();
  const balances = await seller.opened.wallet.balances();
  expect(balances.find(({ asset }) => asset === 'energy')).toMatchObject({
    raw: 1000n,
    locked: 0n,
  });
  expect(seller.wishes.book.size).toBe(0);
  await give(seller, offersTask({ lots: [0] }));
  expect(delivered(seller)).toEqual([]);
});

test('what the exchange does not list after a restart is over', async () => {
  const { seller } = await village.sellerWithOffers();
  const again = await village.reopen(seller, 'seller');
  expect(again.wishes.book.size).toBe(1);
  again.exchange.emit({ kind: 'orders', orders: [], snapshot: true });
  await again.agent.idle();
  expect(again.wishes.book.size).toBe(0);
  const balances = await again.opened.wallet.balances();
  expect(balances.find(({ asset }) => asset === 'energy')?.locked).toBe(0n);
});

test('tasks with nonsense in them are refused and nothing breaks', async () => {
  const { seller, offers } = await village.sellerWithOffers();
  const house = await village.buyer();
  const task = settlementTask(seller, offers);
  await give(
    house,
    { ...task, trade_id: '\u001b[2J' },
    { ...task, trade_id: 'T2', owner: '' },
    { ...task, trade_id: 'T3', lots: [{ lot: 0, output: 'x', offer: 'zz' }] },
    { ...task, trade_id: 'T4', lots: [sure(task.lots[0]), sure(task.lots[0])] },
    { ...task, trade_id: 'T5', order_id: '__proto__' },
    { kind: 'outputs.released', order_id: 'O1', outputs: ['', '0:0', `${'0'.repeat(64)}:0`] },
  );
  expect(txids(house)).toEqual([]);
  expect(toAddress('')).toBeUndefined();
  expect(await holdings(house)).toEqual({ ecoin: 10_000n });
});

test('a task that has to wait is noted once, however often it is tried and asked for again', async () => {
  const { seller, offers } = await village.sellerWithOffers();
  const house = await village.buyer();
  const strange = settlementTask(seller, offers, { trade_id: 'T9', order_id: 'O9' });
  await give(house, strange);
  // Whatever is done tries it again.
  await give(house, offersTask({ side: 'buy', price: 150 }));
  await give(house, { kind: 'outputs.released', order_id: 'O1', outputs: [] });
  await give(house, strange);
  expect(house.notes.filter(({ order }) => order === 'O9')).toHaveLength(1);
});

test.each(['settled', 'released'] as const)(
  'a task of a trade that is %s is dropped without a word',
  async (settlement) => {
    const { seller, offers } = await village.sellerWithOffers();
    const house = await village.buyer();
    const trade = {
      trade: sure(toTradeId('T1')),
      price: price(149),
      volume: lots(5),
      resting: false,
      lots: [],
      settlement,
      at: instant(0),
    };
    const own = ownOrder({ side: 'bid', price: price(150), status: 'open', trades: [trade] });
    house.exchange.emit({ kind: 'orders', orders: [own], snapshot: true });
    await give(house, settlementTask(seller, offers));
    expect(txids(house)).toEqual([]);
    expect(house.notes).toEqual([]);
    // One that waited ends with its trade.
    await give(house, settlementTask(seller, offers, { trade_id: 'T2', order_id: 'O9' }));
    house.exchange.emit({
      kind: 'orders',
      orders: [
        ownOrder({ order: orderId(9), trades: [{ ...trade, trade: sure(toTradeId('T2')) }] }),
      ],
      snapshot: false,
    });
    await give(house, offersTask({ side: 'buy', price: 150, lots: [0] }));
    expect(house.notes.filter(({ order }) => order === 'O9')).toHaveLength(1);
  },
);

test('an order that is on its way when the exchange first lists the orders is not given up', async () => {
  const house = await village.openHouse('seller');
  await village.endow(house, 1000n, 0n);
  const answer = Promise.withResolvers<Outcome<{ readonly order: OrderId }>>();
  house.exchange.placeOrder = () => answer.promise;
  const placed = house.client.placeOrder(wish());
  house.exchange.emit({ kind: 'orders', orders: [], snapshot: true });
  answer.resolve({ kind: 'yes', value: { order: orderId(1) } });
  await placed;
  await give(house, offersTask());
  expect(delivered(house)).toHaveLength(5);
});

test('an order that an earlier run wished and never saw placed is given up', async () => {
  const house = await village.openHouse('seller');
  house.exchange.placeOrder = () => Promise.resolve({ kind: 'unknown', reason: 'lost' });
  await house.client.placeOrder(wish());
  const again = await village.reopen(house, 'seller');
  again.exchange.emit({ kind: 'orders', orders: [], snapshot: true });
  expect(again.wishes.book.size).toBe(0);
});

test('an order is in the file before it is sent', async () => {
  const house = await village.openHouse('seller');
  let known = '';
  house.exchange.placeOrder = () => {
    known = readFileSync(join(village.folder, 'seller.wishes'), 'utf8');
    return Promise.resolve({ kind: 'yes', value: { order: orderId(1) } });
  };
  await house.client.placeOrder(wish());
  expect(known).toContain('"clientOrderId":"a1"');
});

test('an order that cannot be written down is not sent', async () => {
  const house = await village.openHouse('seller');
  let sent = 0;
  house.exchange.placeOrder = () => {
    sent += 1;
    return Promise.resolve({ kind: 'yes', value: { order: orderId(1) } });
  };
  await house.wishes.close();
  expect(await house.client.placeOrder(wish())).toMatchObject({ kind: 'no' });
  expect(sent).toBe(0);
  house.wishes.close = () => Promise.resolve();
});
