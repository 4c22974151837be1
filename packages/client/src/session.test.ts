import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Level } from './frames/checksum.ts';
import type { AgentTask } from './frames/messages.ts';
import { pingIntervalMs, silenceMsMax, wishResendMsMax } from './limits.ts';
import { Script, wish } from './session-testing.ts';
import type { SentFrame } from './session-testing.ts';
import * as wire from './testing.ts';
import { lots, price, report, symbol } from './testing.ts';

function topicsOf(frames: readonly SentFrame[]): readonly string[] {
  return frames.map(({ method, params }) => `${method} ${String(params?.['channel'])}`);
}

test('without a key it follows the instruments, then each book and tape, and is live when all have come', () => {
  const script = new Script();
  script.take(script.session.opened(script.now, {}));
  expect(topicsOf(script.acknowledge())).toEqual(['subscribe instrument']);
  script.receive(wire.instrumentFrame());
  const sent = script.acknowledge();
  expect(topicsOf(sent)).toEqual(['subscribe book', 'subscribe trade']);
  expect(sent[0]?.params).toMatchObject({ symbol: [symbol], depth: 10 });
  expect(script.session.state).toBe('stale');
  script.receive(wire.bookFrame({ type: 'snapshot', asks: [], bids: [], seq: 7 }));
  expect(script.session.state).toBe('live');
  const news = script.news();
  expect(news.map(({ kind }) => kind)).toEqual([
    'connection',
    'instruments',
    'connection',
    'connection',
    'book',
    'connection',
  ]);
  const told = news.flatMap((event) => (event.kind === 'connection' ? [event] : []));
  expect(told.map(({ state, loaded }) => [state, loaded])).toEqual([
    ['stale', { done: 0, total: 1 }],
    ['stale', { done: 1, total: 3 }],
    ['stale', { done: 2, total: 3 }],
    ['live', undefined],
  ]);
});

test('with a token the own orders, balances and tasks are part of being live', () => {
  const script = new Script().open();
  const sent = script.acknowledge();
  expect(topicsOf(sent).slice(2)).toEqual([
    'subscribe executions',
    'subscribe balances',
    'subscribe agent',
  ]);
  expect(sent.every(({ params }) => params?.['channel'] !== 'book' || !('token' in params))).toBe(
    true,
  );
  expect(sent[4]?.params).toMatchObject({ token: 'secret' });
  script.receive(wire.bookFrame({ type: 'snapshot', asks: [], bids: [], seq: 7 }));
  script.receive(wire.executionsFrame('snapshot', 1, []));
  expect(script.session.state).toBe('stale');
  script.receive(
    wire.balancesFrame('snapshot', 1, [{ asset: 'ecoin', balance: 12.5, hold: 0.01 }]),
  );
  expect(script.session.state).toBe('live');
  expect(script.news()).toContainEqual({
    kind: 'balances',
    balances: [{ asset: 'ecoin', balance: 1250, hold: 1 }],
  });
});

test('who waits to be admitted follows the public feed, stale with the reason, until authorized', () => {
  const script = new Script();
  script.take(script.session.opened(script.now, { waiting: true }));
  script.acknowledge();
  script.receive(wire.instrumentFrame());
  script.acknowledge();
  script.receive(wire.bookFrame({ type: 'snapshot', asks: [], bids: [], seq: 7 }));
  expect(script.session.state).toBe('stale');
  script.take(script.session.authorize(script.now, 'secret'));
  expect(topicsOf(script.acknowledge())).toHaveLength(3);
  script.receive(wire.executionsFrame('snapshot', 1, []), wire.balancesFrame('snapshot', 1, []));
  expect(script.session.state).toBe('live');
});

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

