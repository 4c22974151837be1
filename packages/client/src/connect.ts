/** The connection to one exchange: HTTP to log in, one WebSocket for all else. The thin shell around `Session`. */
import { toOrderId } from '@wattlot/core';
import type { Address, Amount, MarketSymbol, OrderId } from '@wattlot/core';
import { Compile } from 'typebox/compile';
import { retryDelayMs } from './backoff.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { EventStreams } from './event-streams.ts';
import type { BookView, BotEvent, ClientEvent, ConnectionState, OrderChange } from './events.ts';
import type { Outcome, OrderWish, TradeTick, TradingClient } from './events.ts';
import { gatewayErrors } from './frames/errors.ts';
import { CreateApiKeyResult } from './frames/api-keys.ts';
import type { CreateApiKeyRequest } from './frames/api-keys.ts';
import { ListEcoinRequestsResult, ScheduleEcoinIssueResult } from './frames/session-api.ts';
import type { EcoinRequest, ScheduleEcoinIssueRequest } from './frames/session-api.ts';
import type { HttpOutcome } from './http.ts';
import {
  admissionPollMs,
  bookDepthDefault,
  closeMsMax,
  retryResetMs,
  sendBufferBytesMax,
  tickMs,
} from './limits.ts';
import { askAdmission, isLoggedOut, login } from './login.ts';
import type { LoginOutcome, Signer } from './login.ts';
import { Session } from './session.ts';
import type { PrivateRequest } from './session-frames.ts';
import type { SessionOutput } from './session.ts';
import type { Stream } from './stream.ts';
import { printable } from './text.ts';
import { networkTransport } from './transport.ts';
import type { ClientSocket, Transport } from './transport.ts';

export type { Signer } from './login.ts';

export interface ConnectOptions {
  /** `http://host:port` or `https://host:port`. */
  readonly url: string;
  /** Left out: only the public feed. */
  readonly signer?: Signer;
  /** Levels a side of the books. Default 25. */
  readonly depth?: 10 | 25 | 100 | 500 | 1000;
  readonly clock?: Clock;
  /** 0 up to 1. */
  readonly random?: () => number;
  /** The way to the exchange. Default: the network, to `url`. */
  readonly transport?: Transport;
}

/** What the wallet agent needs beyond `ExchangeClient`: its own messages on the same connection. */
export interface AgentLink {
  ask(request: PrivateRequest): Promise<Outcome<unknown>>;
}

const apiKeyResult = Compile(CreateApiKeyResult);
const ecoinResult = Compile(ScheduleEcoinIssueResult);
const ecoinRequests = Compile(ListEcoinRequestsResult);

class Connection implements TradingClient, AgentLink {
  readonly #transport: Transport;
  readonly #signer: Signer | undefined;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #session: Session;
  readonly #listeners = new Set<(event: ClientEvent) => void>();
  readonly #answers = new Map<number, (outcome: Outcome<unknown>) => void>();
  readonly #abort = new AbortController();
  readonly #timers = new Map<'retry' | 'tick' | 'admission', () => void>();
  readonly #told: ClientEvent[] = [];
  readonly #streams: EventStreams;
  #telling = false;
  #socket: ClientSocket | undefined;
  #token: string | undefined;
  #failures = 0;
  #openedAt: number | undefined;
  #lastKey = 0;

  constructor(options: ConnectOptions) {
    this.#transport = options.transport ?? networkTransport(options.url);
    this.#signer = options.signer;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#session = new Session(options.depth ?? bookDepthDefault);
    this.#streams = new EventStreams(this);
    this.#after('retry', 0, () => this.#attempt());
  }

  get participant(): Address | undefined {
    return this.#signer?.address;
  }

  get state(): ConnectionState {
    return this.#session.state;
  }

  listen(listener: (event: ClientEvent) => void): () => void {
    // A function of its own for each call, so that one listener may listen twice.
    const entry = (event: ClientEvent): void => {
      listener(event);
    };
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  async placeOrder(wish: OrderWish): Promise<Outcome<{ readonly order: OrderId }>> {
    const outcome = await this.#answered((key) =>
      this.#session.place(key, wish, this.#clock.now()),
    );
    if (outcome.kind !== 'yes') return outcome;
    const { value } = outcome;
    const text = typeof value === 'object' && value !== null && 'order' in value ? value.order : '';
    const order = toOrderId(String(text));
    return order === undefined
      ? { kind: 'unknown', reason: 'the answer names no order' }
      : { kind: 'yes', value: { order } };
  }

  async amendOrder(order: OrderId, change: OrderChange): Promise<Outcome<null>> {
    const amendment = { order, change };
    return plain(
      await this.#answered((key) => this.#session.amend(key, amendment, this.#clock.now())),
    );
  }

  async cancelOrder(order: OrderId): Promise<Outcome<null>> {
    return plain(
      await this.#answered((key) => this.#session.cancel(key, order, this.#clock.now())),
    );
  }

