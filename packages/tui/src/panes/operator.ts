/** The operator's screen: who asks to be let in, deposits to approve, who is in and what they may do, and whether trades settle. */
import type { Deposit, JoinRequest, ParticipantStanding } from '@wattlot/client/frames';
import { instantOfTime } from '@wattlot/client/frames';
import type { Box } from '../fold/layout.ts';
import {
  isUndecided,
  selectedDeposit,
  selectedJoin,
  selectedParticipant,
  shownDeposits,
  shownJoins,
  shownParticipants,
} from '../operator/lists.ts';
import { idOf } from '../operator/operator.ts';
import type { OperatorList } from '../operator/operator.ts';
import { depositText } from '../operator/outcomes.ts';
import type { State } from '../fold/state.ts';
import { block, cut, line, padEnd, padStart, span } from '../text/line.ts';
import type { Line, Span } from '../text/line.ts';
import { t } from '../text/language.ts';
import type { Message } from '../text/language.ts';
import { timeText } from '../text/number.ts';
import { printable } from '../text/printable.ts';
import type { Glyphs, Role } from '../theme.ts';
import { depositWords, permissionWords } from '../operator/words.ts';
import { decisionLines } from './decision.ts';
import { openingLines } from './opening.ts';
import { healthLines } from './operator-health.ts';

const columns = {
  mark: 2,
  id: 6,
  name: 18,
  amount: 13,
  state: 11,
  time: 13,
  standing: 11,
  permission: 9,
  orders: 9,
};

/** Rows that a list never goes without: its title and one row. */
const listRowsLeast = 2;

/** The time of today, or the day and the time. */
function sinceText({ now, offsetMinutes }: State, since: string): string {
  const micros = instantOfTime(since);
  if (micros === undefined) return '';
  const ms = micros / 1000;
  const time = timeText(ms, offsetMinutes);
  const day = (instant: number): string => {
    const at = new Date(instant + offsetMinutes * 60_000);
    return Number.isNaN(at.getTime()) ? '' : at.toISOString().slice(5, 10);
  };
  return day(ms) === day(now) ? time : `${day(ms)} ${time.slice(0, 5)}`;
}

function nameSpan(name: string, role: Role = 'text'): Span {
  return span(padEnd(printable(name, columns.name - 1), columns.name), role);
}

function joinSpans(state: State, join: JoinRequest, width: number): Span[] {
  const { language } = state;
  const isRefused = join.status === 'refused';
  const word = isRefused ? 'refused' : join.admitted ? 'its meter' : 'waiting';
  const before = columns.mark + columns.name + columns.state + columns.time;
  const more =
    isRefused && join.reason !== undefined
      ? printable(join.reason, 100)
      : [join.participant, ...(join.meter === undefined ? [] : [`+ ${t(language, 'meter')}`])]
          .map((text) => printable(text, 64))
          .join(' ');
  return [
    nameSpan(join.name),
    span(padEnd(t(language, word), columns.state), isRefused ? 'bad' : 'mine'),
    span(padEnd(sinceText(state, join.since), columns.time), 'muted'),
    span(cut(more, Math.max(0, width - before)), 'muted'),
  ];
}

const depositRoles: Readonly<Record<Deposit['status'], Role>> = {
  waiting: 'mine',
  issuing: 'bad',
  issued: 'good',
  refused: 'bad',
};

function depositSpans(state: State, deposit: Deposit, width: number): Span[] {
  const { language } = state;
  const { id, name, amount, time } = columns;
  const before = columns.mark + id + name + amount + 2 + columns.state + time;
  const more = deposit.reason ?? deposit.txid ?? deposit.reference;
  return [
    span(padEnd(printable(deposit.deposit, id - 1), id), 'muted'),
    nameSpan(deposit.name),
    span(padStart(depositText(state, deposit.amount), amount)),
    span('  '),
    span(
      padEnd(t(language, depositWords[deposit.status]), columns.state),
      depositRoles[deposit.status],
    ),
    span(padEnd(sinceText(state, deposit.since), time), 'muted'),
    span(cut(printable(more, 100), Math.max(0, width - before)), 'muted'),
  ];
}

function participantSpans(state: State, one: ParticipantStanding, width: number): Span[] {
  const { language } = state;
  const may = (isHeld: boolean, word: Message): Span =>
    span(padEnd(isHeld ? t(language, word) : '-', columns.permission), isHeld ? 'text' : 'bad');
  const meter =
    one.meter === undefined
      ? span(padEnd('', columns.permission + 5))
      : span(
          padEnd(
            one.meter_permissions.includes('issue') ? t(language, permissionWords.issue) : '-',
            columns.permission + 5,
          ),
          one.meter_permissions.includes('issue') ? 'text' : 'bad',
        );
  const before =
    columns.mark + columns.name + columns.standing + 3 * columns.permission + 5 + columns.orders;
  return [
    nameSpan(one.name),
    span(
      padEnd(t(language, one.suspended ? 'suspended' : 'trades'), columns.standing),
      one.suspended ? 'bad' : 'good',
    ),
    may(one.permissions.includes('send'), permissionWords.send),
    may(one.permissions.includes('receive'), permissionWords.receive),
    meter,
    span(padEnd(t(language, '{n} live', { n: one.live_orders }), columns.orders), 'muted'),
    span(cut(printable(one.participant, 64), Math.max(0, width - before)), 'muted'),
  ];
}

