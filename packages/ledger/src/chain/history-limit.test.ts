import { expect, test } from 'vitest';
import { HISTORIES_BURST, HISTORY_ASKERS_MAX } from '../limits.ts';
import { HistoryLimit } from './history-limit.ts';

const question = { method: 'history', params: {} };

test('an address may ask so often at once, and again after a while; other addresses and other questions are not counted', () => {
  let now = 0;
  const limit = new HistoryLimit(() => now);
  for (let count = 0; count < HISTORIES_BURST; count += 1) {
    expect(limit.refuse(question, 'a')).toBeUndefined();
  }
  expect(limit.refuse(question, 'a')).toMatchObject({ error: { retryable: true } });
  expect(limit.refuse({ method: 'info' }, 'a')).toBeUndefined();
  expect(limit.refuse(question, 'b')).toBeUndefined();
  now += 2_000;
  expect(limit.refuse(question, 'a')).toBeUndefined();
  expect(limit.refuse(question, 'a')).toBeDefined();
  now -= 5_000;
  expect(limit.refuse(question, 'a')).toBeDefined();
});

test.each([[null], ['history'], [[]], [{ method: ['history'] }], [{}]])(
  'what is no question for the past is not counted: %j',
  (request) => {
    const limit = new HistoryLimit(() => 0);
    for (let count = 0; count < 20; count += 1) expect(limit.refuse(request, 'a')).toBeUndefined();
  },
);

test('who asked longest ago is forgotten first', () => {
  const limit = new HistoryLimit(() => 0);
  for (let count = 0; count <= HISTORIES_BURST; count += 1) limit.refuse(question, 'first');
  for (let other = 0; other < HISTORY_ASKERS_MAX; other += 1) limit.refuse(question, `${other}`);
  expect(limit.refuse(question, 'first')).toBeUndefined();
});
