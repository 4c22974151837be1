/** What strangers may try on the wire, byte by byte. docs/attacks.md lists them all. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  closeWithinMs,
  connectionsPerSourceMax,
  fragmentsMax,
  frameBytesMax,
  framesBurst,
  refusedFramesBurst,
} from '../limits.ts';
import { readLimits } from '../operating-limits.ts';
import type { RunningExchange } from '../start.ts';
import { ManualClock } from '../testing.ts';
import { clientFrame, first, RawSocket, upgradeRequest } from './raw-socket.ts';
import { Person, startTestExchange, TestSocket } from './testing.ts';
import type { Fields } from './testing.ts';

let exchange: RunningExchange;
let end: () => Promise<void>;
beforeAll(async () => {
  ({ exchange, end } = await startTestExchange());
});
afterAll(() => end());

const symbol = 'KWH/ECOIN';

function openSocket(): Promise<TestSocket> {
  return new TestSocket(exchange.url).open();
}

/** An honest client is served as if nothing had been. */
async function expectServed(): Promise<void> {
  const socket = await openSocket();
  expect(await socket.ask({ method: 'ping', req_id: 1 })).toMatchObject({ method: 'pong' });
  socket.close();
}

test('compression that is offered is not taken, and a compressed frame ends the connection', async () => {
  const offer = 'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits';
  const raw = await RawSocket.open(exchange.url, [offer]);
  expect(raw.text).toMatch(/^HTTP\/1\.1 101 /);
  expect(raw.text.toLowerCase()).not.toContain('sec-websocket-extensions');
  // 16 KiB of this would be 16 MiB of zeros.
  raw.write(clientFrame(Buffer.alloc(frameBytesMax), first.compressedText));
  expect(await raw.ended).toMatch(/^1002/);
  await expectServed();
});

test('a message of endless fragments ends the connection, by its bytes or by their number', async () => {
  const [long, many, empty] = [
    await RawSocket.open(exchange.url),
    await RawSocket.open(exchange.url),
    await RawSocket.open(exchange.url),
  ];
  const half = 'x'.repeat(frameBytesMax / 2);
  long.write(clientFrame(half, first.textBegun));
  for (let count = 0; count < 2; count += 1) long.write(clientFrame(half, first.continued));
  expect(await long.ended).toMatch(/^1009/);
  for (const [raw, content] of [
    [many, 'x'],
    [empty, ''],
  ] as const) {
    raw.write(clientFrame(content, first.textBegun));
    for (let count = 0; count < fragmentsMax; count += 1) {
      raw.write(clientFrame(content, first.continued));
    }
    expect(await raw.ended).toMatch(/^1008/);
  }
  await expectServed();
});

test('frames against the protocol end the connection with its code', async () => {
  const unmasked = Buffer.from('\u0081\u0002{}', 'latin1');
  const attacks: readonly (readonly [Buffer, RegExp])[] = [
    [unmasked, /^1002/],
    [clientFrame('x'.repeat(126), first.ping), /^1002/],
    [clientFrame('x', first.continued), /^1002/],
    [clientFrame(Buffer.from([0xff, 0xfe])), /^1007/],
    [clientFrame('', 0x83), /^1002/],
    // It says that 2^63 bytes will come.
    [Buffer.from([first.text, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]), /^1009/],
    [Buffer.from([first.text, 0xff, 0, 0, 0, 0, 0x7f, 0, 0, 0, 1, 2, 3, 4]), /^1009/],
  ];
  for (const [bytes, code] of attacks) {
    const raw = await RawSocket.open(exchange.url);
    raw.write(bytes);
    expect(await raw.ended, bytes.toString('hex', 0, 16)).toMatch(code);
  }
  await expectServed();
});

test('whoever sends ever more frames than he may is told so, and cut off', async () => {
  const clock = new ManualClock();
  const own = await startTestExchange({ clock });
  const flood = await RawSocket.open(own.exchange.url);
  const frame = clientFrame('{"method":"ping"}');
  for (let count = 0; count < 10 * refusedFramesBurst; count += 1) flood.write(frame);
  await flood.until((text) => text.includes('too many frames'));
  // It does not answer the goodbye either.
  clock.advance(closeWithinMs);
  expect(await flood.ended).toBe('1008 too many frames');
  // However long it goes on, this is all the work that there is.
  expect(flood.text.split('"pong"').length - 1).toBe(framesBurst);
  expect(flood.text.split('Rate limit exceeded').length - 1).toBe(refusedFramesBurst);
  await own.end();
});

test('one address gets so many connections, whether it says anything on them or not', async () => {
  const own = await startTestExchange();
  const held: RawSocket[] = [];
  for (let count = 0; count < connectionsPerSourceMax; count += 1) {
    held.push(await RawSocket.open(own.exchange.url));
  }
  const one = await RawSocket.open(own.exchange.url);
  expect(one.text).toMatch(/^HTTP\/1\.1 429 /);
  expect(await one.ended).toBe('cut');
  held[0]?.close();
  await expect
    .poll(async () => (await RawSocket.open(own.exchange.url)).text)
    .toMatch(/^HTTP\/1\.1 101 /);
  for (const raw of held) raw.close();
  await own.end();
});

