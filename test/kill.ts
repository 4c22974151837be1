/**
 * Kills the real exchange at random moments, and between a match and its settlement, while four households trade on it, again and again: `node test/kill.ts --cycles N
 * [--seed S]`. After each kill every acknowledged order is in the journal once, no entry is missing, the audit finds nothing, two replays agree; a reader that
 * comes back after each kill is told every trade once and books that follow each other, all of them the replay's; and trades go on to settle.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optionsOfScript } from '@wattlot/client/config';
import { check } from './kill/check.ts';
import type { Checked } from './kill/check.ts';
import { startServer } from './kill/server.ts';
import { later, Trader } from './kill/traders.ts';
import type { Random } from './kill/traders.ts';
import { Watcher } from './kill/watcher.ts';

/** How often, and how it went on. */
export interface KillOptions {
  readonly cycles: number;
  readonly seed: number;
  readonly log: (line: string) => void;
}

/** Outcome of all cycles. */
export interface Killed extends Checked {
  readonly promised: number;
  /** Trades that the reader of the public feed was told. */
  readonly told: number;
  /** How often it came back. */
  readonly resumed: number;
}

/** Milliseconds of trading before a kill, at least and at most. */
const [leastMs, mostMs] = [50, 450];

/** One kill in so many falls between a match and its settlement. */
const matchKills = 4;

function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Trades and kills. @throws Error that says what was lost, with the seed to see it again. */
export async function kill({ cycles, seed, log }: KillOptions): Promise<Killed> {
  const folder = mkdtempSync(join(tmpdir(), 'wattlot-kill-'));
  const random = randomFrom(seed);
  const traders: Trader[] = [];
  let server = await startServer(folder);
  const watcher = new Watcher(server.url, 'KWH/ECOIN');
  const look = (): Checked => {
    if (watcher.fault !== undefined) throw new Error(watcher.fault);
    const promised = traders.flatMap((trader) => trader.promised);
    const orders = traders.flatMap((trader) => [...trader.orders.values()]);
    const found = check(folder, promised, { public: watcher, orders });
    watcher.forgetBooks();
    return found;
  };
  try {
    for (const name of ['seller-1', 'seller-2', 'buyer-1', 'buyer-2']) {
      const side = name.startsWith('seller') ? 'ask' : 'bid';
      traders.push(await Trader.open(server.url, folder, { name, side, random }));
    }
    for (let cycle = 1; cycle <= cycles; cycle += 1) {
      let isOver = false;
      const trading = traders.map((trader) => trader.trade(() => isOver));
      await later(leastMs + random() * (mostMs - leastMs));
      if (cycle % matchKills === 0) await Promise.race([server.traded(), later(2_000)]);
      await server.kill();
      isOver = true;
      await Promise.all(trading);
      const found = look();
      log(
        `kill ${cycle}: ${found.entries} entries, ${found.orders} orders, ${found.settled} of ${found.trades} trades settled`,
      );
      server = await startServer(folder, server.port);
      await Promise.all(traders.map((trader) => trader.live()));
    }
    const before = settledOf(traders);
    let isOver = false;
    const trading = traders.map((trader) => trader.trade(() => isOver));
    for (let waited = 0; settledOf(traders) <= before && waited < 10_000; waited += 20)
      await later(20);
    isOver = true;
    await Promise.all(trading);
    if (settledOf(traders) <= before) throw new Error('nothing settles any more');
    await server.stop();
    const promised = traders.reduce((sum, trader) => sum + trader.promised.length, 0);
    return {
      ...look(),
      promised,
      told: watcher.trades.size,
      resumed: watcher.connections - 1,
    };
  } catch (error) {
    throw new Error(`seed ${seed}`, { cause: error });
  } finally {
    watcher.close();
    await server.kill();
    await Promise.all(traders.map((trader) => trader.close()));
    rmSync(folder, { recursive: true, force: true });
  }
}

function settledOf(traders: readonly Trader[]): number {
  return traders.reduce((sum, { settled }) => sum + settled, 0);
}

if (process.argv[1] === import.meta.filename) {
  const number = { kind: 'number', value: 'N', most: 4_294_967_295 } as const;
  const options = optionsOfScript('npm run test:kill --', {
    cycles: { ...number, what: 'kills', usual: 100, least: 1 },
    seed: { ...number, what: 'of all that is chance; without it by the clock', least: 0 },
  });
  const { cycles, seed = Date.now() % 1_000_000 } = options;
  const log = (line: string): void => console.log(line);
  log(`seed ${seed}`);
  const done = await kill({ cycles, seed, log });
  const { entries, orders, trades, settled, promised, told, resumed } = done;
  log(
    `${cycles} kills: ${promised} orders acknowledged, none lost; ${entries} entries, ${orders} orders, ${settled} of ${trades} trades settled; a reader came back ${resumed} times and was told ${told} trades, none twice, none missing`,
  );
}