test('reports fold into one order with its trades and the state of their lots', () => {
  const script = new Script().live();
  script.news();
  const txid = 'f'.repeat(64);
  const traded = {
    order_status: 'partially_filled',
    cum_qty: 0.02,
    trade_id: 4,
    last_qty: 0.02,
    last_price: 148,
    liquidity_ind: 't',
  } as const;
  script.receive(
    wire.executionsFrame('update', 2, [report()]),
    wire.executionsFrame('update', 3, [
      report({
        ...traded,
        exec_type: 'trade',
        settlement: 'requested',
        lots: [
          { lot_id: 'O9/0', state: 'requested' },
          { lot_id: 'O9/1', state: 'requested' },
        ],
      }),
    ]),
    wire.executionsFrame('update', 4, [
      report({
        ...traded,
        exec_type: 'status',
        lots: [{ lot_id: 'O9/1', state: 'settled', txid }],
      }),
    ]),
    wire.executionsFrame('update', 5, [
      report({
        exec_type: 'canceled',
        order_status: 'canceled',
        cum_qty: 0.02,
        cancelled_qty: 0.03,
        reason: 'offers_late',
      }),
    ]),
  );
  const told = script.news().flatMap((event) => (event.kind === 'orders' ? event.orders : []));
  expect(told.map(({ status, filled }) => [status, filled])).toEqual([
    ['pending', 0],
    ['pending', 2],
    ['pending', 2],
    ['done', 2],
  ]);
  expect(told.at(-1)).toMatchObject({
    order: 'O1',
    clientOrderId: 'a1',
    side: 'bid',
    price: 149,
    volume: 5,
    cancelled: 3,
    remaining: 0,
    reason: 'offers_late',
    trades: [
      {
        trade: 'T4',
        price: 148,
        volume: 2,
        resting: false,
        settlement: 'requested',
        lots: [
          { lot: 'O9/0', state: 'requested' },
          { lot: 'O9/1', state: 'settled', txid },
        ],
      },
    ],
  });
});

test('a gap in the reports asks for the own orders again, and the snapshot replaces them', () => {
  const script = new Script().live([report()]);
  script.news();
  script.receive(wire.executionsFrame('update', 3, [report({ order_id: 'O2' })]));
  expect(script.session.state).toBe('stale');
  expect(topicsOf(script.acknowledge())).toEqual([
    'unsubscribe executions',
    'subscribe executions',
  ]);
  script.receive(wire.executionsFrame('update', 4, [report({ order_id: 'O3' })]));
  script.news();
  script.receive(wire.executionsFrame('snapshot', 1, [report({ order_id: 'O2', cl_ord_id: 'b' })]));
  expect(script.news()).toEqual([
    { kind: 'orders', snapshot: true, orders: [expect.objectContaining({ order: 'O2' })] },
    { kind: 'connection', state: 'live' },
  ]);
});

test.each([
  ['more filled than ordered', { cum_qty: 0.06 }],
  ['an unknown market', { symbol: 'KWH/EURO' }],
  ['no order id', { order_id: '\u001b[2J' }],
  ['a part of a lot', { cum_qty: 0.015 }],
  ['a trade without a price', { trade_id: 1, last_qty: 0.01, liquidity_ind: 'm' as const }],
])('a report with %s is not believed', (_, change) => {
  const script = new Script().live();
  script.news();
  script.receive(wire.executionsFrame('update', 2, [report(change)]));
  expect(script.news().map(({ kind }) => kind)).toEqual(['connection']);
  expect(script.session.state).toBe('stale');
});

test.each([
  ['not JSON', '{'],
  ['no object', '7'],
  ['null', 'null'],
  ['a list', '[]'],
  ['an unknown channel', '{"channel":"level9","type":"update","data":[]}'],
  ['a channel that is a property of every object', '{"channel":"constructor"}'],
  ['a channel that is no text', '{"channel":{"toString":1}}'],
  ['a message of the wrong shape', '{"channel":"book","type":"update","data":[{}]}'],
  [
    'an answer to nothing',
    '{"method":"add_order","req_id":99,"success":true,"time_in":"","time_out":""}',
  ],
  ['a pong to no ping', '{"method":"pong","req_id":1}'],
  ['an infinite number', '{"channel":"trade","type":"update","data":[{"price":1e400}]}'],
])('%s ends the connection with a reason and changes no view', (_, frame) => {
  const script = new Script().live();
  script.news();
  script.receive(frame);
  expect(script.drop).toBeTypeOf('string');
  expect(script.session.state).toBe('stale');
  expect(script.news()).toEqual([
    { kind: 'connection', state: 'stale', reason: expect.any(String) as string },
  ]);
});

test('no text whatever makes it throw or tell anything but a reason', () => {
  const parts = fc.oneof(
    fc.json(),
    fc.string(),
    fc
      .constantFrom(wire.instrumentFrame(), wire.tradeFrame('update', []))
      .chain((frame) =>
        fc
          .tuple(fc.nat(frame.length), fc.string({ maxLength: 3 }))
          .map(([at, put]) => frame.slice(0, at) + put + frame.slice(at + 1)),
      ),
  );
  fc.assert(
    fc.property(parts, (text) => {
      const script = new Script().live();
      script.receive(text);
      for (const event of script.events) {
        if (event.kind === 'connection') expect(event.reason ?? '').not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }
    }),
  );
});

