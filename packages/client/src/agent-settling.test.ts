/** Settlements: paid once, as ordered. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  delivered,
  give,
  holdings,
  offersTask,
  settlementTask,
  txids,
  Village,
} from './agent-testing.ts';
import type { SettlementRequested } from './frames/messages.ts';
import { sure } from './testing.ts';

let village: Village;
beforeEach(async () => {
  village = await Village.open();
});
afterEach(() => village.close());

test('a trade of five lots goes from two wishes to the ledger', async () => {
  const { seller, offers } = await village.sellerWithOffers();
  expect(offers.map(({ lot }) => lot)).toEqual([0, 1, 2, 3, 4]);
  expect(new Set(offers.map(({ output }) => output)).size).toBe(5);
  const house = await village.buyer();
  await give(house, settlementTask(seller, offers));
  expect(txids(house)).toHaveLength(5);
  await village.block();
  expect(await holdings(seller)).toEqual({ energy: 950n, ecoin: 745n });
  expect(await holdings(house)).toEqual({ energy: 50n, ecoin: 9_255n });
});

test('a settlement asked for again sends the same transactions, and nothing is paid twice', async () => {
  const { seller, offers } = await village.sellerWithOffers();
  const house = await village.buyer();
  await give(house, settlementTask(seller, offers));
  const first = txids(house);
  await give(house, settlementTask(seller, offers));
  expect(txids(house)).toEqual(first);
  const again = await village.reopen(house, 'buyer');
  await give(again, settlementTask(seller, offers));
  expect(txids(again)).toEqual(first);
  await village.block();
  expect(await holdings(again)).toEqual({ energy: 50n, ecoin: 9_255n });
});

test.each<[string, Partial<SettlementRequested>]>([
  ['a price above the limit', { price: 151 }],
  ['the other side', { side: 'sell' }],
  ['another market', { symbol: 'KWH/EURO' }],
  ['a price that the offers do not ask', { price: 148 }],
])('a settlement at %s is not signed', async (_, change) => {
  const { seller, offers } = await village.sellerWithOffers();
  const house = await village.buyer();
  await give(house, settlementTask(seller, offers, change));
  expect(txids(house)).toEqual([]);
  await village.block();
  expect(await holdings(house)).toEqual({ ecoin: 10_000n });
});

test('no more lots are taken than were ordered, in however many trades', async () => {
  const { seller, offers } = await village.sellerWithOffers();
  const house = await village.buyer(3);
  await give(house, settlementTask(seller, offers));
  expect(txids(house)).toEqual([]);
  await give(house, settlementTask(seller, offers.slice(0, 2)));
  await give(house, settlementTask(seller, offers.slice(2, 4), { trade_id: 'T2' }));
  await give(house, settlementTask(seller, offers.slice(4), { trade_id: 'T3' }));
  await village.block();
  expect(await holdings(house)).toEqual({ energy: 30n, ecoin: 10_000n - 3n * 149n });
});

test('a lying exchange gets no payment for offers that give less than a lot', async () => {
  const liar = await village.openHouse('liar');
  await village.endow(liar, 1000n, 0n);
  // Outputs of one unit each, offered at the price of a lot of ten.
  const outputs = await liar.opened.wallet.split({ asset: 'energy', lotRaw: 1n, count: 2 });
  const signed = liar.opened.wallet.signOffers({ outputs, want: { asset: 'ecoin', raw: 149n } });
  await village.block();
  const offers = outputs.map(({ txid, vout }, lot) => {
    return { lot, output: `${txid}:${vout}`, offer: sure(signed[lot]) };
  });
  const house = await village.buyer();
  await give(house, settlementTask(liar, offers));
  expect(txids(house)).toEqual([]);
  expect(house.notes.filter(({ kind }) => kind === 'failed')).toHaveLength(2);
  expect(await holdings(house)).toEqual({ ecoin: 10_000n });
});

test('lots that traded at once wait until as many offers of the same order are dead', async () => {
  const { seller, offers } = await village.sellerWithOffers();
  const house = await village.buyer();
  const bid = offersTask({ side: 'buy', price: 150 });
  await give(house, bid);
  const own = delivered(house);
  expect(own).toHaveLength(5);
  // On its way to the book the order met two lots; its own offers 3 and 4 are not needed.
  await give(house, settlementTask(seller, offers.slice(0, 2)));
  expect(txids(house)).toEqual([]);
  const unused = own.slice(3).map(({ output }) => output);
  await give(house, { kind: 'outputs.released', order_id: 'O1', outputs: unused });
  expect(txids(house)).toHaveLength(2);
  await village.block();
  expect(await holdings(house)).toEqual({ energy: 20n, ecoin: 10_000n - 298n });
});

test('a ledger that is away for a moment is asked again', async () => {
  const { seller, offers } = await village.sellerWithOffers();
  const house = await village.buyer();
  village.failures = 2;
  await give(house, settlementTask(seller, offers));
  expect(txids(house)).toHaveLength(5);
});
