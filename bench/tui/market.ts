/**
 * The market behind `npm run bench:tui`, in a process of its own: the exchange's core, feed and sockets as they are, without the disk and the chain between
 * them, so that it changes at exactly the rate that is asked for and takes next to nothing of the machine. Logins and the wallet's chain are those of a
 * real exchange, to which the rest of HTTP is handed on.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { connect } from '@wattlot/client';
import { toAddress } from '@wattlot/core';
import type { Address } from '@wattlot/core';
import { startExchange, systemClock } from '@wattlot/exchange';
import type { Desk } from '../../packages/exchange/src/gateway/desk.ts';
import { Sockets } from '../../packages/exchange/src/gateway/sockets.ts';
import { Driver } from './driver.ts';

/** What the bench asks for. */
export type Ask = { readonly perSecond: number } | 'count';

/** What the market answers, in the order in which it was asked; first, unasked, where it is. */
export type Answer =
  { readonly url: string } | { readonly updates: number; readonly trades: number };

interface Told {
  readonly address?: unknown;
  readonly result?: { readonly token?: unknown };
}

/** Hands a request on to the exchange; whoever logs in becomes a household of this market. */
async function handOn(
  exchange: string,
  request: IncomingMessage,
  response: ServerResponse,
  loggedIn: (token: string, address: Address) => Promise<void>,
): Promise<void> {
  const { url = '/', method = 'GET', headers } = request;
  const body = method === 'GET' ? undefined : await textOf(request);
  const { authorization, 'content-type': type } = headers;
  const answer = await fetch(new URL(url, exchange), {
    method,
    headers: {
      ...(authorization === undefined ? {} : { authorization }),
      ...(type === undefined ? {} : { 'content-type': type }),
    },
    ...(body === undefined ? {} : { body }),
  });
  const text = await answer.text();
  if (url === '/v1/login' && body !== undefined) {
    const address = toAddress(String((JSON.parse(body) as Told).address));
    const token = (JSON.parse(text) as Told).result?.token;
    if (address !== undefined && typeof token === 'string') await loggedIn(token, address);
  }
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
}

/** The desk of a market in which the measured terminal only looks on: its agent is asked for nothing that it could do. */
function deskOf(owners: ReadonlyMap<string, Address>): Desk {
  const desk: Pick<Desk, 'participantOf' | 'handle'> = {
    participantOf: (token) => (token === undefined ? undefined : owners.get(token)),
    handle: (_request, respond) => {
      respond({ error: 'EService:Unavailable' });
    },
  };
  return desk as Desk;
}

async function run(folder: string, seed: number): Promise<void> {
  const exchange = await startExchange({ folder, host: '127.0.0.1', port: 0, policy: 'open' });
  const driver = new Driver(seed);
  await driver.open();
  const owners = new Map<string, Address>();
  const server = createServer((request, response) => {
    const loggedIn = async (token: string, address: Address): Promise<void> => {
      owners.set(token, address);
      await driver.welcome(address);
    };
    handOn(exchange.url, request, response, loggedIn).catch((error: unknown) => {
      response.writeHead(502).end(String(error));
    });
  });
  const clock = systemClock();
  const { feed } = driver.market;
  new Sockets({ desk: deskOf(owners), feed, clock, version: 'bench', mayTrade: () => true }).attach(
    server,
  );
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
