/**
 * The terminal under load, measured from outside through a pty of 120×50: `npm run bench:tui [-- --json] [--quick] [--rounds N] [--minutes N]`.
 *
 * The program is the one that people run (`wattlot trade`, bundled), with an account and its wallet; ladder, tape, chart and own orders all change at a given
 * rate. In turns with it, round by round: the same screen drawn by Ink alone, and a bare process that writes the recorded bytes. Medians of the rounds;
 * nothing here passes or fails. Linux only.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optionsOfScript } from '@wattlot/client/config';
import { buildPlain, measure, startMarket } from './tui/measure.ts';
import type { Bench, Figures, Program } from './tui/measure.ts';
import { soak } from './tui/soak.ts';
import { median, table } from './tui/table.ts';

/** Which program is looked at under how many updates a second; the terminal's own bytes are what the bare process writes, so it comes first. */
const runs: readonly { readonly program: Program; readonly perSecond: number }[] = [
  { program: 'terminal', perSecond: 50 },
  { program: 'ink', perSecond: 50 },
  { program: 'bare', perSecond: 50 },
  { program: 'terminal', perSecond: 200 },
  { program: 'ink', perSecond: 200 },
  { program: 'terminal', perSecond: 5 },
];

async function inTurns(
  bench: Bench,
  rounds: number,
  lengths: { readonly seconds: number; readonly keys: number },
): Promise<Record<string, Figures>> {
  const seen = new Map<string, Figures[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const { program, perSecond } of runs) {
      const name = `${program} at ${perSecond}/s`;
      const figures = await measure(bench, { program, perSecond, ...lengths });
      seen.set(name, [...(seen.get(name) ?? []), figures]);
      process.stderr.write(`round ${round + 1}, ${name}: ${JSON.stringify(figures)}\n`);
    }
  }
  return Object.fromEntries([...seen].map(([name, all]) => [name, median(all)]));
}

const values = optionsOfScript('npm run bench:tui --', {
  rounds: {
    kind: 'number',
    value: 'N',
    what: 'of all programs and rates in turns',
    usual: 3,
    least: 1,
    most: 1_000,
  },
  quick: { kind: 'flag', what: 'one short round: a first idea in a minute' },
  minutes: {
    kind: 'number',
    value: 'N',
    what: 'instead: memory and processor time of the terminal over N minutes at 50 updates a second',
    least: 1,
    most: 100_000,
  },
  json: { kind: 'flag', what: 'the figures as one object, the last line' },
});
const folder = await mkdtemp(join(tmpdir(), 'wattlot-bench-'));
try {
  const market = await startMarket(join(folder, 'market'));
  const bench = { folder, market, plain: await buildPlain() };
  const { minutes } = values;
  const lengths = values.quick ? { seconds: 4, keys: 30 } : { seconds: 12, keys: 120 };
  const result =
    minutes === undefined
      ? await inTurns(bench, values.quick ? 1 : values.rounds, lengths)
      : await soak(bench, minutes);
  process.stdout.write(minutes === undefined ? table(result as Record<string, Figures>) : '');
  if (values.json || minutes !== undefined) process.stdout.write(`${JSON.stringify(result)}\n`);
  market.end();
} finally {
  await rm(folder, { recursive: true, force: true });
}
