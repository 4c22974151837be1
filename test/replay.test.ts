import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readBooks, readMessages, tickOf } from '../bin/replay/lobster.ts';
import { replay } from '../bin/replay/replay.ts';
import { wattlot } from './run-wattlot.ts';

const shared = process.env['WATTLOT_SHARED'] ?? join('..', 'shared');
const data = join(shared, 'data', 'lobster');
const real = {
  messages: join(data, 'MSFT_2012-06-21_message_50.csv'),
  orderbook: join(data, 'MSFT_2012-06-21_orderbook_50.csv'),
};

/** Two levels a side. The first message enters order 10; orders from before the file rest at 100, 90 and 110. */
const messages = [
  '34200.1,1,10,5,101,-1',
  '34200.2,1,11,5,101,-1',
  '34200.3,4,9,3,100,-1',
  '34200.4,4,10,5,101,-1',
  '34200.4,4,11,2,101,-1',
  '34200.5,2,11,1,101,-1',
  '34200.6,3,8,7,90,1',
  '34200.7,3,11,2,101,-1',
  '34200.8,5,0,2,99,1',
];
const books = [
  '100,3,90,7,101,5,9999999999,0',
  '100,3,90,7,101,10,9999999999,0',
  '101,10,90,7,110,4,9999999999,0',
  '101,5,90,7,110,4,9999999999,0',
  '101,3,90,7,110,4,9999999999,0',
  '101,2,90,7,110,4,9999999999,0',
  '101,2,-9999999999,0,110,4,-9999999999,0',
  '110,4,-9999999999,0,9999999999,0,-9999999999,0',
  '110,4,-9999999999,0,9999999999,0,-9999999999,0',
];

const text = (lines: readonly string[]): string => `${lines.join('\n')}\n`;
function run(flow: readonly string[], rows: readonly string[]): ReturnType<typeof replay> {
  return replay(readMessages(text(flow), 'M'), readBooks(text(rows), 'B'));
}

describe('a replay', () => {
  test('has the file’s book after every message, and hits the orders that it names', () => {
    expect(run(messages, books)).toMatchObject({
      messages: 9,
      levelsCompared: 22,
      unexplained: 0,
      executions: 3,
      namedHits: 2,
      anonymousHits: 1,
      otherHits: 0,
    });
  });

  test('explains a level that had been there beyond the first row', () => {
    expect(run(messages, books).explained).toBe(1);
  });

  test('without books compares nothing and still takes what it can name', () => {
    const seen = replay(readMessages(text(messages), 'M'), []);
    expect(seen).toMatchObject({ levelsCompared: 0, unexplained: 0, namedHits: 2 });
  });

  test('finds a level that is not as the file says', () => {
    const wrong = books.with(4, '101,4,90,7,110,4,9999999999,0');
    const seen = run(messages, wrong);
    expect(seen.unexplained).toBe(1);
    expect(seen.firstUnexplained).toEqual(['message 5: ask 101 has 3 shares, the file says 4']);
  });

  test('finds a level that the file does not have', () => {
    expect(run(messages, books.with(1, '100,3,90,7,9999999999,0,9999999999,0')).unexplained).toBe(
      0,
    );
    const wrong = books.with(1, '100,3,90,7,102,10,9999999999,0');
    expect(run(messages, wrong).firstUnexplained[0]).toContain('101');
  });

  test('tells an execution that jumps the queue apart', () => {
    const flow = messages.with(3, '34200.4,4,11,5,101,-1').with(4, '34200.45,4,10,2,101,-1');
    const rows = books.with(5, '101,2,90,7,110,4,9999999999,0');
    expect(run(flow.slice(0, 5), rows.slice(0, 5))).toMatchObject({ namedHits: 0, otherHits: 2 });
  });
});

describe('the format', () => {
  test.each([
    ['34200.1,1,10,5,101', 'line 1: expected 6 columns'],
    ['34200.1,9,10,5,101,1', 'line 1: there is no such type'],
    ['x,1,10,5,101,1', 'line 1: the time is not a number'],
    ['34200.1,1,ten,5,101,1', 'line 1: the order id is not a number'],
    ['34200.1,1,10,0,101,1', 'line 1: the size is not a number'],
    ['34200.1,1,10,1e3,101,1', 'line 1: the size is not a number'],
    ['34200.1,1,10,5,-1,1', 'line 1: the price is not a number'],
    ['34200.1,1,10,5,101,0', 'line 1: the direction'],
    ['34200.2,1,10,5,101,1\n34200.1,1,11,5,101,1', 'line 2: the time runs backwards'],
  ])('of messages %j is refused: %s', (line, said) => {
    expect(() => readMessages(line, 'M')).toThrow(said);
  });

  test.each([
    ['1,2,3', 'line 1: expected four columns a level'],
    ['1,2,3,4\n1,2,3,4,5,6,7,8', 'line 2: expected four columns a level'],
    ['1,2,three,4', 'line 1: a level is no number'],
    ['', 'B is empty'],
  ])('of books %j is refused: %s', (line, said) => {
    expect(() => readBooks(line, 'B')).toThrow(said);
  });

  test('has a tick that all prices are multiples of', () => {
    expect(tickOf([310_400, 309_500, 100])).toBe(100);
    expect(tickOf([7, 5])).toBe(1);
    expect(tickOf([])).toBe(1);
  });
});

describe('wattlot replay', () => {
  let folder = '';
  const file = (name: string): string => join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wattlot-replay-'));
    await writeFile(file('m.csv'), text(messages));
    await writeFile(file('b.csv'), text(books));
    await writeFile(file('wrong.csv'), text(books.with(4, '101,4,90,7,110,4,9999999999,0')));
    await writeFile(file('short.csv'), text(books.slice(1)));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  test('prints one object last, and ends with 0 when all is explained', async () => {
    const args = ['--messages', file('m.csv'), '--orderbook', file('b.csv'), '--json'];
    const { code, out: stdout } = await wattlot(['replay', ...args]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ messages: 9 });
  });

  test.each([
    ['wrong.csv', '', 'unexplained: message 5'],
    ['short.csv', 'has 8 rows', ''],
    ['missing.csv', 'cannot be read (ENOENT)', ''],
  ])('ends with 1 for %s', async (name, said, printed) => {
    const args = ['--messages', file('m.csv'), '--orderbook', file(name)];
    const { code, out: stdout, err: stderr } = await wattlot(['replay', ...args]);
    expect(code).toBe(1);
    expect(stderr).toContain(said);
    expect(stdout).toContain(printed);
  });

  test.skipIf(!existsSync(real.messages))(
    'real order flow has no unexplained mismatch',
    async () => {
      const args = ['--messages', real.messages, '--orderbook', real.orderbook, '--json'];
      const { code, out: stdout } = await wattlot(['replay', ...args]);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ messages: 1_950, unexplained: 0 });
    },
  );
});
