/** What the session follows, which of it is current, and when to ask again for what was found broken. */
import type { MarketSymbol } from '@wattlot/core';
import type { ChannelName } from './frames/requests.ts';
import { answerMsMax, mendBaseMs, mendMsMax, mendResetMs } from './limits.ts';

/** One subscription: a channel, and the market where the channel is by market. */
export interface Topic {
  readonly channel: ChannelName;
  readonly symbol?: MarketSymbol;
}

/** Whether the session is live without it: what nobody trades by may be late. */
export function isExtra({ channel }: Topic): boolean {
  return channel === 'level3';
}

/** A topic's name: its key, and how it is shown. */
export function topicName({ channel, symbol }: Topic): string {
  return symbol === undefined ? channel : `${channel} ${symbol}`;
}

interface Following {
  readonly topic: Topic;
  /** Since when a snapshot is awaited; undefined when it has come. */
  awaitedSince: number | undefined;
  /** When to ask again; undefined when that is done or not needed. */
  mendAt: number | undefined;
  faults: number;
  faultAt: number;
}

/** The set of subscriptions of one connection. */
export class Subscriptions {
  readonly #followed = new Map<string, Following>();

  /** Forgets all: the connection is gone. */
  clear(): void {
    this.#followed.clear();
  }

  /** Begins to follow a topic. @returns false when it is followed already. */
  add(topic: Topic, now: number): boolean {
    const name = topicName(topic);
    if (this.#followed.has(name)) return false;
    this.#followed.set(name, {
      topic,
      awaitedSince: now,
      mendAt: undefined,
      faults: 0,
      faultAt: now,
    });
    return true;
  }

  /** Follows a topic no more. @returns false when it was not followed. */
  remove(topic: Topic): boolean {
    return this.#followed.delete(topicName(topic));
  }

  /** Follows nothing more of markets that are not among these: the exchange tells of them no more. @returns what was followed. */
  keep(markets: { has(symbol: MarketSymbol): boolean }): readonly Topic[] {
    const gone: Topic[] = [];
    for (const [name, { topic }] of this.#followed) {
      if (topic.symbol === undefined || markets.has(topic.symbol)) continue;
      this.#followed.delete(name);
      gone.push(topic);
    }
    return gone;
  }

  has(topic: Topic): boolean {
    return this.#followed.has(topicName(topic));
  }

  /** True while the topic's snapshot has not come. */
  isAwaited(topic: Topic): boolean {
    return this.#followed.get(topicName(topic))?.awaitedSince !== undefined;
  }

  /** The topic is current. */
  arrived(topic: Topic): void {
    const following = this.#followed.get(topicName(topic));
    if (following !== undefined && following.mendAt === undefined) {
      following.awaitedSince = undefined;
    }
  }

  /** The topic cannot be believed: the first time it is asked for again at once, then after a second, doubling to a minute. */
  broken(topic: Topic, now: number): void {
    const following = this.#followed.get(topicName(topic));
    if (following === undefined || following.mendAt !== undefined) return;
    if (now - following.faultAt > mendResetMs) following.faults = 0;
    following.faults += 1;
    following.faultAt = now;
    following.awaitedSince = now;
    const doublings = Math.min(following.faults - 2, 30);
    const delay = following.faults === 1 ? 0 : Math.min(mendMsMax, mendBaseMs * 2 ** doublings);
    following.mendAt = now + delay;
  }

  /** Topics to ask for again now. */
  takeDue(now: number): readonly Topic[] {
    const due: Topic[] = [];
    for (const following of this.#followed.values()) {
      if (following.mendAt === undefined || following.mendAt > now) continue;
      following.mendAt = undefined;
      following.awaitedSince = now;
      due.push(following.topic);
    }
    return due;
  }

  /** True when everything followed is current, extras apart. */
  get allCurrent(): boolean {
    return this.firstAwaited === undefined;
  }

  /** How many topics are followed, and how many of them are current. */
  get loaded(): { readonly done: number; readonly total: number } {
    let done = 0;
    for (const { awaitedSince } of this.#followed.values())
      if (awaitedSince === undefined) done += 1;
    return { done, total: this.#followed.size };
  }

  /** The first topic that is not current. */
  get firstAwaited(): Topic | undefined {
    for (const { topic, awaitedSince } of this.#followed.values()) {
      if (awaitedSince !== undefined && !isExtra(topic)) return topic;
    }
    return undefined;
  }

  /** Topics whose snapshot was asked for and has not come in time. */
  overdue(now: number): readonly Topic[] {
    return [...this.#followed.values()].flatMap(({ topic, awaitedSince, mendAt }) => {
      const isLate = awaitedSince !== undefined && now - awaitedSince > answerMsMax;
      return isLate && mendAt === undefined ? [topic] : [];
    });
  }
}
