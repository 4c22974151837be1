/** Scripted sessions: a line of text leads to a state of the terminal. */
import type { ClientEvent } from '@wattlot/client';
import type { Delivery, Phase } from '@wattlot/core';
import type { Key } from '../screen/keys.ts';
import { languages } from '../text/language.ts';
import type { State, StateOptions } from '../fold/state.ts';
import type { Input } from '../fold/messages.ts';
import {
  book,
  instant,
  instrument,
  live,
  opening,
  orderId,
  ownOrder,
  ownTrade,
  symbolOf,
  trade,
  ecoinRequests,
  walletSummary,
} from './market.ts';
import { positions, stories } from './recorded-day.ts';
import { emptyReading, operatorReading } from './operator.ts';
import { after, stepped, told, windowOf } from './state.ts';

export interface SessionScript {
  readonly name: string;
  readonly steps: readonly (readonly string[])[];
}

/** The scripts of a file; its form is described in its head. */
export function readScripts(text: string): SessionScript[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name = '', steps = ''] = line.split(' = ');
      return { name, steps: steps.split(';').map((step) => step.trim().split(' ')) };
    });
}

/** The client order id of the ticket that is on its way. */
function sentId({ ticket }: State): string {
  if (ticket === undefined) throw new Error('no ticket is on its way');
  return ticket.clientOrderId;
}

function fiftyTrades(from: number): ClientEvent {
  return {
    kind: 'trades',
    snapshot: true,
    trades: Array.from({ length: 50 }, (_, index) => {
      const wave = Math.round(6 * Math.sin(index / 6) + 2 * Math.sin(index / 1.7));
      const side = index % 3 === 0 ? 'ask' : 'bid';
      return trade(index + 1, side, 150 + wave, 1 + ((index * 7) % 13), from - (50 - index) * 2000);
    }),
  };
}

const lost: ClientEvent = {
  kind: 'connection',
  state: 'stale',
  reason: 'connection lost',
  retryInMs: 3000,
};

function newsOf(state: State, name: string): Input {
  const event = (one: ClientEvent): Input => ({ kind: 'event', event: one });
  switch (name) {
    case 'lost':
      return event(lost);
    case 'crossed':
      return event({
        kind: 'connection',
        state: 'stale',
        reason: 'the book is crossed (KWH/ECOIN)',
      });
    case 'waiting':
      return event({
        kind: 'connection',
        state: 'stale',
        reason: 'waiting for the operator to admit this participant',
        isWaiting: true,
      });
    case 'poor':
      return event({ kind: 'balances', balances: [] });
    case 'suspended': {
      const gone = { cancelled: 20, status: 'done', reason: 'suspended' } as const;
      return event({
        kind: 'orders',
        snapshot: false,
        orders: [ownOrder(5, 'bid', 20, 149, gone)],
      });
    }
    case 'trade':
      return event({
        kind: 'trades',
        snapshot: false,
        trades: [trade(4, 'bid', 151, 3, state.now)],
      });
    case 'settled': {
      const trades = [ownTrade(7, 149, 4, 'settled'), ownTrade(9, 149, 16, 'submitted')];
      const order = ownOrder(5, 'bid', 20, 149, { filled: 20, status: 'done', trades });
      return event({ kind: 'orders', snapshot: false, orders: [order] });
    }
    case 'refused': {
      const outcome = { kind: 'no', error: 'EOrder:Insufficient funds' } as const;
      return { kind: 'placed', clientOrderId: sentId(state), outcome };
    }
    case 'unknown': {
      const outcome = { kind: 'unknown', reason: 'connection lost' } as const;
      return { kind: 'placed', clientOrderId: sentId(state), outcome };
    }
    case 'loading':
      return event({
        kind: 'connection',
        state: 'stale',
        reason: 'loading 4 of 6',
        loaded: { done: 4, total: 6 },
      });
    case 'signing':
    case 'signing-on': {
      const lots = name === 'signing' ? 0 : 420;
      const order = orderId(9);
      return { kind: 'progress', progress: { order, lots, of: 1000, state: 'working' } };
    }
    case 'large':
      return event({
        kind: 'orders',
        snapshot: false,
        orders: [ownOrder(9, 'bid', 1000, 146, { status: 'pending' })],
      });
    case 'wallet':
      return { kind: 'wallet', summary: walletSummary };
    case 'ecoin-waiting':
      return { kind: 'ecoin-requests', requests: ecoinRequests('waiting') };
    case 'ecoin-refused':
      return { kind: 'ecoin-requests', requests: ecoinRequests('refused') };
    case 'operator':
      return { kind: 'operator', reading: operatorReading };
    case 'operator-empty':
      return { kind: 'operator', reading: emptyReading };
    case 'operator-fault':
      return { kind: 'operator-fault', reason: 'the exchange does not answer' };
    case 'wallet-fault':
      return { kind: 'wallet-fault', reason: 'the chain does not answer' };
    default:
      throw new Error(`no news has the name ${name}`);
  }
}

