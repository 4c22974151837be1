/** Text that others wrote, made safe to show. */
import { remoteTextLengthMax } from './limits.ts';

/**
 * At most `lengthMax` characters of `text`; whatever is not printable (controls, escapes, direction marks, half surrogates, unassigned) becomes
 * U+FFFD, so that nothing in it can act on a terminal or a log.
 */
export function printable(text: string, lengthMax: number = remoteTextLengthMax): string {
  const cut = text.length > lengthMax ? `${text.slice(0, lengthMax - 1)}…` : text;
  return cut.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\ufffd');
}