  async cancelAll(symbol?: MarketSymbol): Promise<Outcome<null>> {
    return plain(
      await this.#answered((key) => this.#session.cancelAll(key, symbol, this.#clock.now())),
    );
  }

  async cancelAllAfter(seconds: number): Promise<Outcome<null>> {
    const params = { timeout: seconds };
    return plain(await this.ask({ method: 'cancel_all_orders_after', params }));
  }

  followQueue(symbol: MarketSymbol | undefined): void {
    this.#carryOut(this.#session.followQueue(symbol, this.#clock.now()));
  }

  events(): Stream<BotEvent> {
    return this.#streams.events();
  }

  book(symbol: MarketSymbol): Stream<BookView> {
    return this.#streams.book(symbol);
  }

  trades(symbol: MarketSymbol): Stream<TradeTick> {
    return this.#streams.trades(symbol);
  }

  async requestEcoin(amount: Amount, request?: string): Promise<Outcome<null>> {
    const body: ScheduleEcoinIssueRequest =
      request === undefined ? { amount } : { amount, request };
    const outcome = await this.#asMember('/v1/schedule_ecoin_issue', body);
    if (outcome.kind !== 'yes') return outcome;
    const { value } = outcome;
    // Asked again under the same id, it may have been refused meanwhile.
    const isRefused = ecoinResult.Check(value) && value.status === 'refused';
    return isRefused
      ? { kind: 'no', error: `${gatewayErrors.joinRefused}:${printable(value.reason ?? '', 100)}` }
      : { kind: 'yes', value: null };
  }

  async ecoinRequests(): Promise<Outcome<readonly EcoinRequest[]>> {
    const outcome = await this.#asMember('/v1/list_ecoin_requests', {});
    if (outcome.kind !== 'yes') return outcome;
    return ecoinRequests.Check(outcome.value)
      ? { kind: 'yes', value: outcome.value.requests }
      : { kind: 'unknown', reason: 'the answer names no requests' };
  }

  async createApiKey(body: CreateApiKeyRequest): Promise<Outcome<CreateApiKeyResult>> {
    const outcome = await this.#asMember('/v1/create_api_key', body);
    if (outcome.kind !== 'yes') return outcome;
    return apiKeyResult.Check(outcome.value)
      ? { kind: 'yes', value: outcome.value }
      : { kind: 'unknown', reason: 'the answer names no key' };
  }

