/**
 * One socket: frames in to requests, answers and feed out. Nothing that a client sends or fails to read can hold up anybody else: frames are counted,
 * what waits to be read is bounded, and silence is filled with heartbeats.
 */
import { gatewayErrors, socketError, timeText } from '@wattlot/client/frames';
import type { StatusMessage, SubscribeRequest } from '@wattlot/client/frames';
import type { Instant } from '@wattlot/core';
import type { Feed, PrivateChannel } from '../feed/feed.ts';
import { replyText } from '../feed/message-text.ts';
import type { Subscriber } from '../feed/subscriber.ts';
import type { System } from '../feed/system.ts';
import {
  closeWithinMs,
  heartbeatMs,
  stalledBytesMax,
  stalledMsMax,
  subscribeWithinMs,
} from '../limits.ts';
import { usualLimits } from '../operating-limits.ts';
import type { Log } from '../watch/log.ts';
import { kindOfError, Meters } from '../watch/meters.ts';
import type { Desk } from './desk.ts';
import { FrameRates } from './frame-rates.ts';
import type { FrameCounter } from './frame-rates.ts';
import type { FrameData, FrameSocket } from './frame-socket.ts';
import type { Outcome } from './posting.ts';
import { isMethod, readRequest } from './request.ts';
import { Subscriptions } from './subscriptions.ts';
import type { Owner } from './subscriptions.ts';

/** What a connection works with. */
export interface ConnectionOptions {
  readonly socket: FrameSocket;
  readonly id: number;
  readonly desk: Desk;
  readonly feed: Feed;
  readonly version: string;
  /** Whether a token is for more than looking: true for one that is nobody's. */
  readonly mayTrade: (token: string) => boolean;
  /** Counts what it receives. Default: by the usual limits, and alone. */
  readonly frames?: FrameCounter;
  readonly meters?: Meters;
  /** Takes a line for each request. */
  readonly trace?: Log;
  readonly now: () => Instant;
  readonly after: (delayMs: number, then: () => void) => () => void;
}

/** RFC 6455 and IANA: going away, unsupported data, policy violation, try again later. */
const closeCodes = { goingAway: 1001, notText: 1003, policy: 1008, tryLater: 1013 } as const;

const heartbeat = Buffer.from('{"channel":"heartbeat"}');

/** Whose channel is followed, with which token, and of which API key if of one. */
interface PrivateOwner extends Owner {
  readonly token: string;
  readonly key: string | undefined;
}

