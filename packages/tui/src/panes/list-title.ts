/** The first row of a screen that is a list: its name, its filter, and how many rows do not fit. */
import type { State } from '../fold/state.ts';
import { line, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';
import { t } from '../text/language.ts';

export function titleLine({ filters, screen, language }: State, title: string, more: number): Line {
  const filter = filters[screen];
  return line(
    span(` ${title}`, 'focus'),
    span(filter === '' ? '' : '   /', 'muted'),
    span(filter, 'key'),
    span(more > 0 ? `   ↓ ${t(language, '{n} more', { n: more })}` : '', 'muted'),
  );
}
