/** Limits that the operator has set hold, each where it is counted. */
import { httpChainPort } from '@wattlot/ledger';
import { afterEach, expect, test } from 'vitest';
import { ownFramesAtFirst } from '../limits.ts';
import { readLimits } from '../operating-limits.ts';
import { alice, ManualClock, TestMarket } from '../testing.ts';
import { Desk } from './desk.ts';
import type { DeskRequest } from './desk.ts';
import type { Outcome } from './posting.ts';
import { Person, startTestExchange, TestSocket } from './testing.ts';

let end: (() => Promise<void>) | undefined;
afterEach(() => end?.());

test('frames, connections and calls are counted as set', async () => {
  const limits = readLimits(
    'f',
    'frames-burst = 100\nframes-per-second = 20\nconnections = 3\nconnections-per-source = 2\ncalls-burst = 10\ncalls-per-second = 1',
  );
  const started = await startTestExchange({ limits });
  end = started.end;
  const { url } = started.exchange;
  const [one, two] = [await new TestSocket(url).open(), await new TestSocket(url).open()];
  expect(await new TestSocket(url).closed).toContain('429');
  for (let count = 0; count < 100; count += 1) one.send({ method: 'ping' });
  let refused: unknown;
  for (let count = 0; refused === undefined && count < 40; count += 1) {
    const reply = await one.ask({ method: 'ping', req_id: count });
    if (reply['success'] === false) refused = reply['error'];
  }
  expect(refused).toBe('EOrder:Rate limit exceeded');
  expect(await two.ask({ method: 'ping', req_id: 1 })).toMatchObject({ method: 'pong' });
  for (const socket of [one, two]) socket.close();
  const person = new Person(started.exchange);
  const { address } = person;
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => person.post('/v1/challenge', { address })),
  );
  expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(10);
});

test('the frames of one address are counted together, on however many connections', async () => {
  const clock = new ManualClock();
  const text = 'frames-burst = 100\nsource-frames-burst = 250\ncalls-burst = 50';
  const started = await startTestExchange({ clock, limits: readLimits('f', text) });
  end = started.end;
  const { url } = started.exchange;
  let pongs = 0;
  for (let visit = 0; visit < 5; visit += 1) {
    const socket = await new TestSocket(url).open();
    for (let count = 0; count < 100; count += 1) socket.send({ method: 'ping', req_id: count });
    for (let count = 0; count < 100; count += 1) {
      const { method } = await socket.next(({ req_id: id }) => id === count);
      if (method === 'pong') pongs += 1;
    }
    socket.close();
  }
  expect(pongs).toBe(250 + 3 * ownFramesAtFirst);
});

test('calls that are no functions are counted too, and so are connections', async () => {
  const clock = new ManualClock();
  const text = 'calls-burst = 10\ncalls-per-second = 1\nchain-calls-burst = 100';
  const started = await startTestExchange({ clock, limits: readLimits('f', text) });
  end = started.end;
  const { url } = started.exchange;
  const statusOf = async (path: string, init: RequestInit = {}): Promise<number> =>
    (await fetch(new URL(path, url), init)).status;
  const countOf = async (path: string, init: RequestInit = {}): Promise<number> => {
    for (let count = 0; ; count += 1) if ((await statusOf(path, init)) === 429) return count;
  };
  const question = JSON.stringify({ method: 'info', params: {} });
  const headers = { 'content-type': 'application/json' };
  expect(await countOf('/chain', { method: 'POST', headers, body: question })).toBe(100);
  // A wallet takes it for what passes, and asks again.
  const port = httpChainPort({ url: new URL('/chain', url).href });
  await expect(port.info()).rejects.toMatchObject({ code: 'chain_unreachable', retryable: true });
  await port.close();
  expect(await countOf('/health')).toBe(10);
  // What is not there costs as much, and is not in the way of what is.
  expect(await statusOf('/nothing')).toBe(429);
  expect(await countOf('/v1/ledger')).toBe(10);
  expect(await statusOf('/v1/nothing')).toBe(429);
  expect(await countOf('/0/public/Time')).toBe(10);
  for (let count = 0; count < 10; count += 1) (await new TestSocket(url).open()).close();
  expect(await new TestSocket(url).closed).toContain('429');
  clock.advance(1_000);
  expect(await statusOf('/health')).toBe(200);
  (await new TestSocket(url).open()).close();
});

