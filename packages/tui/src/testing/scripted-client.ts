/** A client of no exchange: it says what a script says and remembers what it was asked. For tests and the demo. */
import type {
  ClientEvent,
  ConnectionState,
  ExchangeClient,
  Outcome,
  OrderWish,
} from '@wattlot/client';
import type { Address, OrderId } from '@wattlot/core';

export interface ScriptedClient {
  readonly client: ExchangeClient;
  /** Tells every listener. */
  readonly say: (...events: readonly ClientEvent[]) => void;
  readonly placed: readonly OrderWish[];
  readonly cancelled: readonly OrderId[];
}

export interface Script {
  readonly participant?: Address | undefined;
  /** The answer to an order; it may say events first. */
  readonly onPlace?: (wish: OrderWish) => Promise<Outcome<{ readonly order: OrderId }>>;
  readonly onCancel?: (order: OrderId) => Promise<Outcome<null>>;
}

const unheard = { kind: 'unknown', reason: 'the script has no answer' } as const;

export function scriptedClient({ participant, onPlace, onCancel }: Script = {}): ScriptedClient {
  const listeners = new Set<(event: ClientEvent) => void>();
  const placed: OrderWish[] = [];
  const cancelled: OrderId[] = [];
  let state: ConnectionState = 'stale';
  return {
    placed,
    cancelled,
    say: (...events) => {
      for (const event of events) {
        if (event.kind === 'connection') state = event.state;
        for (const listener of listeners) listener(event);
      }
    },
    client: {
      participant,
      get state() {
        return state;
      },
      listen: (listener) => {
        listeners.add(listener);
        return () => {
          listeners.delete(listener);
        };
      },
      placeOrder: (wish) => {
        placed.push(wish);
        return onPlace?.(wish) ?? Promise.resolve(unheard);
      },
      cancelOrder: (order) => {
        cancelled.push(order);
        return onCancel?.(order) ?? Promise.resolve(unheard);
      },
      requestEcoin: () => Promise.resolve(unheard),
      close: () => {
        listeners.clear();
        return Promise.resolve();
      },
    },
  };
}
