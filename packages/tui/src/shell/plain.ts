/** The market without a terminal: a table once, or a line an event; as text or as JSON objects, one a line. Public feed only. */
import type { BookView, ClientEvent, ExchangeClient, TradeTick } from '@wattlot/client';
import { qtyOfLots, timeText as wireTime, wireOfPrice } from '@wattlot/client/frames';
import type { Instrument, Level } from '@wattlot/client/frames';
import type { Clock } from './clock.ts';
import { deliveryText, deliveryWidth, gateText } from '../market/gate.ts';
import { onceWaitMs } from '../limits.ts';
import { phaseWords } from '../panes/phase.ts';
import { padEnd, padStart } from '../text/line.ts';
import { counted, energyUnit, priceText, timeText } from '../text/number.ts';
import { printable, widthOf } from '../text/printable.ts';
import { emptyView, foldEvent } from '../fold/view.ts';
import type { Market, View } from '../fold/view.ts';

export interface PlainOptions {
  readonly client: ExchangeClient;
  readonly isJson: boolean;
  readonly clock: Clock;
  readonly offsetMinutes: number;
  /** Writes one line. */
  readonly print: (text: string) => void;
  /** Writes one line for a person to read beside the output. */
  readonly warn: (text: string) => void;
  /** Settles when whoever reads has gone, or asks to end. */
  readonly ended: Promise<void>;
}

function best(instrument: Instrument, levels: readonly Level[] | undefined): string {
  const level = levels?.[0];
  return level === undefined ? '-' : priceText(instrument, level.price);
}

function lots(levels: readonly Level[] | undefined): string {
  return String(levels?.[0]?.volume ?? '-');
}

/** Cells of the column of symbols: as wide as the widest, within these. */
const symbolCellsLeast = 15;
const symbolCellsMax = 65;

/** The markets as a table: best prices and the last trade; where one has a delivery, when that is and when its gate falls, in local time. */
export function marketTable(view: View, offsetMinutes: number): string[] {
  const isDelivered = [...view.markets.values()].some(({ instrument }) => instrument.delivery);
  const symbols = [...view.markets.keys()].map((symbol) => printable(symbol, symbolCellsMax));
  const width = 1 + Math.max(symbolCellsLeast, ...symbols.map(widthOf));
  const head = `${padEnd('market', width)}${['bid', 'lots', 'ask', 'lots', 'last', 'lots']
    .map((title) => padStart(title, 8))
    .join('')}${isDelivered ? `  ${padEnd('delivery', deliveryWidth)}  gate` : ''}`;
  const rows = [...view.markets.values()].map(({ instrument, book, trades }) => {
    const last = trades[0];
    const cells = [
      best(instrument, book?.bids),
      lots(book?.bids),
      best(instrument, book?.asks),
      lots(book?.asks),
      last === undefined ? '-' : priceText(instrument, last.price),
      String(last?.volume ?? '-'),
    ];
    const symbol = padEnd(printable(instrument.symbol, symbolCellsMax), width);
    const row = `${symbol}${cells.map((cell) => padStart(cell, 8)).join('')}`;
    if (instrument.delivery === undefined) return row.trimEnd();
    const delivery = padEnd(deliveryText(instrument, { offsetMinutes }), deliveryWidth);
    return `${row}  ${delivery}  ${gateText(instrument, { offsetMinutes })}`;
  });
  return [head, ...rows];
}

function jsonLevels(instrument: Instrument, levels: readonly Level[]): [number, number][] {
  return levels.map(({ price, volume }) => [
    wireOfPrice(instrument, price),
    qtyOfLots(instrument, volume),
  ]);
}

/** What a market is: its phase, and its delivery and gate if it has them, in the words of the wire. */
function jsonMarket({ instrument }: Market): object {
  const { symbol, phase = 'continuous', delivery } = instrument;
  return {
    event: 'market',
    market: symbol,
    phase,
    ...(delivery === undefined
      ? {}
      : {
          delivery_start: wireTime(delivery.from),
          delivery_end: wireTime(delivery.to),
          gate_closure: wireTime(delivery.gate),
        }),
  };
}

function marketText({ instrument }: Market, offsetMinutes: number): string {
  const { phase = 'continuous', delivery } = instrument;
  const words = phaseWords[phase];
  if (delivery === undefined) return `market ${words}`;
  const when = deliveryText(instrument, { offsetMinutes });
  return `market ${words}, delivery ${when}, gate ${gateText(instrument, { offsetMinutes })}`;
}

function jsonBook({ instrument }: Market, book: BookView): object {
  return {
    event: 'book',
    market: instrument.symbol,
    bids: jsonLevels(instrument, book.bids),
    asks: jsonLevels(instrument, book.asks),
    seq: book.seq,
    at: new Date(book.at / 1000).toISOString(),
  };
}

