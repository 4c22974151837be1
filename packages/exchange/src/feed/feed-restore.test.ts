/** A feed that comes from a snapshot and the entries after it tells everybody what one tells that has seen all entries. */
import { expect, test } from 'vitest';
import { Flow } from '../journal/flow.ts';
import type { Applied } from '../sequencer.ts';
import { findAsset, Listener } from '../testing.ts';
import { candleIntervals } from './candles.ts';
import { Feed } from './feed.ts';
import { level3Depths } from './level3.ts';

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

test('a loaded feed shows the same to all who come, and tells them the same of all that follows', () => {
  for (let seed = 1; seed <= 12; seed += 1) {
    const flow = flowOf(seed);
    const applied = Array.from({ length: 1_400 }, () => flow.next());
    const cut = 150 + ((seed * 97) % 900);
    const first = new Feed(findAsset);
    takeAll(first, applied.slice(0, cut));
    const loaded = new Feed(findAsset);
    loaded.load(first.save());
    expect(loaded.save()).toBe(first.save());
    for (const feed of [first, loaded]) takeAll(feed, applied.slice(cut, 1_200));
    expect(loaded.save()).toBe(first.save());
    const [ours, theirs] = [followAll(loaded), followAll(first)];
    expect(ours).toEqual(theirs);
    for (const feed of [first, loaded]) takeAll(feed, applied.slice(1_200));
    expect(ours).toEqual(theirs);
    expect(ours.length).toBeGreaterThan(20);
    expect(ours.every(({ frames }) => frames.length > 0)).toBe(true);
  }
});
