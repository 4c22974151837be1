import { readFileSync } from 'node:fs';
import { ConfigError } from '@wattlot/client/config';
import { batchCancelMax, batchMax } from '@wattlot/client/frames';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { operatingLimits, readLimits, usualLimits } from './operating-limits.ts';

function errorOf(text: string): string {
  try {
    readLimits('my.conf', text);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('it was read');
}

test('a file sets what it names, and the rest is as usual', () => {
  const text = '# busy\n\norders-per-second = 500\ncancels-per-second = 500\nopen-orders = 20\n';
  expect(readLimits('f', text)).toEqual({
    ...usualLimits,
    'orders-per-second': 500,
    'cancels-per-second': 500,
    'open-orders': 20,
  });
  expect(readLimits('f', '')).toEqual(usualLimits);
});

test('what is usual is within its bounds, and a whole batch can be sent at once', () => {
  for (const [name, { usual, least, most }] of Object.entries(operatingLimits)) {
    expect(usual, name).toBeGreaterThanOrEqual(least);
    expect(usual, name).toBeLessThanOrEqual(most);
  }
  expect(operatingLimits['orders-burst'].least).toBe(batchMax);
  expect(operatingLimits['cancels-burst'].least).toBe(batchCancelMax);
});

test.each([
  [
    'open-orders = 0',
    'my.conf:1: open-orders cannot be "0"; allowed: a whole number from 1 to 200',
  ],
  [
    'open-orders = 201',
    'my.conf:1: open-orders cannot be "201"; allowed: a whole number from 1 to 200',
  ],
  [
    '\nbacklog = 1e3',
    'my.conf:2: backlog cannot be "1e3"; allowed: a whole number from 2 to 1000000',
  ],
  ['backlog = -5', 'my.conf:1: backlog cannot be "-5"; allowed: a whole number from 2 to 1000000'],
  [
    'orders-per-second = 300',
    'my.conf:1: orders-per-second (300) cannot be above cancels-per-second (200)',
  ],
  ['cancels-burst = 60', 'my.conf:1: orders-burst (100) cannot be above cancels-burst (60)'],
  [
    'connections = 100\nhttp-connections = 50',
    'my.conf:2: connections (100) cannot be above http-connections (50)',
  ],
  ['orders-burst', 'my.conf:1: "orders-burst" is not name = value'],
  ['backlog = 20\nbacklog = 30', 'my.conf:2: backlog stands in line 1 already; keep one of them'],
])('%j is refused with file, line and what is allowed', (text, message) => {
  expect(errorOf(text)).toBe(message);
});

test('a name that does not exist is refused with all that do', () => {
  expect(errorOf('speed = 9')).toBe(
    `my.conf:1: there is no "speed"; allowed: ${Object.keys(operatingLimits).join(', ')}`,
  );
});

test('whatever a file holds, it is read within its bounds or refused in one printable line', () => {
  const line = fc.tuple(
    fc.constantFrom(...Object.keys(operatingLimits), 'x'),
    fc.oneof(fc.nat(2_000_000).map(String), fc.string({ unit: 'binary' })),
  );
  const text = fc.array(line, { maxLength: 5 }).map((lines) => {
    return lines.map(([name, value]) => `${name} = ${value}`).join('\n');
  });
  fc.assert(
    fc.property(text, (file) => {
      try {
        for (const [name, value] of Object.entries(readLimits('f', file))) {
          const { least, most } = operatingLimits[name as keyof typeof operatingLimits];
          expect(value).toBeGreaterThanOrEqual(least);
          expect(value).toBeLessThanOrEqual(most);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigError);
        expect(String(error)).not.toMatch(/\p{Cc}/u);
      }
    }),
  );
});

test('docs/operations.md lists every limit with what is usual and its bounds', () => {
  const path = new URL('../../../docs/operations.md', import.meta.url);
  const rows = readFileSync(path, 'utf8')
    .split('\n')
    .filter((row) => /^\| `[a-z-]+` +\| +[\d,]+ +\| +[\d,]+ +\|/.test(row))
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const count = (number: number): string => number.toLocaleString('en');
  expect(rows).toEqual(
    Object.entries(operatingLimits).map(([name, { usual, least, most, what }]) => {
      return [`\`${name}\``, count(usual), count(least), count(most), what];
    }),
  );
});
