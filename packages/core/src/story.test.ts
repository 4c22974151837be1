import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { knownOrder } from './known.ts';
import { queueOf, restore, stateText } from './index.ts';
import { beginStory, foldStory, sightOf, spellAt } from './story.ts';
import type { OrderStory } from './story.ts';
import { verdictOf } from './story-verdict.ts';
import { restorePieces } from './restore.ts';
import { statePieces } from './snapshot.ts';
import type { Entry, Event, OrderId } from './index.ts';
import { advance, deliver, give, openedDriver, orderId, place, sure } from './testing/driver.ts';
import { symbol, wait } from './testing/driver.ts';
import type { Driver } from './testing/driver.ts';
import { richDriver, take, trading, withPhases } from './testing/rules-flow.ts';
import type { RuleStep } from './testing/rules-flow.ts';

/** The stories of all orders, told entry by entry beside the core. */
class Tellers {
  readonly stories = new Map<OrderId, OrderStory>();

  tell({ state }: Driver, entry: Entry, events: readonly Event[]): void {
    for (const [order, story] of this.stories) {
      this.stories.set(order, foldStory(story, entry, events, sightOf(state, story.view)));
    }
    for (const event of events) {
      if (event.kind !== 'order.placed') continue;
      const { view } = event;
      this.stories.set(view.order, beginStory(view, entry, events, sightOf(state, view)));
    }
  }
}

function lastEntry({ journal }: Driver): Entry {
  return sure(journal.at(-1));
}

/** Lots that trade before an order at its price, found by walking the whole side. */
function lotsAhead({ state }: Driver, { view }: OrderStory): number | undefined {
  let lots = 0;
  for (const { order, price, volume, whole } of queueOf(state, symbol, view.side)) {
    if (order === view.order) return whole ? undefined : lots;
    if (price === view.price && !whole) lots += volume;
  }
  return undefined;
}

/** Flows in which queues grow: bids and asks meet at few prices. */
function calm(length: number): fc.Arbitrary<RuleStep[]> {
  return trading(length).map((flow) =>
    flow.map((step) => ({
      ...step,
      flag: step.flag === 'whole' ? 'none' : step.flag,
      price: step.side === 'bid' ? Math.min(step.price, 100) : Math.max(step.price, 100),
    })),
  );
}

describe('whatever happens', () => {
  test('what is in front is the place in the queue, and adds up with what traded, left and came back', () => {
    let seen = 0;
    fc.assert(
      fc.property(fc.oneof(withPhases(60), calm(60)), (flow) => {
        const driver = richDriver();
        const tellers = new Tellers();
        for (const step of flow) {
          take(driver, step, ({ events }) => {
            tellers.tell(driver, lastEntry(driver), events);
            for (const story of tellers.stories.values()) {
              if (story.view.status === 'done') continue;
              const ahead = lotsAhead(driver, story);
              expect(story.sight.queue?.lots).toBe(ahead);
              if (ahead === undefined) continue;
              const { firm, front, withdrawn, returned } = story;
              expect(ahead).toBe(sure(firm).ahead.lots - front.lots - withdrawn + returned);
              if (front.lots > 0) seen += 1;
            }
          });
        }
        for (const { view, traded, losses } of tellers.stories.values()) {
          const kinds = new Set(losses.map(({ reason }) => reason));
          expect(kinds.size).toBe(losses.length);
          const { filled, volume, remaining, cancelled } = sure(
            knownOrder(driver.state, view.order),
          );
          expect(view).toMatchObject({ filled, volume, remaining, cancelled });
          expect(traded.lots).toBeGreaterThanOrEqual(filled);
        }
      }),
      { numRuns: 60 },
    );
    expect(seen).toBeGreaterThan(20);
  });

  test('a state comes back from the pieces of its text as from the whole of it', () => {
    fc.assert(
      fc.property(withPhases(40), (flow) => {
        const driver = richDriver();
        for (const step of flow) take(driver, step);
        const pieces = [...statePieces(driver.state)];
        expect(pieces.join('')).toBe(stateText(driver.state));
        const halves = pieces.join('').split(/(?<=\n)/);
        const work = restorePieces([halves.slice(0, 3).join(''), ...halves.slice(3)]);
        for (;;) {
          const { done, value } = work.next();
          if (done !== true) continue;
          expect(stateText(value)).toBe(stateText(restore(stateText(driver.state))));
          break;
        }
      }),
      { numRuns: 20 },
    );
  });
});

