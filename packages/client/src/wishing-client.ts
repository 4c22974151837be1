/**
 * A client that writes down each order and each amendment before it is sent: what the agent may sign for is what went through here, or what an allowance
 * of the owner's lets in.
 */
import type { Address, Amount, MarketSymbol, OrderId } from '@wattlot/core';
import type { Allowance } from './allowance.ts';
import type { BookView, BotEvent, ClientEvent, ConnectionState, OrderChange } from './events.ts';
import type { Outcome, OrderWish, TradeTick, TradingClient } from './events.ts';
import { gatewayErrors, refusalErrors } from './frames/errors.ts';
import type { CreateApiKeyRequest, CreateApiKeyResult } from './frames/api-keys.ts';
import type { EcoinRequest } from './frames/session-api.ts';
import { amendmentsMax } from './limits.ts';
import { isSameWish, plainWish } from './order-wish.ts';
import type { Stream } from './stream.ts';
import { printable } from './text.ts';
import type { WishTarget } from './wish-book.ts';
import type { WishFile } from './wish-file.ts';
import { WishKeeper } from './wish-keeper.ts';

class WishingClient implements TradingClient {
  readonly #client: TradingClient;
  readonly #wishes: WishFile;
  readonly #keeper: WishKeeper;

  constructor(client: TradingClient, wishes: WishFile, allowances: readonly Allowance[]) {
    this.#client = client;
    this.#wishes = wishes;
    this.#keeper = new WishKeeper(wishes, allowances);
    client.listen((event) => {
      this.#keeper.hear(event);
    });
  }

  get participant(): Address | undefined {
    return this.#client.participant;
  }

  get state(): ConnectionState {
    return this.#client.state;
  }

  listen(listener: (event: ClientEvent) => void): () => void {
    return this.#client.listen(listener);
  }

  async placeOrder(wish: OrderWish): Promise<Outcome<{ readonly order: OrderId }>> {
    const { clientOrderId } = wish;
    const known = this.#wishes.book.byId(clientOrderId);
    const terms = known?.terms ?? this.#keeper.termsOf(wish.symbol);
    if (terms === undefined) return { kind: 'no', error: this.#keeper.whyNoTerms() };
    // An order that was amended since is still the one that was asked for under this id: the exchange says so.
    if (known !== undefined && !known.isAmended && !isSameWish(known.wish, wish)) {
      return { kind: 'no', error: refusalErrors.id_reused };
    }
    const plain = plainWish(wish);
    const answered = this.#keeper.begin(clientOrderId);
    if (known === undefined) this.#wishes.note({ step: 'wished', wish: plain, terms });
    const fault = await this.#faultOfFile();
    const answer: Outcome<{ readonly order: OrderId }> =
      fault === undefined ? await this.#client.placeOrder(plain) : { kind: 'no', error: fault };
    answered();
    if (fault !== undefined) return answer;
    const outcome = known === undefined ? answer : this.#keeper.ofRepeat(clientOrderId, answer);
    this.#keeper.settle(clientOrderId, outcome);
    return outcome;
  }

  async amendOrder(order: OrderId, change: OrderChange): Promise<Outcome<null>> {
    const record = this.#wishes.book.byOrder(order);
    // Nothing is signed for an order that is not wished, whatever becomes of it.
    if (record === undefined) return this.#client.amendOrder(order, change);
    const { wish, amendments } = record;
    if (amendments.length >= amendmentsMax) {
      return { kind: 'no', error: `${gatewayErrors.unavailable}: too many amendments wait` };
    }
    const { price, volume } = amendments.at(-1) ?? wish;
    // Both are sent: what is written down is what was asked for.
    const target: WishTarget = { price, volume, ...change };
    const { clientOrderId: id } = wish;
    this.#wishes.note({ step: 'amended', id, ...target });
    const fault = await this.#faultOfFile();
    const outcome: Outcome<null> =
      fault === undefined
        ? await this.#client.amendOrder(order, target)
        : { kind: 'no', error: fault };
    this.#keeper.decide(id, target, outcome);
    return outcome;
  }

  cancelOrder(order: OrderId): Promise<Outcome<null>> {
    return this.#client.cancelOrder(order);
  }

  cancelAll(symbol?: MarketSymbol): Promise<Outcome<null>> {
    return this.#client.cancelAll(symbol);
  }

  cancelAllAfter(seconds: number): Promise<Outcome<null>> {
    return this.#client.cancelAllAfter(seconds);
  }

  followQueue(symbol: MarketSymbol | undefined): void {
    this.#client.followQueue(symbol);
  }

  requestEcoin(amount: Amount, request?: string): Promise<Outcome<null>> {
    return this.#client.requestEcoin(amount, request);
  }

  ecoinRequests(): Promise<Outcome<readonly EcoinRequest[]>> {
    return this.#client.ecoinRequests();
  }

  createApiKey(request: CreateApiKeyRequest): Promise<Outcome<CreateApiKeyResult>> {
    return this.#client.createApiKey(request);
  }

  events(): Stream<BotEvent> {
    return this.#client.events();
  }

  book(symbol: MarketSymbol): Stream<BookView> {
    return this.#client.book(symbol);
  }

  trades(symbol: MarketSymbol): Stream<TradeTick> {
    return this.#client.trades(symbol);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** Waits for the disk: an order that a crash makes us forget would trade, and nobody would sign for it. @returns why it cannot be written. */
  async #faultOfFile(): Promise<string | undefined> {
    try {
      await this.#wishes.settled();
      return undefined;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return `${gatewayErrors.unavailable}: the order cannot be written down: ${printable(why)}`;
    }
  }
}

/** `client`, with its orders noted in `wishes` before they are sent, and those placed elsewhere adopted within the allowances. */
export function rememberWishes(
  client: TradingClient,
  wishes: WishFile,
  allowances: readonly Allowance[] = [],
): TradingClient {
  return new WishingClient(client, wishes, allowances);
}
