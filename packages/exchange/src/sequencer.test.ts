import { conditionsOf, createState, lastSeq, stateHash, apply } from '@wattlot/core';
import type { Entry } from '@wattlot/core';
import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { ExchangeError } from './errors.ts';
import { exactLots, sure } from './exact.ts';
import { backlogMax, orderBacklogMax } from './limits.ts';
import { defaultTerms } from './terms.ts';
import { alice, bob, offerOf, TestMarket } from './testing.ts';
import type { Applied } from './sequencer.ts';

function digest(text: string): string {
  return hash('sha256', text);
}

/** Lets everything that needs no clock happen. */
function settle(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}

test('nothing is answered before its commit, and what came meanwhile is one commit', async () => {
  const market = await new TestMarket().open();
  const { sequencer, journal } = market;
  const told: string[] = [];
  const answer = ({ entry }: Applied): void => void told.push(`answer ${entry.seq}`);
  const before = journal.head;
  journal.isHeld = true;
  for (let number = 0; number < 5; number += 1) {
    sequencer.post(market.order(alice, 'ask', { price: 10 + number, volume: 1 }), answer);
    await settle();
  }
  expect(lastSeq(market.state)).toBe(before + 5);
  expect(told).toEqual([]);
  journal.release();
  await settle();
  expect(told).toEqual([`answer ${before + 1}`]);
  journal.isHeld = false;
  journal.release();
  await settle();
  expect(told).toEqual([1, 2, 3, 4, 5].map((number) => `answer ${before + number}`));
  expect(journal.commits.slice(-2)).toEqual([1, 4]);
});

test('nothing is given to the disk before what was committed has been told and sent, and what is posted by who is told comes too', async () => {
  const sending: (() => void)[] = [];
  const soon = (then: () => void): void => {
    setImmediate(() => {
      for (const send of sending.splice(0)) send();
      then();
    });
  };
  const market = await new TestMarket({ soon }).open();
  const { sequencer, journal } = market;
  const first = journal.head + 1;
  const sent: string[] = [];
  const order = (price: number): Parameters<typeof sequencer.post>[0] =>
    market.order(alice, 'ask', { price, volume: 1 });
  const answer = ({ entry }: Applied): void => {
    sending.push(() => {
      sent.push(`${entry.seq} with ${journal.begun - first + 1} given to the disk`);
    });
  };
  const answered = new Promise<void>((done) => {
    sequencer.post(order(10), (applied) => {
      answer(applied);
      sequencer.post(order(11), (next) => {
        answer(next);
        sequencer.post(order(12), () => done());
      });
    });
  });
  await answered;
  expect(sent).toEqual([
    `${first} with 1 given to the disk`,
    `${first + 1} with 2 given to the disk`,
  ]);
});

test('what comes at the same time is one commit', async () => {
  const later: (() => void)[] = [];
  let isTurnOver = true;
  const soon = (then: () => void): void => {
    if (isTurnOver) queueMicrotask(then);
    else later.push(then);
  };
  const market = await new TestMarket({ soon }).open();
  isTurnOver = false;
  const { sequencer, journal } = market;
  const before = journal.commits.length;
  for (const price of [10, 11, 12]) {
    sequencer.post(market.order(alice, 'ask', { price, volume: 1 }), () => undefined);
    await settle();
  }
  expect(later).toHaveLength(1);
  expect(journal.commits).toHaveLength(before);
  later.pop()?.();
  await settle();
  expect(journal.commits.slice(before)).toEqual([3]);
});

test('answers come before the feed, and both in the order of the journal', async () => {
  const market = await new TestMarket().open();
  const told: string[] = [];
  const original = market.feed.take.bind(market.feed);
  market.feed.take = (batch): void => {
    told.push(`feed ${batch.map(({ entry }) => entry.seq).join()}`);
    original(batch);
  };
  const first = market.journal.head + 1;
  const answer = ({ entry }: Applied): void => void told.push(`answer ${entry.seq}`);
  market.sequencer.post(market.order(alice, 'ask', { price: 10, volume: 1 }), answer);
  market.sequencer.post(market.order(bob, 'ask', { price: 11, volume: 1 }), answer);
  await settle();
  expect(told).toEqual([`answer ${first}`, `answer ${first + 1}`, `feed ${first},${first + 1}`]);
});

test('after the first failure of the journal nobody is answered', async () => {
  const market = await new TestMarket().open();
  market.journal.isHeld = true;
  const answers: unknown[] = [];
  const order = market.order(alice, 'ask', { price: 10, volume: 1 });
  market.sequencer.post(order, (applied) => answers.push(applied));
  await settle();
  market.sequencer.post(market.order(bob, 'ask', { price: 11, volume: 1 }), (applied) =>
    answers.push(applied),
  );
  market.journal.failure = new ExchangeError('journal_io', 'the disk refused');
  market.journal.release();
  await settle();
  market.journal.failure = undefined;
  await settle();
  expect(answers).toEqual([]);
  expect(market.failures).toEqual([new ExchangeError('journal_io', 'the disk refused')]);
  await expect(market.submit(order)).rejects.toThrow('the disk refused');
});

test('time never runs backwards, and deadlines fall without any other command', async () => {
  const market = await new TestMarket().open();
  const { clock, journal } = market;
  const { events } = await market.submit(market.order(alice, 'ask', { price: 10, volume: 1 }));
  expect(events.map(({ kind }) => kind)).toContain('offers.requested');
  clock.micros -= 3_600_000_000;
  await market.submit(market.order(bob, 'ask', { price: 11, volume: 1 }));
  const [before, after] = journal.entries.slice(-2);
  expect(after?.at).toBe(before?.at);
  clock.micros += 3_600_000_000;
  clock.advance(60_000);
  await settle();
  const ticks = journal.entries.filter(({ command }) => command.kind === 'time.tick');
  expect(ticks.length).toBeGreaterThan(0);
  expect(market.feed.ordersOf(alice).map(({ view }) => view.status)).toEqual(['done']);
  expect(clock.waiting).toBe(0);
});

