import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Instant } from '@wattlot/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { instant, instrument } from '../testing.ts';
import { createClock } from './clock.ts';
import { FakeMarket } from './fake-market.ts';
import { createFakeTime } from './fake-time.ts';
import type { FakeTime } from './fake-time.ts';
import { generatedReadings } from './generator.ts';
import { ordersMax } from './limits.ts';
import { runNeighbourhood } from './neighbourhood.ts';
import type { NeighbourhoodOptions } from './neighbourhood.ts';
import { endow, runOwnMeter } from './own-household.ts';
import { seoul } from './sun.ts';

const noon = instant(Date.UTC(2025, 5, 10, 3) * 1_000);
const night = instant(Date.UTC(2025, 11, 10, 18) * 1_000);

let folder = '';
let time: FakeTime = createFakeTime();
let market = new FakeMarket(time);
let lines: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'neighbourhood-'));
  time = createFakeTime();
  market = new FakeMarket(time);
  lines = [];
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const clockAt = (startAt: Instant) =>
  createClock({ startAt, wallAt: 0, speed: 60, wall: () => time.now() });

function optionsAt(startAt: Instant): NeighbourhoodOptions {
  return {
    url: 'http://127.0.0.1:1',
    folder: join(folder, 'keys'),
    households: 20,
    seed: 1,
    run: 'test',
    clock: clockAt(startAt),
    timers: time,
    log: (line) => lines.push(line),
    open: async ({ name }) => market.participant(name),
  };
}

test.each([
  ['noon in summer', noon],
  ['night in winter', night],
])('at %s a book stands within two seconds and trades follow', async (_, startAt) => {
  const neighbourhood = await runNeighbourhood(optionsAt(startAt));
  await time.advance(2_000);
  const sides = market.book().map(({ side }) => side);
  expect(sides.filter((side) => side === 'ask').length).toBeGreaterThanOrEqual(5);
  expect(sides.filter((side) => side === 'bid').length).toBeGreaterThanOrEqual(3);
  await time.advance(8_000);
  expect(market.trades.length).toBeGreaterThanOrEqual(3);
  await time.advance(50_000);
  expect(market.trades.length).toBeGreaterThanOrEqual(25);
  const { opened, orders, boughtLots, soldLots, failed } = neighbourhood.stats();
  expect(opened).toBe(20);
  // Several a second.
  expect(orders).toBeGreaterThan(100);
  expect(boughtLots).toBe(market.trades.reduce((sum, { volume }) => sum + volume, 0));
  expect(soldLots).toBe(boughtLots);
  expect(failed).toBe(0);
  await neighbourhood.stop();
});

test('nobody has more than six live orders, and energy and ecoin are conserved', async () => {
  market.watch = (account) => {
    expect(account.orders.size).toBeLessThan(ordersMax);
  };
  const neighbourhood = await runNeighbourhood(optionsAt(noon));
  await time.advance(120_000);
  await neighbourhood.stop();
  const { issued, retired, ecoin } = market.supply;
  const sum = (of: (account: { energy: number; ecoin: number }) => number): number =>
    market.accounts.reduce((total, account) => total + of(account), 0);
  expect(sum(({ energy }) => energy)).toBe(issued - retired);
  expect(sum((account) => account.ecoin)).toBe(ecoin);
  const stats = neighbourhood.stats();
  expect(stats.retiredLots * instrument.lot).toBe(retired);
  // The batteries' first charge is not the meters'.
  expect(stats.issuedLots * instrument.lot).toBeLessThan(issued);
});

test('two runs with the same seed are the same', async () => {
  const runs: string[] = [];
  for (let run = 0; run < 2; run += 1) {
    time = createFakeTime();
    market = new FakeMarket(time);
    const neighbourhood = await runNeighbourhood(optionsAt(noon));
    await time.advance(20_000);
    await neighbourhood.stop();
    runs.push(JSON.stringify(market.trades));
  }
  expect(runs[0]).toBe(runs[1]);
  expect(runs[0]).not.toBe('[]');
});

