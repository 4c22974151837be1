import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const list = readFileSync(new URL('../../../../docs/invariants.md', import.meta.url), 'utf8');
const rows = list
  .split('\n')
  .filter((line) => /^\| +\d+ +\|/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()));

test('the list of invariants has at least thirty, numbered', () => {
  expect(rows.length).toBeGreaterThanOrEqual(30);
  expect(rows.map(([, number]) => Number(number))).toEqual(rows.map((_, index) => index + 1));
});

test.each(rows.map(([, , invariant = '', name = '', file = '']) => [invariant, name, file]))(
  '“%s” has its test',
  (_, name = '', file = '') => {
    const path = new URL(`../${file.replaceAll('`', '')}`, import.meta.url);
    const found = readFileSync(path, 'utf8').replaceAll(/\s+/g, ' ');
    expect(found).toMatch(/test(?:\.each\([^)]*\))?\(/);
    expect(found).toContain(`'${name}'`);
  },
);