interface Listing {
  readonly list: OperatorList;
  readonly title: Message;
  readonly count: string;
  readonly empty: Message;
  readonly rows: readonly { readonly id: string; readonly spans: readonly Span[] }[];
  readonly selected: string | undefined;
}

function listings(state: State, width: number): readonly Listing[] {
  const { language } = state;
  const [joins, deposits] = [shownJoins(state), shownDeposits(state)];
  const participants = shownParticipants(state);
  const waits = (count: number): string =>
    count === 0 ? '' : t(language, '{n} wait', { n: count });
  return [
    {
      list: 'joins',
      title: 'REQUESTS TO JOIN',
      count: waits(joins.filter(({ status }) => status === 'waiting').length),
      empty: 'nobody asks to be let in',
      rows: joins.map((one) => ({ id: idOf(one), spans: joinSpans(state, one, width) })),
      selected: selectedJoin(state)?.participant,
    },
    {
      list: 'deposits',
      title: 'DEPOSITS',
      count: waits(deposits.filter(isUndecided).length),
      empty: 'nobody asks for ecoin',
      rows: deposits.map((one) => ({ id: idOf(one), spans: depositSpans(state, one, width) })),
      selected: selectedDeposit(state)?.deposit,
    },
    {
      list: 'participants',
      title: 'PARTICIPANTS',
      count: participants.length === 0 ? '' : String(participants.length),
      empty: 'nobody has been let in',
      rows: participants.map((one) => {
        return { id: idOf(one), spans: participantSpans(state, one, width) };
      }),
      selected: selectedParticipant(state)?.participant,
    },
  ];
}

/** How many rows each list gets: two each, then what the one that keys act on can use, then the others from the top. */
function rowsOf(
  lists: readonly Listing[],
  focused: OperatorList,
  height: number,
): readonly number[] {
  const wanted = lists.map(({ rows }) => 1 + Math.max(1, rows.length));
  const given = lists.map(() => listRowsLeast);
  let left = height - lists.length * listRowsLeast;
  const order = lists
    .map((_, index) => index)
    .toSorted((a, b) => Number(lists[b]?.list === focused) - Number(lists[a]?.list === focused));
  for (const index of order) {
    const more = Math.max(0, Math.min(left, (wanted[index] ?? 0) - (given[index] ?? 0)));
    given[index] = (given[index] ?? 0) + more;
    left -= more;
  }
  // What nobody needs lies below the last.
  const last = given.length - 1;
  given[last] = (given[last] ?? 0) + Math.max(0, left);
  return given;
}

function listLines(state: State, listing: Listing, box: Box, glyphs: Glyphs): Line[] {
  const { operator, filters, language } = state;
  const isFocused = operator?.list === listing.list;
  const { rows, selected } = listing;
  const room = Math.max(1, box.height - 1);
  const index = rows.findIndex(({ id }) => id === selected);
  const first = Math.max(0, Math.min(index - Math.floor(room / 2), rows.length - room));
  const below = rows.length - first - room;
  const filter = filters.operator;
  const title = line(
    span(` ${t(language, listing.title)}`, isFocused ? 'focus' : 'title'),
    span(listing.count === '' ? '' : `  ${listing.count}`, 'muted'),
    span(filter === '' || !isFocused ? '' : '   /', 'muted'),
    span(isFocused ? filter : '', 'key'),
    span(below > 0 ? `   ↓ ${t(language, '{n} more', { n: below })}` : '', 'muted'),
  );
  if (rows.length === 0) {
    const empty: Message = filter === '' ? listing.empty : 'no row holds that';
    return block([title, line(span(`   ${t(language, empty)}`, 'muted'))], box.width, box.height);
  }
  const shown = rows.slice(first, first + room).map(({ id, spans }): Line => {
    const isSelected = isFocused && id === selected;
    const mark = span(padEnd(isSelected ? ` ${glyphs.cursor}` : '', columns.mark + 1), 'focus');
    return isSelected ? { spans: [mark, ...spans], over: 'cursor' } : { spans: [mark, ...spans] };
  });
  return block([title, ...shown], box.width, box.height);
}

/** The screen, exactly as large as its box. */
export function operatorScreen(state: State, { width, height }: Box, glyphs: Glyphs): Line[] {
  const { operator, language } = state;
  if (operator === undefined) {
    const text = t(language, 'only the operator: wattlot trade --operator');
    return block([line(span(` ${text}`, 'muted'))], width, height);
  }
  const question = [...decisionLines(state, width), ...openingLines(state, width)];
  if (operator.reading === undefined) {
    const text = operator.fault ?? t(language, 'reading what waits for you…');
    const role = operator.fault === undefined ? 'muted' : 'bad';
    return block([...question, line(span(` ${text}`, role))], width, height);
  }
  const health = healthLines(state, operator);
  const lists = listings(state, width - 1);
  const rows = rowsOf(lists, operator.list, height - question.length - health.length);
  const body = lists.flatMap((listing, index) =>
    listLines(state, listing, { width, height: rows[index] ?? listRowsLeast }, glyphs),
  );
  return block([...question, ...body, ...health], width, height);
}