function stepOf(state: State, [verb, ...words]: readonly string[]): State {
  const [word = ''] = words;
  switch (verb) {
    case 'open':
      return told(state, ...opening);
    case 'new':
      return told(
        state,
        ...opening.slice(0, 2),
        { kind: 'book', book: book([], []) },
        { kind: 'orders', snapshot: true, orders: [] },
      );
    case 'two': {
      const roof = { ...instrument, symbol: symbolOf('ROOF/ECOIN') };
      return told(state, { kind: 'instruments', instruments: [instrument, roof] }, live);
    }
    case 'day':
      return stepped(state, {
        kind: 'replay',
        told: { kind: 'position', position: knownAs(positions, word) },
      }).state;
    case 'story': {
      const { overlay } = state;
      if (overlay?.kind !== 'why') throw new Error('nobody asked why');
      const story = knownAs(stories, word);
      return stepped(state, { kind: 'story', order: overlay.order, story }).state;
    }
    case 'gate': {
      const [, phase = 'continuous'] = words;
      const listed = { ...instrument, delivery: deliveryAt(state.now + Number(word) * 1000) };
      return told(state, {
        kind: 'instruments',
        instruments: [{ ...listed, phase: knownAs(phases, phase) }],
      });
    }
    case 'trades':
      return told(state, fiftyTrades(state.now));
    case 'tell':
      return after(state, [newsOf(state, word)]).state;
    case 'press':
      return after(
        state,
        words.map((key: Key) => ({ kind: 'key', key })),
      ).state;
    case 'pass':
      return stepped(state, { kind: 'tick', offsetMinutes: 0 }, state.now + Number(word) * 1000)
        .state;
    default:
      throw new Error(`no step has the name ${verb ?? ''}`);
  }
}

function knownAs<T>(all: Readonly<Record<string, T>>, name: string): T {
  const found = all[name];
  if (found === undefined) throw new Error(`nothing has the name ${name}`);
  return found;
}

const phases: Readonly<Record<string, Phase>> = { continuous: 'continuous', closed: 'closed' };

/** The hour of delivery after a gate: the next whole one. */
function deliveryAt(gateMs: number): Delivery {
  const hourMs = 3_600_000;
  const from = Math.ceil(gateMs / hourMs) * hourMs;
  return { from: instant(from), to: instant(from + hourMs), gate: instant(gateMs) };
}

const starts: Readonly<Record<string, (word: string) => Partial<StateOptions>>> = {
  tariff: (word) => ({ tariff: Number(word) }),
  lang: (word) => ({ language: languages.find((one) => one === word) }),
  readonly: () => ({ isReadOnly: true }),
  replay: () => ({ isReplay: true }),
  operator: () => ({ isReadOnly: true, isOperator: true }),
  name: (word) => ({ name: word }),
};

/** The terminal of a window after its script. */
export function playScript({ steps }: SessionScript, columns: number, rows: number): State {
  const options = steps.reduce<Partial<StateOptions>>(
    (all, [verb = '', word = '']) => ({ ...all, ...starts[verb]?.(word) }),
    {},
  );
  return steps
    .filter(([verb = '']) => starts[verb] === undefined)
    .reduce<State>(stepOf, windowOf(columns, rows, options));
}
