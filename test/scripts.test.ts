/** Benches, examples and long tests say what they take, and do nothing when they are asked for something else. */
import { spawnSync } from 'node:child_process';
import type { SpawnSyncReturns } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const scripts = [
  'bench/core.ts',
  'bench/ledger.ts',
  'bench/market.ts',
  'bench/restart.ts',
  'bench/hostile.ts',
  'bench/exchange.ts',
  'bench/tui.ts',
  'examples/market-maker.ts',
  'examples/self-balancing-household.ts',
  'test/simulate.ts',
  'test/kill.ts',
];

function run(script: string, ...words: readonly string[]): SpawnSyncReturns<string> {
  const args = [join(root, script), ...words];
  return spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', timeout: 50_000 });
}

test.each(scripts)('%s tells its options, and refuses another in one line', (script) => {
  const help = run(script, '--help');
  expect([help.status, help.stderr]).toEqual([0, '']);
  expect(help.stdout).toMatch(/ \[options\]\n( {2}--.*\n)+ {2}--help +this\n$/);
  const wrong = run(script, '--nonsense');
  expect([wrong.status, wrong.stdout]).toEqual([2, '']);
  expect(wrong.stderr).toMatch(
    /^(npm run|node) [^\n]+: there is no "--nonsense"; --help tells what there is\n$/,
  );
});
