/** The single orders of one market: asked for when wanted, mended alone, and never a reason to be stale. */
import { expect, test } from 'vitest';
import type { ClientEvent } from './events.ts';
import { ordersChecksum } from './frames/checksum.ts';
import { answerMsMax } from './limits.ts';
import { Script } from './session-testing.ts';
import { instrument, lots, price, symbol, time } from './testing.ts';
import * as wire from './testing.ts';

type Row = readonly [order: string, price: number, lots: number, place: number, event?: string];

interface Frame {
  readonly type?: 'snapshot' | 'update';
  readonly rows: readonly Row[];
  /** The bids after it, level by level, as `[price, lots…]`. */
  readonly after: readonly (readonly number[])[];
  readonly seq: number;
  readonly prevSeq?: number;
  readonly checksum?: number;
  readonly market?: string;
}

function level3(frame: Frame): string {
  const { type = 'update', rows, after, seq, prevSeq = seq - 1, market = symbol } = frame;
  const levels = after.map(([at = 0, ...volumes]) =>
    volumes.map((volume) => ({ price: price(at), volume: lots(volume) })),
  );
  const bids = rows.map(([order_id, limit_price, volume, place, event]) => ({
    ...(event === undefined ? {} : { event }),
    order_id,
    limit_price,
    order_qty: volume / 100,
    timestamp: time,
    place,
  }));
  const data = {
    symbol: market,
    bids,
    asks: [],
    checksum: frame.checksum ?? ordersChecksum(instrument, [], levels),
    timestamp: time,
    seq,
    prev_seq: type === 'snapshot' ? 0 : prevSeq,
  };
  return JSON.stringify({ channel: 'level3', type, data: [data] });
}

const first = level3({
  type: 'snapshot',
  rows: [
    ['O1', 149, 5, 1],
    ['O2', 149, 3, 2],
    ['O3', 148, 2, 3],
  ],
  after: [
    [149, 5, 3],
    [148, 2],
  ],
  seq: 7,
});

function queueOf(events: readonly ClientEvent[]): unknown {
  const event = events.findLast(({ kind }) => kind === 'queue');
  if (event?.kind !== 'queue') return 'not told';
  return event.queue?.bids.map(({ price: at, orders }) => [
    at,
    ...orders.map(({ order, volume }) => `${order}:${volume}`),
  ]);
}

/** A live session that follows the queue, after its snapshot. */
function following(): Script {
  const script = new Script().live();
  script.look();
  script.take(script.session.followQueue(symbol, script.now));
  script.acknowledge();
  script.receive(first);
  return script;
}

const gone = level3({
  rows: [['O1', 149, 0, 1, 'delete']],
  after: [
    [149, 3],
    [148, 2],
  ],
  seq: 8,
});

test('nobody asks for it unless it is wanted, and then of that market only', () => {
  const script = new Script().live();
  const channels = (): unknown[] => script.look().map(({ params }) => params?.['channel']);
  expect(channels()).not.toContain('level3');
  script.take(script.session.followQueue(symbol, script.now));
  expect(script.look()).toMatchObject([
    { method: 'subscribe', params: { channel: 'level3', symbol: [symbol], depth: 100 } },
  ]);
  script.take(script.session.followQueue(symbol, script.now));
  expect(script.look()).toEqual([]);
});

test('a snapshot and its updates: gone, smaller, moved to the back, new', () => {
  const script = following();
  expect(queueOf(script.news())).toEqual([
    [149, 'O1:5', 'O2:3'],
    [148, 'O3:2'],
  ]);
  script.receive(
    level3({
      rows: [
        ['O1', 149, 0, 1, 'delete'],
        ['O2', 149, 2, 2, 'modify'],
        ['O1', 149, 6, 4, 'add'],
        ['O9', 150, 1, 5, 'add'],
      ],
      after: [
        [150, 1],
        [149, 2, 6],
        [148, 2],
      ],
      seq: 9,
      prevSeq: 7,
    }),
  );
  expect(queueOf(script.news())).toEqual([
    [150, 'O9:1'],
    [149, 'O2:2', 'O1:6'],
    [148, 'O3:2'],
  ]);
  expect(script.session.state).toBe('live');
});

