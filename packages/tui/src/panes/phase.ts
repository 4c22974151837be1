/** What a market allows at present, in a word. */
import type { Phase } from '@wattlot/core';
import { padEnd } from '../text/line.ts';
import { span } from '../text/line.ts';
import type { Span } from '../text/line.ts';
import { t } from '../text/language.ts';
import type { Language, Message } from '../text/language.ts';
import type { Market } from '../fold/view.ts';

export const phaseWords: Readonly<Record<Phase, Message>> = {
  continuous: 'trading',
  pre_open: 'pre-open',
  post_only: 'post-only',
  cancel_only: 'cancels',
  halted: 'halted',
  closed: 'closed',
};

/** The word; what is not as usual stands out. */
export function phaseSpan({ instrument }: Market, language: Language, width?: number): Span {
  const { phase = 'continuous' } = instrument;
  const word = t(language, phaseWords[phase]);
  return span(
    width === undefined ? word : padEnd(word, width),
    phase === 'continuous' ? 'muted' : 'bad',
  );
}
