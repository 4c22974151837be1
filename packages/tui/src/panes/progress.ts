/** A bar for what takes long: how far it is, how fast, and how long it will take. */
import { line, padStart, span } from '../text/line.ts';
import type { Line, Span } from '../text/line.ts';
import { t } from '../text/language.ts';
import type { Language, Message } from '../text/language.ts';
import { groupedText } from '../text/number.ts';
import { widthOf } from '../text/printable.ts';
import type { Glyphs } from '../theme.ts';

export interface Progress {
  /** What is being done, in a word. */
  readonly label: string;
  readonly done: number;
  /** 0 while it is not known. */
  readonly of: number;
  /** Of `done` a second; undefined while it is too early to say. */
  readonly perSecond?: number | undefined;
  /** `{n} …/s`: what is counted. */
  readonly rate: Message;
  /** What can be done about it, such as the key that stops it. */
  readonly hint: string;
}

/** Cells of a bar below which it says nothing. */
const barCellsMin = 6;

/** A bar of so many cells, filled up to `done` of `of`. */
export function barSpans(done: number, of: number, cells: number, glyphs: Glyphs): Span[] {
  const share = of <= 0 ? 0 : Math.min(1, Math.max(0, done / of));
  const full = Math.round(share * cells);
  return [
    span(glyphs.bar.repeat(full), 'live'),
    span(glyphs.rule.repeat(Math.max(0, cells - full)), 'muted'),
  ];
}

/** `5 s left`, `3 min left`; empty while nobody can say. */
function leftText({ done, of, perSecond }: Progress, language: Language): string {
  if (perSecond === undefined || perSecond <= 0 || of <= 0) return '';
  const seconds = Math.max(0, Math.ceil((of - done) / perSecond));
  const n = seconds < 100 ? seconds : Math.round(seconds / 60);
  return t(language, seconds < 100 ? '{n} s left' : '{n} min left', { n });
}

/** One row: the label, the bar, the share, the rate and the time left, the hint. The bar gives way first, then the rate. */
export function progressLine(
  progress: Progress,
  width: number,
  glyphs: Glyphs,
  language: Language,
): Line {
  const { label, done, of, perSecond, rate, hint } = progress;
  const percent = of <= 0 ? '' : padStart(`${Math.floor((100 * Math.min(done, of)) / of)} %`, 6);
  const speed =
    perSecond === undefined ? '' : `  ${t(language, rate, { n: groupedText(perSecond) })}`;
  const left = leftText(progress, language);
  const before = ` ${label} `;
  const after = (withSpeed: boolean): string =>
    `${percent}${withSpeed ? speed : ''}${left === '' ? '' : `  ${left}`}  `;
  const room = (text: string): number =>
    width - widthOf(before) - widthOf(text) - widthOf(hint) - 1;
  const isWide = room(after(true)) >= barCellsMin;
  const text = after(isWide);
  const cells = room(text);
  return line(
    span(before, 'title'),
    ...(cells < barCellsMin ? [] : barSpans(done, of, cells, glyphs)),
    span(text),
    span(hint, 'muted'),
  );
}