test('when the exchange goes away everybody waits, and goes on when it is back', async () => {
  const neighbourhood = await runNeighbourhood(optionsAt(noon));
  await time.advance(20_000);
  market.connect(false);
  const before = market.trades.length;
  const { orders } = neighbourhood.stats();
  await time.advance(60_000);
  expect(market.trades).toHaveLength(before);
  expect(neighbourhood.stats().orders).toBe(orders);
  market.connect(true);
  await time.advance(20_000);
  expect(market.trades.length).toBeGreaterThan(before);
  await neighbourhood.stop();
});

test('households whose exchange does not answer try again, and say so once', async () => {
  let calls = 0;
  const options = optionsAt(noon);
  const neighbourhood = await runNeighbourhood({
    ...options,
    open: async (wanted) => {
      calls += 1;
      if (calls <= 12) throw new Error('connection refused');
      return options.open?.(wanted) ?? market.participant(wanted.name);
    },
  });
  await time.advance(10_000);
  expect(neighbourhood.stats().opened).toBe(20);
  expect(lines.filter((line) => line.includes('connection refused'))).toEqual([
    'a household waits: connection refused',
  ]);
  await neighbourhood.stop();
});

test('a household whose key cannot be used stays out, the others trade', async () => {
  const options = optionsAt(noon);
  const neighbourhood = await runNeighbourhood({
    ...options,
    open: async ({ name }) => {
      if (name === 'house-07') {
        throw Object.assign(new Error('the key file is open to others'), { retryable: false });
      }
      return market.participant(name);
    },
  });
  await time.advance(20_000);
  expect(neighbourhood.stats().opened).toBe(19);
  expect(lines).toContain('house-07 stays out: the key file is open to others');
  expect(market.trades).not.toHaveLength(0);
  await neighbourhood.stop();
});

test('it can be stopped while it waits for an exchange that never answers', async () => {
  const neighbourhood = await runNeighbourhood({
    ...optionsAt(noon),
    open: async () => Promise.reject(new Error('connection refused')),
  });
  await time.advance(1_500);
  await neighbourhood.stop();
  expect(neighbourhood.stats()).toMatchObject({ households: 20, opened: 0, orders: 0 });
});

test('after it was stopped nothing happens any more, and the keys folder is private', async () => {
  const neighbourhood = await runNeighbourhood(optionsAt(noon));
  await time.advance(5_000);
  await neighbourhood.stop();
  const before = neighbourhood.stats();
  await time.advance(60_000);
  expect(neighbourhood.stats()).toEqual(before);
  expect((await stat(join(folder, 'keys'))).mode & 0o777).toBe(0o700);
  expect(lines).toEqual([
    '20 households, 10 with 69.8 kW of solar panels, 2 with cogeneration, 71.5 kWh of batteries; a generated day',
  ]);
});

test('the own household is endowed once, with energy and ecoin', async () => {
  const { client, meter, account } = market.participant('house-00');
  await expect(endow({ client, meter })).resolves.toEqual({ energy: 5_000, ecoin: 100_000 });
  expect(account).toMatchObject({ energy: 5_000, ecoin: 100_000 });
  await expect(endow({ client, meter })).resolves.toEqual({ energy: 0, ecoin: 0 });
  expect(account).toMatchObject({ energy: 5_000, ecoin: 100_000 });
});

test('the own meter issues the surplus of each quarter-hour as far as the battery holds', async () => {
  const { client, meter, account } = market.participant('house-00');
  const readings = generatedReadings(1, seoul);
  const stop = runOwnMeter({
    client,
    meter,
    readings,
    clock: clockAt(noon),
    timers: time,
    log: (line) => lines.push(line),
  });
  await time.advance(40_000);
  expect(account.energy).toBeGreaterThan(500);
  expect(account.energy % instrument.lot).toBe(0);
  expect(lines[0]).toMatch(/^the meter issued \d+ lots$/);
  await time.advance(600_000);
  expect(account.energy).toBeLessThanOrEqual(10_000);
  await stop();
  const before = account.energy;
  await time.advance(60_000);
  expect(account.energy).toBe(before);
});
