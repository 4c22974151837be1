/** The past of a feed in pieces, so that nobody has to stop for all of it at once; and as much of it as one who looks is shown. */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Address, State } from '@wattlot/core';
import type { KeptOrder } from '../feed/kept-order.ts';
import { factsIn, noPast } from '../feed/past.ts';
import type { KeptParticipant, KeptPast } from '../feed/past.ts';
import { sliced } from '../slices.ts';

/** Participants of one piece: a few milliseconds' work. */
const pieceParticipants = 20;

/** The texts are full of digits and names that repeat: a fifteenth is left, and a third less than deflate leaves in the same time. */
export function pack(text: string): Buffer {
  return zstdCompressSync(text);
}

export function unpack(packed: Buffer): string {
  return zstdDecompressSync(packed).toString();
}

/** Nobody signs in the past: which outputs are free again is told to agents only, and is most of what is kept of a participant. */
function unsigned(one: KeptParticipant): KeptParticipant {
  return { ...one, released: [] };
}

/** All of a past but what only agents are told. */
export function* pastPieces(past: KeptPast): Generator<string, void, undefined> {
  const text = (part: Partial<KeptPast>): string => JSON.stringify({ ...noPast, ...part });
  yield text({ markets: past.markets });
  const { participants } = past;
  for (let at = 0; at < participants.length; at += pieceParticipants) {
    yield text({ participants: participants.slice(at, at + pieceParticipants).map(unsigned) });
  }
  for (const orders of sliced(past.orders)) yield text({ orders });
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

/** What one who looks is shown: `past` is all that is public with what is his, `own` his orders. */
export interface Shown {
  readonly past: KeptPast;
  readonly own: readonly KeptOrder[];
}

/** Of a past what one who looks is shown: all that is public, and of orders that are over and of balances those of `whose`; in slices. */
export function* shownTo(
  whose: Address | undefined,
  { markets, participants, orders }: KeptPast,
  state: State,
): Generator<void, Shown, undefined> {
  const factsOf = factsIn(state);
  const [shown, own]: [KeptOrder[], KeptOrder[]] = [[], []];
  for (const some of sliced(orders)) {
    for (const kept of some) {
      const { view, given } = factsOf(kept);
      const isOwn = view.participant === whose;
      if (isOwn) own.push(kept);
      // Of those that are over the ones count whose lots may come back.
      if (isOwn || view.status !== 'done' || given > 0) shown.push(kept);
    }
    yield;
  }
  const himself = participants.filter(({ participant }) => participant === whose).map(unsigned);
  return { past: { markets, participants: himself, orders: shown }, own };
}
