/** Before there is a market: what the terminal is waiting for, and how far that is. */
import type { Box } from '../fold/layout.ts';
import type { State } from '../fold/state.ts';
import { t } from '../text/language.ts';
import { line, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';
import type { Glyphs } from '../theme.ts';
import { progressLine } from './progress.ts';

export function waitingLines({ view, language }: State, { width }: Box, glyphs: Glyphs): Line[] {
  const { reason, loaded } = view.connection;
  if (loaded === undefined) return [line(span(` ${reason}`, 'muted'))];
  const { done, total: of } = loaded;
  const label = t(language, 'reading the market');
  const hint = `${done}/${of} ${t(language, 'channels')}`;
  return [progressLine({ label, done, of, rate: '{n} channels/s', hint }, width, glyphs, language)];
}
