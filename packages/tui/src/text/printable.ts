/** The one gate between what others wrote and what a terminal shows. */
import stringWidth from 'string-width';
import { remoteTextCellsMax } from '../limits.ts';

const replacement = '\u{fffd}';

/** Letters, numbers, punctuation and symbols; a space apart. Marks, controls, format and private characters are none of these. */
const shown = /^[\p{L}\p{N}\p{P}\p{S}]$/u;
/** Terminals disagree about the width of these, so a line that holds one would not stay in its cells. */
const disputed =
  /[\p{Default_Ignorable_Code_Point}\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]/u;

/** Printable as it is, a cell a character: most of what comes. */
const plain = /^[\u0020-\u007e]*$/;

/** Whether a terminal shows this one code point in one or two cells and does nothing else. */
export function isPrintable(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x7f) return code >= 0x20;
  return shown.test(character) && !disputed.test(character);
}

/**
 * Remote text made safe: each code point that is not plainly printable becomes U+FFFD (after composition, so that Korean syllables stay whole),
 * each blank a space, and what goes beyond `cellsMax` cells is cut.
 */
export function printable(text: string, cellsMax: number = remoteTextCellsMax): string {
  if (text.length <= cellsMax && plain.test(text)) return text;
  let cells = 0;
  let result = '';
  for (const character of text.slice(0, cellsMax * 4).normalize('NFC')) {
    const safe = /^\p{Zs}$/u.test(character)
      ? ' '
      : isPrintable(character)
        ? character
        : replacement;
    cells += widthOf(safe);
    if (cells > cellsMax) break;
    result += safe;
  }
  return result;
}

/** One cell each: ASCII, and what the terminal itself draws with. */
const narrow =
  /^[\u0020-\u007e\u00b7\u2013\u2022\u2026\u203a\u2190-\u2193\u2500-\u259f\u25b2\u25bc\ufffd]*$/;

/** Whether every character of a text is plainly printable and takes one cell. */
export function isNarrow(text: string): boolean {
  return narrow.test(text);
}

/** Terminal cells that a printable text takes: 2 for a Korean syllable. */
export function widthOf(text: string): number {
  return narrow.test(text) ? text.length : stringWidth(text);
}
