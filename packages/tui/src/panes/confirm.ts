/** The button that sends what is typed. */
import { t } from '../text/language.ts';
import type { Language } from '../text/language.ts';
import { span } from '../text/line.ts';
import type { Span } from '../text/line.ts';

/** The button that Enter presses while it has the focus. */
export function confirmSpan(isFocus: boolean, language: Language): Span {
  return isFocus
    ? span(t(language, '[ Confirm ]'), 'buttonFocus')
    : span(t(language, '[Confirm]'), 'button');
}
