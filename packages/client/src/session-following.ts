/** What a session follows: the instruments, then the books and tapes of all markets, the single orders of one, and with a token what is its owner's. */
import type { MarketSymbol } from '@wattlot/core';
import type { Asks, Purpose } from './asks.ts';
import type { FeedView } from './feed-view.ts';
import { subscriptionFrame } from './session-frames.ts';
import type { Outgoing } from './session-output.ts';
import type { Subscriptions, Topic } from './subscriptions.ts';

/** What following is done with. */
export interface FollowingOptions {
  /** Levels a side of a book. */
  readonly depth: number;
  readonly asks: Asks;
  readonly view: FeedView;
  readonly out: Outgoing;
  readonly subscriptions: Subscriptions;
  readonly isUp: () => boolean;
  readonly token: () => string | undefined;
  /** The connection cannot be gone on with. */
  readonly fail: (reason: string) => void;
}

/** Subscribes, and again where something broke. */
export class Following {
  readonly #options: FollowingOptions;
  /** The market whose single orders are followed, across connections. */
  #queueOf: MarketSymbol | undefined;

  constructor(options: FollowingOptions) {
    this.#options = options;
  }

  /** A connection begins: all else follows from the instruments. */
  begin(now: number): void {
    this.#follow({ channel: 'instrument' }, now);
  }

  /** The instruments are known: follows what they tell of, and nothing more of a market that is gone. */
  followMarkets(now: number): void {
    const { subscriptions, view, token } = this.#options;
    const { instruments } = view.catalog;
    for (const topic of subscriptions.keep(instruments)) view.forget(topic);
    for (const symbol of instruments.keys()) {
      this.#follow({ channel: 'book', symbol }, now);
      this.#follow({ channel: 'trade', symbol }, now);
    }
    this.#followQueue(now);
    if (token() !== undefined) this.followPrivate(now);
  }

  /** Follows what is the owner's: there is a token. */
  followPrivate(now: number): void {
    this.#follow({ channel: 'executions' }, now);
    this.#follow({ channel: 'balances' }, now);
    this.#follow({ channel: 'agent' }, now);
  }

  /** Follows the single orders of one market in place of the one before. */
  followQueueOf(symbol: MarketSymbol | undefined, now: number): void {
    const before = this.#queueOf;
    if (symbol === before) return;
    const { view, out, subscriptions } = this.#options;
    this.#queueOf = symbol;
    view.followQueue(symbol);
    if (before !== undefined) {
      const topic: Topic = { channel: 'level3', symbol: before };
      if (subscriptions.remove(topic)) this.#subscribe('unsubscribe', topic, now);
      out.tell({ kind: 'queue', symbol: before });
    }
    this.#followQueue(now);
  }

  /** Whoever follows single orders is told that they are not known for now. */
  loseQueue(): void {
    const symbol = this.#queueOf;
    if (symbol !== undefined) this.#options.out.tell({ kind: 'queue', symbol });
  }

  /** Asks again for what broke. */
  mend(now: number): void {
    for (const topic of this.#options.subscriptions.takeDue(now)) {
      this.#subscribe('unsubscribe', topic, now);
      this.#subscribe('subscribe', topic, now);
    }
  }

  #followQueue(now: number): void {
    const symbol = this.#queueOf;
    const { isUp, view } = this.#options;
    if (!isUp() || symbol === undefined) return;
    if (view.catalog.instruments.has(symbol)) this.#follow({ channel: 'level3', symbol }, now);
  }

  #follow(topic: Topic, now: number): void {
    if (this.#options.subscriptions.add(topic, now)) this.#subscribe('subscribe', topic, now);
  }

  #subscribe(method: 'subscribe' | 'unsubscribe', topic: Topic, now: number): void {
    const { asks, out, depth, token, fail } = this.#options;
    const purpose: Purpose =
      method === 'subscribe' ? { kind: 'subscribe', topic } : { kind: 'unsubscribe' };
    const id = asks.add(purpose, now);
    if (id === undefined) return fail('too many requests wait');
    const known = token();
    const access = known === undefined ? {} : { token: known };
    out.send(subscriptionFrame(method, topic, { id, depth, ...access }));
  }
}
