import { requestSchemas } from '@wattlot/client/frames';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agentWordsBurst, closeWithinMs, frameBytesMax, subscribeWithinMs } from '../limits.ts';
import { usualLimits } from '../operating-limits.ts';
import type { RunningExchange } from '../start.ts';
import { ManualClock } from '../testing.ts';
import { Person, startTestExchange, TestSocket } from './testing.ts';
import type { Fields } from './testing.ts';

let exchange: RunningExchange;
let end: () => Promise<void>;
beforeAll(async () => {
  ({ exchange, end } = await startTestExchange());
});
afterAll(() => end());

const symbol = 'KWH/ECOIN';

function openSocket(options?: ConstructorParameters<typeof TestSocket>[1]): Promise<TestSocket> {
  return new TestSocket(exchange.url, options).open();
}

function bid(token: string, more: Fields = {}): Fields {
  return {
    token,
    order_type: 'limit',
    side: 'buy',
    symbol,
    order_qty: 0.01,
    limit_price: 10,
    ...more,
  };
}

test('a socket greets, answers pings, and gets each public channel with its snapshot', async () => {
  const socket = await openSocket();
  expect(await socket.channel('status')).toMatchObject({
    data: [{ system: 'online', api_version: 'v2' }],
  });
  expect(await socket.ask({ method: 'ping', req_id: 7 })).toMatchObject({ method: 'pong' });
  const subscribe = (req_id: number, params: Fields): Promise<Fields> =>
    socket.ask({ method: 'subscribe', req_id, params });
  expect(await subscribe(1, { channel: 'instrument' })).toMatchObject({ success: true });
  expect(await socket.channel('instrument')).toMatchObject({
    data: { pairs: [{ symbol, price_floor: 1 }] },
  });
  expect(await subscribe(2, { channel: 'book', symbol: [symbol], depth: 25 })).toMatchObject({
    success: true,
    result: { channel: 'book', symbol, depth: 25 },
  });
  expect(await socket.channel('book')).toMatchObject({ type: 'snapshot' });
  expect(await subscribe(3, { channel: 'trade', symbol: ['NO/PE'] })).toMatchObject({
    success: false,
    error: 'EQuery:Unknown asset pair',
  });
  expect(await subscribe(4, { channel: 'book' })).toMatchObject({ success: false });
  expect(await socket.channel('heartbeat')).toEqual({ channel: 'heartbeat' });
  socket.close();
});

test('each bad frame gets one well-formed error and harms nothing', async () => {
  const socket = await openSocket();
  const bad: readonly (readonly [string, string])[] = [
    ['', 'EGeneral:Invalid arguments:not JSON'],
    ['{', 'EGeneral:Invalid arguments:not JSON'],
    ['[]', 'EGeneral:Invalid arguments:not JSON'],
    ['null', 'EGeneral:Invalid arguments:not JSON'],
    ['['.repeat(8_000), 'EGeneral:Invalid arguments:not JSON'],
    ['{"method":"sudo"}', 'EGeneral:Unknown method'],
    ['{"method":"__proto__"}', 'EGeneral:Unknown method'],
    ['{"method":"constructor"}', 'EGeneral:Unknown method'],
    ['{"method":["ping"]}', 'EGeneral:Unknown method'],
    ['{"method":"subscribe"}', 'EGeneral:Invalid arguments:params'],
    ['{"method":"subscribe","params":{"channel":"secrets"}}', 'EGeneral:Invalid arguments:channel'],
    ['{"method":"subscribe","params":{"channel":"executions"}}', 'ESession:Invalid session'],
    ['{"method":"add_order","params":{}}', 'EGeneral:Invalid arguments:token'],
    [
      '{"method":"cancel_order","params":{"token":"x","order_id":["O1"]}}',
      'ESession:Invalid session',
    ],
  ];
  await socket.channel('status');
  for (const [frame, error] of bad) {
    socket.send(frame);
    const reply = await socket.next(({ method }) => method !== undefined);
    expect(reply, frame).toMatchObject({ success: false, error });
    expect(reply['time_in'], frame).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  }
  expect(await socket.ask({ method: 'ping', req_id: 1 })).toMatchObject({ method: 'pong' });
  socket.close();
});