test.each([
  [
    'a gap',
    level3({
      rows: [],
      after: [
        [149, 5, 3],
        [148, 2],
      ],
      seq: 9,
      prevSeq: 8,
    }),
  ],
  ['a wrong checksum', level3({ rows: [['O1', 149, 0, 1, 'delete']], after: [], seq: 8 })],
  ['an order twice', level3({ rows: [['O1', 149, 1, 8, 'add']], after: [], seq: 8 })],
  ['a change of nothing', level3({ rows: [['O8', 149, 1, 8, 'modify']], after: [], seq: 8 })],
  ['an end of nothing', level3({ rows: [['O8', 149, 0, 8, 'delete']], after: [], seq: 8 })],
  ['another place', level3({ rows: [['O1', 149, 4, 8, 'modify']], after: [], seq: 8 })],
  ['a place twice', level3({ rows: [['O8', 149, 4, 2, 'add']], after: [], seq: 8 })],
  ['no lots', level3({ rows: [['O8', 149, 0, 8, 'add']], after: [], seq: 8 })],
  ['half a tick', level3({ rows: [['O8', 149.5, 1, 8, 'add']], after: [], seq: 8 })],
])('%s: not known, asked for again, and all else stays live', (_, frame) => {
  const script = following();
  script.news();
  script.receive(frame);
  expect(queueOf(script.news())).toBeUndefined();
  expect(script.session.state).toBe('live');
  expect(script.drop).toBeUndefined();
  expect(script.acknowledge().map(({ method }) => method)).toEqual(['unsubscribe', 'subscribe']);
  // The last updates of the old subscription may still come.
  script.receive(gone);
  expect(queueOf(script.news())).toBe('not told');
  script.receive(first);
  expect(queueOf(script.news())).toHaveLength(2);
});

test('a snapshot that never comes is asked for again, and the connection stays', () => {
  const script = new Script().live();
  script.take(script.session.followQueue(symbol, script.now));
  script.acknowledge();
  script.tick(answerMsMax + 1);
  // Everything else was silent for as long: only this is looked at here.
  expect(script.drop).not.toContain('level3');
});

test('an exchange without the channel is asked once', () => {
  const script = new Script().live();
  script.look();
  script.take(script.session.followQueue(symbol, script.now));
  const [asked] = script.look();
  if (asked === undefined) throw new Error('nothing was asked');
  script.reply(asked, undefined, 'EGeneral:Unknown method');
  script.tick(1_000);
  expect(script.session.state).toBe('live');
  expect(script.look().filter(({ method }) => method === 'subscribe')).toEqual([]);
});

test('another market takes its place, and what comes late of the first one is not believed', () => {
  const script = following();
  script.take(script.session.followQueue(undefined, script.now));
  expect(script.acknowledge()).toMatchObject([
    { method: 'unsubscribe', params: { channel: 'level3' } },
  ]);
  expect(queueOf(script.news())).toBeUndefined();
  script.receive(gone, first);
  expect(queueOf(script.news())).toBe('not told');
  expect(script.session.state).toBe('live');
});

test('it comes again by itself on the next connection, for which nothing waits', () => {
  const script = following();
  script.news();
  script.lose();
  expect(queueOf(script.news())).toBeUndefined();
  script.reconnect([]);
  const channels = script.sent.map(({ params }) => params?.['channel']);
  expect(script.session.state).toBe('live');
  script.receive(first);
  expect(queueOf(script.news())).toHaveLength(2);
  expect(channels).toBeDefined();
});

test('it can be wanted before there is a connection', () => {
  const script = new Script();
  script.take(script.session.followQueue(symbol, script.now));
  expect(script.look()).toEqual([]);
  script.open();
  const channels = script.acknowledge().map(({ params }) => params?.['channel']);
  expect(channels).toContain('level3');
  script.receive(wire.bookFrame({ type: 'snapshot', asks: [], bids: [], seq: 7 }));
});
