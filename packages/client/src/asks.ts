/**
 * Requests and their outcomes. A request lost with its connection is `unknown`; a lost order is asked about again on the next connection under
 * its own client order id, which the exchange answers as the first time, so that it can never double.
 */
import { toOrderId } from '@wattlot/core';
import type { MarketSymbol, OrderId } from '@wattlot/core';
import type { ClientEvent, Outcome, OrderWish, OwnOrder } from './events.ts';
import { gatewayErrors, shortError } from './frames/errors.ts';
import type { Reply } from './frames/messages.ts';
import {
  answerMsMax,
  mendBaseMs,
  pendingRequestsMax,
  unknownWishesMax,
  wishResendMsMax,
} from './limits.ts';
import { OpenChanges } from './open-changes.ts';
import type { Amendment, ChangeAgain } from './open-changes.ts';
import { printable } from './text.ts';
import { isExtra } from './subscriptions.ts';
import type { Topic } from './subscriptions.ts';
import { readOrderReply } from './wire.ts';

/** What the shell gets back for the `key` under which it asked. */
export interface Answer {
  readonly key: number;
  readonly outcome: Outcome<unknown>;
}

/** Why a request is on the wire. */
export type Purpose =
  | { readonly kind: 'ask'; readonly key: number }
  | { readonly kind: 'order'; readonly key: number; readonly wish: OrderWish }
  | { readonly kind: 'amend'; readonly key: number; readonly amendment: Amendment }
  | { readonly kind: 'cancel'; readonly key: number; readonly order: OrderId }
  /** `symbol` left out: in every market. */
  | { readonly kind: 'cancel_all'; readonly key: number; readonly symbol?: MarketSymbol }
  | ChangeAgain
  | { readonly kind: 'reconcile'; readonly wish: OrderWish; readonly since: number }
  | { readonly kind: 'subscribe'; readonly topic: Topic }
  | { readonly kind: 'unsubscribe' }
  | { readonly kind: 'ping' };

interface Waiting {
  readonly purpose: Purpose;
  readonly sentAt: number;
}

/** A wish that may or may not have reached the exchange. */
interface UnknownWish {
  readonly wish: OrderWish;
  readonly since: number;
  /** When to ask about it again. */
  askAt: number;
  /** All orders were cancelled after it was sent: it must not be sent again. */
  isWithdrawn: boolean;
}

/** The own orders as the exchange told them last. */
export interface OrdersKnown {
  readonly byId: (order: OrderId) => OwnOrder | undefined;
  readonly byClientId: (clientOrderId: string) => OwnOrder | undefined;
  /** Those of which something can still trade, of one market or of all. */
  readonly live: (symbol: MarketSymbol | undefined) => readonly OrderId[];
}

/** What an answer means to the session. */
export type Settled =
  | { readonly kind: 'none' }
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'events'; readonly events: readonly ClientEvent[] }
  | { readonly kind: 'subscribed'; readonly topic: Topic }
  /** The exchange does not have what the session can be without. */
  | { readonly kind: 'declined'; readonly topic: Topic }
  | { readonly kind: 'pong'; readonly milliseconds: number }
  | { readonly kind: 'fault'; readonly reason: string };

/** Refusals that say nothing about an earlier attempt under the same id: they come before the exchange looks at it. */
const passing: readonly string[] = [
  gatewayErrors.rateLimited,
  gatewayErrors.unavailable,
  gatewayErrors.busy,
  gatewayErrors.invalidToken,
];

/** True for a refusal that may be another answer in a moment, and says nothing about the request itself. */
export function isPassing(error: string): boolean {
  return passing.some((known) => error.startsWith(known));
}

/** The outcome of `add_order`. */
function orderOutcome(reply: Reply, wish: OrderWish): Outcome<{ readonly order: OrderId }> {
  if (!reply.success) return { kind: 'no', error: printable(shortError(reply.error ?? 'refused')) };
  const result = readOrderReply(reply.result);
  const order = result === undefined ? undefined : toOrderId(result.order_id);
  if (result === undefined || order === undefined) {
    return { kind: 'unknown', reason: 'the exchange gave an answer that cannot be read' };
  }
  if (result.cl_ord_id !== undefined && result.cl_ord_id !== wish.clientOrderId) {
    return { kind: 'unknown', reason: 'the exchange answered for another order' };
  }
  return { kind: 'yes', value: { order } };
}

/** The open requests of one session, and the wishes of unknown outcome across its connections. */
export class Asks {
  readonly #waiting = new Map<number, Waiting>();
  readonly #unknown = new Map<string, UnknownWish>();
  readonly #changes = new OpenChanges();
  /** Of the orders placed last: their reports may come after the answer. */
  readonly #markets = new Map<OrderId, MarketSymbol>();
  #last = 0;