test('numbers that are no exact lots or prices are refused', async () => {
  const person = new Person(exchange);
  const token = await person.join('numbers');
  const socket = await openSocket();
  const raw = (field: string, number: string): string => {
    const params = JSON.stringify(bid(token, { [field]: '#' })).replace('"#"', number);
    return `{"method":"add_order","req_id":1,"params":${params}}`;
  };
  for (const field of ['order_qty', 'limit_price']) {
    for (const number of [
      '-0',
      '1e400',
      '0.001',
      '9007199254740993',
      '-1',
      '"1"',
      'true',
      'null',
    ]) {
      socket.send(raw(field, number));
      const reply = await socket.next(({ req_id: id }) => id === 1);
      expect(reply['success'], `${field} ${number}`).toBe(false);
    }
  }
  const unsupported = bid(token, { margin: true });
  expect(await socket.ask({ method: 'add_order', req_id: 2, params: unsupported })).toMatchObject({
    error: 'EGeneral:Invalid arguments:margin is not supported',
  });
  socket.close();
});

test('a frame above the limit and a binary one end the connection', async () => {
  const [long, binary] = [await openSocket(), await openSocket()];
  long.send(`"${'x'.repeat(frameBytesMax)}"`);
  expect(await long.closed).toMatch(/^1009 /);
  binary.socket.send(Buffer.from('{}'));
  expect(await binary.closed).toBe('1003 text frames only');
});

test('a page of another origin gets no socket, one of this host does', async () => {
  const { host, port } = new URL(exchange.url);
  const foreign = ['https://example.org', `http://example.org:${port}`, 'null'];
  for (const origin of foreign) {
    const socket = new TestSocket(exchange.url, { origin });
    expect(await socket.closed, origin).toContain('403');
  }
  // A name that somebody points at this machine is not this machine.
  const rebound = {
    origin: `http://example.org:${port}`,
    headers: { host: `example.org:${port}` },
  };
  expect(await new TestSocket(exchange.url, rebound).closed).toContain('403');
  const socket = await openSocket({ origin: `http://${host}` });
  expect(await socket.channel('status')).toBeDefined();
  socket.close();
  const elsewhere = new TestSocket(`${exchange.url}/v1`);
  expect(await elsewhere.closed).toContain('404');
});

test('whoever subscribes to nothing is closed', async () => {
  const clock = new ManualClock();
  const patient = await startTestExchange({ clock });
  const [idle, follower] = [
    await new TestSocket(patient.exchange.url).open(),
    await new TestSocket(patient.exchange.url).open(),
  ];
  const params = { channel: 'instrument' };
  await follower.ask({ method: 'subscribe', req_id: 1, params });
  clock.advance(subscribeWithinMs + 1_000);
  expect(await idle.closed).toBe('1008 subscribe to something');
  expect(await follower.channel('heartbeat')).toBeDefined();
  const goodbye = patient.end();
  expect(await follower.closed).toBe('1001 the exchange is closing');
  await goodbye;
});

test('whoever does not read is closed when too much waits for him', async () => {
  const clock = new ManualClock();
  const limits = { ...usualLimits, 'frames-burst': 100_000 };
  const patient = await startTestExchange({ clock, limits });
  const socket = await new TestSocket(patient.exchange.url).open();
  await socket.ask({ method: 'subscribe', req_id: 1, params: { channel: 'instrument' } });
  socket.socket.pause();
  const timers = clock.waiting;
  for (let count = 0; count < 60_000; count += 1) socket.send('x');
  // The exchange says goodbye, waits a second for the answer, and cuts.
  while (clock.waiting === timers) await new Promise((turn) => setImmediate(turn));
  clock.advance(closeWithinMs);
  socket.socket.resume();
  expect(await socket.closed).toMatch(/^(1013 slow consumer|1006 |.*(EPIPE|ECONNRESET))/);
  await patient.end();
});

