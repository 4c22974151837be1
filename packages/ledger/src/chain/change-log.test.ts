import { expect, test } from 'vitest';
import { ChangeLog } from './change-log.ts';
import { CHANGES_MAX } from '../limits.ts';

function filled(count: number): ChangeLog {
  const log = new ChangeLog();
  for (let i = 0; i < count; i++) {
    log.add({ kind: 'block', seq: log.nextSeq, height: i, last: 0, touched: [] });
  }
  return log;
}

test('the changes after a number are told in order, none after the last', () => {
  const log = filled(5);
  expect(log.since(2)?.map(({ seq }) => seq)).toEqual([3, 4, 5]);
  expect(log.since(5)).toEqual([]);
  expect(log.since(0)).toHaveLength(5);
});

test('what is forgotten, and what has not happened, is not told as if it were nothing', () => {
  const log = filled(CHANGES_MAX * 3);
  expect(log.since(0)).toBeUndefined();
  expect(log.since(log.seq - CHANGES_MAX)).toHaveLength(CHANGES_MAX);
  expect(log.since(log.seq + 1)).toBeUndefined();
});
