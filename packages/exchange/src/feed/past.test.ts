/** A feed that begins where the core and its own past have come to tells everybody what one tells that has taken in all entries. */
import { apply, createState } from '@wattlot/core';
import type { State } from '@wattlot/core';
import { expect, test } from 'vitest';
import { Flow } from '../journal/flow.ts';
import type { Applied } from '../sequencer.ts';
import { findAsset, Listener } from '../testing.ts';
import { candleIntervals } from './candle-fold.ts';
import { Feed } from './feed.ts';
import { level3Depths } from './level3.ts';
import { FeedPast, noPast } from './past.ts';

const participants = 5;

function flowOf(seed: number): Flow {
  return new Flow({ seed, participants, volume: 4, isWild: true });
}

/** Follows everything that there is to follow. @returns the listeners, each with what it was sent first. */
function followAll(feed: Feed): readonly Listener[] {
  const listeners: Listener[] = [];
  const make = (): Listener => {
    const listener = new Listener();
    listeners.push(listener);
    return listener;
  };
  feed.followInstruments(make());
  for (const market of feed.markets) {
    for (const depth of [10, 1000]) market.followBook(make(), depth);
    for (const depth of level3Depths) market.level3.follow(make(), depth);
    for (const interval of candleIntervals) market.candles.follow(make(), interval);
    const now = market.mirror.at;
    for (const trigger of ['bbo', 'trades'] as const) {
      market.ticker.follow(make(), trigger, { now });
    }
    market.followTape(make(), true);
  }
  for (const participant of feed.participants.keys()) {
    for (const channel of ['executions', 'balances', 'agent'] as const) {
      feed.followPrivate(channel, participant, make(), true);
    }
  }
  return listeners;
}

/** In batches as commits make them. */
function takeAll(feed: Feed, applied: readonly Applied[]): void {
  for (let from = 0; from < applied.length; from += 9) feed.take(applied.slice(from, from + 9));
}

/** The core and the past after these entries, taken from the first on or from a text that was kept on the way. */
function foldAll(
  applied: readonly Applied[],
  keptAfter?: number,
): { past: FeedPast; state: State } {
  const state = createState();
  let past = new FeedPast(noPast, state);
  for (const [index, { entry }] of applied.entries()) {
    if (index === keptAfter) past = new FeedPast(JSON.parse(textOf(past)), state);
    past.take({ entry, events: apply(state, entry) });
  }
  return { past, state };
}

function textOf(past: FeedPast): string {
  return JSON.stringify(past.keep());
}

test('a feed that begins shows the same to all who come, and tells them the same of all that follows', () => {
  for (let seed = 1; seed <= 12; seed += 1) {
    const flow = flowOf(seed);
    const applied = Array.from({ length: 1_400 }, () => flow.next());
    const cut = 150 + ((seed * 97) % 900);
    const first = new Feed(findAsset);
    takeAll(first, applied.slice(0, cut));
    const { past, state } = foldAll(applied.slice(0, cut), seed % 2 === 0 ? cut >> 1 : undefined);
    const begun = new Feed(findAsset);
    begun.begin(past.keep(), state);
    expect(textOf(past)).toBe(JSON.stringify(first.keep(state)));
    expect(begun.keep(state)).toEqual(first.keep(state));
    for (const feed of [first, begun]) takeAll(feed, applied.slice(cut, 1_200));
    expect(begun.keep(state)).toEqual(first.keep(state));
    const [ours, theirs] = [followAll(begun), followAll(first)];
    expect(ours).toEqual(theirs);
    for (const feed of [first, begun]) takeAll(feed, applied.slice(1_200));
    expect(ours).toEqual(theirs);
    expect(ours.length).toBeGreaterThan(20);
    expect(ours.every(({ frames }) => frames.length > 0)).toBe(true);
  }
});

test('the past that is folded alone is the one that a feed keeps, after thousands of orders of each', () => {
  const flow = new Flow({ seed: 5, participants: 2, volume: 400, isWild: false });
  const first = new Feed(findAsset);
  const state = createState();
  const past = new FeedPast(noPast, state);
  let forgotten = 0;
  for (let batch = 0; batch < 60; batch += 1) {
    const applied = Array.from({ length: 100 }, () => flow.next());
    takeAll(first, applied);
    for (const { entry } of applied) past.take({ entry, events: apply(state, entry) });
    if (batch % 5 > 0) continue;
    const kept = past.keep();
    expect(JSON.stringify(kept)).toBe(JSON.stringify(first.keep(state)));
    forgotten = state.orderCount - kept.orders.length;
  }
  // So that what is forgotten, and lots that are not listed any more, are among it.
  expect(forgotten).toBeGreaterThan(1_000);
  expect(
    first
      .keep(state)
      .orders.some(({ trades = [] }) => trades.some(({ trade }) => trade.lots.length === 0)),
  ).toBe(true);
});