test('an order is placed, told, cancelled; nobody else can cancel it or hear of it', async () => {
  const [owner, other] = [new Person(exchange), new Person(exchange)];
  const [token, otherToken] = [await owner.join('owner'), await other.join('other')];
  const [socket, otherSocket] = [await openSocket(), await openSocket()];
  const follow = { channel: 'executions' };
  await socket.ask({ method: 'subscribe', req_id: 1, params: { ...follow, token } });
  await otherSocket.ask({
    method: 'subscribe',
    req_id: 1,
    params: { ...follow, token: otherToken },
  });
  await socket.channel('executions');
  await otherSocket.channel('executions');

  const place = { method: 'add_order', params: bid(token, { cl_ord_id: 'mine' }) };
  const placed = await socket.ask({ ...place, req_id: 2 });
  expect(placed).toMatchObject({ success: true, result: { cl_ord_id: 'mine' } });
  const order = String((placed['result'] as Fields)['order_id']);
  expect(await socket.channel('executions')).toMatchObject({
    sequence: 2,
    data: [{ exec_type: 'pending_new', order_id: order }],
  });
  expect(await socket.ask({ ...place, req_id: 3 })).toMatchObject({ result: { order_id: order } });
  const changed = { ...place, params: bid(token, { cl_ord_id: 'mine', limit_price: 11 }) };
  expect(await socket.ask({ ...changed, req_id: 4 })).toMatchObject({
    error: 'EOrder:cl_ord_id reused',
  });

  const cancel = (req_id: number, params: Fields): Fields & { req_id: number } => ({
    method: 'cancel_order',
    req_id,
    params,
  });
  const stolen = await otherSocket.ask(cancel(2, { token: otherToken, order_id: [order] }));
  expect(stolen).toMatchObject({ success: false, error: 'EOrder:Unknown order' });
  const named = await otherSocket.ask(cancel(3, { token: otherToken, cl_ord_id: ['mine'] }));
  expect(named).toMatchObject({ success: false, error: 'EOrder:Unknown order' });
  const done = await socket.ask(cancel(5, { token, cl_ord_id: ['mine'] }));
  expect(done).toMatchObject({ success: true, result: { order_id: order, cl_ord_id: 'mine' } });
  expect(await socket.channel('executions')).toMatchObject({
    data: [{ exec_type: 'canceled', order_id: order, reason: 'requested' }],
  });
  const ids = { token, order_id: [order, 'O999999'] };
  socket.send(cancel(6, ids));
  // Cancelled once is cancelled: the same answer again. What never was is an error.
  for (const success of [true, false]) {
    expect(await socket.next(({ req_id: id }) => id === 6)).toMatchObject({ success });
  }
  expect(await otherSocket.ask({ method: 'ping', req_id: 9 })).toMatchObject({ method: 'pong' });
  const heard = otherSocket.next(({ channel }) => channel === 'executions').then(() => 'heard');
  expect(await Promise.race([heard, otherSocket.channel('heartbeat')])).not.toBe('heard');
  socket.close();
  otherSocket.close();
});

