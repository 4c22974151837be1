/**
 * The HTTP calls under `/v1/` that are the operator's alone, and what they give; one table validates, documents and types them. Each needs the token of a
 * login of the ledger's operator address (`GET /v1/ledger` names it); anybody else gets `EGeneral:Permission denied`. All may be repeated: what is done already is
 * answered again and not done twice.
 */
import { Type } from 'typebox';
import type { Static, TSchema } from 'typebox';

const Text = Type.String();
const Time = Type.String({ maxLength: 40 });
const AddressText = Type.String({ pattern: '^[1-9A-HJ-NP-Za-km-z]{20,60}$' });
/** What a participant is told: shown on its terminal. */
const Reason = Type.String({ minLength: 1, maxLength: 100 });
const DepositId = Type.String({ pattern: '^D[1-9][0-9]{0,9}$' });
const Done = Type.Object({ status: Type.Literal('done') });

/** In smallest units of ecoin. */
export const EcoinAmount = Type.Integer({ minimum: 1, maximum: 100_000_000 });

/** What an address may do on the ledger; `issue`: make energy, for a meter. */
export const LedgerPermission = Type.Union([
  Type.Literal('connect'),
  Type.Literal('send'),
  Type.Literal('receive'),
  Type.Literal('issue'),
]);

/** Phases that an operator moves a market to; `closed` is for good and not among them. */
export const OperatorPhase = Type.Union([
  Type.Literal('pre_open'),
  Type.Literal('continuous'),
  Type.Literal('post_only'),
  Type.Literal('cancel_only'),
  Type.Literal('halted'),
]);

/** Somebody who asked to be let in, or a participant whose meter asks. */
export const JoinRequest = Type.Object({
  participant: Text,
  name: Text,
  meter: Type.Optional(Text),
  /** RFC 3339. */
  since: Text,
  /** Of a participant that is in already: only the meter is new. */
  admitted: Type.Boolean(),
  status: Type.Union([Type.Literal('waiting'), Type.Literal('refused')]),
  reason: Type.Optional(Text),
});

/** Where a wish for ecoin stands. `issuing`: approved, and not known to be issued; approving it again finds out and issues it at most once. */
export const DepositStatus = Type.Union([
  Type.Literal('waiting'),
  Type.Literal('issuing'),
  Type.Literal('issued'),
  Type.Literal('refused'),
]);

/** A participant's wish for ecoin against a deposit. */
export const Deposit = Type.Object({
  deposit: Text,
  participant: Text,
  name: Text,
  /** In smallest units of ecoin. */
  amount: Type.Integer(),
  /** What stands on the transfer to the operator's bank, as the participant says. */
  reference: Text,
  since: Text,
  status: DepositStatus,
  reason: Type.Optional(Text),
  txid: Type.Optional(Text),
});

/** A participant with what its address and its meter's may do on the ledger. */
export const ParticipantStanding = Type.Object({
  participant: Text,
  name: Text,
  suspended: Type.Boolean(),
  permissions: Type.Array(LedgerPermission),
  meter: Type.Optional(Text),
  meter_permissions: Type.Array(LedgerPermission),
  live_orders: Type.Integer(),
});

/** Participants in one answer: some 350 kilobytes. */
export const participantsPageMax = 1_000;

/** How settlement, ledger and journal are. */
export const SettlementHealth = Type.Object({
  /** Trades that are not final, by the worst state of their lots. */
  trades: Type.Object({
    requested: Type.Integer(),
    submitted: Type.Integer(),
    overdue: Type.Integer(),
  }),
  /** When the oldest of them was made. */
  oldest: Type.Optional(Text),
  /** Lots of overdue trades, which only the ledger can decide. */
  frozen_lots: Type.Integer(),
  /** The ledger's last final block, the exchange's last one, and when that came, if it came since the start. */
  ledger_height: Type.Integer(),
  block: Type.Integer(),
  block_at: Type.Optional(Text),
  /** The last entry on disk, and how many wait for the disk. */
  journal_head: Type.Integer(),
  journal_backlog: Type.Integer(),
  markets: Type.Array(Type.Object({ symbol: Text, phase: Text, live_orders: Type.Integer() })),
  /** Requests that wait for the operator. */
  waiting: Type.Object({ joins: Type.Integer(), deposits: Type.Integer() }),
  /** The exchange's clock. */
  at: Text,
});

/** A function of the operator's. */
export interface OperatorFunction {
  readonly summary: string;
  readonly body: TSchema;
  readonly result: TSchema;
}

const Granting = Type.Object({
  address: AddressText,
  permissions: Type.Array(LedgerPermission, { minItems: 1, maxItems: 4, uniqueItems: true }),
});

