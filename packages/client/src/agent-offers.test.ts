/** Offers for the lots of an own order: signed for what was ordered, and for nothing else. */
import { toOutput } from '@wattlot/core';
import type { Amount, Output } from '@wattlot/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  delivered,
  give,
  holdings,
  offersTask,
  ownOrder,
  settlementTask,
  wish,
  Village,
} from './agent-testing.ts';
import type { House } from './agent-testing.ts';
import { keyOf } from './agent-work.ts';
import { orderId } from './exchange-testing.ts';
import { gatewayErrors, refusalErrors } from './frames/errors.ts';
import type { OffersRequested } from './frames/messages.ts';
import { assets, instrument, lots, sure } from './testing.ts';

let village: Village;
beforeEach(async () => {
  village = await Village.open();
});
afterEach(() => village.close());

test('how far a large order is is told, lot by lot as they are handed over', async () => {
  const { house, task } = await village.largeSeller();
  await give(house, task);
  expect(delivered(house)).toHaveLength(100);
  const working = [0, 20, 40, 60, 80, 100].map((count) => ({ lots: count, state: 'working' }));
  expect(house.progress.map(({ lots: count, state }) => ({ lots: count, state }))).toEqual([
    ...working,
    { lots: 100, state: 'done' },
  ]);
  expect(house.progress.every(({ order, of }) => order === 'O1' && of === 100)).toBe(true);
});

test('an order that is cancelled while its lots are signed is signed no further, and nothing of it is left', async () => {
  const { house, task } = await village.largeSeller();
  house.exchange.answer = (request) => {
    const isSecond = house.progress.at(-1)?.lots === 20;
    if (request.method === 'offers.delivered' && isSecond) {
      // The exchange's word comes while the second frame is on its way.
      const over = ownOrder({ volume: lots(100), cancelled: lots(100), remaining: lots(0) });
      const orders = [{ ...over, status: 'done', reason: 'requested' } as const];
      house.exchange.emit({ kind: 'orders', snapshot: false, orders });
    }
    return { kind: 'yes', value: null };
  };
  await give(house, task);
  expect(delivered(house)).toHaveLength(40);
  expect(house.progress.at(-1)).toMatchObject({ lots: 40, state: 'stopped' });
  expect(house.notes.filter(({ kind }) => kind === 'failed')).toEqual([]);
  await village.block();
  // All of it is free again, no offer of it can be taken any more, and the wish is forgotten.
  const [energy] = await house.opened.wallet.balances();
  expect(energy).toMatchObject({ raw: 1000n, locked: 0n });
  expect(house.wishes.book.byId('a1')).toBeUndefined();
});

test('offers asked for again are the same offers, also by an agent that was restarted', async () => {
  const { seller, offers } = await village.sellerWithOffers();
  await give(seller, offersTask());
  expect(delivered(seller)).toEqual(offers);
  const again = await village.reopen(seller, 'seller');
  await give(again, offersTask());
  expect(delivered(again)).toEqual(offers);
  // The outputs are locked again: only what is not on offer can be spent.
  const balances = await again.opened.wallet.balances();
  expect(balances.find(({ asset }) => asset === assets.energy)?.locked).toBe(50n);
});

test.each<[string, Partial<OffersRequested>]>([
  ['a lower price', { price: 148 }],
  ['a higher price', { price: 150 }],
  ['the other side', { side: 'buy' }],
  ['another market', { symbol: 'KWH/EURO' }],
  ['a lot beyond the order', { lots: [5] }],
  ['a lot twice', { lots: [0, 0] }],
  ['no lot', { lots: [] }],
])('offers for %s are declined, and nothing is signed or split', async (_, change) => {
  const house = await village.openHouse('seller');
  await village.endow(house, 1000n, 0n);
  await house.client.placeOrder(wish());
  await give(house, offersTask(change));
  expect(house.exchange.asked.map(({ method }) => method)).toEqual(['offers.declined']);
  const balances = await house.opened.wallet.balances();
  expect(balances).toEqual([expect.objectContaining({ asset: 'energy', raw: 1000n, locked: 0n })]);
});

