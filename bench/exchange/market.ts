/**
 * A process with the exchange's core, sequencer, feed and sockets as they are, and neither disk nor wallets behind them, so that what is measured is the way from a change of the book
 * to those who follow it. Changes come as fast as its subscribers take them; each is an amendment that takes one lot off an ask.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toLots } from '@wattlot/core';
import type { OrderId } from '@wattlot/core';
import { systemClock } from '@wattlot/exchange';
import { Desk } from '../../packages/exchange/src/gateway/desk.ts';
import { Sessions } from '../../packages/exchange/src/gateway/sessions.ts';
import { Sockets } from '../../packages/exchange/src/gateway/sockets.ts';
import type { LedgerPort } from '../../packages/exchange/src/ledger-port.ts';
import { Deliveries } from '../../packages/exchange/src/offers.ts';
import { usualLimits } from '../../packages/exchange/src/operating-limits.ts';
import { alice, TestMarket } from '../../packages/exchange/src/testing.ts';
import { answerJobs } from './process.ts';

/** Changes for so long, so many in each commit. */
export interface ChangesJob {
  readonly ms: number;
  readonly together: number;
}

/** How much was changed. */
export interface Changed {
  readonly commits: number;
  readonly changes: number;
}

/** Bytes that may wait for one subscriber before the next commit waits for them: as the peer has it. */
const waitingMax = 64 * 1024;

/** Lots of an ask when it is placed. */
const fullLots = 1_000;

/** Asks, one a price: so many levels can change in one commit. */
const asks = 16;
const [firstPrice, funds] = [100, 1_000_000_000];

function sure<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a value is missing');
  return value;
}

const market = await new TestMarket().open();
await market.fund(alice, 'energy', funds);
const { sequencer, feed, clock } = market;

const system = systemClock();
const wallNow = system.now;
const now = (): number => wallNow() / 1000;
const sessions = new Sessions({
  exchange: 'bench',
  now,
  random: (length) => Buffer.alloc(length),
  verify: () => true,
  isAdmitted: () => true,
});
// Nobody orders here over a socket, so no offer is ever delivered.
const deliveries = new Deliveries(feed, {} as LedgerPort);
const desk = new Desk({ sequencer, feed, sessions, deliveries, now, wallNow, newId: randomUUID });
const limits = { ...usualLimits, connections: 5_000, 'connections-per-source': 5_000 };
const sockets = new Sockets({
  desk,
  feed,
  clock: system,
  version: 'bench',
  mayTrade: () => false,
  limits,
});
const server = createServer();
sockets.attach(server);
await new Promise<void>((listening) => {
  server.listen(0, '127.0.0.1', listening);
});

interface Ask {
  readonly price: number;
  order: OrderId | undefined;
  lots: number;
}

const book: Ask[] = Array.from({ length: asks }, (_, index) => ({
  price: firstPrice + index,
  order: undefined,
  lots: 0,
}));

/** An ask of all its lots in the place of one that is used up. */
async function refill(ask: Ask): Promise<void> {
  if (ask.order !== undefined) {
    await market.submit({ kind: 'order.cancel', participant: alice, order: ask.order });
  }
  const events = await market.place(alice, 'ask', { price: ask.price, volume: fullLots });
  const placed = events.find((event) => event.kind === 'order.placed');
  ask.order = sure(placed).view.order;
  ask.lots = fullLots;
}

/** One commit: it is told of when this resolves. */
async function change(commit: readonly Ask[]): Promise<void> {
  clock.micros = Math.max(wallNow(), clock.micros + 1);
  for (const ask of commit) if (ask.lots <= 1) await refill(ask);
  const amended = commit.map((ask) => {
    ask.lots -= 1;
    const volume = sure(toLots(ask.lots));
    const order = sure(ask.order);
    return market.submit({ kind: 'order.amend', participant: alice, order, volume });
  });
  await Promise.all(amended);
}

async function changes({ ms, together }: ChangesJob): Promise<Changed> {
  for (const ask of book) await refill(ask);
  const end = performance.now() + ms;
  let commits = 0;
  while (performance.now() < end) {
    const first = commits % asks;
    await change(
      Array.from({ length: together }, (_, index) => sure(book[(first + index) % asks])),
    );
    commits += 1;
    do await new Promise((next) => setImmediate(next));
    while (sockets.waitingBytes > waitingMax);
  }
  return { commits, changes: commits * together };
}

const { port } = server.address() as AddressInfo;
answerJobs(`ws://127.0.0.1:${port}/v2`, changes);
