/** The ticket; and in its place, when no order is typed, what the order keys would do. The question on quitting stands here too. */
import { oppositeOf } from '@wattlot/core';
import type { Side } from '@wattlot/core';
import { bestOf } from '../book.ts';
import type { Box } from '../layout.ts';
import { marketOf } from '../state.ts';
import type { State } from '../state.ts';
import { block, line, padEnd, padStart, span, spread } from '../text/line.ts';
import type { Line, Span } from '../text/line.ts';
import {
  counted,
  ecoinText,
  ecoinUnit,
  energyOfLotsText,
  energyUnit,
  priceText,
} from '../text/number.ts';
import { previewOf } from '../ticket.ts';
import type { Preview, Ticket, TicketField } from '../ticket.ts';
import type { Market } from '../view.ts';
import { liveOrders } from '../view.ts';

const sideWords: Readonly<Record<Side, string>> = { bid: 'BID: you buy', ask: 'ASK: you sell' };

function modeText({ timeInForce, postOnly }: Ticket): string {
  return `${timeInForce}${postOnly ? ' post-only' : ''} `;
}

function fieldSpan(ticket: Ticket, field: TicketField, text: string, width: number): Span {
  const isFocus = ticket.field === field && ticket.phase.kind === 'editing';
  const shown = padStart(text, width - 1);
  return span(`${shown}${isFocus ? '_' : ' '}`, isFocus ? 'buttonFocus' : 'field');
}

function buttonLine(ticket: Ticket, preview: Preview): Line {
  const { phase } = ticket;
  if (phase.kind === 'sending') return line(span(' sending…', 'title'));
  if (phase.kind === 'unknown') return line(span(' no answer yet; asked again', 'bad'));
  const isFocus = ticket.field === 'confirm';
  const button = span(isFocus ? '[ Confirm ]' : '[Confirm]', isFocus ? 'buttonFocus' : 'button');
  const hint = isFocus
    ? preview.problem === undefined
      ? '  Enter sends it'
      : '  cannot be sent yet'
    : '  Tab, then Enter';
  return line(span(' '), button, span(hint, 'muted'));
}

function verdictLine({ phase }: Ticket, { problem, note }: Preview): Line {
  if (problem !== undefined) return line(span(` ! ${problem}`, 'bad'));
  if (phase.kind === 'editing' && phase.refusal !== undefined) {
    return line(span(` ! refused: ${phase.refusal}`, 'bad'));
  }
  return line(span(` ${note ?? ''}`, 'muted'));
}

function ticketLines(state: State, market: Market, ticket: Ticket, width: number): Line[] {
  const { instrument } = market;
  const preview = previewOf(ticket, {
    market,
    view: state.view,
    isDiscreet: state.areAmountsHidden,
  });
  const bound = ticket.side === 'bid' ? 'at most' : 'at least';
  return [
    spread(
      line(span(' TICKET  ', 'focus'), span(sideWords[ticket.side], ticket.side)),
      line(span(modeText(ticket), 'key')),
      width,
    ),
    line(
      span(' lots ', 'muted'),
      fieldSpan(ticket, 'volume', ticket.volumeText, 8),
      span('  price ', 'muted'),
      fieldSpan(ticket, 'price', ticket.priceText, 8),
    ),
    line(
      span(` ${preview.energy} ${energyUnit(instrument)}, ${bound} `),
      span(`${preview.cost} ${ecoinUnit(instrument)}`, 'mine'),
    ),
    verdictLine(ticket, preview),
    buttonLine(ticket, preview),
  ];
}

function offerLine(
  market: Market,
  {
    key,
    verb,
    side,
    price,
    lots,
  }: { key: string; verb: string; side: Side; price: number | undefined; lots: number },
): Line {
  const { instrument } = market;
  if (price === undefined) {
    const missing = side === 'bid' ? 'no ask yet' : 'no bid yet';
    return line(span(` ${key} `, 'key'), span(`${padEnd(verb, 5)} ${missing}`, 'muted'));
  }
  const cost = ecoinText(instrument, lots * price);
  return line(
    span(` ${key} `, 'key'),
    span(padEnd(verb, 5)),
    span(padStart(priceText(instrument, price), 7), side),
    span(padStart(cost, 11)),
    span(` ${ecoinUnit(instrument)}`, 'muted'),
  );
}

function idleLines(state: State, market: Market): Line[] {
  const { instrument, book } = market;
  const { lots, isReadOnly, ladder } = state;
  if (isReadOnly) {
    return [
      line(span(' TICKET', 'title')),
      line(span(' read-only: no account, no orders', 'muted')),
    ];
  }
  const energy = `${energyOfLotsText(instrument, lots)} ${energyUnit(instrument)}`;
  const at = { lots, price: ladder.cursor };
  return [
    line(
      span(' TICKET', 'title'),
      span(`  ${counted(lots, 'lot')}, ${energy}   `, 'muted'),
      span('+ -', 'key'),
    ),
    offerLine(market, { key: 'b', verb: 'bid', side: 'bid', ...at }),
    offerLine(market, { key: 's', verb: 'ask', side: 'ask', ...at }),
    offerLine(market, {
      key: 'B',
      verb: 'lift',
      side: 'bid',
      lots,
      price: bestOf(book, oppositeOf('bid')),
    }),
    offerLine(market, {
      key: 'S',
      verb: 'hit',
      side: 'ask',
      lots,
      price: bestOf(book, oppositeOf('ask')),
    }),
  ];
}

function quitLines(state: State): Line[] {
  const live = counted(liveOrders(state.view).length, 'order');
  return [
    line(span(' QUIT', 'focus')),
    line(span(` ${live} of yours on the book`, 'mine')),
    line(span(' k   ', 'key'), span('keep on the book and quit')),
    line(span(' c   ', 'key'), span('cancel and quit')),
    line(span(' Esc ', 'key'), span('stay')),
  ];
}

/** The pane, exactly as large as its box. */
export function ticketPane(state: State, { width, height }: Box): Line[] {
  const { overlay, ticket } = state;
  const market = marketOf(state);
  if (overlay?.kind === 'quit') return block(quitLines(state), width, height);
  if (overlay?.kind === 'leaving') {
    const waiting = `waiting for ${counted(overlay.waiting.length, 'cancel')}`;
    return block(
      [
        line(span(' QUITTING', 'focus')),
        line(span(` ${waiting}`)),
        line(span(' q', 'key'), span(' quits now', 'muted')),
      ],
      width,
      height,
    );
  }
  if (market === undefined) return block([line(span(' TICKET', 'title'))], width, height);
  const lines =
    ticket === undefined ? idleLines(state, market) : ticketLines(state, market, ticket, width);
  return block(lines, width, height);
}