/*
 * A story is read from top to bottom: what is done, and after `?` what the story of the first of bob's orders says then. `bob bids 5 at 100` places, `delivers`
 * makes it firm; everybody else's orders are firm at once.
 */
function play(text: string): void {
  const driver = openedDriver();
  const tellers = new Tellers();
  const told = (events: readonly Event[]): readonly Event[] => {
    tellers.tell(driver, lastEntry(driver), events);
    return events;
  };
  let bobs: OrderId | undefined;
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '') continue;
    if (line.startsWith('?')) {
      const story = sure(tellers.stories.get(sure(bobs)));
      expect(`? ${sentence(story)}`).toBe(line);
      continue;
    }
    const [name = '', verb = '', ...rest] = line.split(' ');
    const [volume, , price, how] = rest;
    if (verb === 'bids' || verb === 'asks') {
      const events = told(
        place(driver, {
          participant: name,
          side: verb.slice(0, -1),
          volume: Number(volume),
          price: Number(price),
          timeInForce: how === 'ioc' ? 'ioc' : how === 'for' ? 'gtd' : 'gtc',
          ...(how === 'for' ? { expiresAt: driver.now + Number(rest[4]) * 1_000_000 } : {}),
          whole: how === 'whole',
        }),
      );
      const placed = sure(events.find((event) => event.kind === 'order.placed'));
      if (name === 'bob') bobs ??= placed.kind === 'order.placed' ? placed.view.order : undefined;
      const asked = events.some(({ kind }) => kind === 'offers.requested');
      if (name !== 'bob' && asked && placed.kind === 'order.placed') {
        told(deliver(driver, placed.view.order));
      }
    } else if (verb === 'delivers') told(deliver(driver, sure(bobs)));
    else if (verb === 'cancels') {
      const order = orderId(Number(volume));
      told(give(driver, { kind: 'order.cancel', participant: name, order }));
    } else if (verb === 'passes') {
      wait(driver, Number(volume) * 1_000_000);
      told(give(driver, { kind: 'time.tick' }));
    } else if (verb === 'phase') {
      told(give(driver, { kind: 'market.phase', market: symbol, phase: volume }));
    } else if (verb === 'blocks') told(advance(driver, {}));
    else throw new Error(`no line begins ${line}`);
  }
}

function sentence(story: OrderStory): string {
  const { firm, front, better, missed, withdrawn, sight, nearest, traded } = story;
  const parts = [
    JSON.stringify(verdictOf(story)).replaceAll('"', ''),
    firm === undefined ? 'never firm' : `ahead ${firm.ahead.lots} then ${sight.queue?.lots ?? '-'}`,
    `traded ${traded.lots}`,
    `before it ${better.lots} better ${front.lots} there`,
    ...(withdrawn > 0 ? [`left ${withdrawn}`] : []),
    ...(missed.lots > 0 ? [`missed ${missed.lots}`] : []),
    ...(nearest === undefined ? [] : [`nearest ${nearest.price}${nearest.isUnsigned ? '~' : ''}`]),
  ];
  return parts.join(', ');
}

