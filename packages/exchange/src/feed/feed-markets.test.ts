/** An exchange opens a market for every hour: those that are over make room. */
import { apply, createState, toMarketSymbol } from '@wattlot/core';
import type { MarketSymbol } from '@wattlot/core';
import { expect, test } from 'vitest';
import { sure } from '../exact.ts';
import { marketsMax } from '../limits.ts';
import { defaultTerms } from '../terms.ts';
import { alice, bob, findAsset, Listener, TestMarket } from '../testing.ts';
import { Feed } from './feed.ts';
import { FeedPast, noPast } from './past.ts';

function symbolOf(number: number): MarketSymbol {
  return sure(toMarketSymbol(`H-${number}/ECOIN`), 'symbol');
}

/** A market with as many others as there may be, none of them over. */
async function fullMarket(): Promise<TestMarket> {
  const market = await new TestMarket().open();
  for (let number = 1; number < marketsMax; number += 1) await openHour(market, number);
  return market;
}

async function openHour(market: TestMarket, number: number): Promise<void> {
  const terms = { ...defaultTerms, symbol: symbolOf(number) };
  await market.submit({ kind: 'market.open', terms });
}

async function close(market: TestMarket, symbol: MarketSymbol): Promise<void> {
  await market.submit({ kind: 'market.phase', market: symbol, phase: 'closed' });
}

function pairsIn(message: unknown): readonly string[] {
  const { data } = message as { data: { pairs: readonly { symbol: string }[] } };
  return data.pairs.map(({ symbol }) => symbol);
}

test('the oldest market that is over makes room for a new one, and its orders are told no more', async () => {
  const market = await fullMarket();
  const { feed } = market;
  const ask = market.order(alice, 'ask', { price: 100, volume: 1 });
  await market.submit({ ...ask, market: symbolOf(2) } as typeof ask);
  for (const number of [2, 3]) await close(market, symbolOf(number));
  expect(feed.ordersOf(alice)).toHaveLength(1);
  const [instruments, executions] = [new Listener(), new Listener()];
  feed.followInstruments(instruments);
  instruments.take();
  await openHour(market, 100);
  expect(feed.market(symbolOf(2))).toBeUndefined();
  expect(feed.market(symbolOf(3))?.phase).toBe('closed');
  expect(feed.markets).toHaveLength(marketsMax);
  // Whoever follows cannot know which one is gone from an update.
  const [told] = instruments.take();
  expect(told).toMatchObject({ channel: 'instrument', type: 'snapshot' });
  expect(pairsIn(told)).toEqual(feed.markets.map(({ instrument }) => instrument.symbol));
  expect(pairsIn(told)).not.toContain(symbolOf(2));
  feed.followPrivate('executions', alice, executions, true);
  expect(executions.take()).toMatchObject([{ data: [] }]);
  // The next phase is an update again.
  await close(market, symbolOf(100));
  expect(instruments.take()).toMatchObject([{ type: 'update' }]);
});

test('a market that is closed stays while a lot of it is not decided', async () => {
  const market = await fullMarket();
  const { feed } = market;
  await market.place(alice, 'ask', { price: 100, volume: 1 });
  await market.place(bob, 'bid', { price: 100, volume: 1 });
  await close(market, defaultTerms.symbol);
  await close(market, symbolOf(7));
  await openHour(market, 100);
  expect(feed.market(defaultTerms.symbol)?.phase).toBe('closed');
  expect(feed.market(symbolOf(7))).toBeUndefined();
  expect(feed.ordersOf(alice)).toHaveLength(1);
  const txid = 'f'.repeat(64) as never;
  await market.advance({ settled: [{ order: 'O1' as never, lot: 0, trade: 'T1' as never, txid }] });
  await openHour(market, 101);
  expect(feed.market(defaultTerms.symbol)).toBeUndefined();
  expect(feed.ordersOf(alice)).toEqual([]);
  expect(feed.markets).toHaveLength(marketsMax);
});

test('a feed that begins in the middle goes on with the same markets', async () => {
  const market = await fullMarket();
  for (const number of [4, 5]) {
    const ask = market.order(alice, 'ask', { price: 100, volume: 1 });
    await market.submit({ ...ask, market: symbolOf(number) } as typeof ask);
    await close(market, symbolOf(number));
  }
  const middle = market.journal.entries.length;
  await openHour(market, 100);
  await close(market, symbolOf(6));
  await openHour(market, 101);
  const state = createState();
  let past = new FeedPast(noPast, state);
  for (const [index, entry] of market.journal.entries.entries()) {
    if (index === middle) past = new FeedPast(JSON.parse(JSON.stringify(past.keep())), state);
    past.take({ entry, events: apply(state, entry) });
  }
  expect(JSON.stringify(past.keep())).toBe(JSON.stringify(market.feed.keep(state)));
  const begun = new Feed(findAsset);
  begun.begin(past.keep(), state);
  await openHour(market, 102);
  const entry = sure(market.journal.entries.at(-1), 'entry');
  begun.take([{ entry, events: apply(state, entry) }]);
  expect(begun.market(symbolOf(6))).toBeUndefined();
  expect(begun.keep(state)).toEqual(market.feed.keep(state));
});
