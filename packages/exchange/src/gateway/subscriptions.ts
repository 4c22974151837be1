/** What one subscriber follows of a feed, by its requests: over a socket, or in this process where a recorded day is looked at. */
import { gatewayErrors } from '@wattlot/client/frames';
import type { ChannelName, SubscribeRequest } from '@wattlot/client/frames';
import type { Address, Instant } from '@wattlot/core';
import type { Feed, PrivateChannel } from '../feed/feed.ts';
import type { Subscriber } from '../feed/subscriber.ts';
import { firstMessageOf, followingOf, leaveMarket } from './following.ts';
import type { Respond } from './posting.ts';

type Parameters = SubscribeRequest['params'];

/** Whose private channel is followed. */
export interface Owner {
  readonly participant: Address;
}

/** What subscriptions work with. */
export interface SubscriptionsOptions<Of extends Owner> {
  readonly feed: Feed;
  readonly subscriber: Subscriber;
  readonly now: () => Instant;
  /** Whose private channel may be followed by whoever asks so; or an error string of the wire. */
  readonly ownerOf: (channel: PrivateChannel, params: Parameters) => Of | string;
}

/** The subscriptions of one subscriber. */
export class Subscriptions<Of extends Owner> {
  readonly #options: SubscriptionsOptions<Of>;
  readonly #private = new Map<PrivateChannel, Of>();
  #hasBegun = false;

  constructor(options: SubscriptionsOptions<Of>) {
    this.#options = options;
  }

  /** Whether anything has been subscribed to. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Whose private channels are followed. */
  get owners(): Iterable<Of> {
    return this.#private.values();
  }

  /** Follows a channel, of each market that is named where it is one of markets. An answer for each. */
  subscribe(params: Parameters, respond: Respond): void {
    const { channel } = params;
    const { feed, subscriber, now } = this.#options;
    if (isPrivate(channel)) return this.#subscribePrivate(channel, params, respond);
    if (channel === 'instrument') {
      this.#hasBegun = true;
      respond({ result: { channel, snapshot: params.snapshot ?? true } });
      return feed.followInstruments(subscriber);
    }
    for (const symbol of this.#symbols(params, respond)) {
      const market = feed.market(symbol);
      const follow = market && followingOf(subscriber, market, params, now());
      if (follow === undefined) {
        respond({ error: `${gatewayErrors.invalidArguments}:depth`, symbol });
        continue;
      }
      this.#hasBegun = true;
      respond({ result: { channel, symbol, ...follow.as } });
      follow.begin();
    }
  }

  /** Ends what such a subscription began. */
  unsubscribe(params: Parameters, respond: Respond): void {
    const { channel } = params;
    const { feed, subscriber } = this.#options;
    if (isPrivate(channel)) {
      this.#leavePrivate(channel);
      return respond({ result: { channel } });
    }
    if (channel === 'instrument') {
      feed.leaveInstruments(subscriber);
      return respond({ result: { channel } });
    }
    for (const symbol of this.#symbols(params, respond)) {
      const market = feed.market(symbol);
      if (market !== undefined) leaveMarket(subscriber, market, params);
      respond({ result: { channel, symbol } });
    }
  }

  /** Ends all. */
  leave(): void {
    const { feed, subscriber } = this.#options;
    for (const channel of this.#private.keys()) this.#leavePrivate(channel);
    feed.leaveInstruments(subscriber);
    for (const market of feed.markets) market.leave(subscriber);
  }

  #subscribePrivate(channel: PrivateChannel, params: Parameters, respond: Respond): void {
    const { feed, subscriber, ownerOf } = this.#options;
    const owner = ownerOf(channel, params);
    if (typeof owner === 'string') return respond({ error: owner });
    this.#leavePrivate(channel);
    this.#hasBegun = true;
    this.#private.set(channel, owner);
    const shown = firstMessageOf(channel, params);
    respond({ result: { channel, snapshot: shown !== false } });
    feed.followPrivate(channel, owner.participant, subscriber, shown);
  }

  #leavePrivate(channel: PrivateChannel): void {
    const owner = this.#private.get(channel);
    if (owner === undefined) return;
    this.#private.delete(channel);
    const { feed, subscriber } = this.#options;
    feed.leavePrivate(channel, owner.participant, subscriber);
  }

  /** The symbols asked for that are markets; the others are answered. */
  #symbols({ symbol: symbols = [] }: Parameters, respond: Respond): readonly string[] {
    if (symbols.length === 0) respond({ error: `${gatewayErrors.invalidArguments}:symbol` });
    const known = [...new Set(symbols)].filter((symbol) => this.#options.feed.market(symbol));
    const unknown = symbols.filter((symbol) => !known.includes(symbol));
    for (const symbol of unknown) respond({ error: gatewayErrors.unknownSymbol, symbol });
    return known;
  }
}

function isPrivate(channel: ChannelName): channel is PrivateChannel {
  return channel === 'executions' || channel === 'balances' || channel === 'agent';
}
