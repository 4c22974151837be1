/**
 * The embedded ledger against what it is held to, and beside it what was recorded of a real node: `npm run bench:ledger [-- --json --quick --rounds N --skip restart]`.
 * Medians of several rounds, of the clock and of the processor, which tells more on a machine that others use. Nothing here passes or fails.
 */
import { loadavg } from 'node:os';
import { optionsOfScript } from '@wattlot/client/config';
import { bareCost, isNative } from './ledger/curve.ts';
import { measureWaits } from './ledger/latency.ts';
import { measureRestart, measureSplits } from './ledger/restart.ts';
import { medianOf, printAll } from './ledger/table.ts';
import type { LedgerFigures } from './ledger/table.ts';
import { measureSettling } from './ledger/trades.ts';

const values = optionsOfScript('npm run bench:ledger --', {
  json: { kind: 'flag', what: 'the figures as one object, the last line' },
  quick: { kind: 'flag', what: 'a first idea: one short round' },
  rounds: {
    kind: 'number',
    value: 'N',
    what: 'how often each part is measured; 5, or 1 when quick',
    least: 1,
    most: 1_000,
  },
  skip: { kind: 'list', value: 'P', what: 'parts that are left out', allowed: ['restart'] },
});
const { quick, skip } = values;
const rounds = values.rounds ?? (quick ? 1 : 5);

async function often<T>(measure: () => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  for (let round = 0; round < rounds; round += 1) all.push(await measure());
  return all;
}

const load = [loadavg()[0] ?? 0];
const curve = { count: quick ? 500 : 2_000, rounds: quick ? 3 : 9 };
const native = await bareCost('secp256k1', curve);
const script = await bareCost('secp256k1/elliptic.js', { ...curve, count: 50 });
const trades = quick ? 100 : 500;
const ladder = medianOf(await often(() => measureSettling({ trades, lots: 10, isLadder: true })));
const single = medianOf(await often(() => measureSettling({ trades, lots: 10, isLadder: false })));
const seconds = quick ? 4 : 20;
const waits = medianOf(await often(() => measureWaits({ perSecond: 50, seconds })));
const unspent = quick ? 20_000 : 200_000;
const size = { transactions: unspent / 2, perBlock: 10 };
const restart = skip.includes('restart') ? undefined : await measureRestart(size, rounds);
const splits = await measureSplits(unspent, rounds);
load.push(loadavg()[0] ?? 0);

const figures: LedgerFigures = {
  rounds,
  load,
  isNative: isNative(),
  native,
  script,
  ladder,
  single,
  waits,
  restart,
  splits,
};
printAll(figures);
if (values.json) console.log(JSON.stringify(figures));
