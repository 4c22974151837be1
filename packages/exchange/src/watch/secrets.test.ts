/** A whole session with the log at its most talkative, and then no secret of it in what was written. */
import { randomUUID } from 'node:crypto';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { openParticipant } from '@wattlot/client';
import type { Participant } from '@wattlot/client';
import { toAmount, toPrice } from '@wattlot/core';
import type { Event, Side } from '@wattlot/core';
import { parseNodeUrl } from '@wattlot/ledger';
import { expect, test } from 'vitest';
import { exactLots, sure } from '../exact.ts';
import { signRequest } from '../gateway/api-keys.ts';
import { Person, startTestExchange, TestSocket } from '../gateway/testing.ts';
import { findJournal, readLines } from '../journal/offline.ts';
import type { RunningExchange } from '../start.ts';
import { defaultTerms } from '../terms.ts';
import { createLogger } from './log.ts';

const lines: string[] = [];
const logger = createLogger({
  level: 'trace',
  to: { write: (line: string): void => void lines.push(line) },
  time: () => '2026-01-01T00:00:00Z',
});

function until(exchange: RunningExchange, is: (event: Event) => boolean): Promise<void> {
  return new Promise((done) => {
    const stop = exchange.onEvent((event) => {
      if (!is(event)) return;
      stop();
      done();
    });
  });
}

/** A household with an agent that signs. */
async function open(exchange: RunningExchange, folder: string, name: string): Promise<Participant> {
  const keyFile = join(folder, `${name}.key`);
  const one = await openParticipant({ url: exchange.url, keyFile, name, meter: 'own' });
  await new Promise<void>((live) => {
    one.client.listen((event) => {
      if (event.kind === 'connection' && event.state === 'live') live();
    });
  });
  return one;
}

async function place({ client }: Participant, side: Side): Promise<void> {
  const outcome = await client.placeOrder({
    clientOrderId: randomUUID(),
    symbol: defaultTerms.symbol,
    side,
    price: sure(toPrice(100), 'price'),
    volume: exactLots(3),
    timeInForce: 'gtc',
    postOnly: false,
  });
  expect(outcome.kind).toBe('yes');
}

/** Sends bytes that may be no HTTP and waits for the end. */
function sendRaw(port: number, text: string): Promise<void> {
  return new Promise((done) => {
    const socket = connectTcp(port, '127.0.0.1', () => socket.end(text));
    socket.on('error', () => undefined);
    socket.on('close', () => done());
    socket.resume();
  });
}