  /** Notes a request. @returns its `req_id`; undefined when too many wait. */
  add(purpose: Purpose, now: number): number | undefined {
    if (this.#waiting.size >= pendingRequestsMax) return undefined;
    this.#last += 1;
    this.#waiting.set(this.#last, { purpose, sentAt: now });
    return this.#last;
  }

  /** Takes back what was noted but could not be written. */
  withdraw(requestId: number): void {
    this.#waiting.delete(requestId);
  }

  isUnknown(clientOrderId: string): boolean {
    return this.#unknown.has(clientOrderId);
  }

  /** The market of an order placed here lately. */
  marketOf(order: OrderId): MarketSymbol | undefined {
    return this.#markets.get(order);
  }

  /** True while the outcome of an amendment of this order is unknown and no request is under way. */
  isAmendmentOpen(order: OrderId): boolean {
    return this.#changes.isAmendmentOpen(order);
  }

  /** True when the oldest request waits for too long. */
  isOverdue(now: number): boolean {
    for (const { sentAt } of this.#waiting.values()) return now - sentAt > answerMsMax;
    return false;
  }

  /** Matches an answer to its request. An answer to nothing that waits is a fault. */
  settle(requestId: number | undefined, reply: Reply | undefined, now: number): Settled {
    const waiting = requestId === undefined ? undefined : this.#waiting.get(requestId);
    if (requestId === undefined || waiting === undefined) {
      const reason = printable(reply?.error ?? 'an answer to no request');
      return { kind: 'fault', reason };
    }
    const { purpose, sentAt } = waiting;
    if ((purpose.kind === 'ping') !== (reply === undefined)) {
      return { kind: 'fault', reason: 'an answer of the wrong kind' };
    }
    this.#waiting.delete(requestId);
    if (reply === undefined) return { kind: 'pong', milliseconds: now - sentAt };
    const error = reply.success ? undefined : printable(shortError(reply.error ?? 'refused'));
    switch (purpose.kind) {
      case 'ping':
      case 'unsubscribe':
        return { kind: 'none' };
      case 'subscribe':
        if (error !== undefined) {
          const { topic } = purpose;
          return isExtra(topic) ? { kind: 'declined', topic } : { kind: 'fault', reason: error };
        }
        return { kind: 'subscribed', topic: purpose.topic };
      case 'cancel':
        this.#changes.forgetCancel(purpose.order);
        return { kind: 'answer', answer: { key: purpose.key, outcome: plainOutcome(error) } };
      case 'ask':
      case 'amend':
      case 'cancel_all':
        return { kind: 'answer', answer: { key: purpose.key, outcome: plainOutcome(error) } };
      case 'cancel_again':
        if (error !== undefined && isPassing(error)) {
          this.#changes.rememberCancel(purpose.order, purpose.since, now + mendBaseMs);
        } else this.#changes.forgetCancel(purpose.order);
        return { kind: 'none' };
      case 'amend_again': {
        const { amendment, since } = purpose;
        if (error === undefined || !isPassing(error)) {
          return { kind: 'events', events: this.#changes.amended(amendment, plainOutcome(error)) };
        }
        this.#changes.rememberAmendment(amendment, since, now + mendBaseMs);
        return { kind: 'none' };
      }
      case 'order':
        return {
          kind: 'answer',
          answer: { key: purpose.key, outcome: this.#orderAnswer(reply, purpose.wish, sentAt) },
        };
      case 'reconcile':
        return this.#reconciled(reply, purpose.wish, purpose.since, now);
    }
  }

  #orderAnswer(
    reply: Reply,
    wish: OrderWish,
    sentAt: number,
  ): Outcome<{ readonly order: OrderId }> {
    const outcome = orderOutcome(reply, wish);
    if (outcome.kind === 'no' && isPassing(outcome.error) && this.isUnknown(wish.clientOrderId)) {
      return { kind: 'unknown', reason: outcome.error };
    }
    if (outcome.kind === 'unknown') this.#remember(wish, sentAt, sentAt);
    else this.#unknown.delete(wish.clientOrderId);
    if (outcome.kind === 'yes') {
      this.#markets.set(outcome.value.order, wish.symbol);
      const oldest = this.#markets.keys().next();
      if (this.#markets.size > pendingRequestsMax && oldest.done !== true) {
        this.#markets.delete(oldest.value);
      }
    }
    return outcome;
  }

  #reconciled(reply: Reply, wish: OrderWish, since: number, now: number): Settled {
    // The owner may have asked again himself meanwhile and has his answer.
    if (!this.isUnknown(wish.clientOrderId)) return { kind: 'none' };
    const outcome = orderOutcome(reply, wish);
    if (outcome.kind === 'unknown' || (outcome.kind === 'no' && isPassing(outcome.error))) {
      this.#remember(wish, since, now + mendBaseMs);
      return { kind: 'none' };
    }
    this.#unknown.delete(wish.clientOrderId);
    return {
      kind: 'events',
      events: [{ kind: 'reconciled', clientOrderId: wish.clientOrderId, outcome }],
    };
  }

  #remember(wish: OrderWish, since: number, askAt: number): void {
    const known = this.#unknown.get(wish.clientOrderId);
    if (known === undefined && this.#unknown.size >= unknownWishesMax) return;
    this.#unknown.set(wish.clientOrderId, {
      wish,
      since: known?.since ?? since,
      askAt,
      isWithdrawn: known?.isWithdrawn ?? false,
    });
  }

