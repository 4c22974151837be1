import { expect, test } from 'vitest';
import { ScriptCache } from './script-cache.ts';

test('a script that came twice is found again, one that never came or is long is not', () => {
  const cache = new ScriptCache<number>();
  for (let time = 0; time < 2; time++) {
    expect(cache.get('one')).toBeUndefined();
    cache.add('one', 1);
    cache.add('x'.repeat(257), 2);
  }
  expect(cache.get('one')).toBe(1);
  expect(cache.get('two')).toBeUndefined();
  expect(cache.get('x'.repeat(257))).toBeUndefined();
  expect(cache.size).toBe(1);
});

test('what is read now and then stays while any number of others pass, and the number kept is bounded', () => {
  const cache = new ScriptCache<number>();
  const addTwice = (script: string, meaning: number): void => {
    for (let time = 0; time < 2; time++) cache.add(script, meaning);
  };
  addTwice('often', 0);
  addTwice('once', 0);
  for (let i = 1; i <= 100_000; i++) {
    addTwice(`s${i}`, i);
    if (i % 10_000 === 0) expect(cache.get('often')).toBe(0);
    expect(cache.size).toBeLessThanOrEqual(32_768);
  }
  expect(cache.get('once')).toBeUndefined();
  expect(cache.get('s100000')).toBe(100_000);
});

test('any number of scripts that come once are not kept, and one that comes now and then among them is', () => {
  const cache = new ScriptCache<number>();
  for (let i = 0; i < 100_000; i++) {
    cache.add(`change ${i}`, i);
    if (i % 1_000 < 2 && cache.get('lot') === undefined) cache.add('lot', 1);
  }
  expect(cache.get('lot')).toBe(1);
  expect(cache.size).toBeLessThan(10);
});
