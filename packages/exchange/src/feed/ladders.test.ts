import { ladderRungsMax } from '@wattlot/client/frames';
import type { AgentTask, LadderRequested, SettlementRequested } from '@wattlot/client/frames';
import type { Address, OrderId } from '@wattlot/core';
import { expect, test } from 'vitest';
import { sure } from '../exact.ts';
import { alice, bob, carol, Listener, offerOf, TestMarket } from '../testing.ts';

const first = 'O1' as OrderId;

interface Scene {
  readonly market: TestMarket;
  readonly seller: Listener;
  readonly buyer: Listener;
}

/** A market where alice's and bob's agents listen, and alice sells so many lots. */
async function scene(volume: number): Promise<Scene> {
  const market = await new TestMarket().open();
  const [seller, buyer] = [follow(market, alice), follow(market, bob)];
  await market.place(alice, 'ask', { price: 100, volume });
  return { market, seller, buyer };
}

function follow(market: TestMarket, who: Address): Listener {
  const listener = new Listener();
  market.feed.followPrivate('agent', who, listener, true);
  return listener;
}

function tasks(listener: Listener): readonly AgentTask[] {
  return listener.take().flatMap(({ data }) => data as AgentTask[]);
}

/** The ladders that an agent was asked for since the last look: their lots. */
function asked(listener: Listener): readonly (readonly number[])[] {
  return tasks(listener)
    .filter((task): task is LadderRequested => task.kind === 'ladder.requested')
    .map(({ lots }) => lots.map(({ lot }) => lot));
}

/** The agent answers with a rung for each lot, in this order. @returns how many are kept. */
function answer({ feed }: TestMarket, lots: readonly number[], order = first): number {
  feed.noteLadderAnswer(order, lots);
  const rungs = lots.map((lot, index) => {
    return { lot, index, script: `a${index}`, output: offerOf(order, lot).output };
  });
  return feed.holdRungs(order, rungs);
}

/** `lot index` of each lot of the settlements that an agent was asked for. */
function taken(listener: Listener): readonly string[] {
  return tasks(listener)
    .filter((task): task is SettlementRequested => task.kind === 'settlement.requested')
    .flatMap(({ lots }) => lots.map(({ lot, rung }) => `${lot} ${rung?.index ?? '-'}`));
}

test('an order on the book is asked for ladders over all its lots, a single lot for none', async () => {
  const { market, seller } = await scene(250);
  const ladders = asked(seller);
  expect(ladders.map(({ length }) => length)).toEqual([ladderRungsMax, ladderRungsMax, 50]);
  expect(ladders.flat()).toEqual(Array.from({ length: 250 }, (_, lot) => lot));
  await market.place(alice, 'ask', { price: 101, volume: 1 });
  expect(asked(seller)).toEqual([]);
});

test('a trade takes the rungs of its lots along, to its agent and nobody else', async () => {
  const { market, buyer } = await scene(5);
  const others = new Listener();
  for (const channel of ['executions', 'balances', 'agent'] as const) {
    for (const who of [alice, carol]) market.feed.followPrivate(channel, who, others, true);
  }
  market.feed.followPrivate('executions', bob, others, true);
  market.feed.market('KWH/ECOIN')?.followTape(others, true);
  expect(answer(market, [0, 1, 2, 3, 4])).toBe(5);
  await market.place(bob, 'bid', { price: 100, volume: 3 });
  expect(taken(buyer)).toEqual(['0 0', '1 1', '2 2']);
  expect(others.frames.join()).not.toMatch(/rung|script/);
  // Asked again, with the same rungs.
  expect(taken(follow(market, bob))).toEqual(['0 0', '1 1', '2 2']);
});

test('what is left of a ladder is asked for again in the next round, and serves the next trade', async () => {
  const { market, seller, buyer } = await scene(6);
  answer(market, [0, 1, 2, 3, 4, 5]);
  asked(seller);
  await market.place(bob, 'bid', { price: 100, volume: 2 });
  await market.place(bob, 'bid', { price: 100, volume: 1 });
  expect(asked(seller)).toEqual([]);
  market.feed.catchUp();
  expect(asked(seller)).toEqual([[3, 4, 5]]);
  // Rungs that lead nowhere any more stay behind.
  expect(taken(buyer)).toEqual(['0 0', '1 1', '2 -']);
  answer(market, [3, 4, 5]);
  await market.place(bob, 'bid', { price: 100, volume: 3 });
  expect(taken(buyer)).toEqual(['3 0', '4 1', '5 2']);
  expect(market.feed.ladderOf(first)).toBeUndefined();
});

