/** The past of a feed in pieces, so that nobody has to stop for all of it at once; and as much of it as one who looks is shown. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Address, State } from '@wattlot/core';
import { factsIn, noPast } from '../feed/past.ts';
import type { KeptParticipant, KeptPast } from '../feed/past.ts';

/** The texts are full of digits and names that repeat: the fastest level makes them a fifth. */
const packing = { level: 1 };

/** Orders or participants of one piece: a few milliseconds' work. */
const pieceOrders = 500;
const pieceParticipants = 20;

export function pack(text: string): Buffer {
  return deflateRawSync(text, packing);
}

export function unpack(packed: Buffer): string {
  return inflateRawSync(packed).toString();
}

/** Nobody signs in the past: which outputs are free again is told to agents only, and is most of what is kept of a participant. */
function unsigned(one: KeptParticipant): KeptParticipant {
  return { ...one, released: [] };
}

function* chunks<T>(list: readonly T[], size: number): Generator<readonly T[], void, undefined> {
  for (let at = 0; at < list.length; at += size) yield list.slice(at, at + size);
}

/** All of a past but what only agents are told. */
export function* pastPieces(past: KeptPast): Generator<string, void, undefined> {
  const text = (part: Partial<KeptPast>): string => JSON.stringify({ ...noPast, ...part });
  yield text({ markets: past.markets });
  for (const some of chunks(past.participants, pieceParticipants)) {
    yield text({ participants: some.map(unsigned) });
  }
  for (const orders of chunks(past.orders, pieceOrders)) yield text({ orders });
}

/** The past that has these pieces, read one at a time. */
export function* joinPast(pieces: Iterable<string>): Generator<void, KeptPast, undefined> {
  const markets: KeptPast['markets'][number][] = [];
  const participants: KeptParticipant[] = [];
  const orders: KeptPast['orders'][number][] = [];
  for (const piece of pieces) {
    // The text is this program's own.
    const past: KeptPast = JSON.parse(piece);
    markets.push(...past.markets);
    participants.push(...past.participants);
    orders.push(...past.orders);
    yield;
  }
  return { markets, participants, orders };
}

/** What of a past one who looks is shown: all that is public, and of orders that are over and of balances those of `whose`. */
export function shownTo(
  whose: Address | undefined,
  { markets, participants, orders }: KeptPast,
  state: State,
): KeptPast {
  const factsOf = factsIn(state);
  const isShown = (kept: KeptPast['orders'][number]): boolean => {
    const { view, given } = factsOf(kept);
    // Of those that are over the ones count whose lots may come back.
    return view.participant === whose || view.status !== 'done' || given > 0;
  };
  const own = participants.filter(({ participant }) => participant === whose).map(unsigned);
  return { markets, participants: own, orders: orders.filter(isShown) };
}
