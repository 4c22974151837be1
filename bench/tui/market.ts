/**
 * The market behind `npm run bench:tui`, in a process of its own: the exchange's core, feed and sockets as they are, without the disk and the chain between
 * them, so that it changes at exactly the rate that is asked for and takes next to nothing of the machine. The wallet's chain is that of a real exchange.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { connect } from '@wattlot/client';
import { toAddress } from '@wattlot/core';
import { startExchange, systemClock } from '@wattlot/exchange';
import { Desk } from '../../packages/exchange/src/gateway/desk.ts';
import { Sessions } from '../../packages/exchange/src/gateway/sessions.ts';
import { Sockets } from '../../packages/exchange/src/gateway/sockets.ts';
import type { LedgerPort } from '../../packages/exchange/src/ledger-port.ts';
import { Deliveries } from '../../packages/exchange/src/offers.ts';
import type { TestMarket } from '../../packages/exchange/src/testing.ts';
import { Driver } from './driver.ts';

/** What the bench asks for. */
export type Ask = { readonly perSecond: number } | 'count';

/** What the market answers, in the order in which it was asked; first, unasked, where it is. */
export type Answer =
  { readonly url: string } | { readonly updates: number; readonly trades: number };

/** What logs in here, and everybody may. */
function sessionsOf({ feed }: TestMarket): Sessions {
  return new Sessions({
    exchange: 'bench',
    now: () => Date.now(),
    random: randomBytes,
    verify: () => true,
    isAdmitted: (address) => feed.isAdmitted(address),
  });
}

/** Answers what a login asks, and hands all else on to the exchange that has the chain. */
async function answerHttp(
  request: IncomingMessage,
  { driver, sessions, exchange }: Parts,
): Promise<string> {
  const { url = '/', method = 'GET' } = request;
  const body = method === 'GET' ? undefined : await textOf(request);
  switch (url) {
    case '/v1/challenge': {
      const { address } = JSON.parse(body ?? '') as { readonly address: string };
      return JSON.stringify({ result: sessions.challenge(address) });
    }
    case '/v1/login': {
      const asked = JSON.parse(body ?? '') as Parameters<Sessions['login']>[0];
      const address = toAddress(asked.address);
      if (address !== undefined) await driver.welcome(address);
      const login = sessions.login(asked);
      if (typeof login === 'string') throw new Error(`the login was refused: ${login}`);
      return JSON.stringify({ result: { ...login, admitted: true } });
    }
    case '/v1/connect_node':
      return JSON.stringify({ result: { status: 'admitted' } });
    default: {
      const headers = { 'content-type': 'application/json' };
      const init = body === undefined ? {} : { method, body, headers };
      return (await fetch(new URL(url, exchange), init)).text();
    }
  }
}

interface Parts {
  readonly driver: Driver;
  readonly sessions: Sessions;
  /** `http://host:port` */
  readonly exchange: string;
}

/** The socket side, as the exchange puts it together. The household only looks on: no offer is ever delivered, so no ledger is asked. */
function socketsOf({ sequencer, feed }: TestMarket, sessions: Sessions): Sockets {
  const clock = systemClock();
  const deliveries = new Deliveries(feed, {} as LedgerPort);
  const wallNow = clock.now;
  const now = (): number => wallNow() / 1000;
  const desk = new Desk({ sequencer, feed, sessions, deliveries, now, wallNow, newId: randomUUID });
  const mayTrade = (token: string): boolean => sessions.mayTrade(token);
  return new Sockets({ desk, feed, clock, version: 'bench', mayTrade });
}

async function run(folder: string, seed: number): Promise<void> {
  const exchange = await startExchange({ folder, host: '127.0.0.1', port: 0, policy: 'open' });
  const driver = new Driver(seed);
  await driver.open();
  const sessions = sessionsOf(driver.market);
  const parts = { driver, sessions, exchange: exchange.url };
  const server = createServer((request, response) => {
    answerHttp(request, parts).then(
      (text) => response.writeHead(200, { 'content-type': 'application/json' }).end(text),
      (error: unknown) => response.writeHead(502).end(String(error)),
    );
  });
  socketsOf(driver.market, sessions).attach(server);
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let updates = 0;
  let trades = 0;
  connect({ url }).listen((event) => {
    if (event.kind === 'book') updates += 1;
    if (event.kind === 'trades' && !event.snapshot) trades += event.trades.length;
  });
  const answer = (what: Answer): void => {
    process.send?.(what);
  };
  process.on('message', (ask: Ask) => {
    if (ask !== 'count') driver.perSecond = ask.perSecond;
    answer({ updates, trades });
  });
  // Whoever asked is gone.
  process.on('disconnect', () => process.exit(0));
  answer({ url });
}

const [folder = '', seed = '1'] = process.argv.slice(2);
await run(folder, Number(seed));
