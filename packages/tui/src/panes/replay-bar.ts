/** The bar of a recorded day: whether it plays and how fast, what time it is there, how much of it is over. */
import type { Command } from '@wattlot/core';
import type { ReplayPosition, Work } from '../replay/replay.ts';
import type { State } from '../fold/state.ts';
import { fitLine, line, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';
import { t } from '../text/language.ts';
import type { Message } from '../text/language.ts';
import { dateText, groupedText, timeText } from '../text/number.ts';
import { widthOf } from '../text/printable.ts';
import type { Glyphs } from '../theme.ts';
import { barSpans, progressLine } from './progress.ts';

/** Cells of the bar below which what stands beside it is left out. */
const barCellsMin = 8;

function isAtEnd({ seq, last, isPlaying }: ReplayPosition): boolean {
  return !isPlaying && last > 0 && seq === last;
}

const commandWords: Readonly<Record<Command['kind'], Message>> = {
  'market.open': 'market changed',
  'market.phase': 'market changed',
  'market.band': 'market changed',
  'market.cancel_all': 'order cancelled',
  'participant.admit': 'somebody let in',
  'participant.suspend': 'somebody suspended',
  'order.place': 'order placed',
  'order.amend': 'order changed',
  'order.cancel': 'order cancelled',
  'order.cancel_all': 'order cancelled',
  'order.cancel_all_after': 'order changed',
  'offers.deliver': 'offers signed',
  'offers.decline': 'offers refused',
  'settlement.submit': 'settlement sent',
  'ledger.advance': 'block of the ledger',
  'time.tick': 'time passed',
};

const workWords: Readonly<Record<Work['kind'], Message>> = {
  proving: 'PROVING THE RECORD',
  loading: 'LOADING A CHECKPOINT',
  seeking: 'ON THE WAY',
};

/** `×60`, `×0.5`. */
function speedText(speed: number): string {
  return `×${Number(speed.toPrecision(3))}`;
}

/** The row; undefined in a live market. */
export function replayBar(state: State, width: number, glyphs: Glyphs): Line | undefined {
  const { replay, language, offsetMinutes } = state;
  if (replay === undefined) return undefined;
  const { seq, last, at, from, to, speed, isPlaying, work, command } = replay;
  if (work !== undefined) {
    const isProof = work.kind === 'proving';
    const label = t(language, workWords[work.kind]);
    const hint = t(language, isProof ? 'Esc quits' : 'Esc stops');
    const progress = { ...work, label, hint, rate: '{n} entries/s' as const };
    return fitLine(progressLine(progress, width, glyphs, language), width);
  }
  const word = isPlaying ? 'PLAYING' : isAtEnd(replay) ? 'END' : 'PAUSED';
  const before = line(
    span(` ${t(language, word)}`, isPlaying ? 'live' : 'focus'),
    span(` ${speedText(speed)}  `, 'muted'),
  );
  const entry = t(language, 'entry {n} of {last}', {
    n: groupedText(seq),
    last: groupedText(last),
  });
  const ends = [timeText(from, offsetMinutes), timeText(to, offsetMinutes)] as const;
  const date = dateText(at, offsetMinutes);
  const cellsOf = (...texts: readonly string[]): number => {
    const used = [...before.spans.map(({ text }) => text), ...texts].reduce(
      (sum, text) => sum + widthOf(text),
      0,
    );
    return width - used - 1;
  };
  const done = command === undefined || isPlaying ? '' : `(${t(language, commandWords[command])}) `;
  const plain = ['', `${ends[0]} `, ` ${ends[1]}`, `  ${entry} `] as const;
  const choices = [
    [`${date}  `, plain[1], plain[2], `${plain[3]}${done}`],
    ['', plain[1], plain[2], `${plain[3]}${done}`],
    [`${date}  `, plain[1], plain[2], plain[3]],
    plain,
  ] as const;
  const [day, begin, end, place] =
    choices.find((texts) => cellsOf(...texts) >= barCellsMin) ?? (['', '', '', plain[3]] as const);
  const cells = Math.max(0, cellsOf(day, begin, end, place));
  return fitLine(
    line(
      ...before.spans,
      span(day, 'title'),
      span(begin, 'muted'),
      ...barSpans(at - from, to - from, cells, glyphs),
      span(end, 'muted'),
      span(place, 'title'),
    ),
    width,
  );
}
