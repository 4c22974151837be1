/** All keys, from the one table, filtered by what is typed. */
import { helpOf } from '../keymap/index.ts';
import type { Box } from '../layout.ts';
import type { State } from '../state.ts';
import { block, line, padEnd, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';

const labelColumns = 12;

const legend: readonly (readonly [string, string])[] = [
  ['20*', 'your lots on the book at that price'],
  ['20~', 'your lots while the wallet signs their offers'],
  ['cut short', 'part of the order settled, its rest was cancelled'],
  ['SAFE', 'nothing is sent but by Enter on [Confirm]'],
  ['lot', 'the smallest volume; each settles whole on the ledger'],
];

/** The help's rows, before they are cut to a window. */
function helpRows(filter: string): Line[] {
  const rows: Line[] = [];
  for (const { title, bindings } of helpOf(filter)) {
    rows.push(line(span(` ${title}`, 'title')));
    for (const { label, help } of bindings) {
      rows.push(line(span(`  ${padEnd(label, labelColumns)}`, 'key'), span(help)));
    }
  }
  if (filter === '') {
    rows.push(line(span(' Signs', 'title')));
    for (const [sign, text] of legend) {
      rows.push(line(span(`  ${padEnd(sign, labelColumns)}`, 'mine'), span(text)));
    }
  }
  return rows;
}

/** How far the help can be scrolled in a window of this height. */
export function helpScrollMax(filter: string, height: number): number {
  return Math.max(0, helpRows(filter).length - (height - 2));
}

/** The pane, exactly as large as its box. */
export function helpPane(state: State, { width, height }: Box): Line[] {
  if (state.overlay?.kind !== 'help') return block([], width, height);
  const { filter, scroll } = state.overlay;
  const rows = helpRows(filter);
  const first = Math.min(scroll, helpScrollMax(filter, height));
  const below = rows.length - first - (height - 2);
  const found = rows.length === 0 ? line(span('  no key does that', 'muted')) : line();
  return block(
    [
      line(
        span(' HELP', 'focus'),
        span('  type to search: ', 'muted'),
        span(`${filter}_`, 'field'),
        span(below > 0 ? `   ↓ ${below} more` : '', 'muted'),
      ),
      found,
      ...rows.slice(first),
    ],
    width,
    height,
  );
}
