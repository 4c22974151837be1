/**
 * Simulates the whole exchange with its households, seed by seed: `node test/simulate.ts --seeds N [--seed S] [--seconds T] [--json] [--trace]`. Each failing seed is a line with the
 * command that plays it again exactly.
 */
import { optionsOfScript } from '@wattlot/client/config';
import { runSeed, tradingSecondsDefault } from './simulation/run.ts';
import type { RunResult } from './simulation/run.ts';

/** The command that plays a seed again. */
export function commandFor({ seed, seconds }: Pick<RunResult, 'seed' | 'seconds'>): string {
  const length = seconds === tradingSecondsDefault ? '' : ` --seconds ${seconds}`;
  return `npm run simulate -- --seed ${seed}${length}`;
}

/** One line for a person. */
export function lineFor(result: RunResult): string {
  const { seed, violations, traceHash, counts } = result;
  const [first = ''] = violations;
  const more = violations.length > 1 ? ` (and ${violations.length - 1} more)` : '';
  const { entries, orders, trades, settled, restarts } = counts;
  const what = `${entries} entries, ${orders} orders, ${trades} trades, ${settled} lots settled, ${restarts} starts`;
  return violations.length === 0
    ? `seed ${seed}: ${what}, trace ${traceHash.slice(0, 16)}`
    : `seed ${seed} FAILS: ${first}${more}; trace ${traceHash.slice(0, 16)}; again: ${commandFor(result)}`;
}

async function main(): Promise<void> {
  const number = { kind: 'number', value: 'N', least: 1 } as const;
  const values = optionsOfScript('npm run simulate --', {
    seeds: { ...number, what: 'how many', usual: 1, most: 1_000_000_000 },
    seed: { ...number, what: 'the first', usual: 1, least: 0, most: 4_294_967_295 },
    seconds: { ...number, what: 'of trading', usual: tradingSecondsDefault, most: 1_000_000 },
    json: { kind: 'flag', what: 'one object, the last line' },
    trace: { kind: 'flag', what: 'each line of the trace' },
  });
  const { seed: first, seeds: count, seconds } = values;
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  // Whoever reads has seen enough.
  process.stdout.once('error', ({ code }: NodeJS.ErrnoException) =>
    process.exit(code === 'EPIPE' ? 0 : 1),
  );
  const began = process.cpuUsage();
  const results: RunResult[] = [];
  for (let seed = first; seed < first + count; seed += 1) {
    const trace = values.trace ? { trace: (line: string) => void process.stdout.write(line) } : {};
    const result = await runSeed({ seed, seconds, ...trace });
    results.push(result);
    if (!values.json) say(lineFor(result));
    if (!values.json && count === 1) for (const one of result.violations) say(`  ${one}`);
  }
  const failing = results.filter(({ violations }) => violations.length > 0);
  const { user, system } = process.cpuUsage(began);
  const cpuSeconds = (user + system) / 1e6;
  if (values.json) {
    const seeds = results.map((result) => ({ ...result, again: commandFor(result) }));
    say(JSON.stringify({ seeds, failing: failing.length, cpuSeconds }));
  } else {
    say(`${count - failing.length} of ${count} seeds hold, ${cpuSeconds.toFixed(1)} s of CPU`);
  }
  process.exitCode = failing.length > 0 ? 1 : 0;
}

if (import.meta.main) await main();
