/** Figures as text: ours, what they are held to, and what was recorded of a real node for the same work. */
import type { BareCost } from './curve.ts';
import type { Waits } from './latency.ts';
import { median } from './place.ts';
import type { RestartFigures } from './restart.ts';
import type { SettlingFigures } from './trades.ts';

/** Everything that was measured. */
export interface LedgerFigures {
  readonly rounds: number;
  /** Of the machine over a minute, before and after. */
  readonly load: readonly number[];
  /** Whether signatures are checked by native code. */
  readonly isNative: boolean;
  readonly native: BareCost;
  readonly script: BareCost;
  readonly ladder: SettlingFigures;
  readonly single: SettlingFigures;
  readonly waits: Waits;
  /** Undefined when it was skipped. */
  readonly restart: RestartFigures | undefined;
  readonly splits: RestartFigures;
}

/** The median of each figure, of objects of the same shape. */
export function medianOf<T extends object>(all: readonly T[]): T {
  const [first] = all;
  if (first === undefined) throw new Error('nothing was measured');
  return mergeOf(first, all);
}

/** Objects into objects of their medians; every leaf is a number. */
function mergeOf<T extends object>(first: T, all: readonly T[]): T {
  const merged = Object.keys(first).map((key) => {
    const values = all.map((one): unknown => Reflect.get(one, key));
    const numbers = values.filter((value) => typeof value === 'number');
    const objects = values.filter((value) => typeof value === 'object' && value !== null);
    return [key, objects.length > 0 ? medianOf(objects) : median(numbers)];
  });
  return { ...first, ...Object.fromEntries(merged) };
}

interface Row {
  readonly what: string;
  readonly ours: string;
  readonly bar: string;
  readonly isMet: boolean | undefined;
  readonly node: string;
}

const columns = [68, 34, 13, 9];

function line(cells: readonly string[]): string {
  return cells
    .map((cell, i) => cell.padEnd(columns[i] ?? 0))
    .join('')
    .trimEnd();
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** Lots a second by the clock, and what a whole processor would do. */
function rate(lots: number, took: { seconds: number; processor: number }): string {
  return `${count(lots / took.seconds)}/s (${count(lots / took.processor)} a processor)`;
}

function rowsOf(figures: LedgerFigures): readonly Row[] {
  const { ladder, single, waits, restart, splits } = figures;
  const none = '';
  const rows: Row[] = [
    {
      what: 'lots made into checked offers: split, sign, check',
      ours: rate(single.lots, single.offered),
      bar: '≥ 1,000/s',
      isMet: single.lots / single.offered.seconds >= 1_000,
      node: '240/s: preparelockunspentfrom 3.1 ms, createrawexchange 1.1 ms',
    },
    {
      what: 'the same with ladders of 10 signed and checked too',
      ours: rate(ladder.lots, ladder.offered),
      bar: none,
      isMet: undefined,
      node: none,
    },
    {
      what: 'lots settled, 10 a trade, by ladder (a transaction a trade)',
      ours: rate(ladder.lots, ladder.settled),
      bar: '≥ 1,000/s',
      isMet: ladder.lots / ladder.settled.seconds >= 1_000,
      node: '830/s: 10 lots signed in one call, 1.2 ms a lot; sent, not in a block',
    },
    {
      what: 'lots settled, lot by lot (a transaction a lot)',
      ours: rate(single.lots, single.settled),
      bar: none,
      isMet: undefined,
      node: '75 to 200/s (five calls, 5 to 12 ms); 287/s when both sides were split before',
    },
    {
      what: 'from order to settled, by ladder: all of the above',
      ours: rate(ladder.lots, sum(ladder.offered, ladder.settled)),
      bar: none,
      isMet: undefined,
      node: none,
    },
    {
      what: `match to settled at 50 matches/s, ${count(waits.lots / waits.matches)} lots on average, median`,
      ours: `${waits.p50.toFixed(1)} ms`,
      bar: none,
      isMet: undefined,
      node: 'in a block on three nodes: 1.85, 4.5, 12.1 s (blocks of 2, 5, 15 s); paper: 4.3 s',
    },
    {
      what: '… 99th percentile (slowest)',
      ours: `${waits.p99.toFixed(1)} ms (${waits.most.toFixed(0)} ms)`,
      bar: '≤ 100 ms',
      isMet: waits.p99 <= 100,
      node: 'slowest: 3.57, 8.69, 25.7 s',
    },
  ];
  if (restart) {
    rows.push({
      what: `restart with ${count(restart.transactions)} transactions in ${count(restart.blocks)} blocks`,
      ours: `${restart.seconds.toFixed(2)} s (processor ${restart.processor.toFixed(2)} s)`,
      bar: '≤ 3 s',
      isMet: restart.seconds <= 3,
      node: none,
    });
    rows.push(memoryRow('memory an unspent output, two a transaction', restart));
  }
  rows.push(memoryRow('memory an unspent output, split by the thousand', splits));
  return rows;
}

function memoryRow(what: string, { bytesPerUnspent, unspent }: RestartFigures): Row {
  return {
    what: `${what}, of ${count(unspent)}`,
    ours: `${count(bytesPerUnspent)} bytes`,
    bar: '≤ 2,048',
    isMet: bytesPerUnspent <= 2_048,
    node: '',
  };
}

function sum(one: SettlingFigures['offered'], other: SettlingFigures['offered']): typeof one {
  return {
    seconds: one.seconds + other.seconds,
    processor: one.processor + other.processor,
  };
}

/** Prints everything. */
export function printAll(figures: LedgerFigures): void {
  const { native, script, ladder, single, load, rounds } = figures;
  console.log(line(['', 'here', 'held to', '', 'a real node, recorded']));
  for (const { what, ours, bar, isMet, node } of rowsOf(figures)) {
    const verdict = isMet === undefined ? '' : isMet ? 'met' : 'NOT MET';
    console.log(line([what, ours, bar, verdict, node]));
  }
  console.log('\nAgainst the bare cost of signatures:');
  const kind = figures.isNative ? 'native' : 'JavaScript: there is no binary for this machine';
  console.log(
    `  one signed ${native.sign.toFixed(0)} µs, one checked ${native.verify.toFixed(0)} µs (${kind});`,
    `in JavaScript ${(script.sign / native.sign).toFixed(0)} and ${(script.verify / native.verify).toFixed(0)} times that`,
  );
  printSettling('by ladder', ladder, native, 1 / 10);
  printSettling('lot by lot', single, native, 1);
  console.log(
    `\nMedians of ${rounds} rounds; load of the machine ${load.map((one) => one.toFixed(1)).join(' before, ')} after.`,
  );
}

/** @param signed signatures made for each lot when it settles. */
function printSettling(
  how: string,
  figures: SettlingFigures,
  { sign, verify }: BareCost,
  signed: number,
): void {
  const { lots, settled, checksOffered, checksSettled, checkedAgain, blocks } = figures;
  const cost = (settled.processor * 1e6) / lots;
  const bare = checksSettled * verify + signed * sign;
  console.log(
    `  ${how}: ${cost.toFixed(0)} µs of processor a lot settled, ${(cost / bare).toFixed(1)} times its signatures;`,
    `${count(figures.transactions)} transactions in ${count(blocks)} blocks`,
  );
  console.log(
    `    signatures checked a lot: ${checksOffered.toFixed(2)} when offered, ${checksSettled.toFixed(2)} when settled (by its buyer, and the payment by the chain);`,
    `of those in offers the chain checked ${count(checkedAgain)} again`,
  );
}