test('whatever is asked, rightly or wrongly, no key, secret, token, challenge, signature or offer is in the log', async () => {
  const started = await startTestExchange({ logger });
  const { exchange, folder } = started;
  const secrets: string[] = [];

  // Trades, with offers and ladders.
  const [seller, buyer] = [
    await open(exchange, folder, 'seller'),
    await open(exchange, folder, 'buyer'),
  ];
  const funded = Promise.all(
    [seller, buyer].map(({ wallet }) =>
      until(exchange, (event) => {
        return event.kind === 'balance.changed' && event.participant === wallet.address;
      }),
    ),
  );
  await seller.wallet.issueMore({ asset: 'energy', raw: 1_000n });
  await buyer.client.requestEcoin(sure(toAmount(100_000), 'amount'));
  await funded;
  const opened = until(exchange, ({ kind }) => kind === 'order.opened');
  await place(seller, 'ask');
  await opened;
  const settled = until(exchange, (event) => event.kind === 'trade.updated' && event.final);
  await place(buyer, 'bid');
  await settled;

  // Logins and API keys, right and wrong.
  const person = new Person(exchange);
  const { address } = person;
  const challenge = await person.challenge();
  const signature = person.sign(challenge);
  secrets.push(challenge.split(' ')[3] ?? '', signature);
  await person.post('/v1/login', { address, challenge, signature: 'AAAA' });
  await person.post('/v1/login', { address, challenge, signature, extra: signature });
  await person.post('/v1/login', { address, challenge, signature });
  const token = await person.join('bot\u{1f980}');
  secrets.push(token);
  const authorization = `Bearer ${token}`;
  const wish = { name: 'bot', scopes: ['read', 'trade'] };
  const made = await person.post('/v1/create_api_key', wish, { authorization });
  const { key, secret } = made.body['result'] as { readonly key: string; readonly secret: string };
  secrets.push(key, secret);
  let nonce = Date.now();
  const call = async (
    name: string,
    fields: Record<string, string>,
    sign?: string,
  ): Promise<void> => {
    const path = `/0/private/${name}`;
    nonce += 1;
    const body = new URLSearchParams({ nonce: String(nonce), ...fields }).toString();
    const right = signRequest(secret, { path, nonce: String(nonce), body });
    secrets.push(right);
    await fetch(`${exchange.url}${path}?token=${token}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'API-Key': key,
        'API-Sign': sign ?? right,
      },
      body,
    });
  };
  const order = { pair: 'KWH/ECOIN', type: 'buy', ordertype: 'limit', volume: '0.02', price: '10' };
  await call('GetWebSocketsToken', {});
  await call('AddOrder', order);
  await call('AddOrder', { ...order, volume: secret });
  await call('AddOrder', order, 'AAAA');
  await call('Nothing', { secret });

  // Garbage with secrets in odd places.
  const { url, port } = exchange;
  const asked: (readonly [string, RequestInit])[] = [
    [`/${token}`, {}],
    [`/0/public/${token}?key=${key}`, {}],
    [`/0/public/Depth?pair=${secret}`, {}],
    [
      `/v1/login?signature=${encodeURIComponent(signature)}`,
      { method: 'POST', body: `{"${token}` },
    ],
    ['/v1/login', { method: 'POST', headers: { 'content-type': token }, body: token }],
    ['/chain', { method: 'POST', body: JSON.stringify({ method: token }) }],
    ['/v1/list_api_keys', { method: 'POST', headers: { authorization: `Basic ${token}` } }],
    ['/health', { headers: { cookie: token, origin: `http://${key}.example` } }],
  ];
  for (const [path, init] of asked) {
    const headers = { 'content-type': 'application/json', ...init.headers };
    await fetch(`${url}${path}`, { ...init, headers });
  }
  await sendRaw(port, `${token} /${secret} HTTP/9.9\r\nx: ${key}\r\n\r\n`);
  await sendRaw(
    port,
    `GET /v2?token=${token} HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n${key}\r\n\r\n`,
  );
  const socket = await new TestSocket(url).open();
  const frames = [
    `{"method":"${token.slice(0, 40).replaceAll('-', '_')}"}`,
    `{"method":"subscribe","params":{"channel":"${token}"}}`,
    `{"method":"add_order","params":{"token":"${token}","symbol":"${key.slice(0, 30)}"}}`,
    `{"method":"cancel_order","params":{"token":"${token}","order_id":["O99"]}}`,
    `{"${secret}`,
  ];
  for (const frame of frames) {
    socket.send(frame);
    await socket.next(({ method }) => method !== undefined);
  }
  socket.socket.send(Buffer.from(token));
  await socket.closed;

  await person.post('/v1/revoke_api_key', { key }, { authorization });
  for (const one of [seller, buyer]) await one.close();
  await exchange.close();
  const node = { url: parseNodeUrl('http://operator:correct-horse@127.0.0.1:9'), depth: 1 };
  const names = { energy: 'energy', ecoin: 'ecoin' };
  const failure = await startTestExchange({
    folder: join(folder, 'on-node'),
    node: { ...node, names },
    logger,
  }).catch((error: unknown) => error);
  expect(String(failure)).not.toContain('correct-horse');
  secrets.push('correct-horse');

  let offers = 0;
  for (const line of readLines(findJournal(folder))) {
    for (const [, offer = ''] of line.matchAll(/"offer":"([0-9a-f]+)"/g)) {
      secrets.push(offer, offer.slice(40, 104));
      offers += 1;
    }
  }
  expect(offers).toBeGreaterThan(2);
  const log = lines.join('');
  // It has been talkative.
  for (const said of ['"answered"', '"request"', '"connected"', '"let in"', '/v1/login']) {
    expect(log, said).toContain(said);
  }
  for (const hidden of new Set(secrets)) {
    expect(hidden.length).toBeGreaterThan(8);
    for (const form of [
      hidden,
      encodeURIComponent(hidden),
      hidden.slice(0, 24),
      Buffer.from(hidden).join(','),
    ]) {
      expect(log.includes(form), form).toBe(false);
    }
  }
  for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
  await started.end().catch(() => undefined);
});
