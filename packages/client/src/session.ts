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
import type { Answer, Purpose } from './asks.ts';
import type { ClientEvent, ConnectionState, OrderWish } from './events.ts';
import { FeedView } from './feed-view.ts';
import type { Folded } from './feed-view.ts';
import { gatewayErrors } from './frames/errors.ts';
import type { Message } from './frames/messages.ts';
import { outgoingFrameBytesMax, pingIntervalMs, silenceMsMax } from './limits.ts';
import { amendRequest, cancelRequest, orderRequest, pingFrame } from './session-frames.ts';
import { requestFrame, subscriptionFrame } from './session-frames.ts';
import type { Amendment } from './open-changes.ts';
import type { PrivateRequest } from './session-frames.ts';
import { isExtra, Subscriptions, topicName } from './subscriptions.ts';
import type { Topic } from './subscriptions.ts';
import { printable } from './text.ts';
import { readFrame } from './wire.ts';

/** What one call led to, in order within each list: first send, then answer, then tell. */
export interface SessionOutput {
  readonly frames: readonly string[];
  readonly answers: readonly Answer[];
  readonly events: readonly ClientEvent[];
  /** Why the connection has to be ended and made anew. */
  readonly drop?: string;
}

/** What is refused before it is written: nothing happened, surely. */
const notConnected = `${gatewayErrors.unavailable}: not connected`;

type Stale = Extract<ClientEvent, { readonly kind: 'connection' }>;

/** One participant's dialogue with one exchange, across connections. */
export class Session {
  readonly #depth: number;
  readonly #view: FeedView;
  readonly #subscriptions = new Subscriptions();
  readonly #asks = new Asks();
  #up = false;
  #waiting = false;
  /** The market whose single orders are followed. */
  #queueOf: MarketSymbol | undefined;
  #token: string | undefined;
  #state: ConnectionState = 'stale';
  #reason: string | undefined;
  /** Nothing is wrong: the first snapshots of a connection are on their way. */
  #isLoading = false;
  #heardAt = 0;
  #pingAt = 0;
  #frames: string[] = [];
  #answers: Answer[] = [];
  #events: ClientEvent[] = [];
  #drop: string | undefined;

  constructor(depth: number) {
    this.#depth = depth;
    this.#view = new FeedView(depth);
  }

