/** The ticket; and in its place, when no order is typed, what the order keys would do. The question on quitting stands here too. */
import { oppositeOf } from '@wattlot/core';
import type { Side } from '@wattlot/core';
import { bestOf } from '../book.ts';
import type { Box } from '../layout.ts';
import { isArmed, marketOf } from '../state.ts';
import type { State } from '../state.ts';
import { block, line, padEnd, padStart, span, spread } from '../text/line.ts';
import type { Line, Span } from '../text/line.ts';
import { ecoinText, ecoinUnit, energyOfLotsText, energyUnit, priceText } from '../text/number.ts';
import { countedIn, t } from '../text/language.ts';
import type { Language, Message } from '../text/language.ts';
import { previewOf } from '../ticket.ts';
import type { Preview, Ticket, TicketField } from '../ticket.ts';
import type { Market } from '../view.ts';
import { liveOrders } from '../view.ts';

const sideWords: Readonly<Record<Side, Message>> = { bid: 'BID: you buy', ask: 'ASK: you sell' };

function modeText({ timeInForce, postOnly }: Ticket): string {
  return `${timeInForce}${postOnly ? ' post-only' : ''} `;
}

function fieldSpan(ticket: Ticket, field: TicketField, text: string, width: number): Span {
  const isFocus = ticket.field === field && ticket.phase.kind === 'editing';
  const shown = padStart(text, width - 1);
  return span(`${shown}${isFocus ? '_' : ' '}`, isFocus ? 'buttonFocus' : 'field');
}

/** The button that Enter presses while it has the focus. */
export function confirmSpan(isFocus: boolean, language: Language): Span {
  return isFocus
    ? span(t(language, '[ Confirm ]'), 'buttonFocus')
    : span(t(language, '[Confirm]'), 'button');
}

function buttonLine(ticket: Ticket, preview: Preview, language: Language): Line {
  const { phase } = ticket;
  if (phase.kind === 'sending') return line(span(` ${t(language, 'sending…')}`, 'title'));
  if (phase.kind === 'unknown')
    return line(span(` ${t(language, 'no answer yet; asked again')}`, 'bad'));
  const isFocus = ticket.field === 'confirm';
  const hint = isFocus
    ? preview.problem === undefined
      ? t(language, 'Enter sends it')
      : t(language, 'cannot be sent yet')
    : t(language, 'Tab, then Enter');
  return line(span(' '), confirmSpan(isFocus, language), span(`  ${hint}`, 'muted'));
}

function verdictLine({ phase }: Ticket, { problem, note }: Preview, language: Language): Line {
  if (problem !== undefined) return line(span(` ! ${problem}`, 'bad'));
  if (phase.kind === 'editing' && phase.refusal !== undefined) {
    return line(span(` ! ${t(language, 'refused: {refusal}', { refusal: phase.refusal })}`, 'bad'));
  }
  return line(span(` ${note ?? ''}`, 'muted'));
}

function ticketLines(state: State, market: Market, ticket: Ticket, width: number): Line[] {
  const { instrument } = market;
  const { language } = state;
  const preview = previewOf(ticket, {
    market,
    view: state.view,
    language,
    isDiscreet: state.areAmountsHidden,
  });
  const bound = t(language, ticket.side === 'bid' ? 'at most' : 'at least');
  return [
    spread(
      line(
        span(` ${t(language, 'TICKET')}  `, 'focus'),
        span(t(language, sideWords[ticket.side]), ticket.side),
      ),
      line(span(modeText(ticket), 'key')),
      width,
    ),
    line(
      span(` ${t(language, 'lots')} `, 'muted'),
      fieldSpan(ticket, 'volume', ticket.volumeText, 8),
      span(`  ${t(language, 'price')} `, 'muted'),
      fieldSpan(ticket, 'price', ticket.priceText, 8),
    ),
    line(
      span(` ${preview.energy} ${energyUnit(instrument)}, ${bound} `),
      span(`${preview.cost} ${ecoinUnit(instrument)}`, 'mine'),
    ),
    verdictLine(ticket, preview, language),
    buttonLine(ticket, preview, language),
  ];
}

