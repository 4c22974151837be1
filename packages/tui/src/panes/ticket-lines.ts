/** The open ticket: what is typed, what it costs, what stands against it or becomes of it, and the button. Never moves its button while one types. */
import type { OwnOrder } from '@wattlot/client';
import type { Side } from '@wattlot/core';
import type { Box } from '../fold/layout.ts';
import { clockText, kindNames, kindWords, untilOf } from '../order/order-kind.ts';
import { previewOf } from '../order/preview.ts';
import type { Preview } from '../order/preview.ts';
import type { State } from '../fold/state.ts';
import { t } from '../text/language.ts';
import type { Language, Message } from '../text/language.ts';
import { block, fitLine, line, padStart, plainOf, span, spread, wrap } from '../text/line.ts';
import type { Line, Span } from '../text/line.ts';
import { ecoinUnit, energyUnit } from '../text/number.ts';
import { printable, widthOf } from '../text/printable.ts';
import type { Ticket, TicketField } from '../order/ticket.ts';
import { contextIn } from '../order/ticket-context.ts';
import type { Role } from '../theme.ts';
import type { Market } from '../fold/view.ts';
import { confirmSpan } from './confirm.ts';

const sideWords: Readonly<Record<Side, Message>> = { bid: 'BID: you buy', ask: 'ASK: you sell' };

/** Rows of a ticket: title, fields, what it costs, verdict, button. Higher ones explain the kind, and have more room for the verdict. */
const rowsLeast = 5;
/** From which width on the time of a `gtd` order stands beside the price. */
const untilBesideFrom = 60;

function titleLine(
  { kind, postOnly, amends, side }: Ticket,
  language: Language,
  width: number,
): Line {
  const title = span(` ${t(language, amends === undefined ? 'TICKET' : 'CHANGE')}  `, 'focus');
  const what =
    amends === undefined
      ? t(language, sideWords[side])
      : `${t(language, side)} ${printable(amends, 12)}`;
  const post = postOnly ? ' post-only' : '';
  const mode = line(span(` ${kindNames[kind]}${post} `, 'key'));
  const whole = line(title, span(what, side));
  const fits = widthOf(plainOf(whole)) + widthOf(plainOf(mode)) <= width;
  // The side and the kind are what has to be seen.
  return spread(fits ? whole : line(span(' '), span(what, side)), mode, width);
}

function fieldSpan(ticket: Ticket, field: TicketField, text: string, width: number): Span {
  const isFocus = ticket.field === field && ticket.phase.kind === 'editing';
  const shown = padStart(text, width - 1);
  return span(`${shown}${isFocus ? '_' : ' '}`, isFocus ? 'buttonFocus' : 'field');
}

/** The end of a `gtd` order, and how long that is from now. */
function untilSpans(ticket: Ticket, { now, offsetMinutes, language }: State): Span[] {
  const until = untilOf(ticket.untilText, { now, offsetMinutes });
  const minutes = until === undefined ? 0 : Math.ceil((until / 1000 - now) / 60_000);
  const left = t(language, '{h} h {min} min', { h: Math.floor(minutes / 60), min: minutes % 60 });
  return [
    span(` ${t(language, 'until')} `, 'muted'),
    fieldSpan(ticket, 'until', clockText(ticket.untilText), 7),
    span(until === undefined ? '' : `  ${t(language, 'in {left}', { left })}`, 'muted'),
  ];
}

function fieldsLine(state: State, ticket: Ticket, width: number): Line {
  const { language } = state;
  const word = t(language, ticket.kind === 'market' ? 'worst' : 'price');
  const isBeside = ticket.kind === 'gtd' && ticket.amends === undefined && width >= untilBesideFrom;
  return line(
    span(` ${t(language, 'lots')} `, 'muted'),
    fieldSpan(ticket, 'volume', ticket.volumeText, 8),
    span(`  ${word} `, 'muted'),
    fieldSpan(ticket, 'price', ticket.priceText, 8),
    ...(isBeside ? untilSpans(ticket, state) : []),
  );
}