  get state(): ConnectionState {
    return this.#state;
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
    this.#follow({ channel: 'instrument' }, now);
    if (this.#waiting) this.#show('waiting for the operator to admit this participant');
    else this.#load();
    return this.#take();
  }

  /** The participant was admitted while the socket was open already. */
  authorize(now: number, token: string): SessionOutput {
    this.#token = token;
    this.#waiting = false;
    if (this.#up && this.#view.catalog.instruments.size > 0) this.#followPrivate(now);
    // It waited for nothing else.
    this.#isLoading = this.#state === 'stale';
    this.#judge();
    return this.#take();
  }

  /** There is no connection; the next attempt is in `retryInMs`. Requests that waited are unknown now. */
  down(reason: string, retryInMs?: number): SessionOutput {
    this.#up = false;
    this.#token = undefined;
    this.#drop = undefined;
    const unanswered = 'the connection was lost before the answer';
    this.#answers.push(...this.#asks.lost(unanswered, this.#view.orders));
    this.#subscriptions.clear();
    this.#view.disconnected();
    this.#loseQueue();
    this.#show(reason, retryInMs === undefined ? {} : { retryInMs });
    return this.#take();
  }

  /** Nothing will come any more. */
  closed(reason?: string): SessionOutput {
    const { answers } = this.down(reason ?? 'closed');
    this.#state = 'closed';
    const event: ClientEvent = {
      kind: 'connection',
      state: 'closed',
      ...(reason === undefined ? {} : { reason: printable(reason) }),
    };
    return { frames: [], answers, events: [event] };
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
    this.#mend(now);
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
      if (id !== undefined) this.#frames.push(pingFrame(id));
    }
    this.#mend(now);
    this.#reconcile(now);
    this.#judge();
    return this.#take();
  }

  /** Asks for an order. The answer comes under `key`, in this output when nothing could be written. */
  place(key: number, wish: OrderWish, now: number): SessionOutput {
    this.#send({ kind: 'order', key, wish }, this.#orderRequest(wish), now, (error) => {
      this.#refuse(key, error, wish);
    });
    return this.#take();
  }

  /** Asks for a change of an order. */
  amend(key: number, amendment: Amendment, now: number): SessionOutput {
    const { order } = amendment;
    if (this.#asks.isAmendmentOpen(order)) {
      const reason = 'an earlier amendment of the order is not decided yet';
      this.#refuse(key, `${gatewayErrors.unavailable}: ${reason}`);
      return this.#take();
    }
    const request = this.#amendRequest(amendment);
    if (request === undefined) this.#refuse(key, gatewayErrors.unknownOrder);
    else {
      this.#send({ kind: 'amend', key, amendment }, request, now, (error) => {
        this.#refuse(key, error);
      });
    }
    return this.#take();
  }

  cancel(key: number, order: OrderId, now: number): SessionOutput {
    this.#send({ kind: 'cancel', key, order }, cancelRequest(order), now, (error) => {
      this.#refuse(key, error);
    });
    return this.#take();
  }

  /** Cancels all orders, of one market or of every one. */
  cancelAll(key: number, symbol: MarketSymbol | undefined, now: number): SessionOutput {
    const params = symbol === undefined ? {} : { symbol };
    const request: PrivateRequest = { method: 'cancel_all', params };
    this.#send({ kind: 'cancel_all', key, ...params }, request, now, (error) => {
      this.#refuse(key, error);
    });
    return this.#take();
  }

  /** Follows the single orders of one market in place of the one before, across connections. */
  followQueue(symbol: MarketSymbol | undefined, now: number): SessionOutput {
    if (symbol === this.#queueOf) return this.#take();
    const before = this.#queueOf;
    this.#queueOf = symbol;
    this.#view.followQueue(symbol);
    if (before !== undefined) {
      const topic: Topic = { channel: 'level3', symbol: before };
      if (this.#subscriptions.remove(topic)) this.#subscribe('unsubscribe', topic, now);
      this.#events.push({ kind: 'queue', symbol: before });
    }
    this.#followQueue(now);
    return this.#take();
  }

  /** Makes any other private request. */
  ask(key: number, request: PrivateRequest, now: number): SessionOutput {
    this.#send({ kind: 'ask', key }, request, now, (error) => {
      this.#refuse(key, error);
    });
    return this.#take();
  }

  #orderRequest(wish: OrderWish): PrivateRequest | undefined {
    const instrument = this.#view.catalog.instruments.get(wish.symbol);
    return instrument === undefined ? undefined : orderRequest(instrument, wish);
  }

  /** @returns undefined for an order that is not known. */
  #amendRequest(amendment: Amendment): PrivateRequest | undefined {
    const { order } = amendment;
    const symbol = this.#view.orders.byId(order)?.symbol ?? this.#asks.marketOf(order);
    const instrument = symbol && this.#view.catalog.instruments.get(symbol);
    return instrument === undefined ? undefined : amendRequest(instrument, amendment);
  }

  #requestAgain(purpose: Purpose): PrivateRequest | undefined {
    switch (purpose.kind) {
      case 'reconcile':
        return this.#orderRequest(purpose.wish);
      case 'amend_again':
        return this.#amendRequest(purpose.amendment);
      case 'cancel_again':
        return cancelRequest(purpose.order);
      default:
        return undefined;
    }
  }

  /** Writes a private request, or says why not. */
  #send(
    purpose: Purpose,
    request: PrivateRequest | undefined,
    now: number,
    refuse: (error: string) => void,
  ): void {
    const token = this.#token;
    if (!this.#up || this.#drop !== undefined) return refuse(notConnected);
    if (token === undefined) return refuse(gatewayErrors.invalidToken);
    if (request === undefined) return refuse(gatewayErrors.unknownSymbol);
    const id = this.#asks.add(purpose, now);
    if (id === undefined) return refuse(`${gatewayErrors.unavailable}: too many requests wait`);
    const frame = requestFrame(request, { id, token });
    if (Buffer.byteLength(frame) > outgoingFrameBytesMax) {
      this.#asks.withdraw(id);
      return refuse(`${gatewayErrors.invalidArguments}: the frame is too long`);
    }
    this.#frames.push(frame);
  }

  /** Nothing was written. Of a wish that was sent before under the same id that says nothing. */
  #refuse(key: number, error: string, wish?: OrderWish): void {
    const open = wish !== undefined && this.#asks.isUnknown(wish.clientOrderId);
    this.#answers.push({
      key,
      outcome: open ? { kind: 'unknown', reason: error } : { kind: 'no', error },
    });
  }

  #settle(requestId: number | undefined, reply: Parameters<Asks['settle']>[1], now: number): void {
    const settled = this.#asks.settle(requestId, reply, now);
    switch (settled.kind) {
      case 'none':
        return;
      case 'answer': {
        const { outcome } = settled.answer;
        this.#answers.push(settled.answer);
        const isOut = outcome.kind === 'no' && outcome.error === gatewayErrors.invalidToken;
        if (isOut) this.#fail('the login has run out');
        return;
      }
      case 'events':
        this.#events.push(...settled.events);
        return;
      case 'pong':
        this.#events.push({ kind: 'latency', milliseconds: settled.milliseconds });
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
    this.#events.push(...folded.events);
    for (const topic of folded.current) this.#subscriptions.arrived(topic);
    for (const { topic, reason } of folded.faults) {
      if (!this.#subscriptions.has(topic)) {
        if (!isExtra(topic)) this.#fail(reason);
        continue;
      }
      this.#view.forget(topic);
      this.#subscriptions.broken(topic, now);
      if (isExtra(topic)) this.#loseQueue();
      else this.#show(reason);
    }
    if (message.channel === 'instrument' && folded.faults.length === 0) this.#followAll(now);
    const ordersTold = folded.current.some(({ channel }) => channel === 'executions');
    if (ordersTold) this.#reconcile(now);
  }

  #followAll(now: number): void {
    const { instruments } = this.#view.catalog;
    for (const topic of this.#subscriptions.keep(instruments)) this.#view.forget(topic);
    for (const symbol of instruments.keys()) {
      this.#follow({ channel: 'book', symbol }, now);
      this.#follow({ channel: 'trade', symbol }, now);
    }
    this.#followQueue(now);
    if (this.#token !== undefined) this.#followPrivate(now);
  }

  #followQueue(now: number): void {
    const symbol = this.#queueOf;
    if (!this.#up || symbol === undefined) return;
    if (this.#view.catalog.instruments.has(symbol))
      this.#follow({ channel: 'level3', symbol }, now);
  }

  /** Whoever follows it is told that it is not known for now. */
  #loseQueue(): void {
    const symbol = this.#queueOf;
    if (symbol !== undefined) this.#events.push({ kind: 'queue', symbol });
  }

  #followPrivate(now: number): void {
    this.#follow({ channel: 'executions' }, now);
    this.#follow({ channel: 'balances' }, now);
    this.#follow({ channel: 'agent' }, now);
  }

  #follow(topic: Topic, now: number): void {
    if (this.#subscriptions.add(topic, now)) this.#subscribe('subscribe', topic, now);
  }

  #subscribe(method: 'subscribe' | 'unsubscribe', topic: Topic, now: number): void {
    const purpose: Purpose =
      method === 'subscribe' ? { kind: 'subscribe', topic } : { kind: 'unsubscribe' };
    const id = this.#asks.add(purpose, now);
    if (id === undefined) {
      this.#fail('too many requests wait');
      return;
    }
    const token = this.#token === undefined ? {} : { token: this.#token };
    this.#frames.push(subscriptionFrame(method, topic, { id, depth: this.#depth, ...token }));
  }

  /** Asks again for what broke. */
  #mend(now: number): void {
    if (this.#drop !== undefined) return;
    for (const topic of this.#subscriptions.takeDue(now)) {
      this.#subscribe('unsubscribe', topic, now);
      this.#subscribe('subscribe', topic, now);
    }
  }

  /** Asks about what has an unknown outcome, once the own orders are current. */
  #reconcile(now: number): void {
    const orders: Topic = { channel: 'executions' };
    if (!this.#subscriptions.has(orders) || this.#subscriptions.isAwaited(orders)) return;
    const { events, resend } = this.#asks.reconcile(this.#view.orders, now);
    this.#events.push(...events);
    for (const purpose of resend) {
      // Refused here means not written: the next round asks again.
      this.#send(purpose, this.#requestAgain(purpose), now, () => undefined);
    }
  }

  #fail(reason: string): void {
    this.#drop ??= printable(reason);
    this.#show(this.#drop);
  }

  /** Live exactly while everything followed is current. */
  #judge(): void {
    if (!this.#up || this.#drop !== undefined || this.#state === 'live') return;
    if (this.#waiting) return;
    if (!this.#subscriptions.allCurrent) {
      if (this.#isLoading) this.#load();
      return;
    }
    this.#state = 'live';
    this.#reason = undefined;
    this.#events.push({ kind: 'connection', state: 'live' });
  }

  /** Says how far a new connection is. */
  #load(): void {
    const loaded = this.#subscriptions.loaded;
    this.#show(`loading ${loaded.done} of ${loaded.total}`, { loaded });
    this.#isLoading = true;
  }

  #show(reason: string, more: Pick<Stale, 'retryInMs' | 'loaded'> = {}): void {
    if (this.#state === 'closed') return;
    this.#isLoading = false;
    const { retryInMs } = more;
    if (this.#state === 'stale' && this.#reason === reason && retryInMs === undefined) return;
    this.#state = 'stale';
    this.#reason = reason;
    this.#events.push({
      kind: 'connection',
      state: 'stale',
      reason: printable(reason),
      ...more,
    });
  }

  #take(): SessionOutput {
    const output: SessionOutput = {
      frames: this.#frames,
      answers: this.#answers,
      events: this.#events,
      ...(this.#drop === undefined ? {} : { drop: this.#drop }),
    };
    this.#frames = [];
    this.#answers = [];
    this.#events = [];
    return output;
  }
}