test('offers that are not what the order implies are refused, and the order waits on', async () => {
  const person = new Person(exchange);
  const token = await person.join('offers');
  const socket = await openSocket();
  const params = { channel: 'agent', token };
  await socket.ask({ method: 'subscribe', req_id: 1, params });
  await socket.ask({ method: 'add_order', req_id: 2, params: bid(token) });
  const task = await socket.next(({ channel, type }) => channel === 'agent' && type === 'update');
  const [{ order_id: order }] = task['data'] as [Fields];
  const deliver = (req_id: number, lot: number, output: string): Promise<Fields> =>
    socket.ask({
      method: 'offers.delivered',
      req_id,
      params: { token, order_id: order, lots: [{ lot, output, offer: 'ab' }] },
    });
  const nowhere = `${'a'.repeat(64)}:0`;
  expect(await deliver(3, 0, nowhere)).toMatchObject({
    error: expect.stringMatching(/^EOrder:Offer refused: lot 0: the output is spent/) as unknown,
  });
  expect(await deliver(4, 5, nowhere)).toMatchObject({ error: 'EOrder:Offers not as requested' });
  const other = new Person(exchange);
  const otherToken = await other.join('another');
  const foreign = await socket.ask({
    method: 'offers.delivered',
    req_id: 5,
    params: {
      token: otherToken,
      order_id: order,
      lots: [{ lot: 0, output: nowhere, offer: 'ab' }],
    },
  });
  expect(foreign).toMatchObject({ error: 'EOrder:Unknown order' });
  const declined = { token, order_id: order, reason: 'no' };
  expect(
    await socket.ask({ method: 'offers.declined', req_id: 6, params: declined }),
  ).toMatchObject({ success: true });
  expect(await deliver(7, 0, nowhere)).toMatchObject({ error: 'EOrder:Offers not expected' });
  socket.close();
});

test('too many frames at once are answered with the rate limit, and pings without end close', async () => {
  const [socket, pinger] = [await openSocket(), await openSocket()];
  for (let id = 0; id < 600; id += 1) socket.send({ method: 'ping', req_id: id });
  const limited = await socket.next(({ success }) => success === false);
  expect(limited).toMatchObject({ error: 'EOrder:Rate limit exceeded', method: 'ping' });
  for (let count = 0; count < 600; count += 1) pinger.socket.ping();
  // The library cuts off whoever sends more than it can answer at once, and the rate limit whoever goes on.
  expect(await pinger.closed).toMatch(/^(1006 |1008 too many pings)$/);
  socket.close();
});

test('whoever is not admitted leaves nothing in the journal', async () => {
  const stranger = new Person(exchange);
  const token = await stranger.login();
  const socket = await openSocket();
  const told: string[] = [];
  const stop = exchange.onEvent((event) => {
    if ('participant' in event && event.participant === stranger.address) told.push(event.kind);
  });
  const params = bid(token);
  expect(await socket.ask({ method: 'add_order', req_id: 1, params })).toMatchObject({
    error: 'EGeneral:Permission denied',
  });
  const declined = { token, order_id: 'O1', reason: '' };
  expect(
    await socket.ask({ method: 'offers.declined', req_id: 2, params: declined }),
  ).toMatchObject({ error: 'EGeneral:Permission denied' });
  stop();
  expect(told).toEqual([]);
  socket.close();
});

test('what an agent says is bounded for its account, over however many connections', async () => {
  const clock = new ManualClock();
  const own = await startTestExchange({ clock });
  const token = await new Person(own.exchange).join('talker');
  const sockets = await Promise.all([1, 2].map(() => new TestSocket(own.exchange.url).open()));
  const params = { token, order_id: 'O1', reason: '' };
  const each = agentWordsBurst - 100;
  const replies: Fields[] = [];
  for (const socket of sockets) {
    for (let count = 0; count < each; count += 1) {
      socket.send({ method: 'offers.declined', req_id: count, params });
    }
  }
  for (const socket of sockets) {
    for (let count = 0; count < each; count += 1) {
      replies.push(await socket.next(({ req_id: id }) => id === count));
    }
  }
  const errors = Map.groupBy(replies, ({ error }) => error);
  expect(errors.get('EOrder:Unknown order')).toHaveLength(agentWordsBurst);
  expect(errors.get('EOrder:Rate limit exceeded')).toHaveLength(agentWordsBurst - 200);
  for (const socket of sockets) socket.close();
  await own.end();
});

test('every method of the wire is understood', async () => {
  const socket = await openSocket();
  for (const [index, method] of Object.keys(requestSchemas).entries()) {
    const reply = await socket.ask({ method, req_id: index });
    expect(reply['error'], method).not.toBe('EGeneral:Unknown method');
  }
  socket.close();
});
