/** Books and tapes, kept from what the exchange sends. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Level } from './frames/checksum.ts';
import { Script, topicsOf } from './session-testing.ts';
import * as wire from './testing.ts';
import { lots, price, symbol } from './testing.ts';

const side = fc.dictionary(
  fc.integer({ min: 1, max: 40 }).map(String),
  fc.integer({ min: 1, max: 500 }),
  { maxKeys: 14 },
);

type Side = Record<string, number>;

/** The book that a model holds: asks at 500 + n, bids at 500 − n, so that it is never crossed. */
function levels(model: Side, sign: 1 | -1): Level[] {
  return Object.entries(model)
    .map(([key, volume]) => ({ price: price(500 + sign * Number(key)), volume: lots(volume) }))
    .toSorted((a, b) => sign * (a.price - b.price))
    .slice(0, 10);
}

/** What an exchange sends of a change: what was deleted or changed in the depth before, and what is new in the depth after. */
function difference(before: readonly Level[], after: readonly Level[]): Level[] {
  const changes: Level[] = [];
  const worst = after.at(-1);
  for (const level of before) {
    const kept = after.find((other) => other.price === level.price);
    const pushedOut =
      after.length === 10 &&
      worst !== undefined &&
      Math.abs(level.price - 500) > Math.abs(worst.price - 500);
    if (kept === undefined && !pushedOut) changes.push({ price: level.price, volume: lots(0) });
  }
  for (const level of after) {
    const known = before.find((other) => other.price === level.price);
    if (known?.volume !== level.volume) changes.push(level);
  }
  return changes;
}

test('a book kept from updates is the book of the exchange, to the subscribed depth', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(side, side), { minLength: 1, maxLength: 12 }), (books) => {
      const script = new Script().live();
      let asks: readonly Level[] = [];
      let bids: readonly Level[] = [];
      let seq = 7;
      for (const [askSide, bidSide] of books) {
        const after = { asks: levels(askSide, 1), bids: levels(bidSide, -1) };
        script.news();
        script.receive(
          wire.bookFrame({
            type: 'update',
            asks: difference(asks, after.asks),
            bids: difference(bids, after.bids),
            after,
            seq: seq + 3,
            prevSeq: seq,
          }),
        );
        seq += 3;
        ({ asks, bids } = after);
        expect(script.news()).toEqual([
          { kind: 'book', book: { symbol, asks, bids, seq, at: 1_700_000_000_000_000 } },
        ]);
      }
      expect(script.session.state).toBe('live');
    }),
    { numRuns: 60 },
  );
});

const oneAsk: readonly Level[] = [{ price: price(150), volume: lots(5) }];

test.each([
  ['a wrong checksum', { checksum: 1 }],
  ['a gap in the sequence', { prevSeq: 6 }],
  ['a price between two steps', {}, '"price":150', '"price":150.5'],
  ['a part of a lot', {}, '"qty":0.05', '"qty":0.055'],
  ['a volume below nothing', {}, '"qty":0.05', '"qty":-0.05'],
  ['levels out of order', { type: 'snapshot', asks: [oneAsk[0], oneAsk[0]] }],
  ['a crossed book', { type: 'snapshot', bids: oneAsk }],
])(
  '%s drops that book, shows stale and asks for that book only',
  (_, change, part = '', other = '') => {
    const script = new Script().live();
    script.news();
    const good = { type: 'update', asks: oneAsk, bids: [], seq: 8, prevSeq: 7 };
    const frame = { ...good, ...change } as unknown as wire.BookFrame;
    script.receive(wire.bookFrame(frame).replace(part, other));
    expect(script.session.state).toBe('stale');
    expect(script.drop).toBeUndefined();
    expect(script.news()).toEqual([
      expect.objectContaining({ kind: 'connection', state: 'stale' }),
    ]);
    expect(topicsOf(script.acknowledge())).toEqual(['unsubscribe book', 'subscribe book']);
    // What of the old subscription still arrives changes nothing.
    script.receive(wire.bookFrame({ type: 'update', asks: oneAsk, bids: [], seq: 9, prevSeq: 8 }));
    expect(script.news()).toEqual([]);
    script.receive(wire.bookFrame({ type: 'snapshot', asks: oneAsk, bids: [], seq: 9 }));
    expect(script.news()).toEqual([
      expect.objectContaining({ kind: 'book' }),
      { kind: 'connection', state: 'live' },
    ]);
  },
);

test('a book may be crossed while its market does not trade, and only then', () => {
  const script = new Script().live();
  script.news();
  const crossed = { type: 'snapshot', asks: oneAsk, bids: oneAsk } as const;
  for (const [index, status] of ['limit_only', 'cancel_only', 'maintenance'].entries()) {
    script.receive(wire.instrumentFrame({ status }));
    script.receive(wire.bookFrame({ ...crossed, seq: 8 + index }));
    expect(script.news()).toContainEqual(expect.objectContaining({ kind: 'book' }));
    expect(script.session.state).toBe('live');
  }
  script.receive(wire.instrumentFrame({ status: 'online' }));
  expect(script.session.state).toBe('live');
  script.receive(wire.bookFrame({ ...crossed, seq: 12 }));
  expect(script.session.state).toBe('stale');
});

test('a book that breaks again and again is asked for after growing delays', () => {
  const script = new Script().live();
  const bad = wire.bookFrame({ type: 'snapshot', asks: oneAsk, bids: [], seq: 9, checksum: 1 });
  const delays: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    script.look();
    script.receive(bad);
    let waited = 0;
    while (!topicsOf(script.sent).includes('subscribe book')) {
      script.receive('{"channel":"heartbeat"}').tick(500);
      for (const ping of script.sent.splice(0)) {
        if (ping.method === 'ping') script.receive(`{"method":"pong","req_id":${ping.req_id}}`);
        else script.sent.push(ping);
      }
      waited += 500;
      if (waited > 100_000) throw new Error('never asked again');
      if (topicsOf(script.sent).includes('subscribe book')) break;
    }
    delays.push(waited);
    script.acknowledge();
  }
  expect(delays).toEqual([0, 1_000, 2_000, 4_000, 8_000]);
});

test('the last level deleted makes an empty book with the checksum 0', () => {
  const script = new Script().live();
  script.receive(wire.bookFrame({ type: 'update', asks: oneAsk, bids: [], seq: 8, prevSeq: 7 }));
  script.news();
  script.receive(
    wire.bookFrame({
      type: 'update',
      asks: [{ price: price(150), volume: lots(0) }],
      bids: [],
      after: { asks: [], bids: [] },
      seq: 9,
      prevSeq: 8,
    }),
  );
  expect(script.news()).toEqual([
    { kind: 'book', book: { symbol, asks: [], bids: [], seq: 9, at: 1_700_000_000_000_000 } },
  ]);
});

test('trades come oldest first, and none twice', () => {
  const script = new Script().live();
  script.news();
  script.receive(
    wire.tradeFrame('update', [
      { id: 2, price: 150, qty: 0.02 },
      { id: 1, price: 149, qty: 0.01 },
    ]),
    wire.tradeFrame('update', [{ id: 2, price: 150, qty: 0.02 }]),
  );
  expect(script.news()).toEqual([
    {
      kind: 'trades',
      snapshot: false,
      trades: [
        expect.objectContaining({ trade: 'T1', price: 149, volume: 1, side: 'bid' }),
        expect.objectContaining({ trade: 'T2', price: 150, volume: 2 }),
      ],
    },
  ]);
});
