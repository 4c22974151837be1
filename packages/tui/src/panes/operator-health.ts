/** Whether trades settle: open trades, the ledger, the journal and the markets, in four rows. */
import { instantOfTime } from '@wattlot/client/frames';
import type { OperatorView } from '../operator/operator.ts';
import type { State } from '../fold/state.ts';
import { line, span } from '../text/line.ts';
import type { Line, Span } from '../text/line.ts';
import { t } from '../text/language.ts';
import type { Message } from '../text/language.ts';
import { printable } from '../text/printable.ts';
import type { Role } from '../theme.ts';
import { phaseWords } from './phase.ts';

function isPhase(text: string): text is keyof typeof phaseWords {
  return Object.hasOwn(phaseWords, text);
}

/** How long ago an instant was, on the exchange's own clock: `12 s`, `3 min`, `2 h`. */
function agoText({ language }: State, at: string | undefined, now: string): string {
  const [then, current] = [instantOfTime(at ?? ''), instantOfTime(now)];
  if (then === undefined || current === undefined) return '-';
  const seconds = Math.max(0, Math.round((current - then) / 1_000_000));
  if (seconds < 120) return t(language, '{n} s', { n: seconds });
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return t(language, '{n} min', { n: minutes });
  return t(language, '{n} h', { n: Math.round(minutes / 60) });
}

function number(text: Message, n: number, state: State, alarming = false): Span {
  const role: Role = alarming && n > 0 ? 'bad' : 'text';
  return span(` ${t(state.language, text, { n })} `, role);
}

/** The rows; the title first. */
export function healthLines(state: State, { reading, fault }: OperatorView): Line[] {
  const { language } = state;
  const title = span(` ${t(language, 'SETTLEMENT')}`, 'title');
  const failed = span(fault === undefined ? '' : `  ${fault}`, 'bad');
  if (reading === undefined) return [line(title, failed)];
  const { health } = reading;
  const { trades } = health;
  const open = trades.requested + trades.submitted + trades.overdue;
  const isBehind = health.block < health.ledger_height;
  const oldest =
    open === 0
      ? t(language, 'no open trades')
      : t(language, 'the oldest for {time}', { time: agoText(state, health.oldest, health.at) });
  const block = t(language, 'block {height}', { height: health.block });
  const late = isBehind ? ` ${t(language, 'of {height}', { height: health.ledger_height })}` : '';
  const age = t(language, '{time} ago', { time: agoText(state, health.block_at, health.at) });
  // The one that the keys act on comes first: a window may not have room for all.
  const ordered = health.markets.toSorted(
    (a, b) => Number(b.symbol === state.symbol) - Number(a.symbol === state.symbol),
  );
  const markets = ordered.flatMap(({ symbol, phase, live_orders: live }) => [
    span(`   ${printable(symbol, 24)} `, 'text'),
    span(
      isPhase(phase) ? t(language, phaseWords[phase]) : printable(phase, 16),
      phase === 'continuous' ? 'good' : 'bad',
    ),
    span(` ${t(language, '{n} live', { n: live })}`, 'muted'),
  ]);
  return [
    line(title, failed),
    line(
      span('  '),
      number('{n} signing', trades.requested, state),
      number('{n} on the ledger', trades.submitted, state),
      number('{n} overdue', trades.overdue, state, true),
      number('{n} lots frozen', health.frozen_lots, state, true),
      span(` ${oldest}`, 'muted'),
    ),
    line(
      span('   '),
      span(`${t(language, 'ledger')} `, 'muted'),
      span(`${block}${late}`, isBehind ? 'bad' : 'text'),
      span(health.block_at === undefined ? '' : `, ${age}`, 'muted'),
      span(`    ${t(language, 'journal')} `, 'muted'),
      span(t(language, 'entry {n}', { n: health.journal_head })),
      span(
        health.journal_backlog === 0
          ? ''
          : `, ${t(language, '{n} wait for the disk', { n: health.journal_backlog })}`,
        health.journal_backlog > 100 ? 'bad' : 'muted',
      ),
    ),
    line(...markets),
  ];
}
