/** Ladders: signed for the own lots in their places, and used where they are good. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { give, holdings, settlementTask, txids, Village } from './agent-testing.ts';
import type { Delivered, House } from './agent-testing.ts';
import type { LadderRequested, SettlementRequested } from './frames/messages.ts';
import type { PrivateRequest } from './session-frames.ts';
import { symbol } from './testing.ts';

let village: Village;
beforeEach(async () => {
  village = await Village.open();
});
afterEach(() => village.close());

const ladderTask = (
  offers: Delivered['params']['lots'],
  change: Partial<LadderRequested> = {},
): LadderRequested => ({
  kind: 'ladder.requested',
  order_id: 'O1',
  symbol,
  side: 'sell',
  price: 149,
  lots: offers.map(({ lot, output }) => ({ lot, output })),
  ...change,
});

type Rungs = Extract<PrivateRequest, { method: 'ladder.delivered' }>['params']['rungs'];

/** The frames of rungs since the last look. */
function rungsOf({ exchange }: House): readonly Rungs[] {
  return exchange.asked
    .splice(0)
    .flatMap((request) => (request.method === 'ladder.delivered' ? [request.params.rungs] : []));
}

/** The offers with the rungs that an agent delivered for them. */
function withRungs(offers: Delivered['params']['lots'], rungs: Rungs): SettlementRequested['lots'] {
  return offers.map((offer) => {
    const rung = rungs.find(({ lot }) => lot === offer.lot);
    return rung === undefined
      ? offer
      : { ...offer, rung: { index: rung.index, script: rung.script } };
  });
}

test('a ladder that one agent signs settles in one transaction of the other’s', async () => {
  const { seller, offers } = await village.sellerWithOffers();
  await give(seller, ladderTask(offers));
  const [rungs = []] = rungsOf(seller);
  expect(rungs.map(({ lot, index }) => [lot, index])).toEqual(
    [0, 1, 2, 3, 4].map((lot) => [lot, lot]),
  );
  const house = await village.buyer();
  const task = settlementTask(seller, offers, { lots: withRungs(offers, rungs) });
  await give(house, task);
  const first = txids(house);
  expect(first).toHaveLength(5);
  expect(new Set(first).size).toBe(1);
  // Asked for again, also after a crash: the same, and nothing is paid twice.
  const again = await village.reopen(house, 'buyer');
  await give(again, task);
  expect(txids(again)).toEqual(first);
  await village.block();
  expect(await holdings(seller)).toEqual({ energy: 950n, ecoin: 745n });
  expect(await holdings(again)).toEqual({ energy: 50n, ecoin: 9_255n });
});

test('a rung that is no good is noted, and its lot is taken by its offer', async () => {
  const { seller, offers } = await village.sellerWithOffers();
  await give(seller, ladderTask(offers.toReversed()));
  const [rungs = []] = rungsOf(seller);
  // Signed for the opposite places.
  const said = rungs.map(({ lot, script }) => ({ lot, index: lot, script }));
  const house = await village.buyer();
  await give(house, settlementTask(seller, offers, { lots: withRungs(offers, said) }));
  expect(new Set(txids(house)).size).toBe(5);
  expect(house.notes.find(({ kind }) => kind === 'failed')?.text).toBe(
    'the rung of lot 0 is no good: signature-wrong',
  );
});

test.each<[string, Partial<LadderRequested>]>([
  ['another price', { price: 148 }],
  ['the other side', { side: 'buy' }],
  ['an output that is not this order’s', { lots: [{ lot: 0, output: `${'a'.repeat(64)}:0` }] }],
])('a ladder at %s is not signed, and the exchange hears so', async (_, change) => {
  const { seller, offers } = await village.sellerWithOffers();
  await give(seller, ladderTask(offers, change));
  expect(rungsOf(seller)).toEqual([[]]);
  expect(seller.notes.at(-1)?.kind).toBe('refused');
});

test('a ladder is signed up to the first lot that is gone', async () => {
  const { seller, offers } = await village.sellerWithOffers();
  const house = await village.buyer();
  await give(house, settlementTask(seller, offers.slice(3, 4)));
  await give(seller, ladderTask(offers));
  expect(rungsOf(seller).map((frame) => frame.map(({ lot }) => lot))).toEqual([[0, 1, 2]]);
  await give(seller, ladderTask(offers.slice(3)));
  expect(rungsOf(seller)).toEqual([[]]);
});

test('no ladder is signed for an order that is over or not ours', async () => {
  const { seller, offers } = await village.sellerWithOffers();
  await give(seller, ladderTask(offers, { order_id: 'O9' }));
  expect(seller.exchange.asked).toEqual([]);
});
