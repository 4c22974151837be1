/** Order flow in LOBSTER's format: two tables of numbers, row for row. Pure: texts in, rows out. */
import { Failure } from '../failure.ts';

/** One message: 1 a new order, 2 a partial cancel, 3 a delete, 4 an execution, 5 an execution of a hidden order, 6 a cross, 7 a halt. */
export interface Message {
  /** Seconds since midnight, as the file says it. */
  readonly time: string;
  /** Microseconds since midnight. */
  readonly at: number;
  readonly type: 1 | 2 | 3 | 4 | 5 | 6 | 7;
  readonly order: string;
  /** Shares. */
  readonly size: number;
  /** Dollars × 10,000. */
  readonly price: number;
  /** Of the resting order that it speaks of. */
  readonly side: 'ask' | 'bid';
}

/** One level of one side. */
export interface BookLevel {
  readonly price: number;
  readonly size: number;
}

/** The book after a message, best level first; levels that the file fills up with are left out. */
export interface BookRow {
  readonly asks: readonly BookLevel[];
  readonly bids: readonly BookLevel[];
}

const filler = 9_999_999_999;

function isType(value: number): value is Message['type'] {
  return Number.isInteger(value) && value >= 1 && value <= 7;
}

function rowsOf(text: string, file: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) throw new Failure(`${file} is empty.`, 1);
  return lines;
}

function wrong(file: string, index: number, what: string): Failure {
  return new Failure(`${file}, line ${index + 1}: ${what}.`, 1);
}

/** The messages of a file. @throws Failure that names the line when it is not in the format. */
export function readMessages(text: string, file: string): readonly Message[] {
  let before = 0;
  return rowsOf(text, file).map((line, index) => {
    const cells = line.split(',');
    if (cells.length < 6 || cells.length > 7) throw wrong(file, index, 'expected 6 columns');
    const [time = '', kind = '', order = '', shares = '', cost = '', direction = ''] = cells;
    if (!/^\d{1,5}(?:\.\d{1,12})?$/.test(time))
      throw wrong(file, index, 'the time is not a number');
    const at = Math.floor(Number(time) * 1e6);
    if (at < before) throw wrong(file, index, 'the time runs backwards');
    before = at;
    const type = Number(kind);
    if (!/^\d$/.test(kind) || !isType(type)) throw wrong(file, index, 'there is no such type');
    if (!/^\d{1,20}$/.test(order)) throw wrong(file, index, 'the order id is not a number');
    if (direction !== '1' && direction !== '-1') {
      throw wrong(file, index, 'the direction is neither 1 nor -1');
    }
    const [size, price] = [Number(shares), Number(cost)];
    const isBook = type <= 4;
    if (isBook && (!/^\d{1,7}$/.test(shares) || size < 1)) {
      throw wrong(file, index, 'the size is not a number of shares');
    }
    if (isBook && (!/^\d{1,9}$/.test(cost) || price < 1)) {
      throw wrong(file, index, 'the price is not a number');
    }
    return { time, at, type, order, size, price, side: direction === '1' ? 'bid' : 'ask' };
  });
}

/** The books of a file. @throws Failure that names the line when it is not in the format. */
export function readBooks(text: string, file: string): readonly BookRow[] {
  let columns: number | undefined;
  return rowsOf(text, file).map((line, index) => {
    const cells = line.split(',');
    columns ??= cells.length;
    if (cells.length % 4 !== 0 || cells.length !== columns) {
      throw wrong(file, index, 'expected four columns a level, and as many in each line');
    }
    const asks: BookLevel[] = [];
    const bids: BookLevel[] = [];
    for (let at = 0; at < cells.length; at += 4) {
      addLevel(asks, cells[at], cells[at + 1], () => wrong(file, index, 'a level is no number'));
      addLevel(bids, cells[at + 2], cells[at + 3], () =>
        wrong(file, index, 'a level is no number'),
      );
    }
    return { asks, bids };
  });
}

function addLevel(
  levels: BookLevel[],
  cost: string | undefined,
  shares: string | undefined,
  failure: () => Failure,
): void {
  const [price, size] = [Number(cost), Number(shares)];
  if (!/^-?\d{1,10}$/.test(cost ?? '') || !/^\d{1,12}$/.test(shares ?? '')) throw failure();
  if (Math.abs(price) === filler || size === 0) return;
  if (price < 1) throw failure();
  levels.push({ price, size });
}

/** The largest step of which all prices are multiples. */
export function tickOf(prices: Iterable<number>): number {
  let tick = 0;
  for (let price of prices) {
    while (price > 0) [tick, price] = [price, tick % price];
  }
  return Math.max(1, tick);
}