test('a participant has as many live orders as set; one sent again is answered, and a cancel makes room', async () => {
  const market = await new TestMarket({ limits: readLimits('f', 'open-orders = 2') }).open();
  const { sequencer, feed, clock } = market;
  let ids = 0;
  const desk = new Desk({
    sequencer,
    feed,
    sessions: { find: () => alice } as never,
    deliveries: {} as never,
    now: () => clock.micros / 1000,
    wallNow: clock.now,
    newId: () => `made-${(ids += 1)}`,
  });
  const ask = (method: DeskRequest['method'], params: object): Promise<Outcome> => {
    const request = { method, params: { token: 'x', ...params } } as DeskRequest;
    return new Promise((respond) => desk.handle(request, respond));
  };
  const order = { symbol: 'KWH/ECOIN', order_type: 'limit', side: 'buy', order_qty: 0.05 };
  const add = (id: string, more: object = {}): Promise<Outcome> =>
    ask('add_order', { ...order, limit_price: 10, cl_ord_id: id, ...more });
  // All on their way at once.
  const [first, second, third] = await Promise.all([add('a'), add('b'), add('c')]);
  expect(first).toMatchObject({ result: { cl_ord_id: 'a' } });
  expect(second).toMatchObject({ result: { cl_ord_id: 'b' } });
  expect(third).toEqual({ error: 'EOrder:Orders limit exceeded' });
  expect(await add('d', { validate: true })).toEqual({ error: 'EOrder:Orders limit exceeded' });
  expect(await add('a')).toEqual(first);
  const before = market.journal.head;
  expect(await add('c')).toEqual({ error: 'EOrder:Orders limit exceeded' });
  expect(market.journal.head).toBe(before);
  expect(await ask('cancel_order', { cl_ord_id: ['a'] })).toMatchObject({ result: {} });
  expect(await add('c')).toMatchObject({ result: { cl_ord_id: 'c' } });
});

test('orders and cancels are counted as set', async () => {
  const market = await new TestMarket().open();
  const { sequencer, feed, clock } = market;
  const desk = new Desk({
    sequencer,
    feed,
    limits: readLimits('f', 'orders-burst = 15\norders-per-second = 1\ncancels-burst = 50'),
    sessions: { find: () => alice } as never,
    deliveries: {} as never,
    now: () => clock.micros / 1000,
    wallNow: clock.now,
    newId: () => 'same',
  });
  const ask = (request: object): Promise<Outcome> =>
    new Promise((respond) => desk.handle(request as DeskRequest, respond));
  const params = { token: 'x', symbol: 'KWH/ECOIN', order_type: 'limit', side: 'buy' };
  const order = { method: 'add_order', params: { ...params, order_qty: 0.01, limit_price: 10 } };
  const cancel = { method: 'cancel_all', params: { token: 'x' } };
  const limited = { error: 'EOrder:Rate limit exceeded' };
  const countOf = async (request: object): Promise<number> => {
    for (let count = 0; ; count += 1) {
      const outcome = await ask(request);
      if ('error' in outcome && outcome.error === limited.error) return count;
    }
  };
  // A batch has room as a whole or counts as nothing.
  const batchOf = (count: number): object => {
    const orders = Array.from({ length: count }, () => order.params);
    return { method: 'batch_add', params: { token: 'x', symbol: 'KWH/ECOIN', orders } };
  };
  expect(await ask(batchOf(10))).not.toEqual(limited);
  for (let tries = 0; tries < 20; tries += 1) expect(await ask(batchOf(6))).toEqual(limited);
  expect(await ask(batchOf(2))).not.toEqual(limited);
  expect(await countOf(order)).toBe(3);
  expect(await countOf(cancel)).toBe(50);
  clock.micros += 1_000_000;
  expect(await countOf(order)).toBe(1);
});