const verbColumns = 5;

function offerLine(
  market: Market,
  {
    key,
    verb,
    side,
    price,
    lots,
    language,
  }: {
    key: string;
    verb: Message;
    side: Side;
    price: number | undefined;
    lots: number;
    language: Language;
  },
): Line {
  const word = padEnd(t(language, verb), verbColumns);
  const { instrument } = market;
  if (price === undefined) {
    const missing = t(language, side === 'bid' ? 'no ask yet' : 'no bid yet');
    return line(span(` ${key} `, 'key'), span(`${word} ${missing}`, 'muted'));
  }
  const cost = ecoinText(instrument, lots * price);
  return line(
    span(` ${key} `, 'key'),
    span(word),
    span(padStart(priceText(instrument, price), 7), side),
    span(padStart(cost, 11)),
    span(` ${ecoinUnit(instrument)}`, 'muted'),
  );
}

function idleLines(state: State, market: Market): Line[] {
  const { instrument, book } = market;
  const { lots, isReadOnly, ladder, language } = state;
  const title = span(` ${t(language, 'TICKET')}`, 'title');
  if (isReadOnly) {
    return [
      line(title),
      line(span(` ${t(language, 'read-only: no account, no orders')}`, 'muted')),
    ];
  }
  const energy = `${energyOfLotsText(instrument, lots)} ${energyUnit(instrument)}`;
  const at = { lots, language, price: ladder.cursor };
  return [
    line(
      title,
      span(`  ${countedIn(language, lots, 'lot')}, ${energy}   `, 'muted'),
      span('+ -', 'key'),
      span(isArmed(state) ? `   ${t(language, 'ARMED: sent at once')}` : '', 'bad'),
    ),
    offerLine(market, { key: 'b', verb: 'bid', side: 'bid', ...at }),
    offerLine(market, { key: 's', verb: 'ask', side: 'ask', ...at }),
    offerLine(market, {
      key: 'B',
      verb: 'lift',
      side: 'bid',
      lots,
      language,
      price: bestOf(book, oppositeOf('bid')),
    }),
    offerLine(market, {
      key: 'S',
      verb: 'hit',
      side: 'ask',
      lots,
      language,
      price: bestOf(book, oppositeOf('ask')),
    }),
  ];
}

function quitLines(state: State): Line[] {
  const { language, view } = state;
  const live = countedIn(language, liveOrders(view).length, 'order');
  return [
    line(span(` ${t(language, 'QUIT')}`, 'focus')),
    line(span(` ${t(language, '{live} of yours on the book', { live })}`, 'mine')),
    line(span(' k   ', 'key'), span(t(language, 'keep on the book and quit'))),
    line(span(' c   ', 'key'), span(t(language, 'cancel and quit'))),
    line(span(' Esc ', 'key'), span(t(language, 'stay'))),
  ];
}

/** The pane, exactly as large as its box. */
export function ticketPane(state: State, { width, height }: Box): Line[] {
  const { overlay, ticket, language } = state;
  const market = marketOf(state);
  if (overlay?.kind === 'quit') return block(quitLines(state), width, height);
  if (overlay?.kind === 'leaving') {
    const count = countedIn(language, overlay.waiting.length, 'cancel');
    const waiting = t(language, 'waiting for {count}', { count });
    return block(
      [
        line(span(` ${t(language, 'QUITTING')}`, 'focus')),
        line(span(` ${waiting}`)),
        line(span(' q', 'key'), span(` ${t(language, 'quits now')}`, 'muted')),
      ],
      width,
      height,
    );
  }
  if (market === undefined)
    return block([line(span(` ${t(language, 'TICKET')}`, 'title'))], width, height);
  const lines =
    ticket === undefined ? idleLines(state, market) : ticketLines(state, market, ticket, width);
  return block(lines, width, height);
}
