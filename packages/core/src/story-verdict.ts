/** What a story comes to: the one reason that matters most, for a sentence. */
import type { CancelReason } from './event.ts';
import type { Phase } from './market.ts';
import { isBetter, isMatching } from './story.ts';
import type { OrderStory } from './story.ts';
import type { Price } from './units.ts';

/**
 * Why an order that is live does not trade. `unsigned`: its agent has not signed. `phase`: the market matches nothing at present. `whole`: it trades in full
 * only. `outbid`: others of its side have a better price, at best `price`. `queue`: `lots` came earlier at its price. `first`: nobody is in front of it.
 */
export type Waiting =
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'phase'; readonly phase: Phase }
  | { readonly kind: 'whole' }
  | { readonly kind: 'outbid'; readonly price: Price }
  | { readonly kind: 'queue'; readonly lots: number }
  | { readonly kind: 'first' };

/** `traded`: nothing is left of it. `ended`: what was left was given up for `reason`; `until` is why it had not traded by then, if it was live at all. */
export type Verdict =
  | { readonly kind: 'traded' }
  | { readonly kind: 'waits'; readonly waiting: Waiting }
  | { readonly kind: 'ended'; readonly reason: CancelReason; readonly until?: Waiting };

function waitingOf({ view, sight, status }: OrderStory): Waiting {
  // Of one that is over this is how it stood while it was live.
  if (status === 'pending') return { kind: 'unsigned' };
  if (!isMatching(sight.phase)) return { kind: 'phase', phase: sight.phase };
  if (view.whole) return { kind: 'whole' };
  if (sight.own !== undefined && isBetter(view.side, sight.own, view.price)) {
    return { kind: 'outbid', price: sight.own };
  }
  const lots = sight.queue?.lots ?? 0;
  return lots > 0 ? { kind: 'queue', lots } : { kind: 'first' };
}

/** Why the order has not traded, or not all of it. */
export function verdictOf(story: OrderStory): Verdict {
  const waiting = waitingOf(story);
  if (story.view.status !== 'done') return { kind: 'waits', waiting };
  const reason = story.losses.at(-1)?.reason;
  if (reason === undefined || story.view.cancelled === 0) return { kind: 'traded' };
  return story.status === 'incoming'
    ? { kind: 'ended', reason }
    : { kind: 'ended', reason, until: waiting };
}
