import { fileURLToPath } from 'node:url';
import { LoopClient } from '@wattlot/client';
import type { BookView, ClientEvent, OwnBalance, OwnOrder, TradeTick } from '@wattlot/client';
import type { Address, OrderId } from '@wattlot/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Player } from './player.ts';
import type { PlayerOptions } from './player.ts';
import { RecordedDay } from './recorded-day.ts';
import { dayEntries as entries, provedDay } from './testing.ts';

let day: RecordedDay;
let end: () => void;

beforeAll(async () => {
  ({ day, end } = await provedDay());
});

afterAll(() => {
  end();
});

function whoever(): Address {
  const [address] = day.participants.keys();
  if (address === undefined) throw new Error('nobody was there');
  return address;
}

/** What whoever looks has been told: the newest of each, as a terminal would show it. */
class Seen {
  state = '';
  book: BookView | undefined;
  trades: TradeTick[] = [];
  orders = new Map<OrderId, OwnOrder>();
  balances = new Map<string, OwnBalance>();

  take(event: ClientEvent): void {
    if (event.kind === 'connection') this.state = event.state;
    else if (event.kind === 'book') this.book = event.book;
    else if (event.kind === 'trades') {
      this.trades = [...(event.snapshot ? [] : this.trades), ...event.trades].slice(-50);
    } else if (event.kind === 'orders') {
      if (event.snapshot) this.orders.clear();
      for (const order of event.orders) this.orders.set(order.order, order);
    } else if (event.kind === 'balances') {
      for (const one of event.balances) this.balances.set(one.asset, one);
    }
  }

  /** Own live orders, and everything public. */
  picture(): unknown {
    const live = [...this.orders.values()].filter(({ status }) => status !== 'done');
    const orders = live
      .map(({ order, price, remaining, filled, status }) => ({
        order,
        price,
        remaining,
        filled,
        status,
      }))
      .toSorted((a, b) => Number(a.order.slice(1)) - Number(b.order.slice(1)));
    const { state, book, trades, balances } = this;
    return { state, asks: book?.asks, bids: book?.bids, trades, orders, balances };
  }
}

function opened(change: Partial<PlayerOptions> = {}): { player: Player; seen: Seen } {
  let ticks = 0;
  const whose = whoever();
  // Each question for the time is a millisecond: a slice is eight entries.
  const player = new Player({ day, whose, now: () => (ticks += 1), ...change });
  const seen = new Seen();
  const client = new LoopClient({
    participant: whose,
    send: (frame) => player.request(frame),
    now: () => 0,
  });
  client.listen((event) => seen.take(event));
  player.show({
    begin: () => {
      Object.assign(seen, new Seen());
      client.begin();
    },
    receive: (text) => client.receive(text),
  });
  return { player, seen };
}

function run(way: Generator<unknown, unknown>): number {
  let steps = 0;
  while (way.next().done !== true) steps += 1;
  return steps;
}

