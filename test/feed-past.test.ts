/** Whatever the core does, a feed's past that is folded alone is the one that the feed keeps, and a feed that begins with it goes on as the first. */
import { apply, createState } from '@wattlot/core';
import type { Event } from '@wattlot/core';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  deliveryOf,
  richDriver,
  take,
  withPhases,
} from '../packages/core/src/testing/rules-flow.ts';
import type { Driver } from '../packages/core/src/testing/driver.ts';
import { Feed } from '../packages/exchange/src/feed/feed.ts';
import { FeedPast, noPast } from '../packages/exchange/src/feed/past.ts';
import type { Applied } from '../packages/exchange/src/sequencer.ts';
import { findAsset, Listener } from '../packages/exchange/src/testing.ts';

/** All entries that a driver was given, with what the core did. */
function appliedOf({ journal }: Driver): readonly Applied[] {
  const state = createState();
  return journal.map((entry) => ({ entry, events: apply(state, entry) }));
}

/** What agents and owners are shown first, and what follows. */
function follow(feed: Feed): readonly Listener[] {
  const listeners: Listener[] = [];
  for (const participant of feed.participants.keys()) {
    for (const channel of ['executions', 'balances', 'agent'] as const) {
      const listener = new Listener();
      listeners.push(listener);
      feed.followPrivate(channel, participant, listener, true);
    }
  }
  for (const market of feed.markets) {
    const listener = new Listener();
    listeners.push(listener);
    market.followBook(listener, 100);
    market.level3.follow(listener, 100);
    market.followTape(listener, true);
  }
  return listeners;
}

test('the past that is folded alone is the one that a feed keeps, and a feed begins with it', () => {
  const seen = new Set<Event['kind']>();
  fc.assert(
    fc.property(withPhases(120), fc.nat(), (steps, pick) => {
      const driver = richDriver(deliveryOf(steps));
      for (const step of steps) take(driver, step);
      const applied = appliedOf(driver);
      const cut = pick % applied.length;
      const first = new Feed(findAsset);
      const state = createState();
      const past = new FeedPast(noPast, state);
      let begun: Feed | undefined;
      for (const [index, one] of applied.entries()) {
        first.take([one]);
        begun?.take([one]);
        past.take({ entry: one.entry, events: apply(state, one.entry) });
        for (const { kind } of one.events) seen.add(kind);
        expect(JSON.stringify(past.keep())).toBe(JSON.stringify(first.keep(state)));
        if (index !== cut) continue;
        begun = new Feed(findAsset);
        begun.begin(JSON.parse(JSON.stringify(past.keep())), state);
        expect(follow(begun)).toEqual(follow(first));
      }
      if (begun === undefined) return;
      expect(begun.keep(state)).toEqual(first.keep(state));
      expect(follow(begun)).toEqual(follow(first));
    }),
    { numRuns: 120 },
  );
  expect(seen).toContain('auction.held');
  expect(seen).toContain('lots.returned');
});
