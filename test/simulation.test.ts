import { expect, test } from 'vitest';
import { commandFor, lineFor } from './simulate.ts';
import { plantedFaults } from './simulation/faults.ts';
import { runSeed } from './simulation/run.ts';

/** Milliseconds for a hundred seeds on a machine that is busy with other things. */
const patience = 600_000;

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

test.each([1, 101, 201])(
  'nothing breaks in the hundred seeds from %d',
  { timeout: patience },
  async (from) => {
    const failing: string[] = [];
    const sum = { orders: 0, trades: 0, settled: 0, released: 0, restarts: 0 };
    for (let seed = from; seed < from + 100; seed += 1) {
      const result = await runSeed({ seed });
      if (result.violations.length > 0) failing.push(lineFor(result));
      sum.orders += result.counts.orders;
      sum.trades += result.counts.trades;
      sum.settled += result.counts.settled;
      sum.released += result.counts.released;
      sum.restarts += result.counts.restarts;
    }
    expect(failing).toEqual([]);
    // A simulation in which nothing happens proves nothing.
    expect(sum.orders).toBeGreaterThan(1_000);
    expect(sum.trades).toBeGreaterThan(100);
    expect(sum.settled).toBeGreaterThan(100);
    expect(sum.released).toBeGreaterThan(10);
    expect(sum.restarts).toBeGreaterThan(200);
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
  expect(lineFor(result)).toContain(commandFor(3));
  expect(commandFor(3)).toBe('npm run simulate -- --seed 3');
});