test('a deadline further ahead than a timer can be falls at its instant all the same', async () => {
  const market = await new TestMarket().open();
  const { clock, journal } = market;
  const day = 86_400_000;
  const gate = clock.micros + 60 * day * 1_000;
  const delivery = { from: gate, to: gate + 1, gate } as never;
  const symbol = 'NEXT/ECOIN' as never;
  await market.submit({ kind: 'market.open', terms: { ...defaultTerms, symbol, delivery } });
  const ticks = (): number =>
    journal.entries.filter(({ command }) => command.kind === 'time.tick').length;
  for (let passed = 0; passed < 60; passed += 20) {
    expect(ticks()).toBe(0);
    expect(clock.waiting).toBe(1);
    clock.advance(20 * day);
    await settle();
  }
  expect(ticks()).toBe(1);
  expect(conditionsOf(market.state, symbol)?.phase).toBe('closed');
});

test('a disk that hangs turns new commands away but the operator’s, and loses none of the others', async () => {
  const market = await new TestMarket().open();
  market.journal.isHeld = true;
  const before = market.journal.head;
  let answered = 0;
  const cancel = { kind: 'offers.decline', participant: alice, reason: '' } as const;
  const command = { ...cancel, order: 'O1' as never };
  market.sequencer.post(command, () => (answered += 1));
  await settle();
  for (let count = 0; count < backlogMax; count += 1) {
    market.sequencer.post(command, () => (answered += 1));
  }
  expect(() => market.sequencer.post(command, () => (answered += 1))).toThrow('waits for the disk');
  const { symbol } = defaultTerms;
  const taken = [
    { kind: 'time.tick' },
    { kind: 'market.phase', market: symbol, phase: 'halted' },
    { kind: 'participant.suspend', participant: alice, suspended: true },
    { kind: 'market.cancel_all', market: symbol },
  ] as const;
  for (const one of taken) market.sequencer.post(one, () => undefined);
  market.journal.isHeld = false;
  market.journal.release();
  await market.sequencer.close();
  expect(answered).toBe(backlogMax + 1);
  expect(market.journal.head).toBe(before + backlogMax + 1 + taken.length);
  await expect(market.submit(command)).rejects.toThrow('closing');
});

test('a disk that is slow turns new orders and amendments away first; cancels, the switch and what agents say are taken', async () => {
  const market = await new TestMarket().open();
  const { events } = await market.submit(market.order(alice, 'ask', { price: 10, volume: 1 }));
  const { order } = sure(events.find((event) => event.kind === 'order.placed')?.view, 'order');
  market.journal.isHeld = true;
  let answered = 0;
  const answer = (): void => void (answered += 1);
  const decline = { kind: 'offers.decline', participant: alice, order, reason: '' } as const;
  market.sequencer.post(decline, answer);
  await settle();
  for (let count = 0; count < orderBacklogMax; count += 1) market.sequencer.post(decline, answer);
  const before = stateHash(market.state, digest);
  const place = market.order(bob, 'ask', { price: 11, volume: 1 });
  const amend = { kind: 'order.amend', participant: alice, order, volume: exactLots(2) } as const;
  for (const command of [place, amend]) {
    expect(() => market.sequencer.post(command, answer)).toThrow(
      expect.objectContaining({ code: 'busy', retryable: true }),
    );
  }
  expect(() => market.sequencer.check(amend, () => undefined)).toThrow('waits for the disk');
  expect(stateHash(market.state, digest)).toBe(before);
  const kept = [
    { kind: 'order.cancel', participant: alice, order },
    { kind: 'order.cancel_all', participant: alice },
    { kind: 'order.cancel_all_after', participant: alice, timeout: 60_000_000 },
    decline,
  ] as const;
  for (const command of kept) market.sequencer.post(command, answer);
  market.journal.isHeld = false;
  market.journal.release();
  while (market.sequencer.backlog > 0) await settle();
  await settle();
  expect(answered).toBe(1 + orderBacklogMax + kept.length);
  const placed = await market.submit(place);
  expect(placed.events.map(({ kind }) => kind)).toContain('order.placed');
});

test('the journal leads to the same state', async () => {
  const market = await new TestMarket().open();
  await market.place(alice, 'ask', { price: 10, volume: 5 });
  await market.place(bob, 'bid', { price: 12, volume: 3 });
  await market.place(bob, 'bid', { price: 9, volume: 2 });
  const state = createState();
  for (const entry of market.journal.entries) apply(state, entry);
  expect(stateHash(state, digest)).toBe(stateHash(market.state, digest));
});

test('what JSON would change is changed before it is applied: -0 in a frame leads to the same state after a restart', async () => {
  const market = await new TestMarket().open();
  const { events } = await market.submit(market.order(alice, 'ask', { price: 10, volume: 2 }));
  const view = events.find((event) => event.kind === 'order.placed')?.view;
  const order = sure(view, 'order').order;
  const lots = [{ ...offerOf(order, 0), lot: -0 }, offerOf(order, 1)];
  await market.submit({ kind: 'offers.deliver', participant: alice, order, lots });
  const state = createState();
  for (const entry of market.journal.entries) {
    apply(state, JSON.parse(JSON.stringify(entry)) as Entry);
  }
  expect(stateHash(state, digest)).toBe(stateHash(market.state, digest));
});
