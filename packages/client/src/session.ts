/**
 * The protocol of the socket without the socket: frames and time go in; frames to send, events for the owner and answers come out. It never
 * throws on what the exchange sends, and shows nothing that is not proven current as current.
 *
 * A connection: `opened` asks for the instruments; their snapshot leads to the books and tapes of all markets and, with a token, to the own
 * orders, balances and tasks; when every snapshot is in, the state is `live`. A channel that breaks is asked for again alone; a frame that makes
 * no sense at all, silence, or a missing answer ends the connection (`drop`), and the shell makes a new one.
 */
import type { MarketSymbol, OrderId } from '@wattlot/core';
import { Asks } from './asks.ts';
import type { ConnectionState, OrderWish } from './events.ts';
import { FeedView } from './feed-view.ts';
import type { Folded } from './feed-view.ts';
import { gatewayErrors } from './frames/errors.ts';
import type { Message } from './frames/messages.ts';
import { pingIntervalMs, silenceMsMax } from './limits.ts';
import type { Amendment } from './open-changes.ts';
import { Following } from './session-following.ts';
import { pingFrame } from './session-frames.ts';
import type { PrivateRequest } from './session-frames.ts';
import { Outgoing } from './session-output.ts';
import type { SessionOutput } from './session-output.ts';
import { OwnRequests } from './session-requests.ts';
import { Standing } from './session-standing.ts';
import { isExtra, Subscriptions, topicName } from './subscriptions.ts';
import type { Topic } from './subscriptions.ts';
import { printable } from './text.ts';
import { readFrame } from './wire.ts';

export type { SessionOutput } from './session-output.ts';

/** What is refused before it is written: nothing happened, surely. */
const notConnected = `${gatewayErrors.unavailable}: not connected`;

/** One participant's dialogue with one exchange, across connections. */
export class Session {
  readonly #view: FeedView;
  readonly #subscriptions = new Subscriptions();
  readonly #asks = new Asks();
  readonly #out = new Outgoing();
  readonly #standing = new Standing(this.#out);
  readonly #requests: OwnRequests;
  readonly #following: Following;
  #up = false;
  #waiting = false;
  #token: string | undefined;
  #heardAt = 0;
  #pingAt = 0;
  #drop: string | undefined;

