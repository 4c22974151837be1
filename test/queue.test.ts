/**
 * The client's queues against the exchange's: whenever a client begins to follow, whatever it is sent twice or not at all, what it shows is what the core
 * has, order by order, or nothing.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { queueOf } from '@wattlot/core';
import type { OrderView, Side } from '@wattlot/core';
import { foldQueue } from '../packages/client/src/queue.ts';
import type { QueueView } from '../packages/client/src/events.ts';
import type { Level3Message } from '../packages/client/src/frames/index.ts';
import { exactLots, sure } from '../packages/exchange/src/exact.ts';
import { defaultTerms } from '../packages/exchange/src/terms.ts';
import { alice, bob, carol, Listener } from '../packages/exchange/src/testing.ts';
import { offerOf, TestMarket } from '../packages/exchange/src/testing.ts';

const { symbol } = defaultTerms;
const people = [alice, bob, carol];

const step = fc.record({
  who: fc.nat(2),
  side: fc.constantFrom<Side>('ask', 'bid'),
  price: fc.integer({ min: 97, max: 104 }),
  volume: fc.integer({ min: 1, max: 5 }),
  next: fc.constantFrom('rest', 'rest', 'cancel', 'grow', 'shrink', 'move'),
  pick: fc.nat(100),
  /** What becomes of the messages of this step on their way. */
  fate: fc.constantFrom('arrive', 'arrive', 'arrive', 'arrive', 'lost'),
});

type Step = typeof step extends fc.Arbitrary<infer Each> ? Each : never;

async function firmUp(market: TestMarket, { order, participant }: OrderView): Promise<void> {
  const pending = market.feed.pendingOf(order);
  if (pending === undefined) return;
  const lots = pending.lots.map((lot) => offerOf(order, lot));
  await market.submit({ kind: 'offers.deliver', participant, order, lots });
}

async function take(market: TestMarket, { who, side, price, volume, next, pick }: Step) {
  const participant = people[who] ?? alice;
  await market.submit(market.order(participant, side, { price, volume }));
  const live = market.feed
    .ordersOf(participant)
    .map(({ view }) => view)
    .filter(({ status }) => status !== 'done');
  for (const view of live) await firmUp(market, view);
  const view = live[pick % Math.max(1, live.length)];
  if (view === undefined || next === 'rest') return;
  const { order } = view;
  if (next === 'cancel')
    return void (await market.submit({ kind: 'order.cancel', participant, order }));
  const to = {
    grow: { volume: exactLots(view.volume + 2) },
    shrink: { volume: exactLots(Math.max(1, view.volume - 1)) },
    move: { price: (view.price + 1) as OrderView['price'] },
  }[next];
  await market.submit({ kind: 'order.amend', participant, order, ...to });
  for (const each of live) await firmUp(market, each);
}

/** What the core has, in the words of the client. */
function queueIn(market: TestMarket, side: Side): unknown {
  const levels = new Map<number, unknown[]>();
  for (const { order, price, volume } of queueOf(market.state, symbol, side)) {
    levels.set(price, [...(levels.get(price) ?? []), { order, volume }]);
  }
  return [...levels].map(([price, orders]) => ({ price, orders }));
}

function shown(queue: QueueView): unknown {
  return [queue.asks, queue.bids].map((levels) =>
    levels.map(({ price, orders }) => ({
      price,
      orders: orders.map(({ order, volume }) => ({ order, volume })),
    })),
  );
}

test('a client has every order in its place or none, from wherever it begins and whatever is lost', async () => {
  let faults = 0;
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 10, maxLength: 40 }),
      fc.nat(10),
      async (steps, begin) => {
        const market = await new TestMarket().open();
        const feed = sure(market.feed.market(symbol), 'market');
        const listener = new Listener();
        let queue: QueueView | undefined;
        const resync = (): void => {
          listener.take();
          feed.level3.follow(listener, 100);
        };
        for (const [index, wish] of steps.entries()) {
          await take(market, wish);
          if (index < begin) continue;
          if (index === begin) resync();
          const messages = listener.take() as unknown as Level3Message[];
          if (wish.fate === 'lost') messages.shift();
          let isBroken = false;
          for (const { type, data } of messages) {
            const folded = foldQueue(feed.instrument, queue, type, sure(data[0], 'data'));
            isBroken = folded.kind === 'fault';
            queue = folded.kind === 'queue' ? folded.queue : undefined;
            if (isBroken) break;
          }
          if (isBroken) {
            faults += 1;
            resync();
            for (const { type, data } of listener.take() as unknown as Level3Message[]) {
              const folded = foldQueue(feed.instrument, queue, type, sure(data[0], 'data'));
              queue = folded.kind === 'queue' ? folded.queue : undefined;
            }
          }
          // A message that was lost with none after it is found out by the next one.
          if (queue === undefined || (wish.fate === 'lost' && !isBroken)) continue;
          if (queue.seq !== newestSeq(feed)) continue;
          compared += 1;
          expect(shown(queue)).toEqual([queueIn(market, 'ask'), queueIn(market, 'bid')]);
        }
      },
    ),
    { numRuns: 60 },
  );
  expect(faults).toBeGreaterThan(10);
  expect(compared).toBeGreaterThan(500);
});

/** The `seq` that whoever begins now is given. */
function newestSeq(feed: NonNullable<ReturnType<TestMarket['feed']['market']>>): number {
  const listener = new Listener();
  feed.level3.follow(listener, 10);
  const [message] = listener.take() as unknown as Level3Message[];
  feed.level3.leave(listener);
  return message?.data[0]?.seq ?? -1;
}
