/** The ticket; and in its place, when no order is typed, what the order keys would do. The question on quitting stands here too. */
import { oppositeOf } from '@wattlot/core';
import type { Side } from '@wattlot/core';
import { bestOf } from '../market/book.ts';
import type { Box } from '../fold/layout.ts';
import { isArmed, marketOf } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import { block, line, padEnd, padStart, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';
import { ecoinText, ecoinUnit, energyOfLotsText, energyUnit, priceText } from '../text/number.ts';
import { countedIn, t } from '../text/language.ts';
import type { Language, Message } from '../text/language.ts';
import type { Market } from '../fold/view.ts';
import { liveOrders } from '../fold/view.ts';
import { ticketLines } from './ticket-lines.ts';

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

/** What stands in the ticket's place in a recorded day: nothing can be ordered in it, but something can be done. */
function recordedLines({ language }: State): Line[] {
  const row = (key: string, text: string): Line =>
    line(span(` ${padEnd(key, 6)}`, 'key'), span(text, 'muted'));
  return [
    line(span(` ${t(language, 'RECORDED DAY')}`, 'title')),
    row('Space', t(language, 'play, or pause')),
    row('n t', t(language, 'next entry, next trade')),
    row('@', t(language, 'go to a time')),
    row('3 w', t(language, 'why it has not traded')),
  ];
}

function idleLines(state: State, market: Market): Line[] {
  const { instrument, book } = market;
  const { lots, isReadOnly, ladder, language } = state;
  const title = span(` ${t(language, 'TICKET')}`, 'title');
  if (state.replay !== undefined) return recordedLines(state);
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
  return ticket === undefined
    ? block(idleLines(state, market), width, height)
    : ticketLines(state, { market, ticket }, { width, height });
}
