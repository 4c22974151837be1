/**
 * Kills the real exchange at random moments while four households trade on it, again and again: `node test/kill.ts --cycles N [--seed S]`. After each kill every
 * acknowledged order is in the journal once, no entry is missing, the audit finds nothing, two replays agree; and trades go on to settle.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { check } from './kill/check.ts';
import type { Checked } from './kill/check.ts';
import { startServer } from './kill/server.ts';
import { later, Trader } from './kill/traders.ts';
import type { Random } from './kill/traders.ts';

/** How often, and how it went on. */
export interface KillOptions {
  readonly cycles: number;
  readonly seed: number;
  readonly log: (line: string) => void;
}

/** Outcome of all cycles. */
export interface Killed extends Checked {
  readonly promised: number;
}

/** Milliseconds of trading before a kill, at least and at most. */
const [leastMs, mostMs] = [50, 450];

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
  try {
    for (const name of ['seller-1', 'seller-2', 'buyer-1', 'buyer-2']) {
      const side = name.startsWith('seller') ? 'ask' : 'bid';
      traders.push(await Trader.open(server.url, folder, { name, side, random }));
    }
    const promised = (): Trader['promised'] => traders.flatMap((trader) => trader.promised);
    for (let cycle = 1; cycle <= cycles; cycle += 1) {
      let isOver = false;
      const trading = traders.map((trader) => trader.trade(() => isOver));
      await later(leastMs + random() * (mostMs - leastMs));
      await server.kill();
      isOver = true;
      await Promise.all(trading);
      const found = check(folder, promised());
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
    return { ...check(folder, promised()), promised: promised().length };
  } catch (error) {
    throw new Error(`seed ${seed}`, { cause: error });
  } finally {
    await server.kill();
    await Promise.all(traders.map((trader) => trader.close()));
    rmSync(folder, { recursive: true, force: true });
  }
}

function settledOf(traders: readonly Trader[]): number {
  return traders.reduce((sum, { settled }) => sum + settled, 0);
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: { cycles: { type: 'string', default: '100' }, seed: { type: 'string' } },
  });
  const [cycles, seed] = [Number(values.cycles), Number(values.seed ?? Date.now() % 1_000_000)];
  if (!Number.isSafeInteger(cycles) || cycles < 1 || !Number.isSafeInteger(seed)) {
    process.stderr.write('usage: node test/kill.ts [--cycles N] [--seed S]\n');
    process.exitCode = 2;
  } else {
    const log = (line: string): void => console.log(line);
    log(`seed ${seed}`);
    const { entries, orders, trades, settled, promised } = await kill({ cycles, seed, log });
    log(
      `${cycles} kills: ${promised} orders acknowledged, none lost; ${entries} entries, ${orders} orders, ${settled} of ${trades} trades settled`,
    );
  }
}