  constructor(depth: number) {
    this.#view = new FeedView(depth);
    const parts = { asks: this.#asks, view: this.#view, out: this.#out };
    this.#following = new Following({
      ...parts,
      depth,
      subscriptions: this.#subscriptions,
      isUp: () => this.#up,
      token: () => this.#token,
      fail: (reason) => this.#fail(reason),
    });
    this.#requests = new OwnRequests({
      ...parts,
      access: () => {
        if (!this.#up || this.#drop !== undefined) return { error: notConnected };
        const token = this.#token;
        return token === undefined ? { error: gatewayErrors.invalidToken } : { token };
      },
    });
  }

  get state(): ConnectionState {
    return this.#standing.state;
  }

  /** The socket is open. `token` from a login, for the private channels; `waiting` when one will come once the participant is admitted. */
  opened(
    now: number,
    login: { readonly token?: string; readonly waiting?: boolean },
  ): SessionOutput {
    this.#up = true;
    this.#token = login.token;
    this.#waiting = login.waiting ?? false;
    this.#heardAt = now;
    this.#pingAt = now;
    this.#following.begin(now);
    const awaited = 'waiting for the operator to admit this participant';
    if (this.#waiting) this.#standing.stale(awaited, { isWaiting: true });
    else this.#standing.loading(this.#subscriptions.loaded);
    return this.#take();
  }

  /** The participant was admitted while the socket was open already. */
  authorize(now: number, token: string): SessionOutput {
    this.#token = token;
    this.#waiting = false;
    if (this.#up && this.#view.catalog.instruments.size > 0) this.#following.followPrivate(now);
    // It waited for nothing else.
    this.#standing.await();
    this.#judge();
    return this.#take();
  }

  /** There is no connection; the next attempt is in `retryInMs`. Requests that waited are unknown now. */
  down(reason: string, retryInMs?: number): SessionOutput {
    this.#up = false;
    this.#token = undefined;
    this.#drop = undefined;
    const unanswered = 'the connection was lost before the answer';
    this.#out.answer(...this.#asks.lost(unanswered, this.#view.orders));
    this.#subscriptions.clear();
    this.#view.disconnected();
    this.#following.loseQueue();
    this.#standing.stale(reason, retryInMs === undefined ? {} : { retryInMs });
    return this.#take();
  }

  /** Nothing will come any more. */
  closed(reason?: string): SessionOutput {
    const { answers } = this.down(reason ?? 'closed');
    this.#out.answer(...answers);
    this.#standing.closed(reason);
    return this.#take();
  }

  /** A frame came. */
  received(text: string, now: number): SessionOutput {
    if (!this.#up || this.#drop !== undefined) return this.#take();
    this.#heardAt = now;
    const received = readFrame(text);
    switch (received.kind) {
      case 'fault':
        this.#fail(received.reason);
        break;
      case 'pong':
        this.#settle(received.request, undefined, now);
        break;
      case 'reply':
        this.#settle(received.reply.req_id, received.reply, now);
        break;
      case 'message':
        this.#apply(received.message, now);
        break;
    }
    if (this.#drop === undefined) this.#following.mend(now);
    this.#judge();
    return this.#take();
  }

  /** Time passed: call it at least each second. */
  tick(now: number): SessionOutput {
    if (!this.#up || this.#drop !== undefined) return this.#take();
    const overdue = this.#subscriptions.overdue(now);
    const late = overdue.find((topic) => !isExtra(topic));
    for (const topic of overdue) if (isExtra(topic)) this.#subscriptions.broken(topic, now);
    if (now - this.#heardAt > silenceMsMax) this.#fail('the exchange is silent');
    else if (this.#asks.isOverdue(now)) this.#fail('the exchange did not answer');
    else if (late !== undefined) this.#fail(`the exchange did not send ${topicName(late)}`);
    else if (now - this.#pingAt >= pingIntervalMs) {
      this.#pingAt = now;
      const id = this.#asks.add({ kind: 'ping' }, now);
      if (id !== undefined) this.#out.send(pingFrame(id));
    }
    if (this.#drop === undefined) this.#following.mend(now);
    this.#reconcile(now);
    this.#judge();
    return this.#take();
  }

  /** Asks for an order. The answer comes under `key`, in this output when nothing could be written. */
  place(key: number, wish: OrderWish, now: number): SessionOutput {
    this.#requests.place(key, wish, now);
    return this.#take();
  }

  /** Asks for a change of an order. */
  amend(key: number, amendment: Amendment, now: number): SessionOutput {
    this.#requests.amend(key, amendment, now);
    return this.#take();
  }

  cancel(key: number, order: OrderId, now: number): SessionOutput {
    this.#requests.cancel(key, order, now);
    return this.#take();
  }

  /** Cancels all orders, of one market or of every one. */
  cancelAll(key: number, symbol: MarketSymbol | undefined, now: number): SessionOutput {
    this.#requests.cancelAll(key, symbol, now);
    return this.#take();
  }

  /** Makes any other private request. */
  ask(key: number, request: PrivateRequest, now: number): SessionOutput {
    this.#requests.ask(key, request, now);
    return this.#take();
  }

  /** Follows the single orders of one market in place of the one before, across connections. */
  followQueue(symbol: MarketSymbol | undefined, now: number): SessionOutput {
    this.#following.followQueueOf(symbol, now);
    return this.#take();
  }

  #settle(requestId: number | undefined, reply: Parameters<Asks['settle']>[1], now: number): void {
    const settled = this.#asks.settle(requestId, reply, now);
    switch (settled.kind) {
      case 'none':
        return;
      case 'answer': {
        const { outcome } = settled.answer;
        this.#out.answer(settled.answer);
        const isOut = outcome.kind === 'no' && outcome.error === gatewayErrors.invalidToken;
        if (isOut) this.#fail('the login has run out');
        return;
      }
      case 'events':
        this.#out.tell(...settled.events);
        return;
      case 'pong':
        this.#out.tell({ kind: 'latency', milliseconds: settled.milliseconds });
        return;
      case 'fault':
        this.#fail(settled.reason);
        return;
      case 'declined':
        this.#subscriptions.remove(settled.topic);
        return;
      case 'subscribed': {
        // These two may have nothing to tell; the others always send a snapshot.
        const { channel } = settled.topic;
        if (channel === 'agent' || channel === 'trade') {
          this.#subscriptions.arrived(settled.topic);
        }
        return;
      }
    }
  }

  #apply(message: Message, now: number): void {
    const folded: Folded = this.#view.apply(message);
    this.#out.tell(...folded.events);
    for (const topic of folded.current) this.#subscriptions.arrived(topic);
    for (const { topic, reason } of folded.faults) {
      if (!this.#subscriptions.has(topic)) {
        if (!isExtra(topic)) this.#fail(reason);
        continue;
      }
      this.#view.forget(topic);
      this.#subscriptions.broken(topic, now);
      if (isExtra(topic)) this.#following.loseQueue();
      else this.#standing.stale(reason);
    }
    if (message.channel === 'instrument' && folded.faults.length === 0)
      this.#following.followMarkets(now);
    const ordersTold = folded.current.some(({ channel }) => channel === 'executions');
    if (ordersTold) this.#reconcile(now);
  }

  /** Asks about what has an unknown outcome, once the own orders are current. */
  #reconcile(now: number): void {
    const orders: Topic = { channel: 'executions' };
    if (!this.#subscriptions.has(orders) || this.#subscriptions.isAwaited(orders)) return;
    this.#requests.reconcile(now);
  }

  #fail(reason: string): void {
    this.#drop ??= printable(reason);
    this.#standing.stale(this.#drop);
  }

  /** Live exactly while everything followed is current. */
  #judge(): void {
    const { state, isLoading } = this.#standing;
    if (!this.#up || this.#drop !== undefined || state === 'live' || this.#waiting) return;
    if (this.#subscriptions.allCurrent) this.#standing.live();
    else if (isLoading) this.#standing.loading(this.#subscriptions.loaded);
  }

  #take(): SessionOutput {
    return this.#out.take(this.#drop);
  }
}