  /** Calls with the session's token. */
  async #asMember(path: string, body: object): Promise<Outcome<unknown>> {
    const token = this.#token;
    if (token === undefined) return { kind: 'no', error: gatewayErrors.invalidToken };
    const answer = await this.#call(path, { body, token });
    if (answer.kind === 'yes') return { kind: 'yes', value: answer.result };
    return answer.kind === 'no' ? answer : { kind: 'unknown', reason: answer.reason };
  }

  ask(request: PrivateRequest): Promise<Outcome<unknown>> {
    return this.#answered((key) => this.#session.ask(key, request, this.#clock.now()));
  }

  async close(): Promise<void> {
    if (this.#abort.signal.aborted) return;
    this.#end(undefined);
    const socket = this.#socket;
    if (socket === undefined || socket.readyState === socket.CLOSED) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    socket.on('close', () => {
      resolve(undefined);
    });
    const cancel = this.#clock.after(closeMsMax, () => {
      socket.terminate();
    });
    socket.close(1000);
    await promise;
    cancel();
  }

  /** Nothing more will come: by the owner, or for a reason that no retry mends. */
  #end(reason: string | undefined): void {
    this.#abort.abort();
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    this.#carryOut(this.#session.closed(reason));
  }

  #answered(act: (key: number) => SessionOutput): Promise<Outcome<unknown>> {
    const { promise, resolve } = Promise.withResolvers<Outcome<unknown>>();
    this.#lastKey += 1;
    const key = this.#lastKey;
    if (this.#abort.signal.aborted) {
      const error = `${gatewayErrors.unavailable}: closed`;
      return Promise.resolve({ kind: 'no', error });
    }
    this.#answers.set(key, resolve);
    this.#carryOut(act(key));
    return promise;
  }

  /** Sends, answers and tells what the session says; events of calls made by listeners come after those under way. */
  #carryOut(output: SessionOutput): void {
    for (const frame of output.frames) this.#socket?.send(frame);
    for (const { key, outcome } of output.answers) {
      this.#answers.get(key)?.(outcome);
      this.#answers.delete(key);
    }
    this.#told.push(...output.events);
    if (this.#session.state === 'live') this.#failures = Math.min(this.#failures, 1);
    if (output.drop !== undefined) this.#lose(output.drop);
    if (this.#telling) return;
    this.#telling = true;
    try {
      for (let event = this.#told.shift(); event !== undefined; event = this.#told.shift()) {
        for (const listener of this.#listeners) listener(event);
      }
    } finally {
      this.#telling = false;
    }
  }

  #call = (
    path: string,
    options: { readonly body: unknown; readonly token?: string },
  ): Promise<HttpOutcome> => this.#transport.call(path, { ...options, signal: this.#abort.signal });

  #after(name: 'retry' | 'tick' | 'admission', ms: number, action: () => unknown): void {
    this.#timers.get(name)?.();
    this.#timers.set(
      name,
      this.#clock.after(ms, () => {
        this.#timers.delete(name);
        void action();
      }),
    );
  }

  async #attempt(): Promise<void> {
    const outcome: LoginOutcome | undefined =
      this.#signer === undefined ? undefined : await this.#login(this.#signer);
    if (this.#abort.signal.aborted) return;
    if (outcome?.kind === 'no') return this.#end(outcome.error);
    if (outcome?.kind === 'retry') return this.#lose(outcome.reason);
    this.#token = outcome?.token;
    this.#open(outcome?.kind === 'waiting');
  }

  async #login(signer: Signer): Promise<LoginOutcome> {
    try {
      return await login(this.#call, signer);
    } catch (error) {
      // The signer is the wallet's node, and that may be away.
      const reason = error instanceof Error ? error.message : String(error);
      return { kind: 'retry', reason: `cannot sign the login: ${reason}` };
    }
  }

  #open(waiting: boolean): void {
    const socket = this.#transport.dial();
    this.#socket = socket;
    let failure = 'the connection was lost';
    socket.on('open', () => {
      const now = this.#clock.now();
      this.#openedAt = now;
      const token = waiting ? undefined : this.#token;
      this.#carryOut(
        this.#session.opened(now, { waiting, ...(token === undefined ? {} : { token }) }),
      );
      this.#after('tick', tickMs, () => {
        this.#tick();
      });
      if (waiting) this.#after('admission', admissionPollMs, () => this.#pollAdmission());
    });
    socket.on('message', (data, isBinary) => {
      if (this.#socket !== socket) return;
      // A binary frame is as good as one that is not JSON.
      const text = isBinary || !Buffer.isBuffer(data) ? '' : data.toString('utf8');
      this.#carryOut(this.#session.received(text, this.#clock.now()));
    });
    socket.on('error', (error) => {
      failure = `cannot reach ${this.#transport.name}: ${error.message}`;
    });
    socket.on('close', () => {
      if (this.#socket === socket && !this.#abort.signal.aborted) this.#lose(failure);
    });
  }

  #tick(): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    if (socket.bufferedAmount > sendBufferBytesMax) return this.#lose('the exchange does not read');
    this.#after('tick', tickMs, () => {
      this.#tick();
    });
    this.#carryOut(this.#session.tick(this.#clock.now()));
  }

  async #pollAdmission(): Promise<void> {
    const token = this.#token;
    const socket = this.#socket;
    if (this.#signer === undefined || token === undefined) return;
    const outcome = await askAdmission(this.#call, this.#signer, token);
    if (this.#socket !== socket || this.#abort.signal.aborted) return;
    if (outcome.kind === 'admitted') {
      this.#carryOut(this.#session.authorize(this.#clock.now(), token));
    } else if (outcome.kind === 'no') this.#end(outcome.error);
    else if (outcome.kind === 'retry' && isLoggedOut(outcome.reason)) this.#lose(outcome.reason);
    else this.#after('admission', admissionPollMs, () => this.#pollAdmission());
  }

  /** The connection, or the attempt at one, is over; the next comes after a delay. */
  #lose(reason: string): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#token = undefined;
    this.#timers.get('tick')?.();
    this.#timers.get('admission')?.();
    const lived = this.#openedAt === undefined ? 0 : this.#clock.now() - this.#openedAt;
    this.#openedAt = undefined;
    this.#failures = lived >= retryResetMs ? 1 : this.#failures + 1;
    const delay = retryDelayMs(this.#failures, this.#random());
    this.#after('retry', delay, () => this.#attempt());
    socket?.terminate();
    this.#carryOut(this.#session.down(reason, delay));
  }
}

/** An outcome of which only the kind counts. */
function plain(outcome: Outcome<unknown>): Outcome<null> {
  return outcome.kind === 'yes' ? { kind: 'yes', value: null } : outcome;
}

/**
 * Starts to connect and returns at once; what becomes of it comes as events, the first one not before the caller's own turn has ended. Reconnects by
 * itself: at once after a loss, then after a second, doubling to a minute; each time it logs in anew. One that breaks soon after it was live is
 * tried again after a second.
 * @throws TypeError when `url` is no http address.
 */
export function connect(options: ConnectOptions): TradingClient {
  return new Connection(options);
}

/** `connect`, with the agent's messages. */
export function connectAgent(options: ConnectOptions): TradingClient & AgentLink {
  return new Connection(options);
}
