/**
 * Amendments and cancels whose outcome is unknown, across connections. Both say what shall be, not what to add to what is, so that sending one again
 * cannot double it; and each is sent again only while it is young and the exchange's own list of orders does not show its outcome.
 */
import type { OrderId } from '@wattlot/core';
import type { ClientEvent, OrderChange, Outcome, OwnOrder } from './events.ts';
import { answerMsMax, unknownWishesMax, wishResendMsMax } from './limits.ts';

/** What an order shall be. */
export interface Amendment {
  readonly order: OrderId;
  readonly change: OrderChange;
}

/** What to send again. */
export type ChangeAgain =
  | { readonly kind: 'amend_again'; readonly amendment: Amendment; readonly since: number }
  | { readonly kind: 'cancel_again'; readonly order: OrderId; readonly since: number };

interface Open {
  /** When it was first sent. */
  readonly since: number;
  /** When to ask about it again. */
  readonly askAt: number;
}

type OrderOf = (order: OrderId) => OwnOrder | undefined;

function eventOf({ order, change }: Amendment, outcome: Outcome<null>): ClientEvent {
  return { kind: 'amendment', order, change, outcome };
}

/** What an order shows of an amendment. @returns undefined when it does not show it. */
function shown({ change }: Amendment, own: OwnOrder): Outcome<null> | undefined {
  if (own.status === 'done') {
    return own.reason === 'amended'
      ? { kind: 'yes', value: null }
      : { kind: 'no', error: 'the order is over' };
  }
  const { price = own.price, volume = own.volume } = change;
  return own.price === price && own.volume === volume ? { kind: 'yes', value: null } : undefined;
}

/** The open changes of one session. */
export class OpenChanges {
  readonly #amendments = new Map<OrderId, Open & { readonly amendment: Amendment }>();
  readonly #cancels = new Map<OrderId, Open>();

  isAmendmentOpen(order: OrderId): boolean {
    return this.#amendments.has(order);
  }

  /** Of an order only the newest counts: it says all that the order shall be. */
  rememberAmendment(amendment: Amendment, since: number, askAt: number = since): void {
    const { order } = amendment;
    if (!this.#amendments.has(order) && this.#amendments.size >= unknownWishesMax) return;
    this.#amendments.set(order, { amendment, since, askAt });
  }

  rememberCancel(order: OrderId, since: number, askAt: number = since): void {
    if (!this.#cancels.has(order) && this.#cancels.size >= unknownWishesMax) return;
    this.#cancels.set(order, { since, askAt });
  }

  forgetCancel(order: OrderId): void {
    this.#cancels.delete(order);
  }

  /** The exchange has answered an amendment that was sent again. @returns what to tell; nothing when its owner knows it already. */
  amended(amendment: Amendment, outcome: Outcome<null>): readonly ClientEvent[] {
    if (this.#amendments.get(amendment.order)?.amendment !== amendment) return [];
    this.#amendments.delete(amendment.order);
    return [eventOf(amendment, outcome)];
  }

  /** What to do about them, once the exchange has told its orders. */
  reconcile(
    orderOf: OrderOf,
    now: number,
  ): { readonly events: readonly ClientEvent[]; readonly resend: readonly ChangeAgain[] } {
    const events: ClientEvent[] = [];
    const resend: ChangeAgain[] = [];
    for (const [order, open] of this.#amendments) {
      if (open.askAt > now) continue;
      const { amendment, since } = open;
      const own = orderOf(order);
      const outcome: Outcome<null> | undefined =
        own === undefined
          ? { kind: 'no', error: 'the exchange does not list the order' }
          : shown(amendment, own);
      if (outcome !== undefined) {
        this.#amendments.delete(order);
        events.push(eventOf(amendment, outcome));
      } else if (now - since > wishResendMsMax) {
        this.#amendments.delete(order);
        const reason = 'too long ago to be sent again; the exchange does not show it';
        events.push(eventOf(amendment, { kind: 'unknown', reason }));
      } else {
        this.#amendments.set(order, { ...open, askAt: now + answerMsMax });
        resend.push({ kind: 'amend_again', amendment, since });
      }
    }
    for (const [order, open] of this.#cancels) {
      if (open.askAt > now) continue;
      const own = orderOf(order);
      if (own === undefined || own.status === 'done' || now - open.since > wishResendMsMax) {
        this.#cancels.delete(order);
      } else {
        this.#cancels.set(order, { ...open, askAt: now + answerMsMax });
        resend.push({ kind: 'cancel_again', order, since: open.since });
      }
    }
    return { events, resend };
  }
}
