/** The exchange's end of a connection without a socket: subscriptions in, the feed out. It answers as `gateway/connection.ts` does, to one who only looks. */
import { gatewayErrors, socketError, timeText } from '@wattlot/client/frames';
import type { Reply, SubscribeRequest } from '@wattlot/client/frames';
import type { Address, Instant } from '@wattlot/core';
import type { Feed } from '../feed/feed.ts';
import type { Subscriber } from '../feed/subscriber.ts';
import { followingOf, leaveMarket } from '../gateway/following.ts';
import { readRequest } from '../gateway/request.ts';

export interface LoopOptions {
  readonly feed: Feed;
  /** Whose orders and balances are shown; nobody's when left out. */
  readonly participant?: Address | undefined;
  readonly now: () => Instant;
  /** Takes a frame. */
  readonly receive: (text: string) => void;
}

/** One who looks at a feed in this process. */
export class FeedLoop implements Subscriber {
  readonly #options: LoopOptions;
  #isOpen = true;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  /** Nothing waits: what is sent is taken at once. */
  get buffered(): number {
    return 0;
  }

  send(frame: Buffer): void {
    if (this.#isOpen) this.#options.receive(frame.toString());
  }

  /** A frame of the client's. Only subscriptions are carried out: nobody can trade in the past. */
  request(text: string): void {
    const read = readRequest(text);
    if (read.kind === 'refused') {
      return this.#reply(read.method, read.requestId, { error: read.error });
    }
    const { request } = read;
    const { method, req_id: id } = request;
    if (method !== 'subscribe' && method !== 'unsubscribe') {
      return this.#reply(method, id, { error: gatewayErrors.unavailable });
    }
    const result = (of: object): void => this.#reply(method, id, { result: of });
    const failed = (error: string): void => this.#reply(method, id, { error });
    if (method === 'subscribe') this.#subscribe(request.params, result, failed);
    else this.#unsubscribe(request.params, result);
  }

  /** Of a market only: a session ends nothing else. */
  #unsubscribe(params: SubscribeRequest['params'], result: (of: object) => void): void {
    const { channel, symbol: symbols = [] } = params;
    for (const symbol of symbols) {
      const market = this.#options.feed.market(symbol);
      if (market !== undefined) leaveMarket(this, market, params);
      result({ channel, symbol });
    }
  }

  #subscribe(
    params: SubscribeRequest['params'],
    result: (of: object) => void,
    failed: (error: string) => void,
  ): void {
    const { feed, participant, now } = this.#options;
    const { channel, symbol: symbols = [] } = params;
    if (channel === 'instrument') {
      result({ channel });
      return feed.followInstruments(this);
    }
    if (channel === 'agent') return result({ channel });
    if (channel === 'executions' || channel === 'balances') {
      if (participant === undefined) return failed(gatewayErrors.invalidToken);
      result({ channel });
      return feed.followPrivate(channel, participant, this, true);
    }
    for (const symbol of symbols) {
      const market = feed.market(symbol);
      const following = market && followingOf(this, market, params, now());
      if (following === undefined) {
        failed(gatewayErrors.unknownSymbol);
        continue;
      }
      result({ symbol, channel, ...following.as });
      following.begin();
    }
  }

  #reply(
    method: string,
    requestId: number | undefined,
    outcome: { readonly result: object } | { readonly error: string },
  ): void {
    const at = timeText(this.#options.now());
    const reply: Reply = {
      method,
      ...(requestId === undefined ? {} : { req_id: requestId }),
      success: 'result' in outcome,
      ...('error' in outcome ? { error: socketError(outcome.error) } : outcome),
      time_in: at,
      time_out: at,
    };
    this.#options.receive(JSON.stringify(reply));
  }

  /** Nothing is sent any more. */
  close(): void {
    this.#isOpen = false;
    const { feed, participant } = this.#options;
    feed.leaveInstruments(this);
    for (const market of feed.markets) market.leave(this);
    if (participant === undefined) return;
    for (const channel of ['executions', 'balances'] as const) {
      feed.leavePrivate(channel, participant, this);
    }
  }
}