describe('why an order has not traded', () => {
  test('others came earlier at its price', () => {
    play(`
      alice bids 5 at 100
      carol bids 3 at 100
      bob bids 4 at 100
      bob delivers
      ? {kind:waits,waiting:{kind:queue,lots:8}}, ahead 8 then 8, traded 0, before it 0 better 0 there
      dora asks 6 at 100
      ? {kind:waits,waiting:{kind:queue,lots:2}}, ahead 8 then 2, traded 0, before it 0 better 6 there
      carol cancels 2
      ? {kind:waits,waiting:{kind:first}}, ahead 8 then 0, traded 0, before it 0 better 6 there, left 2
      dora asks 9 at 100
      ? {kind:traded}, ahead 8 then 0, traded 4, before it 0 better 6 there, left 2
    `);
  });

  test('others pay more, and the other side never came to its price', () => {
    play(`
      dora asks 5 at 108
      bob bids 4 at 100
      bob delivers
      alice bids 2 at 103
      dora asks 1 at 104
      ? {kind:waits,waiting:{kind:outbid,price:103}}, ahead 0 then 0, traded 0, before it 0 better 0 there, nearest 104
      dora asks 1 at 103
      ? {kind:waits,waiting:{kind:outbid,price:103}}, ahead 0 then 0, traded 0, before it 1 better 0 there, nearest 104
      bob cancels 2
      ? {kind:ended,reason:requested,until:{kind:outbid,price:103}}, ahead 0 then 0, traded 0, before it 1 better 0 there, nearest 104
    `);
  });

  test('its wallet had not signed while others traded at its price', () => {
    play(`
      alice bids 5 at 100
      bob bids 4 at 102
      dora asks 3 at 100
      ? {kind:waits,waiting:{kind:unsigned}}, never firm, traded 0, before it 0 better 0 there, missed 3
      carol asks 4 at 103
      bob passes 2
      ? {kind:ended,reason:offers_late,until:{kind:unsigned}}, never firm, traded 0, before it 0 better 0 there, missed 3, nearest 103~
    `);
  });

  test('nobody took what was to trade at once', () => {
    play(`
      dora asks 2 at 101
      dora asks 2 at 105
      bob bids 4 at 103 ioc
      ? {kind:ended,reason:not_filled_at_once}, never firm, traded 2, before it 0 better 0 there, nearest 105
    `);
  });

  test('its time was over, or its market closed, before it was its turn', () => {
    play(`
      alice bids 5 at 100
      bob bids 4 at 100 for 10
      bob delivers
      bob passes 11
      ? {kind:ended,reason:expired,until:{kind:queue,lots:5}}, ahead 5 then 5, traded 0, before it 0 better 0 there
    `);
    play(`
      bob bids 4 at 100
      bob delivers
      market phase halted
      ? {kind:waits,waiting:{kind:phase,phase:halted}}, ahead 0 then 0, traded 0, before it 0 better 0 there
      market phase closed
      ? {kind:ended,reason:market_closed,until:{kind:phase,phase:halted}}, ahead 0 then 0, traded 0, before it 0 better 0 there
    `);
  });

  test('it trades in full only', () => {
    play(`
      bob bids 4 at 100 whole
      bob delivers
      dora asks 3 at 100
      ? {kind:waits,waiting:{kind:whole}}, never firm, traded 0, before it 0 better 0 there, nearest 100
      dora asks 3 at 99
      ? {kind:traded}, never firm, traded 4, before it 0 better 0 there, nearest 100
    `);
  });
});

test('time without a signature and time without matching are counted, also while they go on', () => {
  const driver = openedDriver();
  const tellers = new Tellers();
  const told = (events: readonly Event[]): void => tellers.tell(driver, lastEntry(driver), events);
  told(place(driver, { participant: 'bob', side: 'bid', price: 100, volume: 1 }));
  const story = (): OrderStory => sure(tellers.stories.get(orderId(1)));
  const placedAt = story().view.placedAt;
  expect(spellAt(story().unsigned, sure(lastEntry(driver)).at)).toBe(0);
  wait(driver, 400_000);
  told(deliver(driver, orderId(1)));
  expect(story().unsigned).toEqual({ total: lastEntry(driver).at - placedAt });
  told(give(driver, { kind: 'market.phase', market: symbol, phase: 'halted' }));
  const haltedAt = lastEntry(driver).at;
  wait(driver, 7_000_000);
  told(give(driver, { kind: 'time.tick' }));
  expect(spellAt(story().idle, lastEntry(driver).at)).toBe(lastEntry(driver).at - haltedAt);
});