test('an order that rests long is asked about at once when a trade takes a part', async () => {
  const { market, seller } = await scene(4);
  answer(market, [0, 1, 2, 3]);
  asked(seller);
  market.feed.catchUp();
  await market.place(bob, 'bid', { price: 100, volume: 1 });
  expect(asked(seller)).toEqual([[1, 2, 3]]);
});

test('an agent that has not answered is not asked again until it has, if only that it cannot', async () => {
  const { market, seller } = await scene(6);
  expect(asked(seller)).toHaveLength(1);
  await market.place(bob, 'bid', { price: 100, volume: 2 });
  for (let round = 0; round < 3; round += 1) market.feed.catchUp();
  expect(asked(seller)).toEqual([]);
  market.feed.noteLadderAnswer(first, []);
  market.feed.catchUp();
  expect(asked(seller)).toEqual([[2, 3, 4, 5]]);
  market.feed.noteLadderAnswer(first, []);
  for (let round = 0; round < 3; round += 1) market.feed.catchUp();
  expect(asked(seller)).toEqual([]);
});

test('an agent that comes back is asked for every ladder that is not signed, and for no other', async () => {
  const { market, seller } = await scene(150);
  const [one, two] = asked(seller);
  answer(market, sure(one, 'one'));
  market.feed.leavePrivate('agent', alice, seller);
  expect(asked(follow(market, alice))).toEqual([two]);
  expect(asked(follow(market, carol))).toEqual([]);
});

test('an order placed while its agent is away is asked about when it comes', async () => {
  const market = await new TestMarket().open();
  await market.place(alice, 'ask', { price: 100, volume: 3 });
  market.feed.catchUp();
  expect(asked(follow(market, alice))).toEqual([[0, 1, 2]]);
});

test('an agent of many orders is asked little by little', async () => {
  const { market, seller } = await scene(300);
  for (const price of [101, 102, 103]) await market.place(alice, 'ask', { price, volume: 300 });
  market.feed.leavePrivate('agent', alice, seller);
  const agent = follow(market, alice);
  const rounds: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    rounds.push(asked(agent).flat().length);
    market.feed.catchUp();
  }
  expect(rounds).toEqual([600, 600, 0, 0]);
});

test('a lot lost from the middle leaves the ladder before it, and the others are asked for anew', async () => {
  const { market, seller, buyer } = await scene(6);
  answer(market, [0, 1, 2, 3, 4, 5]);
  asked(seller);
  market.feed.catchUp();
  const txid = 'e'.repeat(64) as never;
  await market.advance({ lost: [{ order: first, lot: 3, txid }] });
  expect(asked(seller)).toEqual([[4, 5]]);
  answer(market, [4, 5]);
  await market.place(bob, 'bid', { price: 100, volume: 5 });
  expect(taken(buyer)).toEqual(['0 0', '1 1', '2 2', '4 0', '5 1']);
});

test('rungs of lots that rest no more are not kept', async () => {
  const { market } = await scene(4);
  await market.place(bob, 'bid', { price: 100, volume: 2 });
  expect(answer(market, [0, 1, 2, 3])).toBe(2);
  await market.submit({ kind: 'order.cancel', participant: alice, order: first });
  expect(market.feed.ladderOf(first)).toBeUndefined();
  expect(answer(market, [2, 3])).toBe(0);
  const { feed } = market;
  const moved = { lot: 0, index: 0, script: 'a0', output: offerOf('O9', 0).output };
  await market.place(carol, 'ask', { price: 100, volume: 2 });
  expect(feed.holdRungs('O3' as OrderId, [moved])).toBe(0);
});

test('without rungs a trade is asked for as ever: its lots settle by their offers', async () => {
  const { market, buyer } = await scene(3);
  await market.place(bob, 'bid', { price: 100, volume: 3 });
  expect(tasks(buyer)).toMatchObject([
    { kind: 'settlement.requested', lots: [0, 1, 2].map((lot) => offerOf('O1', lot)) },
  ]);
});
