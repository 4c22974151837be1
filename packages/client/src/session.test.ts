/** A connection from its opening to its end: when it is live, what is wrong, and the markets that it finds. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AgentTask } from './frames/messages.ts';
import { pingIntervalMs, silenceMsMax } from './limits.ts';
import { Script, wish, topicsOf } from './session-testing.ts';
import * as wire from './testing.ts';
import { symbol } from './testing.ts';

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