test('whoever subscribes again and again is sent each update once', async () => {
  const person = new Person(exchange);
  const token = await person.join('follower');
  const socket = await openSocket();
  const params = { channel: 'book', symbol: Array.from({ length: 50 }, () => symbol), depth: 10 };
  for (let count = 0; count < 100; count += 1) socket.send({ method: 'subscribe', params });
  socket.send({ method: 'subscribe', params: { channel: 'balances', token } });
  await socket.channel('balances');
  const books = (): Promise<Fields> =>
    socket.next(({ channel, type }) => channel === 'book' && type === 'snapshot');
  for (let count = 0; count < 100; count += 1) await books();
  for (const depth of [10, 25, 100]) {
    const again = { ...params, depth };
    await socket.ask({ method: 'subscribe', req_id: depth, params: again });
  }
  // Only the last depth is followed.
  await socket.ask({ method: 'unsubscribe', req_id: 1, params });
  const pong = await socket.ask({ method: 'ping', req_id: 2 });
  expect(pong).toMatchObject({ method: 'pong' });
  socket.close();
});

test('names of JavaScript’s own and names given twice are nothing special', async () => {
  const person = new Person(exchange);
  const token = await person.join('names');
  const socket = await openSocket();
  const order = `"token":"${token}","order_type":"limit","side":"buy","symbol":"${symbol}","time_in_force":"ioc"`;
  const send = (text: string): Promise<Fields> => {
    socket.send(text);
    return socket.next(({ req_id: id }) => id === 1);
  };
  const place = (more: string): Promise<Fields> =>
    send(`{"req_id":1,"method":"add_order","params":{${order},${more}}}`);
  // What a prototype would lend is missing all the same.
  for (const name of ['__proto__', 'constructor', 'prototype']) {
    const lent = `"${name}":{"order_qty":0.01,"limit_price":10}`;
    expect(await place(lent), name).toMatchObject({
      error: 'EGeneral:Invalid arguments:order_qty',
    });
    expect(await send(`{"req_id":1,"${name}":{"method":"ping"}}`), name).toMatchObject({
      error: 'EGeneral:Unknown method',
    });
  }
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Fields)['order_qty']).toBeUndefined();
  // Of a name given twice the last value counts, for the check and for the order alike.
  expect(await place('"order_qty":0.01,"limit_price":10,"order_qty":0.001')).toMatchObject({
    success: false,
  });
  expect(await place('"order_qty":0.001,"limit_price":10,"order_qty":0.01')).toMatchObject({
    success: true,
  });
  // HTTP refuses what could only be meant badly.
  const { status } = await person.post('/v1/challenge', '{"__proto__":{"address":"x"}}');
  expect(status).toBe(400);
  socket.close();
});

test('texts that only look like numbers, and parts of a lot, are refused', async () => {
  const person = new Person(exchange);
  const token = await person.join('digits');
  const socket = await openSocket();
  const place = (field: string, text: string): Promise<Fields> => {
    const params = {
      token,
      order_type: 'limit',
      side: 'buy',
      symbol,
      time_in_force: 'ioc',
      order_qty: 0.01,
      limit_price: 10,
      [field]: '#',
    };
    const frame = JSON.stringify({ req_id: 1, method: 'add_order', params });
    socket.send(frame.replace('"#"', text));
    return socket.next(({ method, req_id: id }) => method === 'unknown' || id === 1);
  };
  const texts = ['"1e3"', '"+1"', '" 1"', '"1 "', '"0x1"', '""', '"NaN"', '[1]', '{}'];
  const noJson = ['NaN', 'Infinity', '+1', '0x1', '01', '1.', '.5', '1_0'];
  for (const field of ['order_qty', 'limit_price']) {
    for (const text of [...texts, ...noJson]) {
      expect(await place(field, text), `${field} ${text}`).toMatchObject({ success: false });
    }
  }
  for (const text of ['0.015', '0.005', '1e-3', '0.010000001', '9007199254740.991', '1e21', '0']) {
    expect(await place('order_qty', text), text).toMatchObject({ success: false });
  }
  for (const text of ['10.5', '0.999', '1e3001', '0', '1000.0000001']) {
    expect(await place('limit_price', text), text).toMatchObject({ success: false });
  }
  // The same number in other digits is the same number.
  expect(await place('order_qty', '1E-2')).toMatchObject({ success: true });
  expect(await place('limit_price', '1.0e1')).toMatchObject({ success: true });
  socket.close();
});

