/** One row of a pane: pieces of text, each with the role that gives its colour. Widths are terminal cells. */
import type { Role } from '../theme.ts';
import { widthOf } from './printable.ts';

export interface Span {
  readonly text: string;
  readonly role: Role;
}

/** `over` lies under the whole row: the cursor's background. */
export interface Line {
  readonly spans: readonly Span[];
  readonly over?: Role;
}

export function span(text: string, role: Role = 'text'): Span {
  return { text, role };
}

export function line(...spans: readonly Span[]): Line {
  return { spans };
}

/** The text without its roles. */
export function plainOf({ spans }: Line): string {
  return spans.map(({ text }) => text).join('');
}

/** `text` cut to `width` cells; a cut shows as `…` where there is room for it. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const ellipsis = width > 1 ? '…' : '';
  let result = '';
  let cells = ellipsis.length;
  for (const character of text) {
    cells += widthOf(character);
    if (cells > width) break;
    result += character;
  }
  return result + ellipsis;
}

/** `text` broken at its blanks into at most `rows` rows of at most `width` cells; what is left over is cut. */
export function wrap(text: string, width: number, rows: number): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest !== '' && lines.length < rows) {
    const isLast = lines.length === rows - 1;
    const whole = cut(rest, width);
    const fits = isLast || whole === rest;
    let end = 0;
    for (let at = rest.indexOf(' '); !fits && at >= 0; at = rest.indexOf(' ', at + 1)) {
      if (widthOf(rest.slice(0, at)) > width) break;
      end = at;
    }
    // A word that is longer than a row is cut there.
    if (fits || end === 0) return [...lines, whole];
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return lines;
}

/** `text` in exactly `width` cells, to the left. */
export function padEnd(text: string, width: number): string {
  const fitted = cut(text, width);
  return fitted + ' '.repeat(Math.max(0, width - widthOf(fitted)));
}

/** `text` in exactly `width` cells, to the right. */
export function padStart(text: string, width: number): string {
  const fitted = cut(text, width);
  return ' '.repeat(Math.max(0, width - widthOf(fitted))) + fitted;
}

/** The line in exactly `width` cells: cut or filled with blanks. */
export function fitLine({ spans, over }: Line, width: number): Line {
  const fitted: Span[] = [];
  let left = width;
  for (const piece of spans) {
    const cells = widthOf(piece.text);
    if (cells > left) {
      const text = padEnd(piece.text, left);
      if (left > 0) fitted.push({ ...piece, text });
      left = 0;
      break;
    }
    fitted.push(piece);
    left -= cells;
  }
  if (left > 0) fitted.push(span(' '.repeat(left)));
  return over === undefined ? { spans: fitted } : { spans: fitted, over };
}

/** `before` at the left end and `after` at the right end of exactly `width` cells; `before` gives way. */
export function spread(before: Line, after: Line, width: number): Line {
  const right = fitLine(after, Math.min(width, widthOf(plainOf(after))));
  const room = width - widthOf(plainOf(right));
  return { spans: [...fitLine(before, room).spans, ...right.spans] };
}

/** Exactly `height` lines of exactly `width` cells: what is missing is blank, what is too much is left out. */
export function block(lines: readonly Line[], width: number, height: number): Line[] {
  const result = lines.slice(0, Math.max(0, height)).map((one) => fitLine(one, width));
  while (result.length < height) result.push(fitLine({ spans: [] }, width));
  return result;
}
