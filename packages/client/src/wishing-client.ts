/** A client that writes down each order before it is sent: what the agent may sign for is what went through here. */
import { toAsset } from '@wattlot/core';
import type { Address, Amount, MarketSymbol, OrderId } from '@wattlot/core';
import type { ClientEvent, ConnectionState, ExchangeClient, Outcome, OrderWish } from './events.ts';
import { gatewayErrors, refusalErrors } from './frames/errors.ts';
import type { Instrument } from './frames/instrument.ts';
import { printable } from './text.ts';
import type { WishTerms } from './wish-book.ts';
import type { WishFile } from './wish-file.ts';

function isSame(one: OrderWish, other: OrderWish): boolean {
  return (
    one.symbol === other.symbol &&
    one.side === other.side &&
    one.price === other.price &&
    one.volume === other.volume &&
    one.timeInForce === other.timeInForce &&
    one.postOnly === other.postOnly
  );
}

class WishingClient implements ExchangeClient {
  readonly #client: ExchangeClient;
  readonly #wishes: WishFile;
  #instruments: ReadonlyMap<MarketSymbol, Instrument> = new Map();

  constructor(client: ExchangeClient, wishes: WishFile) {
    this.#client = client;
    this.#wishes = wishes;
    client.listen((event) => {
      if (event.kind === 'instruments') {
        this.#instruments = new Map(event.instruments.map((one) => [one.symbol, one]));
      } else if (event.kind === 'reconciled') {
        this.#settle(event.clientOrderId, event.outcome);
      }
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
    const terms = this.#termsOf(wish.symbol);
    if (terms === undefined) return { kind: 'no', error: gatewayErrors.unknownSymbol };
    const { clientOrderId, symbol, side, price, volume, timeInForce, postOnly } = wish;
    const known = this.#wishes.book.byId(clientOrderId);
    if (known !== undefined && !isSame(known.wish, wish)) {
      return { kind: 'no', error: refusalErrors.id_reused };
    }
    const plain = { clientOrderId, symbol, side, price, volume, timeInForce, postOnly };
    if (known === undefined) this.#wishes.note({ step: 'wished', wish: plain, terms });
    const fault = await this.#faultOfFile();
    if (fault !== undefined) return { kind: 'no', error: fault };
    const outcome = await this.#client.placeOrder(plain);
    this.#settle(clientOrderId, outcome);
    return outcome;
  }

  cancelOrder(order: OrderId): Promise<Outcome<null>> {
    return this.#client.cancelOrder(order);
  }

  requestEcoin(amount: Amount): Promise<Outcome<null>> {
    return this.#client.requestEcoin(amount);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #termsOf(symbol: MarketSymbol): WishTerms | undefined {
    const instrument = this.#instruments.get(symbol);
    const energy = toAsset(instrument?.base);
    const ecoin = toAsset(instrument?.quote);
    if (instrument === undefined || energy === undefined || ecoin === undefined) return undefined;
    return { energy, ecoin, lot: instrument.lot };
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

  #settle(id: string, outcome: Outcome<{ readonly order: OrderId }>): void {
    if (outcome.kind === 'yes') {
      this.#wishes.note({ step: 'placed', id, order: outcome.value.order });
      return;
    }
    const record = this.#wishes.book.byId(id);
    if (outcome.kind === 'no' && record !== undefined && record.order === undefined) {
      this.#wishes.note({ step: 'over', id });
    }
  }
}

/** `client`, with its orders noted in `wishes` before they are sent. */
export function rememberWishes(client: ExchangeClient, wishes: WishFile): ExchangeClient {
  return new WishingClient(client, wishes);
}