test('nothing is signed for an order that was not placed here', async () => {
  const { seller, offers } = await village.sellerWithOffers();
  const house = await village.openHouse('buyer');
  await village.endow(house, 500n, 10_000n);
  await give(house, offersTask({ order_id: 'O9' }), settlementTask(seller, offers));
  expect(house.exchange.asked).toEqual([]);
  expect(house.notes.map(({ kind }) => kind)).toEqual(['refused', 'refused']);
  expect(await holdings(house)).toEqual({ energy: 500n, ecoin: 10_000n });
});

test('a task that comes before the answer to the order waits for it', async () => {
  const house = await village.openHouse('seller');
  await village.endow(house, 1000n, 0n);
  house.exchange.placeOrder = () => Promise.resolve({ kind: 'unknown', reason: 'lost' });
  await house.client.placeOrder(wish());
  await give(house, offersTask());
  expect(delivered(house)).toEqual([]);
  const outcome = { kind: 'yes', value: { order: orderId(1) } } as const;
  house.exchange.emit({ kind: 'reconciled', clientOrderId: 'a1', outcome });
  await house.agent.idle();
  expect(delivered(house)).toHaveLength(5);
});

test('an order that was refused is forgotten: no offers are signed for it later', async () => {
  const house = await village.openHouse('seller');
  await village.endow(house, 1000n, 0n);
  house.exchange.placeOrder = () => Promise.resolve({ kind: 'no', error: 'EOrder:Invalid price' });
  await house.client.placeOrder(wish());
  house.exchange.emit({ kind: 'orders', orders: [ownOrder({ status: 'open' })], snapshot: false });
  await give(house, offersTask());
  expect(delivered(house)).toEqual([]);
});

test('a lying exchange cannot change what a lot was when the order was placed', async () => {
  const house = await village.openHouse('seller');
  await village.endow(house, 1000n, 0n);
  await house.client.placeOrder(wish());
  const larger = { ...instrument, lot: 200 as Amount };
  house.exchange.emit({ kind: 'instruments', instruments: [larger] });
  await give(house, offersTask());
  expect(delivered(house)).toHaveLength(5);
  const balances = await house.opened.wallet.balances();
  expect(balances.find(({ asset }) => asset === 'energy')?.locked).toBe(50n);
});

test('offers that the exchange does not take die at once, and their outputs are free', async () => {
  const house = await village.openHouse('seller');
  await village.endow(house, 1000n, 0n);
  await house.client.placeOrder(wish());
  house.exchange.answer = () => ({ kind: 'no', error: `${gatewayErrors.badOffer}: lot 0` });
  await give(house, offersTask());
  const balances = await house.opened.wallet.balances();
  expect(balances.find(({ asset }) => asset === 'energy')).toMatchObject({
    raw: 1000n,
    locked: 0n,
  });
});

test('offers that the exchange does not take leave the other lots of the order alone', async () => {
  const house = await village.openHouse('seller');
  await village.endow(house, 1000n, 0n);
  await house.client.placeOrder(wish({ volume: lots(6) }));
  await give(house, offersTask());
  house.exchange.answer = () => ({ kind: 'no', error: refusalErrors.unknown_order });
  await give(house, offersTask({ lots: [5] }));
  const balances = await house.opened.wallet.balances();
  expect(balances.find(({ asset }) => asset === 'energy')).toMatchObject({ locked: 50n });
});

test('offers that could not be handed over for now stay good, and are handed over again', async () => {
  const house = await village.openHouse('seller');
  await village.endow(house, 1000n, 0n);
  await house.client.placeOrder(wish());
  let refusals = 2;
  house.exchange.answer = () => {
    if (refusals === 0) return { kind: 'yes', value: null };
    refusals -= 1;
    return { kind: 'no', error: 'EService:Unavailable: not connected' };
  };
  await give(house, offersTask());
  const outputs = delivered(house).map(({ output }) => output);
  expect(outputs).toHaveLength(15);
  expect(new Set(outputs).size).toBe(5);
});

test('offers of an order whose output is gone are not made anew: the old one may be worth something', async () => {
  const { seller, offers } = await village.sellerWithOffers();
  await seller.opened.wallet.renew([sure(toOutput(sure(offers[1]).output))]);
  await give(seller, offersTask());
  expect(seller.exchange.asked.map(({ method }) => method)).toEqual(['offers.declined']);
});