/** What is left of the order that the ticket changes. */
function orderText(order: OwnOrder | undefined, state: State): string {
  const { language, areAmountsHidden } = state;
  if (order === undefined || areAmountsHidden) return '';
  const { filled, cancelled, remaining } = order;
  return t(language, '{filled} filled, {remaining} open', {
    filled: filled + cancelled,
    remaining,
  });
}

/** What kind of order it is: in the words of a person, or with the field that belongs to it. */
function kindLine(state: State, ticket: Ticket, width: number): Line {
  const { language, view } = state;
  if (ticket.amends !== undefined) {
    return line(span(` ${orderText(view.orders.get(ticket.amends), state)}`, 'muted'));
  }
  if (ticket.kind === 'gtd' && width < untilBesideFrom) return line(...untilSpans(ticket, state));
  return line(span(` ${t(language, kindWords[ticket.kind])}`, 'muted'));
}

function buttonLine(ticket: Ticket, preview: Preview, language: Language): Line {
  const { phase } = ticket;
  switch (phase.kind) {
    case 'sending':
      return line(span(` ${t(language, 'sending…')}`, 'title'));
    case 'unknown':
      return line(span(` ${t(language, 'no answer yet; asked again')}`, 'bad'));
    case 'lost':
      return line(span(` ${t(language, 'Esc; look at your orders')}`, 'bad'));
    case 'editing':
  }
  const isFocus = ticket.field === 'confirm';
  const canSend = preview.wish !== undefined || preview.amendment !== undefined;
  const ready = canSend ? t(language, 'Enter sends it') : t(language, 'cannot be sent yet');
  const hint = isFocus ? ready : t(language, 'Tab, then Enter');
  return line(span(' '), confirmSpan(isFocus, language), span(`  ${hint}`, 'muted'));
}

/** What stands against it, else what was said to the attempt before, else what becomes of it. */
function verdictOf(
  { phase }: Ticket,
  { problem, note = '', isFar = false }: Preview,
  language: Language,
): { readonly text: string; readonly role: Role } {
  if (phase.kind === 'lost') return { text: `! ${phase.reason}`, role: 'bad' };
  if (problem !== undefined) return { text: `! ${problem}`, role: 'bad' };
  if (phase.kind === 'editing' && phase.refusal !== undefined) {
    const text = t(language, 'refused: {refusal}', { refusal: phase.refusal });
    return { text: `! ${text}`, role: 'bad' };
  }
  if (isFar) return { text: t(language, '! far off the market: {note}', { note }), role: 'bad' };
  return { text: note, role: 'muted' };
}

/** The ticket, exactly as large as its box. */
export function ticketLines(
  state: State,
  { market, ticket }: { readonly market: Market; readonly ticket: Ticket },
  { width, height }: Box,
): Line[] {
  const { instrument } = market;
  const { language } = state;
  const preview = previewOf(ticket, contextIn(state, market));
  const { text, role } = verdictOf(ticket, preview, language);
  const bound = t(language, ticket.side === 'bid' ? 'at most' : 'at least');
  const spare = Math.max(0, height - rowsLeast);
  const room = Math.max(1, Math.min(2, spare));
  const verdict = wrap(text, width - 1, room).map((one) => line(span(` ${one}`, role)));
  return block(
    [
      titleLine(ticket, language, width),
      fieldsLine(state, ticket, width),
      line(
        span(` ${preview.energy} ${energyUnit(instrument)}, ${bound} `),
        span(`${preview.cost} ${ecoinUnit(instrument)}`, 'mine'),
      ),
      ...(spare > 0 ? [kindLine(state, ticket, width)] : []),
      ...block(verdict, width, room),
      fitLine(buttonLine(ticket, preview, language), width),
    ],
    width,
    height,
  );
}
