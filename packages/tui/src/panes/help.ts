/** All keys, from the one table, filtered by what is typed. */
import { contextOf, helpOf } from '../keymap/index.ts';
import type { Box } from '../fold/layout.ts';
import { withoutOverlay } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import { block, line, padEnd, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';
import { t } from '../text/language.ts';
import type { Message } from '../text/language.ts';

const labelColumns = 12;

const legend: readonly (readonly [string, Message])[] = [
  ['20*', 'your lots on the book at that price'],
  ['20~', 'your lots while the wallet signs their offers'],
  ['cut short', 'part of the order settled, its rest was cancelled'],
  ['SAFE', 'nothing is sent but by Enter on [Confirm]'],
  ['ARMED', 'b s B S send at once; ends by itself, with A, or when the connection is lost'],
  ['lot', 'the smallest volume; each settles whole on the ledger'],
];

function isTranslated(sign: string): sign is 'cut short' | 'lot' {
  return sign === 'cut short' || sign === 'lot';
}

/** The help's rows, before they are cut to a window. */
function helpRows(state: State, filter: string): Line[] {
  const { keymap, language } = state;
  const rows: Line[] = [];
  const below = contextOf(withoutOverlay(state));
  for (const { title, bindings } of helpOf(keymap, filter, below, language)) {
    rows.push(line(span(` ${t(language, title)}`, 'title')));
    for (const { label, help } of bindings) {
      rows.push(line(span(`  ${padEnd(label, labelColumns)}`, 'key'), span(t(language, help))));
    }
  }
  if (filter === '') {
    rows.push(line(span(` ${t(language, 'Signs')}`, 'title')));
    for (const [sign, text] of legend) {
      rows.push(
        line(
          span(`  ${padEnd(isTranslated(sign) ? t(language, sign) : sign, labelColumns)}`, 'mine'),
          span(t(language, text)),
        ),
      );
    }
  }
  return rows;
}

/** How far the help can be scrolled in a window of this height. */
export function helpScrollMax(state: State, filter: string, height: number): number {
  return Math.max(0, helpRows(state, filter).length - (height - 2));
}

/** The pane, exactly as large as its box. */
export function helpPane(state: State, { width, height }: Box): Line[] {
  if (state.overlay?.kind !== 'help') return block([], width, height);
  const { language } = state;
  const { filter, scroll } = state.overlay;
  const rows = helpRows(state, filter);
  const first = Math.min(scroll, helpScrollMax(state, filter, height));
  const below = rows.length - first - (height - 2);
  const found =
    rows.length === 0 ? line(span(`  ${t(language, 'no key does that')}`, 'muted')) : line();
  return block(
    [
      line(
        span(` ${t(language, 'HELP')}`, 'focus'),
        span(`  ${t(language, 'type to search:')} `, 'muted'),
        span(`${filter}_`, 'field'),
        span(below > 0 ? `   ↓ ${t(language, '{n} more', { n: below })}` : '', 'muted'),
      ),
      found,
      ...rows.slice(first),
    ],
    width,
    height,
  );
}
