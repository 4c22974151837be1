/** The neighbourhood against a real exchange: sockets, wallets, signatures and blocks, in this process. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createClock, firstStart, runNeighbourhood } from '@wattlot/client/household';
import type { Neighbourhood } from '@wattlot/client/household';
import { startExchange } from '@wattlot/exchange';
import type { RunningExchange } from '@wattlot/exchange';
import { expect, it } from 'vitest';
import { emptyFolder } from './run-wattlot.ts';

const households = 6;

async function startIn(folder: string, port = 0): Promise<RunningExchange> {
  return startExchange({
    folder: join(folder, 'exchange'),
    host: '127.0.0.1',
    port,
    policy: 'open',
    failed: (error) => {
      throw error;
    },
  });
}

async function moveIn(folder: string, url: string, lines: string[]): Promise<Neighbourhood> {
  const wall = (): number => Date.now();
  return runNeighbourhood({
    url,
    folder: join(folder, 'households'),
    households,
    seed: 3,
    run: wall().toString(36),
    clock: createClock({ startAt: firstStart(wall()), wallAt: wall(), speed: 60, wall }),
    log: (line) => lines.push(line),
  });
}

/** Settles when so many trades of the exchange have settled whole, counted from now. */
async function settled(exchange: RunningExchange, count: number): Promise<void> {
  let trades = 0;
  await new Promise<void>((resolve) => {
    const stop = exchange.onEvent((event) => {
      if (event.kind !== 'trade.updated' || !event.final) return;
      if (event.trade.lots.every(({ state }) => state === 'settled')) trades += 1;
      if (trades < count) return;
      stop();
      resolve();
    });
  });
}

it('households trade with each other and their trades settle', async () => {
  const { folder, remove } = await emptyFolder();
  const exchange = await startIn(folder);
  const lines: string[] = [];
  const neighbourhood = await moveIn(folder, exchange.url, lines);
  try {
    await settled(exchange, 5);
    expect(exchange.participantsAdmitted).toBe(households);
    expect(
      exchange
        .participants()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(Array.from({ length: households }, (_, at) => `house-0${at + 1}`));
    const { opened, orders, failed } = neighbourhood.stats();
    expect(opened).toBe(households);
    expect(orders).toBeGreaterThan(5);
    expect(failed).toBe(0);
    expect(lines).toHaveLength(1);
    const key = await stat(join(folder, 'households', 'house-01.key'));
    expect(key.mode & 0o777).toBe(0o600);
  } finally {
    await neighbourhood.stop();
    await exchange.close();
    await remove();
  }
});

it('the exchange goes away and comes back, and trading goes on', async () => {
  const { folder, remove } = await emptyFolder();
  let exchange = await startIn(folder);
  const { port } = exchange;
  const neighbourhood = await moveIn(folder, exchange.url, []);
  try {
    await settled(exchange, 2);
    await exchange.close();
    exchange = await startIn(folder, port);
    await settled(exchange, 2);
    expect(neighbourhood.stats().opened).toBe(households);
  } finally {
    await neighbourhood.stop();
    await exchange.close();
    await remove();
  }
});

it('a second run of the same households continues with what they own', async () => {
  const { folder, remove } = await emptyFolder();
  const exchange = await startIn(folder);
  try {
    for (let run = 0; run < 2; run += 1) {
      const neighbourhood = await moveIn(folder, exchange.url, []);
      await settled(exchange, 2);
      await neighbourhood.stop();
    }
    expect(exchange.participantsAdmitted).toBe(households);
  } finally {
    await exchange.close();
    await remove();
  }
});
