import { expect, test } from 'vitest';
import { failOnce } from './assembly.ts';

test('a failure is told once, also when the log is on the disk that failed', () => {
  const told: string[] = [];
  const fail = failOnce({
    log: () => {
      throw new Error('no space for a line');
    },
    failed: ({ message }) => told.push(message),
  });
  expect(() => fail(new Error('no space for a commit'))).toThrow('no space for a line');
  fail(new Error('another one'));
  expect(told).toEqual(['no space for a commit']);
});
