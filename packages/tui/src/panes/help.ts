/** All keys, from the one table, and what the words mean, filtered by what is typed. */
import { contextOf, helpOf, isUsable } from '../keymap/index.ts';
import type { Box } from '../fold/layout.ts';
import { withoutOverlay } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import { block, line, padEnd, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';
import { t } from '../text/language.ts';
import type { Language, Message } from '../text/language.ts';
import { explained } from './glossary.ts';
import type { Explained } from './glossary.ts';

const labelColumns = 12;

function explainedRows(title: Message, entries: readonly Explained[], language: Language): Line[] {
  if (entries.length === 0) return [];
  return [
    line(span(` ${t(language, title)}`, 'title')),
    ...entries.map(({ term, text }) =>
      line(span(`  ${padEnd(term, labelColumns)}`, 'mine'), span(text)),
    ),
  ];
}

/** The help's rows, before they are cut to a window: keys, then signs and words; words first when one of them is looked for. */
function helpRows(state: State, filter: string): Line[] {
  const { keymap, language } = state;
  const below = contextOf(withoutOverlay(state));
  const usable = keymap.filter((one) => isUsable(one, state));
  const keys = helpOf(usable, filter, below, language).flatMap(({ title, bindings }) => [
    line(span(` ${t(language, title)}`, 'title')),
    ...bindings.map(({ label, help }) =>
      line(span(`  ${padEnd(label, labelColumns)}`, 'key'), span(t(language, help))),
    ),
  ]);
  const { signs, words, isAbout } = explained(filter, language);
  const others = [
    ...explainedRows('Signs', signs, language),
    ...explainedRows('Words', words, language),
  ];
  return isAbout ? [...others, ...keys] : [...keys, ...others];
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
    rows.length === 0
      ? line(span(`  ${t(language, 'no key and no word is found by that')}`, 'muted'))
      : line();
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
