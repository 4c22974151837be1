import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { commandFor, lineFor } from './simulate.ts';
import { plantedFaults } from './simulation/faults.ts';
import { runSeed } from './simulation/run.ts';
import type { RunResult } from './simulation/run.ts';

/** Milliseconds for all seeds on a machine that is busy with other things. */
const patience = 900_000;

/** A seed as the command prints it. */
type Played = Pick<RunResult, 'seed' | 'violations' | 'counts'> & { readonly again: string };

test('a seed does the same again, to the last frame, and another one does something else', async () => {
  const [first, again, other] = [
    await runSeed({ seed: 7 }),
    await runSeed({ seed: 7 }),
    await runSeed({ seed: 8 }),
  ];
  expect(again).toEqual(first);
  expect(other.traceHash).not.toBe(first.traceHash);
  expect(other.stateHash).not.toBe(first.stateHash);
});

test(
  'nothing breaks in three hundred seeds, and much happens in them',
  { timeout: patience },
  async () => {
    // In a process of its own: the test runner's way of loading modules costs half as much again.
    const program = fileURLToPath(new URL('simulate.ts', import.meta.url));
    const run = promisify(execFile)(process.execPath, [program, '--seeds', '300', '--json'], {
      maxBuffer: 64 * 1024 * 1024,
    });
    // One that fails ends with 1 and prints the same.
    const { stdout } = await run.catch((error: { readonly stdout: string }) => error);
    const { seeds }: { readonly seeds: readonly Played[] } = JSON.parse(stdout);
    expect(seeds.filter(({ violations }) => violations.length > 0)).toEqual([]);
    const sum = (what: keyof RunResult['counts']): number => {
      return seeds.reduce((all, { counts }) => all + counts[what], 0);
    };
    expect(seeds.length).toBe(300);
    // A simulation in which nothing happens proves nothing.
    expect(sum('orders')).toBeGreaterThan(5_000);
    expect(sum('trades')).toBeGreaterThan(500);
    expect(sum('settled')).toBeGreaterThan(500);
    expect(sum('released')).toBeGreaterThan(30);
    expect(sum('restarts')).toBeGreaterThan(500);
  },
);

test.each(plantedFaults)('it is found when %s', { timeout: patience }, async (fault) => {
  let found: readonly string[] = [];
  for (let seed = 1; seed <= 20 && found.length === 0; seed += 1) {
    found = (await runSeed({ seed, fault })).violations;
  }
  expect(found).not.toEqual([]);
});

test('a failing seed is told in a line with the command that plays it again', async () => {
  const result = await runSeed({ seed: 3, fault: 'the feed drops an update' });
  expect(lineFor(result)).toContain('seed 3 FAILS: ');
  expect(lineFor(result)).toContain(result.traceHash.slice(0, 16));
  expect(lineFor(result)).toContain('again: npm run simulate -- --seed 3');
  expect(commandFor({ seed: 3, seconds: 60 })).toBe('npm run simulate -- --seed 3 --seconds 60');
});
