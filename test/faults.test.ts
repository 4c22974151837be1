/** The real client and the real server with a connection between them that goes wrong. */
import { openParticipant } from '@wattlot/client';
import type { Participant } from '@wattlot/client';
import { toAmount, toLots, toMarketSymbol, toPrice } from '@wattlot/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FaultProxy } from './faults/proxy.ts';
import type { Fault } from './faults/proxy.ts';
import { check } from './kill/check.ts';
import { startServer } from './kill/server.ts';
import type { Server } from './kill/server.ts';
import { impatient } from './bot.ts';
import { emptyFolder } from './run-wattlot.ts';

function sure<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a value is missing');
  return value;
}

const symbol = sure(toMarketSymbol('KWH/ECOIN'));

let server: Server;
let proxy: FaultProxy;
let participant: Participant;
let folder = '';
const ends: (() => unknown)[] = [];
/** What became of each order, as its client was told: at once, or when it had found out. */
const outcomes = new Map<string, string>();
let isLive = false;
let wake: () => void = () => undefined;

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise<void>((woken) => (wake = woken));
}

beforeAll(async () => {
  const made = await emptyFolder();
  ({ folder } = made);
  ends.push(made.remove);
  server = await startServer(folder);
  ends.push(() => server.kill());
  proxy = await FaultProxy.open(server.url);
  ends.push(() => proxy.close());
  const keyFile = `${folder}/client.key`;
  participant = await openParticipant({
    url: proxy.url,
    keyFile,
    name: 'client',
    clock: impatient,
  });
  ends.push(() => participant.close());
  let isFunded = false;
  participant.client.listen((event) => {
    if (event.kind === 'connection') isLive = event.state === 'live';
    else if (event.kind === 'reconciled') outcomes.set(event.clientOrderId, event.outcome.kind);
    else if (event.kind === 'balances')
      isFunded ||= event.balances.some(({ balance }) => balance > 0);
    wake();
  });
  await until(() => isLive);
  await participant.client.requestEcoin(sure(toAmount(100_000)));
  await until(() => isFunded);
}, 60_000);
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});

let count = 0;

/** Places an order. @returns its id, once the client knows or has said that it does not. */
async function place(): Promise<string> {
  count += 1;
  const clientOrderId = `cut-${count}`;
  const outcome = await participant.client.placeOrder({
    clientOrderId,
    symbol,
    side: 'bid',
    price: sure(toPrice(count)),
    volume: sure(toLots(1)),
    timeInForce: count % 2 === 0 ? 'ioc' : 'gtc',
    postOnly: false,
  });
  if (outcome.kind !== 'unknown') outcomes.set(clientOrderId, outcome.kind);
  wake();
  return clientOrderId;
}

/** Bytes of a message to cut after: its first ones, and then ever more of it and of what comes behind it. */
const cuts = [0, 1, 2, 7, 40, 120, 250, 300, 420, 700];

const faults: readonly Fault[] = [
  ...cuts.map((afterBytes) => ({ direction: 'up', afterBytes, how: 'end' }) as const),
  ...cuts.map((afterBytes) => ({ direction: 'down', afterBytes, how: 'end' }) as const),
  ...[0, 130, 400].flatMap((afterBytes) => [
    { direction: 'up', afterBytes, how: 'reset' } as const,
    { direction: 'down', afterBytes, how: 'reset' } as const,
  ]),
  { direction: 'up', afterBytes: 100, how: 'silent' },
  { direction: 'down', afterBytes: 1, how: 'silent' },
];

test('an order whose connection is cut at any byte is placed once or not at all, and its client learns which', async () => {
  for (const fault of faults) {
    await until(() => isLive);
    proxy.arm(fault);
    const id = await place();
    // Live again or still, the client knows.
    await until(() => outcomes.has(id) && isLive);
  }
  // Late bytes are no lost ones.
  proxy.delayMs = 30;
  await place();
  proxy.delayMs = 0;
  // Most faults fell into the order or its answer. What was not written is surely not done: a plain no.
  expect(proxy.hurt).toBeGreaterThan(faults.length / 2);
  expect(outcomes.size).toBe(count);
  const taken = [...outcomes].filter(([, kind]) => kind === 'yes').map(([id]) => id);
  expect(taken.length).toBeGreaterThan(count / 2);

  const { address } = participant.wallet;
  await server.stop();
  const promised = taken.map((clientOrderId) => ({ participant: address, clientOrderId }));
  // None is there twice, none is missing, and there is no other.
  expect(check(folder, promised).orders).toBe(taken.length);
}, 120_000);
