/** The figures side by side. */
import type { Figures } from './measure.ts';

/** The medians of each figure. */
export function median(all: readonly Figures[]): Figures {
  const middle = (name: keyof Figures): number => {
    const sorted = all.map((figures) => figures[name]).toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? NaN;
  };
  return {
    updates: middle('updates'),
    trades: middle('trades'),
    cpu: middle('cpu'),
    written: middle('written'),
    clears: middle('clears'),
    keyP50: middle('keyP50'),
    keyP99: middle('keyP99'),
    firstFrame: middle('firstFrame'),
    memory: middle('memory'),
  };
}

const heads: readonly [keyof Figures, string][] = [
  ['cpu', 'CPU %'],
  ['written', 'kB/s'],
  ['clears', 'clears'],
  ['keyP50', 'key p50'],
  ['keyP99', 'key p99'],
  ['firstFrame', 'first ms'],
  ['memory', 'RSS MB'],
  ['updates', 'book/s'],
  ['trades', 'trades/s'],
];

/** One row a program and rate. */
export function table(figures: Readonly<Record<string, Figures>>): string {
  const head = ''.padEnd(20) + heads.map(([, text]) => text.padStart(10)).join('');
  const rows = Object.entries(figures).map(
    ([name, each]) =>
      name.padEnd(20) + heads.map(([key]) => String(each[key]).padStart(10)).join(''),
  );
  return `${[head, ...rows].join('\n')}\n`;
}
