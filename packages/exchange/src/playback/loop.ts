/** The exchange's end of a connection without a socket: subscriptions in, the feed out. It answers as `gateway/connection.ts` does, to one who only looks. */
import { gatewayErrors, socketError, timeText } from '@wattlot/client/frames';
import type { Reply } from '@wattlot/client/frames';
import type { Address, Instant } from '@wattlot/core';
import type { Feed } from '../feed/feed.ts';
import type { Subscriber } from '../feed/subscriber.ts';
import type { Outcome } from '../gateway/posting.ts';
import { readRequest } from '../gateway/request.ts';
import { Subscriptions } from '../gateway/subscriptions.ts';
import type { Owner } from '../gateway/subscriptions.ts';

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
  readonly #subscriptions: Subscriptions<Owner>;
  #isOpen = true;

  constructor(options: LoopOptions) {
    this.#options = options;
    const { feed, participant, now } = options;
    const ownerOf = (): Owner | string =>
      participant === undefined ? gatewayErrors.invalidToken : { participant };
    this.#subscriptions = new Subscriptions({ feed, subscriber: this, now, ownerOf });
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
    const respond = (outcome: Outcome): void => this.#reply(method, id, outcome);
    // Nobody signs in the past.
    if (request.params.channel === 'agent') return respond({ result: { channel: 'agent' } });
    if (method === 'subscribe') this.#subscriptions.subscribe(request.params, respond);
    else this.#subscriptions.unsubscribe(request.params, respond);
  }

  #reply(method: string, requestId: number | undefined, outcome: Outcome): void {
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
    this.#subscriptions.leave();
  }
}