test('a refusal reaches the asker as printable text', () => {
  const script = new Script().live();
  script.look();
  script.place();
  const [frame] = script.look();
  expect(frame).toMatchObject({
    method: 'add_order',
    params: { side: 'buy', order_qty: 0.05, limit_price: 149, cl_ord_id: 'a1', token: 'secret' },
  });
  if (frame !== undefined) script.reply(frame, undefined, 'EOrder:\u001b[31mno');
  expect(script.answers).toEqual([
    { key: 1, outcome: { kind: 'no', error: 'EOrder:\ufffd[31mno' } },
  ]);
});

test('what cannot be written is surely not done', () => {
  const script = new Script();
  script.place();
  expect(script.answers.splice(0)).toMatchObject([{ key: 1, outcome: { kind: 'no' } }]);
  script.open({});
  script.look();
  script.take(script.session.ask(2, { method: 'cancel_order', params: { order_id: ['O1'] } }, 0));
  expect(script.answers).toMatchObject([{ key: 2, outcome: { kind: 'no' } }]);
  expect(script.look()).toEqual([]);
});

test('an order lost with its connection is unknown, and is sent again once under the same id', () => {
  const script = new Script().live();
  script.look();
  script.place().lose();
  expect(script.answers).toMatchObject([{ key: 1, outcome: { kind: 'unknown' } }]);
  const first = script.look().find(({ method }) => method === 'add_order');
  script.now += 300;
  script.live();
  const again = script.look().filter(({ method }) => method === 'add_order');
  expect(again.map(({ params }) => params)).toEqual([first?.params]);
  script.news();
  const [second] = again;
  if (second !== undefined) script.reply(second, { order_id: 'O5', cl_ord_id: 'a1' });
  expect(script.news()).toEqual([
    { kind: 'reconciled', clientOrderId: 'a1', outcome: { kind: 'yes', value: { order: 'O5' } } },
  ]);
  script.lose().live();
  expect(script.look().filter(({ method }) => method === 'add_order')).toEqual([]);
});

test('an order that was sent again is not sent a third time while its answer is awaited', () => {
  const script = new Script().live();
  script.place().lose().look();
  script.live();
  expect(script.look().filter(({ method }) => method === 'add_order')).toHaveLength(1);
  script.tick(1_000).tick(1_000);
  expect(script.look().filter(({ method }) => method === 'add_order')).toEqual([]);
});

test('an order lost with its connection that the exchange lists is not sent again', () => {
  const script = new Script().live();
  script.place().lose().look();
  script.news();
  script.live([report({ order_id: 'O5' })]);
  expect(script.look().filter(({ method }) => method === 'add_order')).toEqual([]);
  expect(script.news()).toContainEqual({
    kind: 'reconciled',
    clientOrderId: 'a1',
    outcome: { kind: 'yes', value: { order: 'O5' } },
  });
});

test('an order that was lost long ago is not sent again, and its owner is told', () => {
  const script = new Script().live();
  script.place().lose().look();
  script.now += wishResendMsMax + 1;
  script.news();
  script.live();
  expect(script.look().filter(({ method }) => method === 'add_order')).toEqual([]);
  expect(script.news()).toContainEqual(
    expect.objectContaining({ kind: 'reconciled', clientOrderId: 'a1' }),
  );
});

test('a refusal for a passing reason says nothing about an earlier attempt', () => {
  const script = new Script().live();
  script.place(1).lose().look();
  // Not connected: nothing was written now, but the first attempt may stand.
  script.place(2);
  expect(script.answers.at(-1)).toMatchObject({ key: 2, outcome: { kind: 'unknown' } });
  script.live();
  const [again] = script.look().filter(({ method }) => method === 'add_order');
  script.news();
  if (again !== undefined) script.reply(again, undefined, 'EOrder:Rate limit exceeded');
  expect(script.news()).toEqual([]);
  script.tick(1_000);
  expect(script.look().filter(({ method }) => method === 'add_order')).toHaveLength(1);
});

