/** What the owner of a session asks for: orders and their changes are written, or refused where nothing can be; what was lost with its connection is asked about again. */
import type { MarketSymbol, OrderId } from '@wattlot/core';
import type { Asks, Purpose } from './asks.ts';
import type { OrderWish } from './events.ts';
import type { FeedView } from './feed-view.ts';
import { gatewayErrors } from './frames/errors.ts';
import { outgoingFrameBytesMax } from './limits.ts';
import type { Amendment } from './open-changes.ts';
import { amendRequest, cancelRequest, orderRequest, requestFrame } from './session-frames.ts';
import type { PrivateRequest } from './session-frames.ts';
import type { Outgoing } from './session-output.ts';

/** What requests are made with. */
export interface OwnRequestsOptions {
  readonly asks: Asks;
  readonly view: FeedView;
  readonly out: Outgoing;
  /** The token with which can be asked now; or why nothing can be written. */
  readonly access: () => { readonly token: string } | { readonly error: string };
}

/** The own requests of one session. Each answer comes under the `key` of its call, in the same output when nothing could be written. */
export class OwnRequests {
  readonly #options: OwnRequestsOptions;

  constructor(options: OwnRequestsOptions) {
    this.#options = options;
  }

  place(key: number, wish: OrderWish, now: number): void {
    this.#send({ kind: 'order', key, wish }, this.#orderRequest(wish), now, (error) => {
      this.#refuse(key, error, wish);
    });
  }

  amend(key: number, amendment: Amendment, now: number): void {
    const { order } = amendment;
    if (this.#options.asks.isAmendmentOpen(order)) {
      const reason = 'an earlier amendment of the order is not decided yet';
      return this.#refuse(key, `${gatewayErrors.unavailable}: ${reason}`);
    }
    const request = this.#amendRequest(amendment);
    if (request === undefined) return this.#refuse(key, gatewayErrors.unknownOrder);
    this.#send({ kind: 'amend', key, amendment }, request, now, (error) => {
      this.#refuse(key, error);
    });
  }

  cancel(key: number, order: OrderId, now: number): void {
    this.#send({ kind: 'cancel', key, order }, cancelRequest(order), now, (error) => {
      this.#refuse(key, error);
    });
  }

  /** @param symbol left out: in every market. */
  cancelAll(key: number, symbol: MarketSymbol | undefined, now: number): void {
    const params = symbol === undefined ? {} : { symbol };
    const request: PrivateRequest = { method: 'cancel_all', params };
    this.#send({ kind: 'cancel_all', key, ...params }, request, now, (error) => {
      this.#refuse(key, error);
    });
  }

  /** Any other private request. */
  ask(key: number, request: PrivateRequest, now: number): void {
    this.#send({ kind: 'ask', key }, request, now, (error) => {
      this.#refuse(key, error);
    });
  }

  /** Asks about what has an unknown outcome. The own orders are current. */
  reconcile(now: number): void {
    const { asks, view, out } = this.#options;
    const { events, resend } = asks.reconcile(view.orders, now);
    out.tell(...events);
    for (const purpose of resend) {
      // Refused here means not written: the next round asks again.
      this.#send(purpose, this.#requestAgain(purpose), now, () => undefined);
    }
  }

  #orderRequest(wish: OrderWish): PrivateRequest | undefined {
    const instrument = this.#options.view.catalog.instruments.get(wish.symbol);
    return instrument === undefined ? undefined : orderRequest(instrument, wish);
  }

  /** @returns undefined for an order that is not known. */
  #amendRequest(amendment: Amendment): PrivateRequest | undefined {
    const { asks, view } = this.#options;
    const { order } = amendment;
    const symbol = view.orders.byId(order)?.symbol ?? asks.marketOf(order);
    const instrument = symbol && view.catalog.instruments.get(symbol);
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
    const { asks, out, access } = this.#options;
    const allowed = access();
    if ('error' in allowed) return refuse(allowed.error);
    if (request === undefined) return refuse(gatewayErrors.unknownSymbol);
    const id = asks.add(purpose, now);
    if (id === undefined) return refuse(`${gatewayErrors.unavailable}: too many requests wait`);
    const frame = requestFrame(request, { id, token: allowed.token });
    if (Buffer.byteLength(frame) > outgoingFrameBytesMax) {
      asks.withdraw(id);
      return refuse(`${gatewayErrors.invalidArguments}: the frame is too long`);
    }
    out.send(frame);
  }

  /** Nothing was written. Of a wish that was sent before under the same id that says nothing. */
  #refuse(key: number, error: string, wish?: OrderWish): void {
    const { asks, out } = this.#options;
    const open = wish !== undefined && asks.isUnknown(wish.clientOrderId);
    out.answer({
      key,
      outcome: open ? { kind: 'unknown', reason: error } : { kind: 'no', error },
    });
  }
}
