import { expect, test } from 'vitest';
import { ScriptCache } from './script-cache.ts';

test('a script is found again, one that never came or is long is not', () => {
  const cache = new ScriptCache<number>();
  cache.add('one', 1);
  cache.add('x'.repeat(257), 2);
  expect(cache.get('one')).toBe(1);
  expect(cache.get('two')).toBeUndefined();
  expect(cache.get('x'.repeat(257))).toBeUndefined();
  expect(cache.size).toBe(1);
});

test('what is read now and then stays while any number of others pass, and the number kept is bounded', () => {
  const cache = new ScriptCache<number>();
  cache.add('often', 0);
  cache.add('once', 0);
  for (let i = 1; i <= 100_000; i++) {
    cache.add(`s${i}`, i);
    if (i % 10_000 === 0) expect(cache.get('often')).toBe(0);
    expect(cache.size).toBeLessThanOrEqual(32_768);
  }
  expect(cache.get('once')).toBeUndefined();
  expect(cache.get('s100000')).toBe(100_000);
});