function jsonTrade({ instrument }: Market, trade: TradeTick): object {
  return {
    event: 'trade',
    market: instrument.symbol,
    trade: trade.trade,
    side: trade.side,
    price: wireOfPrice(instrument, trade.price),
    qty: qtyOfLots(instrument, trade.volume),
    lots: trade.volume,
    at: new Date(trade.at / 1000).toISOString(),
  };
}

function bookText({ instrument }: Market, book: BookView): string {
  const bid = `${best(instrument, book.bids)} x ${lots(book.bids)}`;
  const ask = `${best(instrument, book.asks)} x ${lots(book.asks)}`;
  return `book   bid ${bid}   ask ${ask}`;
}

function tradeText({ instrument }: Market, trade: TradeTick): string {
  const energy = `${qtyOfLots(instrument, trade.volume)} ${energyUnit(instrument)}`;
  return `trade  ${trade.side} ${counted(trade.volume, 'lot')} at ${priceText(instrument, trade.price)}, ${energy}`;
}

/** The lines that an event is worth. A book whose best levels are as before is worth one as JSON only. */
export function linesOf(
  before: View,
  after: View,
  event: ClientEvent,
  { isJson, offsetMinutes }: { isJson: boolean; offsetMinutes: number },
): string[] {
  const at = (instant: number): string => timeText(instant / 1000, offsetMinutes);
  switch (event.kind) {
    case 'instruments':
      return event.instruments.flatMap(({ symbol, phase }) => {
        const market = after.markets.get(symbol);
        const past = before.markets.get(symbol);
        if (market === undefined || (past !== undefined && past.instrument.phase === phase))
          return [];
        if (isJson) return [JSON.stringify(jsonMarket(market))];
        // The exchange does not say since when.
        return [`${' '.repeat(8)} ${printable(symbol, 24)} ${marketText(market, offsetMinutes)}`];
      });
    case 'book': {
      const market = after.markets.get(event.book.symbol);
      if (market === undefined) return [];
      if (isJson) return [JSON.stringify(jsonBook(market, event.book))];
      const text = bookText(market, event.book);
      const past = before.markets.get(event.book.symbol);
      if (past?.book !== undefined && bookText(past, past.book) === text) return [];
      return [`${at(event.book.at)} ${printable(market.instrument.symbol, 24)} ${text}`];
    }
    case 'trades':
      return event.trades.flatMap((trade) => {
        const market = after.markets.get(trade.symbol);
        if (market === undefined) return [];
        if (isJson) return [JSON.stringify(jsonTrade(market, trade))];
        const symbol = printable(market.instrument.symbol, 24);
        return [`${at(trade.at)} ${symbol} ${tradeText(market, trade)}`];
      });
    case 'connection': {
      const { state, reason } = after.connection;
      if (isJson) return [JSON.stringify({ event: 'connection', state, reason })];
      return [`${state.toUpperCase()}${reason === '' ? '' : ` ${reason}`}`];
    }
    default:
      return [];
  }
}

function isWhole(view: View): boolean {
  if (view.connection.state !== 'live' || view.markets.size === 0) return false;
  return [...view.markets.values()].every(({ book }) => book !== undefined);
}

/** Prints the markets once. @returns 0, or 3 when the exchange did not show them in time. */
export async function printOnce(options: PlainOptions): Promise<number> {
  const { client, clock, isJson, offsetMinutes, print, warn, ended } = options;
  let view = emptyView('connecting');
  let callOff = (): void => {};
  const whole = new Promise<void>((resolve) => {
    client.listen((event) => {
      view = foldEvent(view, event, clock.now());
      // An attempt that failed will be made again; whoever asks once does not wait for that.
      if (isWhole(view) || view.connection.retryAt !== undefined) resolve();
    });
    callOff = clock.later(onceWaitMs, resolve);
  });
  await Promise.race([whole, ended]);
  callOff();
  if (!isWhole(view)) {
    warn(`no connection: ${view.connection.reason}`);
    return 3;
  }
  if (!isJson) for (const one of marketTable(view, offsetMinutes)) print(one);
  for (const market of isJson ? view.markets.values() : []) {
    const { book, trades } = market;
    const last = trades[0];
    print(
      JSON.stringify({
        ...(book === undefined ? {} : jsonBook(market, book)),
        ...jsonMarket(market),
        ...(last === undefined ? {} : { last: wireOfPrice(market.instrument, last.price) }),
      }),
    );
  }
  return 0;
}

/** Prints a line an event until whoever reads goes away. @returns 0. */
export async function follow(options: PlainOptions): Promise<number> {
  const { client, clock, print, warn, isJson, ended } = options;
  let view = emptyView('connecting');
  const stop = client.listen((event) => {
    const before = view;
    view = foldEvent(view, event, clock.now());
    const say = event.kind === 'connection' && !isJson ? warn : print;
    for (const one of linesOf(before, view, event, options)) say(one);
  });
  await ended;
  stop();
  return 0;
}
