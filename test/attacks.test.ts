/** docs/attacks.md names tests that exist. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../', import.meta.url);
const rows = readFileSync(new URL('docs/attacks.md', root), 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter((cells) => cells[4]?.startsWith('`') === true);

test('the list of attacks is as long as it was', () => {
  expect(rows.length).toBeGreaterThanOrEqual(70);
});

test.each(rows.map(([, attack = '', , name = '', file = '']) => [attack, name, file]))(
  '%s has its test',
  (_attack, name = '', file = '') => {
    const path = new URL(file.replaceAll('`', ''), root);
    const found = readFileSync(path, 'utf8');
    expect(found).toMatch(/(?:test|it|describe)(?:\.\w+)*\(/);
    // A name in quotes of any kind; what follows it says at most that the test was skipped.
    const isNamed = [`'${name}'`, `"${name}"`, `\`${name}\``, `\`${name}\${`];
    expect(
      isNamed.some((quoted) => found.includes(quoted)),
      name,
    ).toBe(true);
  },
);
