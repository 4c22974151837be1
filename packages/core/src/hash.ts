/**
 * The state as text: one JSON line for each thing in it, sorted by what it is, so that two states that will answer everything alike have the same
 * text, however they came about. Nothing of the state is left out.
 */
import { queueOf } from './book.ts';
import { compareDeadlines } from './deadline.ts';
import { answersMax } from './limits.ts';
import { viewOfOrder } from './order.ts';
import type { Order, Participant, State } from './state.ts';
import { viewOfTrade } from './trade.ts';

/** Digests a text, for example to its SHA-256 in hexadecimal. The core has no digest of its own. */
export type Digest = (text: string) => string;

/** The digest of the state's text. Equal for equal journals, on every machine. */
export function stateHash(state: State, digest: Digest): string {
  return digest(stateText(state));
}

/** By UTF-16 code units, as every machine compares them. */
function byKey<T>([a]: readonly [string, T], [b]: readonly [string, T]): number {
  return a < b ? -1 : Number(a > b);
}

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].toSorted(byKey);
}

function byNumber(a: { readonly number: number }, b: { readonly number: number }): number {
  return a.number - b.number;
}

/**
 * The whole state in a canonical text: the first line holds seq and instant, which every entry changes; the others hold everything else, one thing
 * a line. Its length is that of the state, so it is for checks and snapshots, not for every entry.
 */
export function stateText(state: State): string {
  const { seq, at, height, orderCount, tradeCount } = state;
  const lines: unknown[] = [
    { seq, at },
    { height, orderCount, tradeCount },
  ];
  for (const [asset, issued] of sorted(state.issued)) lines.push({ asset, issued });
  for (const [address, accounts] of sorted(state.accounts)) {
    for (const [asset, { balance, hold }] of sorted(accounts)) {
      lines.push({ address, asset, balance, hold });
    }
  }
  for (const [, { terms, book }] of sorted(state.markets)) {
    lines.push({ terms: sortedFields(terms) });
    for (const side of ['ask', 'bid'] as const) {
      for (const resting of queueOf(book, side)) {
        lines.push({ market: terms.symbol, side, ...resting });
      }
    }
  }
  for (const [, participant] of sorted(state.participants))
    lines.push(lineOfParticipant(participant));
  for (const order of [...state.orders.values()].toSorted(byNumber)) lines.push(lineOfOrder(order));
  for (const trade of [...state.trades.values()].toSorted(byNumber)) {
    const offers = [...trade.lots.values()].map(({ offer }) => offer);
    lines.push({ ...viewOfTrade(trade), offers, deadline: trade.deadline.at });
  }
  for (const [output, { order, lot, trade }] of sorted(state.outputs)) {
    lines.push({ output, order, lot, trade });
  }
  for (const { at: due, due: what } of state.deadlines.heap.toSorted(compareDeadlines)) {
    lines.push({ due, ...what });
  }
  return `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
}

/** Terms came from outside with their fields in any order. */
function sortedFields(terms: object): object {
  return Object.fromEntries(Object.entries(terms).toSorted(byKey));
}

function lineOfParticipant({ participant, name, live, done, doneCount }: Participant): object {
  const oldest = doneCount < answersMax ? 0 : doneCount % answersMax;
  const inOrder = [...done.slice(oldest), ...done.slice(0, oldest)];
  return { participant, name, live: [...live.keys()], done: inOrder.map(viewOfOrder) };
}

function lineOfOrder(order: Order): object {
  return { ...viewOfOrder(order), firm: [...order.firm.values()] };
}
