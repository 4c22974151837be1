import { expect, test } from 'vitest';
import { feedGatherMs } from '../limits.ts';
import { makeStore } from './store.ts';
import type { Store } from './store.ts';
import type { Effect } from '../fold/messages.ts';
import { stillClock } from '../testing/clock.ts';
import type { StillClock } from '../testing/clock.ts';
import { book, noonMs, opening } from '../testing/market.ts';
import { windowOf } from '../testing/state.ts';

function opened(): { store: Store; clock: StillClock; shows: () => number; effects: Effect[] } {
  const clock = stillClock(noonMs);
  const effects: Effect[] = [];
  const store = makeStore({
    first: windowOf(80, 24),
    clock,
    mintClientOrderId: () => 'id',
    perform: (effect) => effects.push(effect),
  });
  for (const event of opening) store.dispatch({ kind: 'event', event });
  clock.pass(1000);
  let shows = 0;
  store.subscribe(() => {
    shows += 1;
  });
  return { store, clock, shows: () => shows, effects };
}

test('a thousand events a second are folded at once and shown at most 16 times', () => {
  const { store, clock, shows } = opened();
  for (let seq = 0; seq < 1000; seq += 1) {
    store.dispatch({
      kind: 'event',
      event: { kind: 'book', book: book([[100, 1 + (seq % 9)]], [], seq) },
    });
    expect([...store.newest().view.markets.values()][0]?.book?.seq).toBe(seq);
    clock.pass(1);
  }
  clock.pass(1000);
  expect(shows()).toBeGreaterThan(10);
  expect(shows()).toBeLessThanOrEqual(16);
  expect(store.shown()).toBe(store.newest());
});

test('a key is shown at once, with every event before it', () => {
  const { store, shows } = opened();
  store.dispatch({ kind: 'event', event: { kind: 'latency', milliseconds: 9 } });
  store.dispatch({ kind: 'event', event: { kind: 'latency', milliseconds: 10 } });
  const before = shows();
  store.dispatch({ kind: 'key', key: 'P' });
  expect(shows()).toBe(before + 1);
  expect(store.shown()).toMatchObject({ areAmountsHidden: true, view: { latency: 10 } });
});

test('the messages of one change are one frame', () => {
  const { store, clock, shows } = opened();
  for (let change = 0; change < 5; change += 1) {
    for (const milliseconds of [1, 2, 3]) {
      store.dispatch({ kind: 'event', event: { kind: 'latency', milliseconds } });
      clock.pass(1);
    }
    clock.pass(200);
  }
  expect(shows()).toBe(5);
});

test('what a key asks for is done after the state has changed', () => {
  const { store, effects } = opened();
  store.dispatch({ kind: 'key', key: 'ctrl-l' });
  expect(effects.at(-1)).toEqual({ kind: 'repaint' });
});

test('the shown state is the same object until the next showing', () => {
  const { store, clock } = opened();
  const first = store.shown();
  store.dispatch({ kind: 'event', event: { kind: 'latency', milliseconds: 9 } });
  expect(store.shown()).toBe(first);
  clock.pass(feedGatherMs);
  store.dispatch({ kind: 'event', event: { kind: 'latency', milliseconds: 8 } });
  const second = store.shown();
  expect(store.shown()).toBe(second);
  expect(second).not.toBe(first);
});