/** `POST /v1/…` (header `authorization: Bearer token`). */
export const operatorFunctions = {
  list_join_requests: {
    summary: 'Who asks to be let in, oldest first; those refused are listed until they ask anew.',
    body: Type.Object({}),
    result: Type.Object({ requests: Type.Array(JoinRequest) }),
  },
  admit: {
    summary: 'Lets a participant in who has asked, and its meter: on the ledger and to trade.',
    body: Type.Object({ participant: AddressText }),
    result: Done,
  },
  refuse_join: {
    summary: 'Refuses a request to be let in. The participant is told why.',
    body: Type.Object({ participant: AddressText, reason: Reason }),
    result: Done,
  },
  list_deposits: {
    summary: 'Wishes for ecoin, oldest first: all that wait, and the newest that are decided.',
    body: Type.Object({}),
    result: Type.Object({ deposits: Type.Array(Deposit) }),
  },
  issue_ecoin: {
    summary:
      'Approves a deposit and issues its ecoin, once however often it is asked. `amount` is what was approved: another than asked for is refused.',
    body: Type.Object({ deposit: DepositId, amount: EcoinAmount }),
    result: Type.Object({ status: Type.Literal('issued'), txid: Text }),
  },
  refuse_deposit: {
    summary: 'Refuses a deposit that has not been approved. The participant is told why.',
    body: Type.Object({ deposit: DepositId, reason: Reason }),
    result: Done,
  },
  list_participants: {
    summary:
      'Who is let in, with what each may do on the ledger, by address. Where there are more than fit in one answer, `next` is what `after` is for the following ones.',
    body: Type.Object({
      after: Type.Optional(AddressText),
      count: Type.Optional(Type.Integer({ minimum: 1, maximum: participantsPageMax })),
    }),
    result: Type.Object({
      participants: Type.Array(ParticipantStanding),
      next: Type.Optional(AddressText),
    }),
  },
  grant: {
    summary: 'Grants a participant or its meter permissions on the ledger.',
    body: Granting,
    result: Done,
  },
  revoke: {
    summary:
      'Takes permissions on the ledger back. Those that settlement needs only from a participant without live orders and open trades: suspend it first.',
    body: Granting,
    result: Done,
  },
  suspend: {
    summary:
      'Stops a participant from trading: its live orders are cancelled, what is matched settles on. Or lifts that.',
    body: Type.Object({ participant: AddressText, suspended: Type.Boolean() }),
    result: Done,
  },
  set_phase: {
    summary: 'Moves a market to another phase.',
    body: Type.Object({
      symbol: Type.String({ minLength: 1, maxLength: 65 }),
      phase: OperatorPhase,
    }),
    result: Done,
  },
  open_market: {
    summary:
      'Opens a market. What is left out is as in the market that the exchange began with. With a delivery, all three of its times, it closes at `gate_closure`. Asked again with the same terms it is done already.',
    body: Type.Object({
      symbol: Type.String({ minLength: 3, maxLength: 65 }),
      /** Smallest units of energy in a lot. */
      lot: Type.Optional(Type.Integer({ minimum: 1 })),
      /** Prices in smallest units of ecoin a lot. */
      tick: Type.Optional(Type.Integer({ minimum: 1 })),
      price_floor: Type.Optional(Type.Integer({ minimum: 1 })),
      price_cap: Type.Optional(Type.Integer({ minimum: 1 })),
      /** Lots of one order at most. */
      volume_max: Type.Optional(Type.Integer({ minimum: 1 })),
      /** RFC 3339, UTC, at most six decimals. */
      delivery_start: Type.Optional(Time),
      delivery_end: Type.Optional(Time),
      gate_closure: Type.Optional(Time),
      phase: Type.Optional(OperatorPhase),
    }),
    result: Done,
  },
  settlement_health: {
    summary: 'Open trades, the ledger, the journal and the markets.',
    body: Type.Object({}),
    result: SettlementHealth,
  },
} as const satisfies Record<string, OperatorFunction>;

export type OperatorFunctionName = keyof typeof operatorFunctions;
/** What a function takes. */
export type OperatorBody<Name extends OperatorFunctionName> = Static<
  (typeof operatorFunctions)[Name]['body']
>;
/** What a function gives. */
export type OperatorResult<Name extends OperatorFunctionName> = Static<
  (typeof operatorFunctions)[Name]['result']
>;
export type JoinRequest = Static<typeof JoinRequest>;
export type Deposit = Static<typeof Deposit>;
export type DepositStatus = Static<typeof DepositStatus>;
export type LedgerPermission = Static<typeof LedgerPermission>;
export type OperatorPhase = Static<typeof OperatorPhase>;
export type ParticipantStanding = Static<typeof ParticipantStanding>;
export type SettlementHealth = Static<typeof SettlementHealth>;