test('nobody reads, changes or ends what is somebody else’s', async () => {
  const [owner, thief] = [new Person(exchange), new Person(exchange)];
  const [token, stolen] = [await owner.join('its owner'), await thief.join('thief')];
  const [socket, other] = [await openSocket(), await openSocket()];
  const params = {
    token,
    order_type: 'limit',
    side: 'buy',
    symbol,
    order_qty: 0.03,
    limit_price: 10,
    cl_ord_id: 'its',
  };
  const placed = await socket.ask({ method: 'add_order', req_id: 1, params });
  const order = String((placed['result'] as Fields)['order_id']);
  const tries: readonly (readonly [string, Fields, Fields])[] = [
    ['amend_order', { order_id: order, order_qty: 0.01 }, { error: 'EOrder:Unknown order' }],
    ['amend_order', { cl_ord_id: 'its', limit_price: 900 }, { error: 'EOrder:Unknown order' }],
    ['cancel_order', { order_id: [order] }, { error: 'EOrder:Unknown order' }],
    ['cancel_order', { cl_ord_id: ['its'] }, { error: 'EOrder:Unknown order' }],
    ['cancel_all', {}, { result: { count: 0 } }],
    ['offers.declined', { order_id: order, reason: 'no' }, { error: 'EOrder:Unknown order' }],
  ];
  for (const [method, more, reply] of tries) {
    const request = { method, req_id: 2, params: { token: stolen, ...more } };
    expect(await other.ask(request), method).toMatchObject(reply);
  }
  const batch = { token: stolen, orders: [order, 'its'] };
  expect(await other.ask({ method: 'batch_cancel', req_id: 3, params: batch })).toMatchObject({
    error: 'EOrder:Unknown order',
  });
  // The same id of the sender is another order of another sender.
  const own = { ...params, token: stolen };
  const placedToo = await other.ask({ method: 'add_order', req_id: 4, params: own });
  expect((placedToo['result'] as Fields)['order_id']).not.toBe(order);
  const follow = { channel: 'executions', token: stolen, snap_orders: true };
  await other.ask({ method: 'subscribe', req_id: 5, params: follow });
  const snapshot = await other.channel('executions');
  expect(JSON.stringify(snapshot)).not.toContain(`"${order}"`);
  for (const madeUp of ['', 'x', `${token}x`, token.slice(0, -1)]) {
    const request = { channel: 'executions', token: madeUp };
    const reply = await other.ask({ method: 'subscribe', req_id: 6, params: request });
    expect(reply['success'], madeUp).toBe(false);
  }
  // It stands as it was.
  await socket.ask({ method: 'subscribe', req_id: 7, params: { ...follow, token } });
  expect(await socket.channel('executions')).toMatchObject({
    data: [{ order_id: order, order_qty: 0.03, limit_price: 10, order_status: 'pending_new' }],
  });
  socket.close();
  other.close();
});

test('an agent’s word that a trade is settled moves nothing', async () => {
  const [one, other] = [new Person(exchange), new Person(exchange)];
  const [token, otherToken] = [await one.join('claims'), await other.join('waits')];
  const socket = await openSocket();
  const balances: unknown[] = [];
  const stop = exchange.onEvent((event) => {
    if (event.kind === 'balance.changed' || event.kind === 'trade.updated') balances.push(event);
  });
  const txid = 'ab'.repeat(32);
  for (const [index, each] of [token, otherToken].entries()) {
    for (const trade of ['T1', 'T999999', 'O1', '__proto__']) {
      const lots = [{ lot: 0, txid }];
      const params = { token: each, trade_id: trade, settlement: trade, lots, txid };
      const request = { method: 'settlement.submitted', req_id: index, params };
      expect(await socket.ask(request), trade).toMatchObject({ success: false });
    }
  }
  expect(balances).toEqual([]);
  stop();
  socket.close();
});

test('an upgrade that is refused keeps no connection, whether its client ends it or not', async () => {
  const limits = readLimits('f', 'connections = 2\nhttp-connections = 4');
  const few = await startTestExchange({ limits });
  const { hostname, port, host } = new URL(few.exchange.url);
  const held: Socket[] = [];
  for (let count = 0; count < 8; count += 1) {
    // Its side stays open when the exchange ends the other.
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    held.push(socket);
    socket.on('error', () => undefined);
    socket.write(upgradeRequest(host, ['Origin: http://elsewhere.example']));
    const ended = new Promise((done) => socket.once('end', done));
    let text = '';
    socket.on('data', (bytes: Buffer) => (text += bytes.toString()));
    await ended;
    expect(text, `connection ${count + 1}`).toMatch(/^HTTP\/1\.1 403 /);
  }
  expect((await fetch(`${few.exchange.url}/health`)).status).toBe(200);
  for (const socket of held) socket.destroy();
  await few.end();
});

test('a request that comes a byte at a time is ended, and one that says nothing too', async () => {
  const { host } = new URL(exchange.url);
  const body =
    'POST /v1/challenge HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n{';
  const slow = [
    ['a header without end', `GET /health HTTP/1.1\r\nHost: ${host}\r\nX-Slow: `],
    ['a body without end', body],
    ['an upgrade without end', upgradeRequest(host).slice(0, -2)],
    ['nothing', ''],
  ] as const;
  const ended = slow.map(async ([, begin]) => {
    const raw = await RawSocket.connect(exchange.url);
    raw.write(begin);
    const drip = setInterval(() => begin !== '' && raw.socket.writable && raw.write('x'), 400);
    const how = await raw.ended;
    clearInterval(drip);
    return how;
  });
  // Ended by the exchange, each of them: this is waited for, however long it takes.
  expect(await Promise.all(ended)).toEqual(slow.map(() => 'cut'));
  await expectServed();
});
