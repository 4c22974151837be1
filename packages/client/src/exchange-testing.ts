/** For tests: an exchange that answers what it is told to. */
import type { Address, OrderId } from '@wattlot/core';
import { EventStreams } from './event-streams.ts';
import type { ClientEvent, ConnectionState, Outcome, TradingClient } from './events.ts';
import type { PrivateRequest } from './session-frames.ts';

/** The exchange as an agent sees it; what it answers and claims is the test's to say. */
export class FakeExchange implements TradingClient {
  readonly participant: Address | undefined = undefined;
  state: ConnectionState = 'live';
  readonly #listeners = new Set<(event: ClientEvent) => void>();
  readonly #streams = new EventStreams(this);
  readonly asked: PrivateRequest[] = [];
  answer: (request: PrivateRequest) => Outcome<unknown> = () => ({ kind: 'yes', value: null });
  #orders = 0;

  listen(listener: (event: ClientEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: ClientEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  ask(request: PrivateRequest): Promise<Outcome<unknown>> {
    this.asked.push(request);
    return Promise.resolve(this.answer(request));
  }

  placeOrder(): Promise<Outcome<{ readonly order: OrderId }>> {
    this.#orders += 1;
    return Promise.resolve({ kind: 'yes', value: { order: orderId(this.#orders) } });
  }

  cancelOrder(): Promise<Outcome<null>> {
    return Promise.resolve({ kind: 'yes', value: null });
  }

  amendOutcome: Outcome<null> = { kind: 'yes', value: null };
  amendOrder(): Promise<Outcome<null>> {
    return Promise.resolve(this.amendOutcome);
  }

  cancelAll(): Promise<Outcome<null>> {
    return Promise.resolve({ kind: 'yes', value: null });
  }

  cancelAllAfter(): Promise<Outcome<null>> {
    return Promise.resolve({ kind: 'yes', value: null });
  }

  createApiKey: TradingClient['createApiKey'] = () =>
    Promise.resolve({ kind: 'no', error: 'not here' });

  events: TradingClient['events'] = () => this.#streams.events();
  book: TradingClient['book'] = (market) => this.#streams.book(market);
  trades: TradingClient['trades'] = (market) => this.#streams.trades(market);

  followQueue(): void {}

  requestEcoin(): Promise<Outcome<null>> {
    return Promise.resolve({ kind: 'yes', value: null });
  }

  ecoinRequests(): Promise<Outcome<readonly never[]>> {
    return Promise.resolve({ kind: 'yes', value: [] });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export const orderId = (count: number): OrderId => `O${count}` as OrderId;
