import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startExchange } from '@wattlot/exchange';
import type { RunningExchange } from '@wattlot/exchange';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeMarket } from '../examples/market-maker.ts';
import { balanceHousehold, madeUpHour } from '../examples/self-balancing-household.ts';

let folder = '';
let exchange: RunningExchange;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wattlot-examples-'));
  exchange = await startExchange({
    folder: join(folder, 'exchange'),
    host: '127.0.0.1',
    port: 0,
    policy: 'open',
    failed: (error) => {
      throw error;
    },
  });
});

afterEach(async () => {
  await exchange.close();
  rmSync(folder, { recursive: true, force: true });
});

const household = { target: 2_000, price: 150, step: madeUpHour, stepMs: 100 } as const;

test('the market maker and the household trade with each other, and the quotes move by amendments', async () => {
  const stop = new AbortController();
  const said: string[] = [];
  const market = makeMarket({
    url: exchange.url,
    keyFile: join(folder, 'maker.key'),
    name: 'maker',
    reference: 150,
    spread: 4,
    lots: 20,
    signal: stop.signal,
    say: (line) => said.push(line),
  });
  const settled = await balanceHousehold({
    ...household,
    url: exchange.url,
    keyFile: join(folder, 'household.key'),
    name: 'household',
    trades: 4,
    say: (line) => said.push(line),
  });
  stop.abort();
  expect(settled).toBeGreaterThanOrEqual(4);
  expect(await market).toBeGreaterThan(0);
  expect(said.filter((line) => /amended.*: yes$/.test(line)).length).toBeGreaterThan(0);
});

test('a household takes back what it offers before it buys, and never meets itself', async () => {
  const said: string[] = [];
  const cancelled: string[] = [];
  const stop = new AbortController();
  const unsubscribe = exchange.onEvent((event) => {
    if (event.kind === 'order.cancelled') cancelled.push(event.reason);
  });
  // Nobody buys from it: what it offers is there when it lacks something.
  await balanceHousehold({
    ...household,
    step: (count) => (count < 2 ? 200 : -200),
    url: exchange.url,
    keyFile: join(folder, 'household.key'),
    name: 'household',
    signal: stop.signal,
    say: (line) => {
      said.push(line);
      if (said.filter((each) => each.startsWith('buys')).length === 2) stop.abort();
    },
  });
  unsubscribe();
  expect(said.some((line) => line.startsWith('takes back'))).toBe(true);
  expect(cancelled).not.toContain('self_trade');
});

test('the hours of made-up sun and use come to nothing in a day', () => {
  let sum = 0;
  for (let hour = 0; hour < 12; hour += 1) sum += madeUpHour(hour);
  expect(sum).toBe(0);
  expect(Math.max(...Array.from({ length: 12 }, (_, hour) => madeUpHour(hour)))).toBe(400);
});

test('both run as programs, with the types stripped by Node alone', async () => {
  const run = (name: string, ...args: readonly string[]) => {
    const file = join(import.meta.dirname, '..', 'examples', name);
    const rest = ['--url', exchange.url, '--key', join(folder, `${name}.key`), '--trades', '2'];
    return promisify(execFile)(process.execPath, [file, ...rest, ...args], { timeout: 50_000 });
  };
  const [market, home] = await Promise.all([
    run('market-maker.ts', '--spread', '4'),
    run('self-balancing-household.ts', '--step-ms', '100'),
  ]);
  for (const { stdout } of [market, home]) {
    expect(Number(/(\d+) trades settled/.exec(stdout)?.[1])).toBeGreaterThanOrEqual(2);
  }
});
