/** A client of no exchange: it says what a script says and remembers what it was asked. For tests and the demo. */
import type {
  ClientEvent,
  ConnectionState,
  ExchangeClient,
  Outcome,
  OrderChange,
  OrderWish,
} from '@wattlot/client';
import type { Address, MarketSymbol, OrderId } from '@wattlot/core';

export interface ScriptedClient {
  readonly client: ExchangeClient;
  /** Tells every listener. */
  readonly say: (...events: readonly ClientEvent[]) => void;
  readonly placed: readonly OrderWish[];
  readonly amended: readonly { readonly order: OrderId; readonly change: OrderChange }[];
  readonly cancelled: readonly OrderId[];
  /** The markets whose single orders were asked for, the newest last. */
  readonly followed: readonly (MarketSymbol | undefined)[];
}

export interface Script {
  readonly participant?: Address | undefined;
  /** The answer to an order; it may say events first. */
  readonly onPlace?: (wish: OrderWish) => Promise<Outcome<{ readonly order: OrderId }>>;
  readonly onAmend?: (order: OrderId, change: OrderChange) => Promise<Outcome<null>>;
  readonly onCancel?: (order: OrderId) => Promise<Outcome<null>>;
}

const unheard = { kind: 'unknown', reason: 'the script has no answer' } as const;

export function scriptedClient(script: Script = {}): ScriptedClient {
  const { participant, onPlace, onAmend, onCancel } = script;
  const listeners = new Set<(event: ClientEvent) => void>();
  const placed: OrderWish[] = [];
  const amended: { order: OrderId; change: OrderChange }[] = [];
  const cancelled: OrderId[] = [];
  const followed: (MarketSymbol | undefined)[] = [];
  let state: ConnectionState = 'stale';
  return {
    placed,
    amended,
    cancelled,
    followed,
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
      amendOrder: (order, change) => {
        amended.push({ order, change });
        return onAmend?.(order, change) ?? Promise.resolve(unheard);
      },
      cancelOrder: (order) => {
        cancelled.push(order);
        return onCancel?.(order) ?? Promise.resolve(unheard);
      },
      followQueue: (symbol) => {
        followed.push(symbol);
      },
      requestEcoin: () => Promise.resolve(unheard),
      ecoinRequests: () => Promise.resolve(unheard),
      close: () => {
        listeners.clear();
        return Promise.resolve();
      },
    },
  };
}
