import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toAddress } from '@wattlot/core';
import { afterEach, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { connect } from './connect.ts';
import type { Signer } from './connect.ts';
import type { ClientEvent, ExchangeClient, OrderWish } from './events.ts';
import { challengePrefix } from './frames/session-api.ts';
import * as wire from './testing.ts';
import { amount, lots, price, sure, symbol, time } from './testing.ts';

/** An exchange of one empty market, over real sockets, whose answers a test may bend. */
class TestExchange {
  readonly http: Server;
  readonly sockets: WebSocketServer;
  readonly logins: string[] = [];
  readonly orders = new Map<string, number>();
  readonly calls: string[] = [];
  admission: 'admitted' | 'waiting' = 'admitted';
  loginError: { readonly status: number; readonly error: string } | undefined;
  challenge = `${challengePrefix}test 1`;
  /** How many logins from now on give a token that is no good any more when it is used, as when the exchange is started anew in between. */
  staleLogins = 0;
  /** Drops the connection instead of answering the next order. */
  dropNextOrder = false;
  #tokens = new Set<string>();

  constructor() {
    this.http = createServer((request, response) => void this.#serve(request, response));
    this.sockets = new WebSocketServer({ server: this.http, path: '/v2' });
    this.sockets.on('connection', (socket) => {
      socket.on('message', (data: Buffer) => {
        this.#hear(socket, data.toString());
      });
    });
  }

  async listen(port = 0): Promise<number> {
    await new Promise<void>((resolve) => this.http.listen(port, '127.0.0.1', resolve));
    return (this.http.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets.clients) socket.terminate();
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
  }

  forgetTokens(): void {
    this.#tokens.clear();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const part of request) text += String(part);
    const path = request.url ?? '';
    this.calls.push(path);
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (path === '/v1/challenge') {
      answer(200, { result: { challenge: this.challenge, expires: time } });
    } else if (path === '/v1/login') {
      if (this.loginError !== undefined) {
        answer(this.loginError.status, { error: this.loginError.error });
        return;
      }
      this.logins.push(text);
      const token = `token-${this.logins.length}-${Math.random()}`;
      if (this.staleLogins > 0) this.staleLogins -= 1;
      else this.#tokens.add(token);
      const admitted = this.admission === 'admitted';
      answer(200, { result: { token, expires: time, admitted } });
    } else if (path === '/v1/connect_node') {
      // What a token of before a restart is told.
      const isKnown = this.#tokens.has(request.headers.authorization?.split(' ')[1] ?? '');
      if (isKnown) answer(200, { result: { status: this.admission } });
      else answer(401, { error: 'ESession:Invalid session' });
    } else if (path === '/v1/schedule_ecoin_issue') {
      answer(403, { error: 'EGeneral:Permission denied' });
    } else answer(404, { error: 'EGeneral:Unknown method' });
  }

  #hear(socket: WebSocket, text: string): void {
    const { method, req_id, params } = JSON.parse(text) as {
      method: string;
      req_id: number;
      params: { channel: string; token?: string; cl_ord_id: string };
    };
    const reply = (body: object): void => {
      socket.send(JSON.stringify({ method, req_id, ...body, time_in: time, time_out: time }));
    };
    if (method === 'ping') {
      socket.send(JSON.stringify({ method: 'pong', req_id, time_in: time, time_out: time }));
      return;
    }
    const { channel, token } = params;
    const isPrivate = ['executions', 'balances', 'agent', undefined].includes(channel);
    if (isPrivate && !this.#tokens.has(token ?? '')) {
      reply({ success: false, error: 'ESession:Invalid session' });
      return;
    }
    if (method === 'add_order') {
      const order = this.orders.get(params.cl_ord_id) ?? this.orders.size + 1;
      this.orders.set(params.cl_ord_id, order);
      if (this.dropNextOrder) {
        this.dropNextOrder = false;
        socket.terminate();
      } else reply({ success: true, result: { order_id: `O${order}` } });
      return;
    }
    reply({ success: true, result: {} });
    const first: Record<string, string | undefined> = {
      instrument: wire.instrumentFrame(),
      book: wire.bookFrame({ type: 'snapshot', asks: [], bids: [], seq: 1 }),
      trade: wire.tradeFrame('snapshot', []),
      executions: wire.executionsFrame('snapshot', 1, []),
      balances: wire.balancesFrame('snapshot', 1, []),
    };
    const frame = method === 'subscribe' ? first[channel] : undefined;
    if (frame !== undefined) socket.send(frame);
  }
}

/** Timers run 20 times as fast. */
const quick: Clock = {
  now: () => systemClock.now(),
  after: (ms, action) => systemClock.after(ms / 20, action),
};

const signer: Signer = {
  address: sure(toAddress('1Address')),
  signMessage: (text) => Promise.resolve(`signed ${text}`),
  name: 'house-00',
};

const wish: OrderWish = {
  clientOrderId: 'a1',
  symbol,
  side: 'bid',
  price: price(149),
  volume: lots(5),
  timeInForce: 'gtc',
  postOnly: false,
};

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function open(): Promise<{ exchange: TestExchange; url: string; port: number }> {
  const exchange = new TestExchange();
  const port = await exchange.listen();
  ends.push(() => exchange.close());
  return { exchange, port, url: `http://127.0.0.1:${port}` };
}

function start(url: string, who?: Signer): { client: ExchangeClient; events: ClientEvent[] } {
  const client = connect({
    url,
    clock: quick,
    random: () => 0.5,
    ...(who === undefined ? {} : { signer: who }),
  });
  const events: ClientEvent[] = [];
  client.listen((event) => events.push(event));
  ends.push(() => client.close());
  return { client, events };
}

function next(client: ExchangeClient, isIt: (event: ClientEvent) => boolean): Promise<ClientEvent> {
  return new Promise((resolve) => {
    const stop = client.listen((event) => {
      if (!isIt(event)) return;
      stop();
      resolve(event);
    });
  });
}

const isState =
  (state: string) =>
  (event: ClientEvent): boolean =>
    event.kind === 'connection' && event.state === state;

test('without a signer it follows the public feed and can ask for nothing', async () => {
  const { exchange, url } = await open();
  const { client, events } = start(url);
  await next(client, isState('live'));
  expect(exchange.calls).toEqual([]);
  expect(events.some(({ kind }) => kind === 'book')).toBe(true);
  expect(await client.placeOrder(wish)).toMatchObject({ kind: 'no' });
  expect(await client.requestEcoin(amount(100))).toMatchObject({ kind: 'no' });
});

test('with a signer it logs in by a signed challenge and trades', async () => {
  const { exchange, url } = await open();
  const { client } = start(url, signer);
  await next(client, isState('live'));
  expect(exchange.logins.map((text): unknown => JSON.parse(text))).toEqual([
    {
      address: '1Address',
      challenge: exchange.challenge,
      signature: `signed ${exchange.challenge}`,
    },
  ]);
  expect(await client.placeOrder(wish)).toEqual({ kind: 'yes', value: { order: 'O1' } });
  expect(await client.requestEcoin(amount(100))).toEqual({
    kind: 'no',
    error: 'EGeneral:Permission denied',
  });
});

test('an order whose connection breaks is unknown, then found out under the same id', async () => {
  const { exchange, url } = await open();
  const { client, events } = start(url, signer);
  await next(client, isState('live'));
  exchange.dropNextOrder = true;
  const reconciled = next(client, ({ kind }) => kind === 'reconciled');
  expect(await client.placeOrder(wish)).toMatchObject({ kind: 'unknown' });
  expect(await reconciled).toEqual({
    kind: 'reconciled',
    clientOrderId: 'a1',
    outcome: { kind: 'yes', value: { order: 'O1' } },
  });
  expect(exchange.orders.size).toBe(1);
  const lost = events.find((event) => event.kind === 'connection' && event.retryInMs !== undefined);
  expect(lost).toMatchObject({ state: 'stale', retryInMs: 188 });
});

test('after a restart of the exchange, which forgets all tokens, it logs in anew', async () => {
  const { exchange, url, port } = await open();
  const { client } = start(url, signer);
  await next(client, isState('live'));
  const lost = next(client, isState('stale'));
  await exchange.close();
  await lost;
  await next(client, (event) => event.kind === 'connection' && (event.retryInMs ?? 0) > 250);
  const again = new TestExchange();
  await again.listen(port);
  ends.push(() => again.close());
  await next(client, isState('live'));
  expect(again.logins).toHaveLength(1);
});

test('a login that is refused for good ends the client with the reason', async () => {
  const { exchange, url } = await open();
  exchange.loginError = { status: 403, error: 'EAPI:Invalid signature' };
  const { client } = start(url, signer);
  expect(await next(client, isState('closed'))).toMatchObject({ reason: 'EAPI:Invalid signature' });
  expect(await client.placeOrder(wish)).toMatchObject({ kind: 'no' });
  expect(exchange.calls).toEqual(['/v1/challenge', '/v1/login']);
});

test('a login that fails for now is tried again', async () => {
  const { exchange, url } = await open();
  exchange.loginError = { status: 503, error: 'EService:Unavailable' };
  const { client } = start(url, signer);
  await next(client, (event) => event.kind === 'connection' && event.retryInMs !== undefined);
  exchange.loginError = undefined;
  await next(client, isState('live'));
});

test('an exchange that is started anew between the login and what follows is logged in to again', async () => {
  const { exchange, url } = await open();
  exchange.admission = 'waiting';
  exchange.staleLogins = 1;
  const { client } = start(url, signer);
  await next(client, (event) => event.kind === 'connection' && event.retryInMs !== undefined);
  await next(client, ({ kind }) => kind === 'book');
  expect(exchange.logins).toHaveLength(2);
  // The same while it waits to be admitted.
  exchange.forgetTokens();
  exchange.admission = 'admitted';
  await next(client, isState('live'));
  expect(exchange.logins).toHaveLength(3);
});

test('nothing but a login is signed', async () => {
  const { exchange, url } = await open();
  exchange.challenge = 'I owe you everything';
  const { client } = start(url, signer);
  expect(await next(client, isState('closed'))).toMatchObject({
    reason: 'the exchange asked for a signature that is no login',
  });
  expect(exchange.logins).toEqual([]);
});

test('who waits for admission sees the market meanwhile, and trades once admitted', async () => {
  const { exchange, url } = await open();
  exchange.admission = 'waiting';
  const { client, events } = start(url, signer);
  await next(client, ({ kind }) => kind === 'book');
  expect(client.state).toBe('stale');
  expect(events).toContainEqual(
    expect.objectContaining({
      reason: 'waiting for the operator to admit this participant',
      isWaiting: true,
    }),
  );
  exchange.admission = 'admitted';
  await next(client, isState('live'));
  expect(await client.placeOrder(wish)).toMatchObject({ kind: 'yes' });
});

test('closing ends pending requests as unknown, and nothing comes after', async () => {
  const { url } = await open();
  const { client, events } = start(url, signer);
  await next(client, isState('live'));
  const pending = client.placeOrder(wish);
  await client.close();
  expect(await pending).toMatchObject({ kind: 'unknown' });
  expect(events.at(-1)).toEqual({ kind: 'connection', state: 'closed' });
  expect(client.state).toBe('closed');
});

test('an exchange that is not there is tried again and again, ever less often', async () => {
  const { exchange, url } = await open();
  await exchange.close();
  const { client, events } = start(url, signer);
  await next(client, (event) => event.kind === 'connection' && (event.retryInMs ?? 0) > 1_400);
  const delays = events.map((event) => (event.kind === 'connection' ? event.retryInMs : undefined));
  expect(delays).toEqual([188, 750, 1_500]);
});