describe('playing', () => {
  test('wherever one jumps, one sees what one would see who had watched from the beginning', () => {
    const watching = opened();
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: entries }), { minLength: 1, maxLength: 4 }),
        (jumps) => {
          const to = jumps.at(-1) ?? 0;
          for (const seq of jumps) run(watching.player.seek(seq));
          const { player, seen } = opened({ isEachTold: true });
          run(player.seek(to));
          expect(watching.player.seq).toBe(to);
          expect(player.at).toBe(watching.player.at);
          expect(watching.seen.picture()).toEqual(seen.picture());
          for (const order of seen.orders.keys()) {
            expect(watching.player.story(order)).toEqual(player.story(order));
          }
        },
      ),
      { numRuns: 4 },
    );
  });

  test('step by step back over a checkpoint, and forward again', () => {
    const { player, seen } = opened();
    run(player.seek(4_003));
    const pictures: unknown[] = [];
    for (const seq of [4_002, 4_001, 4_000, 3_999]) {
      run(player.seek(seq));
      expect(player.seq).toBe(seq);
      pictures.push(seen.picture());
    }
    const other = opened();
    for (const seq of [3_999, 4_000, 4_001, 4_002]) {
      run(other.player.seek(seq));
      expect(other.seen.picture()).toEqual(pictures.pop());
    }
  });

  test('a step back reads no more than a few hundred entries again', () => {
    const { player } = opened();
    run(player.seek(3_900));
    run(player.seek(3_899));
    // A millisecond a look at the clock, two looks an entry at most.
    expect(run(player.seek(3_898))).toBeLessThan(100);
  });

  test('from trade to trade, and to the ends where there is none', () => {
    const trades = new Map<number, number>();
    const counting = opened({ isEachTold: true });
    run(counting.player.seekTrade(1));
    for (; counting.player.seq < 300; run(counting.player.seekTrade(1))) {
      trades.set(counting.player.seq, counting.seen.trades.length);
    }
    const seqs = [...trades.keys()];
    expect(seqs.length).toBeGreaterThan(10);
    run(counting.player.seekTrade(-1));
    for (const seq of seqs.toReversed()) {
      expect(counting.player.seq).toBe(seq);
      run(counting.player.seekTrade(-1));
    }
    expect(counting.player.seq).toBe(0);
    run(counting.player.seek(entries));
    run(counting.player.seekTrade(1));
    expect(counting.player.seq).toBe(entries);
  });

  test('time goes on to an instant, not beyond, and stops at the end', () => {
    const { player } = opened();
    const all = [...day.entries(1)];
    const at = all[1_234]?.at ?? day.from;
    run(player.play(at));
    expect(player.at).toBeLessThanOrEqual(at);
    expect(player.nextAt).toBeGreaterThan(at);
    expect(player.seq).toBe(day.seqAt(at));
    run(player.play(day.to));
    expect([player.seq, player.nextAt]).toEqual([entries, undefined]);
  });

  test('who stops a jump back stays where he was; who stops on the way forward is where it got to', () => {
    const { player, seen } = opened();
    run(player.seek(3_000));
    const before = seen.picture();
    const back = player.seek(1_900);
    back.next();
    back.return();
    expect(player.seq).toBe(3_000);
    expect(seen.picture()).toEqual(before);

    const forward = player.seek(5_000);
    for (let step = 0; step < 20; step += 1) forward.next();
    forward.return();
    run(player.settle());
    const got = player.seq;
    expect(got).toBeGreaterThan(3_000);
    expect(got).toBeLessThan(5_000);
    const straight = opened({ isEachTold: true });
    run(straight.player.seek(got));
    expect(seen.picture()).toEqual(straight.seen.picture());
  });

  test('work is cut by the clock, with own orders or without: a slice is as many entries as its time allows', () => {
    for (const whose of [whoever(), undefined]) {
      const { player } = opened({ whose });
      const way = player.seek(entries);
      let [before, slices] = [0, 0];
      for (let step = way.next(); step.done !== true; step = way.next()) {
        // A millisecond a look at the clock, one look an entry: eight milliseconds.
        expect(step.value.seq - before).toBeLessThanOrEqual(8);
        expect(step.value.seq).toBeGreaterThanOrEqual(before);
        before = step.value.seq;
        slices += 1;
      }
      expect(slices).toBeGreaterThan(entries / 8);
    }
  });

  test('a way back tells how far it is from where it begins to where it leads, and never that it is further away', () => {
    const { player } = opened();
    run(player.seek(4_500));
    const told = [...player.seek(3_900)];
    expect(told.length).toBeGreaterThan(100);
    const loading = told.flatMap((one) => one.loading ?? []);
    expect(loading.length).toBeGreaterThan(3);
    for (const [index, { done, of }] of loading.entries()) {
      expect(done).toBe(Math.min(of, index + 1));
    }
    const seqs = told.map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    expect(new Set(told.map(({ from, to }) => `${from} ${to}`))).toEqual(new Set(['2000 3900']));
  });

  test('who stops wherever it is goes on from there, forward and back, and sees what there is', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.integer({ min: 0, max: entries }), (steps, to) => {
        const { player, seen } = opened();
        const way = player.seek(entries);
        for (let step = 0; step < steps; step += 1) way.next();
        way.return();
        run(player.seek(to));
        const straight = opened({ isEachTold: true });
        run(straight.player.seek(to));
        expect(player.seq).toBe(to);
        expect(seen.picture()).toEqual(straight.seen.picture());
      }),
      { numRuns: 4 },
    );
  });

  test('nobody is shown as own who is not, and nobody can trade in the past', () => {
    const { player, seen } = opened({ whose: undefined });
    run(player.seek(2_500));
    expect(seen.orders.size).toBe(0);
    const answers: string[] = [];
    player.show({ begin: () => undefined, receive: (text) => answers.push(text) });
    player.request('{"method":"cancel_all","params":{"token":"x"},"req_id":1}');
    player.request('{"method":');
    expect(answers.map((text) => JSON.parse(text).success)).toEqual([false, false]);
  });
});

test('every golden journal can be watched to its end', async () => {
  const golden = fileURLToPath(new URL('../../../../fixtures/journals/1', import.meta.url));
  const past = new RecordedDay(golden);
  for await (const _ of past.prove());
  const [whose] = past.participants.keys();
  const { player, seen } = opened({ day: past, whose });
  run(player.play(past.to));
  expect(player.seq).toBe(past.last);
  expect(seen.state).toBe('live');
  past.close();
});
