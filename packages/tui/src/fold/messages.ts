/** What the state may be told, and what the world is asked to do in return. */
import type { AgentProgress, ClientEvent, OrderChange, Outcome, OrderWish } from '@wattlot/client';
import type { EcoinRequest } from '@wattlot/client/frames';
import type { Amount, MarketSymbol, OrderId, OrderStory } from '@wattlot/core';
import type { OperatorQuestion, OperatorReading } from '../operator/operator.ts';
import type { ReplayCommand, ReplayTold } from '../replay/replay.ts';
import type { Key } from '../screen/keys.ts';
import type { WalletSummary } from '../wallet/wallet.ts';
import type { State, WalletRequest } from './state.ts';

/** Everything that can happen to the state. */
export type Input =
  | { readonly kind: 'key'; readonly key: Key }
  | { readonly kind: 'event'; readonly event: ClientEvent }
  | {
      readonly kind: 'placed';
      readonly clientOrderId: string;
      readonly outcome: Outcome<{ readonly order: OrderId }>;
    }
  | { readonly kind: 'amended'; readonly order: OrderId; readonly outcome: Outcome<null> }
  | { readonly kind: 'cancelled'; readonly order: OrderId; readonly outcome: Outcome<null> }
  | { readonly kind: 'progress'; readonly progress: AgentProgress }
  | { readonly kind: 'wallet'; readonly summary: WalletSummary }
  | { readonly kind: 'wallet-fault'; readonly reason: string }
  | {
      readonly kind: 'answered';
      readonly request: WalletRequest;
      readonly outcome: Outcome<null>;
    }
  | { readonly kind: 'replay'; readonly told: ReplayTold }
  | { readonly kind: 'story'; readonly order: OrderId; readonly story: OrderStory | undefined }
  /** Whose orders and balances are shown. */
  | { readonly kind: 'account'; readonly name: string; readonly isReadOnly: boolean }
  | { readonly kind: 'ecoin-requests'; readonly requests: readonly EcoinRequest[] }
  | { readonly kind: 'operator'; readonly reading: OperatorReading }
  | { readonly kind: 'operator-fault'; readonly reason: string }
  | {
      readonly kind: 'operated';
      readonly question: OperatorQuestion;
      readonly outcome: Outcome<unknown>;
    }
  | { readonly kind: 'tick'; readonly offsetMinutes: number }
  | { readonly kind: 'resize'; readonly columns: number; readonly rows: number };

/** What the world is asked to do. */
export type Effect =
  | { readonly kind: 'place'; readonly wish: OrderWish }
  | { readonly kind: 'amend'; readonly order: OrderId; readonly change: OrderChange }
  | { readonly kind: 'cancel'; readonly order: OrderId }
  /** Whose orders stand in front of one's own is told of one market only. */
  | { readonly kind: 'follow-queue'; readonly symbol: MarketSymbol }
  | { readonly kind: 'read-wallet' }
  | { readonly kind: 'request-ecoin'; readonly amount: Amount; readonly reference: string }
  | { readonly kind: 'issue-energy'; readonly amount: Amount; readonly reference: string }
  /** To the clipboard of whoever sits there. One line of printable text. */
  | { readonly kind: 'copy'; readonly text: string }
  | { readonly kind: 'replay'; readonly command: ReplayCommand }
  | { readonly kind: 'tell-story'; readonly order: OrderId }
  | { readonly kind: 'read-operator' }
  | { readonly kind: 'operate'; readonly question: OperatorQuestion; readonly reason: string }
  | { readonly kind: 'repaint' }
  | { readonly kind: 'leave' };

/** Time and chance, as arguments. */
export interface Moment {
  readonly now: number;
  /** A client order id that was never used before: 1 to 36 printable ASCII characters. */
  mintClientOrderId(): string;
}

/** A state and what is to be done. */
export interface Step {
  readonly state: State;
  readonly effects: readonly Effect[];
}
