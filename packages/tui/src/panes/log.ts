/** The log screen: all that happened, newest first. */
import type { Box } from '../fold/layout.ts';
import { shownLog, sourceWords } from '../fold/lists.ts';
import type { LogEntry } from '../fold/log.ts';
import type { State } from '../fold/state.ts';
import { block, line, padEnd, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';
import { t } from '../text/language.ts';
import { timeText } from '../text/number.ts';
import type { Role } from '../theme.ts';
import { titleLine } from './list-title.ts';

/** The longest word in it has eight cells. */
const sourceColumns = 10;

const toneRoles: Readonly<Record<LogEntry['tone'], Role>> = {
  plain: 'text',
  good: 'good',
  bad: 'bad',
};

/** The screen, exactly as large as its box. */
export function logScreen(state: State, { width, height }: Box): Line[] {
  const { language, offsetMinutes, scroll } = state;
  const shown = shownLog(state);
  const rows = height - 2;
  const first = Math.min(scroll, Math.max(0, shown.length - rows));
  const title = titleLine(state, t(language, 'LOG'), shown.length - first - rows);
  const empty =
    shown.length > 0 ? [] : [line(span(` ${t(language, 'no row holds that')}`, 'muted'))];
  const entries = shown
    .slice(first, first + rows)
    .map(({ at, source, tone, text }): Line =>
      line(
        span(` ${timeText(at, offsetMinutes)}  `, 'muted'),
        span(padEnd(t(language, sourceWords[source]), sourceColumns), 'muted'),
        span(text, toneRoles[tone]),
      ),
    );
  const head = ` ${padEnd(t(language, 'time'), 10)}${t(language, 'about')}`;
  return block([title, line(span(head, 'muted')), ...empty, ...entries], width, height);
}
