/** What the operator's terminal knows, and what the operator can decide. The connection with the key stays outside. */
import type {
  Deposit,
  JoinRequest,
  LedgerPermission,
  OperatorPhase,
  ParticipantStanding,
  SettlementHealth,
} from '@wattlot/client/frames';
import type { NewMarket } from './opening.ts';

/** The lists of the operator's screen, from top to bottom. */
export const operatorLists = ['joins', 'deposits', 'participants'] as const;
export type OperatorList = (typeof operatorLists)[number];

/** All that the exchange told at one time. */
export interface OperatorReading {
  readonly joins: readonly JoinRequest[];
  readonly deposits: readonly Deposit[];
  readonly participants: readonly ParticipantStanding[];
  readonly health: SettlementHealth;
}

/** The operator's part of the state; who is not the operator has none. */
export interface OperatorView {
  /** What it was the last time; undefined until it has been read. */
  readonly reading?: OperatorReading;
  /** Why it could not be read the last time. */
  readonly fault?: string;
  readonly askedAt?: number;
  /** The list that keys act on, and what is selected in each. */
  readonly list: OperatorList;
  readonly selected: Readonly<Record<OperatorList, string>>;
}

/** A decision before it is made: it shows what it is about and waits for [Confirm]. */
export type OperatorQuestion =
  | { readonly ask: 'admit' | 'refuse-join'; readonly request: JoinRequest }
  | { readonly ask: 'issue' | 'refuse-deposit'; readonly deposit: Deposit }
  | {
      readonly ask: 'suspend';
      readonly participant: ParticipantStanding;
      readonly suspended: boolean;
    }
  | {
      readonly ask: 'permission';
      readonly participant: ParticipantStanding;
      /** The participant's, or its meter's. */
      readonly address: string;
      readonly permission: LedgerPermission;
      readonly isGranted: boolean;
    }
  | { readonly ask: 'phase'; readonly symbol: string; readonly phase: OperatorPhase }
  | { readonly ask: 'open'; readonly market: NewMarket };

/** What keys can mean on the operator's screen. */
export type OperatorAction =
  | { readonly kind: 'list'; readonly by: 1 | -1 }
  | { readonly kind: 'admit' }
  | { readonly kind: 'issue' }
  | { readonly kind: 'refuse' }
  | { readonly kind: 'suspend' }
  | { readonly kind: 'permission'; readonly permission: LedgerPermission }
  | { readonly kind: 'phase'; readonly phase: OperatorPhase }
  | { readonly kind: 'open-market' }
  | { readonly kind: 'step'; readonly by: 1 | -1 }
  | { readonly kind: 'field'; readonly by: 1 | -1 }
  | { readonly kind: 'confirm' };

/** Nothing known yet. */
export const newOperatorView: OperatorView = {
  list: 'joins',
  selected: { joins: '', deposits: '', participants: '' },
};

/** What says which one of a list it is. */
export function idOf(row: JoinRequest | Deposit | ParticipantStanding): string {
  return 'deposit' in row ? row.deposit : row.participant;
}

/** Whether the operator has to say why. */
export function needsReason({ ask }: OperatorQuestion): boolean {
  return ask === 'refuse-join' || ask === 'refuse-deposit';
}