/** One client's connection, from its opening to its end. */
export class Connection implements Subscriber {
  readonly #options: ConnectionOptions;
  readonly #socket: FrameSocket;
  readonly #frames: FrameCounter;
  readonly #meters: Meters;
  readonly #subscriptions: Subscriptions<PrivateOwner>;
  readonly #openedAt: number;
  readonly #tellSystem = (system: System): void => this.send(statusFrame(this.#options, system));
  #sentBytes = 0;
  /** Milliseconds: when something was sent last, and when the client last read anything that waited. */
  #sentAt: number;
  #readAt: number;
  #readBytes = 0;
  /** Bytes of the largest frame sent since nothing waited. */
  #largest = 0;
  #isClosing = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#socket = options.socket;
    const now = this.#nowMs();
    const { feed, meters = new Meters() } = options;
    this.#subscriptions = new Subscriptions({
      feed,
      subscriber: this,
      now: options.now,
      ownerOf: (channel, params) => this.#ownerOf(channel, params),
    });
    this.#meters = meters;
    this.#frames = options.frames ?? new FrameRates(usualLimits, meters).connection('', now);
    this.#openedAt = now;
    this.#sentAt = now;
    this.#readAt = now;
    this.#socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    this.#socket.on('ping', () => this.#countPing());
    this.#socket.on('error', () => this.#socket.terminate());
    this.#socket.on('close', () => this.#leaveAll());
    this.send(statusFrame(options, feed.system.now));
    feed.system.follow(this.#tellSystem);
  }

  get buffered(): number {
    return this.#socket.bufferedAmount;
  }

  send(frame: Buffer): void {
    if (this.#isClosing || this.#socket.readyState !== this.#socket.OPEN) return;
    const waiting = this.buffered;
    if (waiting === 0) this.#largest = 0;
    // One large snapshot is no fault of the reader's: it may wait on top of what may wait anyway.
    if (waiting > stalledBytesMax + this.#largest) {
      this.#closeSlow();
      return;
    }
    this.#largest = Math.max(this.#largest, frame.length);
    this.#socket.send(frame, { binary: false });
    this.#sentBytes += frame.length;
    this.#meters.framesOut += 1;
    this.#meters.bytesOut += frame.length;
    this.#sentAt = this.#nowMs();
  }

  /** Called about each second: heartbeat, and whether the client still does its part. */
  tick(): void {
    const now = this.#nowMs();
    if (!this.#subscriptions.hasBegun && now - this.#openedAt >= subscribeWithinMs) {
      this.close(closeCodes.policy, 'subscribe to something');
      return;
    }
    const read = this.#sentBytes - this.buffered;
    if (this.buffered === 0 || read > this.#readBytes) this.#readAt = now;
    this.#readBytes = Math.max(this.#readBytes, read);
    if (now - this.#readAt >= stalledMsMax) this.#closeSlow();
    if (!this.#isKnown()) this.close(closeCodes.policy, 'the session has ended');
    // A timer may be early by a part of a millisecond, and then the next one would be a second late.
    if (now - this.#sentAt >= heartbeatMs - 1) this.send(heartbeat);
  }

  /** See `Subscriber`. */
  fellBehind(): void {
    this.#meters.conflations += 1;
  }

  #closeSlow(): void {
    if (!this.#isClosing) this.#meters.slowConsumers += 1;
    this.close(closeCodes.tryLater, 'slow consumer');
  }

  /** Says why and ends; a client that does not answer is cut off. */
  close(code: number = closeCodes.goingAway, reason = 'the exchange is closing'): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#leaveAll();
    this.#socket.close(code, reason);
    const stop = this.#options.after(closeWithinMs, () => this.#socket.terminate());
    this.#socket.on('close', stop);
  }

  /** An API key is no more: what follows a private channel with it ends, and its client reads why. */
  endKey(id: string): void {
    const isIts = [...this.#subscriptions.owners].some(({ key }) => key === id);
    if (isIts) this.close(closeCodes.policy, 'the API key was revoked');
  }

  /** Whether each session with which a private channel is followed is still one. To follow is to use it, so that it does not run out meanwhile; it may be pushed out. */
  #isKnown(): boolean {
    for (const { token } of this.#subscriptions.owners) {
      if (this.#options.desk.participantOf(token) === undefined) return false;
    }
    return true;
  }

  #nowMs(): number {
    return this.#options.now() / 1000;
  }

  #receive(data: FrameData, isBinary: boolean): void {
    if (this.#isClosing) return;
    this.#meters.framesIn += 1;
    const receivedAt = this.#options.now();
    if (isBinary) return this.close(closeCodes.notText, 'text frames only');
    const verdict = this.#frames.take(receivedAt / 1000);
    if (verdict === 'cut') return this.close(closeCodes.policy, 'too many frames');
    const text = Array.isArray(data) ? Buffer.concat(data).toString() : textOf(data);
    const read = readRequest(text);
    const method = read.kind === 'request' ? read.request.method : read.method;
    const requestId = read.kind === 'request' ? read.request.req_id : read.requestId;
    const respond = (outcome: Outcome): void => {
      this.#reply({ method, requestId, receivedAt }, outcome);
    };
    if (verdict === 'refused') return respond({ error: gatewayErrors.rateLimited });
    if (read.kind === 'refused') return respond({ error: read.error });
    const { request } = read;
    switch (request.method) {
      case 'ping':
        return this.#pong(request.req_id, receivedAt);
      case 'subscribe':
        return this.#subscriptions.subscribe(request.params, respond);
      case 'unsubscribe':
        return this.#subscriptions.unsubscribe(request.params, respond);
      default:
        if (!this.#options.mayTrade(request.params.token)) {
          return respond({ error: gatewayErrors.permissionDenied });
        }
        this.#options.desk.handle(request, respond);
    }
  }

  /** The protocol's own pings are answered by themselves, but not without end. */
  #countPing(): void {
    if (this.#frames.take(this.#nowMs()) === 'taken') return;
    this.close(closeCodes.policy, 'too many pings');
  }

  #pong(requestId: number | undefined, receivedAt: Instant): void {
    this.#sendJson({
      method: 'pong',
      ...(requestId === undefined ? {} : { req_id: requestId }),
      time_in: timeText(receivedAt),
      time_out: timeText(this.#options.now()),
    });
  }

  #reply(
    to: { method: string; requestId: number | undefined; receivedAt: Instant },
    said: Outcome,
  ): void {
    if ('error' in said) this.#meters.refuse(said.error);
    this.#options.trace?.('answered', {
      level: 'trace',
      connection: this.#options.id,
      // A method that nobody knows may be anything.
      method: isMethod(to.method) ? to.method : 'unknown',
      ...('error' in said ? { error: kindOfError(said.error) } : {}),
    });
    const outcome = 'error' in said ? { ...said, error: socketError(said.error) } : said;
    const { method, requestId, receivedAt } = to;
    const timeIn = timeText(receivedAt);
    const timeOut = timeText(this.#options.now());
    this.send(Buffer.from(replyText({ method, requestId, outcome, timeIn, timeOut })));
  }

  #sendJson(message: object): void {
    this.send(Buffer.from(JSON.stringify(message)));
  }

  /** Who may follow a private channel so. */
  #ownerOf(channel: PrivateChannel, { token }: SubscribeRequest['params']): PrivateOwner | string {
    const { desk, mayTrade } = this.#options;
    const participant = desk.participantOf(token);
    if (token === undefined || participant === undefined) return gatewayErrors.invalidToken;
    // An agent's tasks hold bearer instruments.
    if (channel === 'agent' && !mayTrade(token)) return gatewayErrors.permissionDenied;
    return { participant, token, key: desk.keyOf(token) };
  }

  #leaveAll(): void {
    this.#subscriptions.leave();
    this.#options.feed.system.leave(this.#tellSystem);
  }
}

function textOf(data: Buffer | ArrayBuffer): string {
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString();
}

function statusFrame({ id, version }: ConnectionOptions, system: System): Buffer {
  const message: StatusMessage = {
    channel: 'status',
    type: 'update',
    data: [{ system, version, api_version: 'v2', connection_id: id }],
  };
  return Buffer.from(JSON.stringify(message));
}