  /** The connection is gone: every request that waited is unknown now. `orders`: as they were told last. */
  lost(reason: string, orders: OrdersKnown): readonly Answer[] {
    const answers: Answer[] = [];
    for (const { purpose, sentAt } of this.#waiting.values()) {
      if ('key' in purpose) {
        answers.push({ key: purpose.key, outcome: { kind: 'unknown', reason } });
      }
      this.#lose(purpose, sentAt, orders);
    }
    this.#waiting.clear();
    return answers;
  }

  /** Remembers what may have happened, in the order in which it was asked for. */
  #lose(purpose: Purpose, sentAt: number, orders: OrdersKnown): void {
    switch (purpose.kind) {
      case 'order':
        this.#remember(purpose.wish, sentAt, sentAt);
        return;
      case 'reconcile':
        if (this.isUnknown(purpose.wish.clientOrderId)) {
          this.#remember(purpose.wish, purpose.since, purpose.since);
        }
        return;
      case 'amend':
        this.#changes.rememberAmendment(purpose.amendment, sentAt);
        return;
      case 'amend_again':
        this.#changes.rememberAmendment(purpose.amendment, purpose.since);
        return;
      case 'cancel':
        this.#changes.rememberCancel(purpose.order, sentAt);
        return;
      case 'cancel_again':
        this.#changes.rememberCancel(purpose.order, purpose.since);
        return;
      case 'cancel_all':
        // What was live then, one by one: sent again as it was, it would take later orders with it.
        for (const order of orders.live(purpose.symbol)) {
          this.#changes.rememberCancel(order, sentAt);
        }
        for (const unknown of this.#unknown.values()) {
          const { symbol } = unknown.wish;
          unknown.isWithdrawn ||= purpose.symbol === undefined || purpose.symbol === symbol;
        }
        return;
      case 'ask':
      case 'subscribe':
      case 'unsubscribe':
      case 'ping':
        return;
    }
  }

  /**
   * What to do about wishes, amendments and cancels of unknown outcome, once the exchange has told its orders: those that it shows are settled; young ones are
   * asked for again (`resend`); of an old one the exchange's silence stays the last word, and its owner is told.
   */
  reconcile(
    orders: OrdersKnown,
    now: number,
  ): { readonly events: readonly ClientEvent[]; readonly resend: readonly Purpose[] } {
    const events: ClientEvent[] = [];
    const resend: Purpose[] = [];
    for (const [clientOrderId, unknown] of this.#unknown) {
      if (unknown.askAt > now) continue;
      const order = orders.byClientId(clientOrderId)?.order;
      if (order !== undefined) {
        this.#unknown.delete(clientOrderId);
        if (unknown.isWithdrawn) this.#changes.rememberCancel(order, now);
        const outcome: Outcome<{ readonly order: OrderId }> = { kind: 'yes', value: { order } };
        events.push({ kind: 'reconciled', clientOrderId, outcome });
      } else if (unknown.isWithdrawn || now - unknown.since > wishResendMsMax) {
        this.#unknown.delete(clientOrderId);
        const why = unknown.isWithdrawn ? 'cancelled since' : 'too long ago to be sent again';
        const reason = `${why}; the exchange does not list it as open`;
        events.push({ kind: 'reconciled', clientOrderId, outcome: { kind: 'unknown', reason } });
      } else {
        unknown.askAt = now + answerMsMax;
        resend.push({ kind: 'reconcile', wish: unknown.wish, since: unknown.since });
      }
    }
    const changes = this.#changes.reconcile(orders.byId, now);
    events.push(...changes.events);
    resend.push(...changes.resend);
    return { events, resend };
  }
}

function plainOutcome(error: string | undefined): Outcome<null> {
  return error === undefined ? { kind: 'yes', value: null } : { kind: 'no', error };
}