test('offers delivered twice stay good, also before it is told that the first time was enough', async () => {
  const { seller } = await village.sellerWithOffers();
  seller.exchange.answer = () => ({ kind: 'no', error: refusalErrors.not_pending });
  const locked = async (): Promise<bigint | undefined> => {
    const balances = await seller.opened.wallet.balances();
    return balances.find(({ asset }) => asset === 'energy')?.locked;
  };
  await give(seller, offersTask());
  expect(await locked()).toBe(50n);
  seller.exchange.emit({
    kind: 'orders',
    orders: [ownOrder({ status: 'open' })],
    snapshot: false,
  });
  await give(seller, offersTask());
  expect(await locked()).toBe(50n);
});

test('offers that were not expected because the order is over are free when that is told', async () => {
  const { seller } = await village.sellerWithOffers();
  seller.exchange.answer = () => ({ kind: 'no', error: refusalErrors.not_pending });
  await give(seller, offersTask());
  const orders = [ownOrder({ status: 'done', cancelled: lots(5), remaining: lots(0) })];
  seller.exchange.emit({ kind: 'orders', orders, snapshot: false });
  await seller.agent.idle();
  const balances = await seller.opened.wallet.balances();
  expect(balances.find(({ asset }) => asset === 'energy')).toMatchObject({ locked: 0n });
});

test('outputs that come again after a crash of the ledger stay those of the order they were offered for', async () => {
  const house = await village.openHouse('seller');
  await village.endow(house, 1000n, 0n);
  await house.client.placeOrder(wish());
  const lost = await lostSplit(house, 5);
  const offers = lost.map((output, lot) => ({ lot, output }));
  house.wishes.note({ step: 'offered', id: 'a1', offers });
  house.exchange.placeOrder = () => {
    return Promise.resolve({ kind: 'yes', value: { order: orderId(2) } });
  };
  await house.client.placeOrder(wish({ clientOrderId: 'a2' }));
  await give(house, offersTask({ order_id: 'O2' }), offersTask());
  const outputs = delivered(house).map(({ output }) => output);
  expect(outputs).toHaveLength(10);
  expect(new Set(outputs).size).toBe(10);
  expect(outputs.slice(5)).toEqual(lost);
});

test('outputs that were made for an order that the rest cannot be paid of are free again', async () => {
  const house = await village.openHouse('seller');
  await village.endow(house, 70n, 0n);
  await house.client.placeOrder(wish());
  const lost = await lostSplit(house, 5);
  // Two of the five that come again are new; what there is pays for no three more.
  const offers = lost.slice(0, 3).map((output, lot) => ({ lot, output }));
  house.wishes.note({ step: 'offered', id: 'a1', offers });
  house.exchange.placeOrder = () => {
    return Promise.resolve({ kind: 'yes', value: { order: orderId(2) } });
  };
  await house.client.placeOrder(wish({ clientOrderId: 'a2' }));
  await give(house, offersTask({ order_id: 'O2' }));
  expect(delivered(house)).toEqual([]);
  const [energy] = (await house.opened.wallet.balances()).filter(({ asset }) => asset === 'energy');
  expect(energy).toMatchObject({ locked: 30n });
});

test('an order that cannot be funded is declined with the reason', async () => {
  const house = await village.openHouse('seller');
  await village.endow(house, 20n, 0n);
  await house.client.placeOrder(wish());
  await give(house, offersTask());
  expect(house.exchange.asked).toEqual([
    {
      method: 'offers.declined',
      params: { order_id: 'O1', reason: expect.stringContaining('nsufficient funds') as string },
    },
  ]);
});

/** The outputs of a split that the chain accepts and loses with a crash. */
async function lostSplit({ opened: { wallet } }: House, count: number): Promise<Output[]> {
  const { view } = wallet;
  const send = (all: readonly object[]): Promise<string[]> => Promise.resolve(all.map(() => ''));
  Object.assign(view, { send });
  const split = await wallet.split({ asset: assets.energy, lotRaw: 10n, count });
  Reflect.deleteProperty(view, 'send');
  const outputs = split.map(keyOf);
  wallet.unlock(outputs);
  return outputs;
}