test('a ping tells the latency; silence and a missing answer end the connection', () => {
  const script = new Script().live();
  script.look();
  script.news();
  script.tick(pingIntervalMs);
  const [ping] = script.look();
  expect(ping?.method).toBe('ping');
  script.now += 12;
  script.receive(`{"method":"pong","req_id":${ping?.req_id ?? 0}}`);
  expect(script.news()).toEqual([{ kind: 'latency', milliseconds: 12 }]);
  script.tick(silenceMsMax + 1);
  expect(script.drop).toBe('the exchange is silent');

  const other = new Script().live();
  other.place();
  for (let second = 0; second < 11; second += 1) {
    other.tick(1_000).receive('{"channel":"heartbeat"}');
  }
  expect(other.drop).toBe('the exchange did not answer');
});

test('a channel that never sends its snapshot ends the connection', () => {
  const script = new Script().open();
  script.acknowledge();
  for (let second = 0; second < 11; second += 1) {
    script.receive('{"channel":"heartbeat"}').tick(1_000);
    for (const ping of script.look()) script.receive(`{"method":"pong","req_id":${ping.req_id}}`);
  }
  expect(script.drop).toMatch(/^the exchange did not send book/);
});

test('a market has its delivery whole, as instants, or none', () => {
  const times = {
    delivery_start: '2026-07-01T15:00:00.000000Z',
    delivery_end: '2026-07-01T16:00:00.000000Z',
    gate_closure: '2026-07-01T14:30:00.5Z',
  };
  const told = (change: object): unknown => {
    const script = new Script();
    script.take(script.session.opened(script.now, {}));
    script.acknowledge();
    script.receive(wire.instrumentFrame(change));
    const event = script.events.find(({ kind }) => kind === 'instruments');
    return event?.kind === 'instruments' ? (event.instruments[0]?.delivery ?? 'none') : 'refused';
  };
  const from = Date.UTC(2026, 6, 1, 15) * 1_000;
  const delivery = { from, to: from + 3_600_000_000, gate: from - 1_799_500_000 };
  expect(told(times)).toEqual(delivery);
  expect(told({})).toBe('none');
  expect(told({ ...times, gate_closure: times.delivery_end })).toMatchObject({ gate: delivery.to });
  for (const wrong of [
    { delivery_end: undefined },
    { gate_closure: undefined },
    { delivery_end: times.delivery_start },
    { gate_closure: '2026-07-01T16:00:00.000001Z' },
    { gate_closure: '2026-07-01 14:30' },
  ]) {
    expect([wrong, told({ ...times, ...wrong })]).toEqual([wrong, 'refused']);
  }
});

test('a market that the exchange tells of no more is followed no more, and one that came in its place is', () => {
  const script = new Script().live();
  script.look();
  const other = 'HOUR/ECOIN';
  script.receive(wire.instrumentFrame({ symbol: other })).news();
  const followed = script.acknowledge().map(({ method, params }) => [method, params?.['symbol']]);
  expect(followed).toEqual([
    ['subscribe', [other]],
    ['subscribe', [other]],
  ]);
  // It waits for the new book, and for nothing of the market that is gone.
  script.receive(wire.bookFrame({ type: 'snapshot', asks: [], bids: [], seq: 8 }));
  expect(script.session.place(9, wish, script.now).answers).toMatchObject([
    { outcome: { kind: 'no' } },
  ]);
  script.tick(pingIntervalMs);
  expect(script.drop).toBeUndefined();
});

test('the description of a market has to agree with itself', () => {
  const script = new Script();
  script.take(script.session.opened(script.now, {}));
  script.acknowledge();
  script.receive(wire.instrumentFrame({ price_cap: 999 }));
  expect(script.session.state).toBe('stale');
  expect(script.events.some(({ kind }) => kind === 'instruments')).toBe(false);
});

test('a login that has run out ends the connection, so that the next one begins with a login', () => {
  const script = new Script().live();
  script.look();
  script.place();
  const [frame] = script.look();
  if (frame !== undefined) script.reply(frame, undefined, 'ESession:Invalid session');
  expect(script.answers).toMatchObject([{ outcome: { kind: 'no' } }]);
  expect(script.drop).toBe('the login has run out');
});

test('a task that names an order in another way than the exchange does never reaches the agent', () => {
  const script = new Script().live();
  script.news();
  const task = { kind: 'outputs.released', order_id: '\u001b[2J', outputs: [] } satisfies AgentTask;
  script.receive(wire.agentFrame([task]));
  expect(script.drop).toBe('a message of channel agent has a wrong shape');
  expect(script.news().map(({ kind }) => kind)).toEqual(['connection']);
});
