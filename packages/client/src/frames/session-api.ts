/**
 * The HTTP calls under `/v1/`: who one is, and the operator's functions under the paper's names. Bodies are JSON; an answer is `{result}` or
 * `{error}` with an error string of `errors.ts`.
 */
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { DepositStatus, EcoinAmount } from './operator-api.ts';

const AddressText = Type.String({ pattern: '^[1-9A-HJ-NP-Za-km-z]{20,60}$' });

/** How each challenge begins: a client signs no other text, so that a login can be taken for nothing else. */
export const challengePrefix = 'wattlot login ';

/** `POST /v1/challenge`: a text for the address to sign, good once and for a minute; printable ASCII that begins with `challengePrefix`. */
export const ChallengeRequest = Type.Object({ address: AddressText });
export const ChallengeResult = Type.Object({
  challenge: Type.String(),
  expires: Type.String(),
});

/** `POST /v1/login`: the challenge signed as by `signmessage`. The token goes into private requests on the socket. */
export const LoginRequest = Type.Object({
  address: AddressText,
  challenge: Type.String({ maxLength: 200 }),
  signature: Type.String({ maxLength: 200 }),
});
export const LoginResult = Type.Object({
  token: Type.String(),
  expires: Type.String(),
  admitted: Type.Boolean(),
});

/**
 * `POST /v1/connect_node` (header `authorization: Bearer token`): ask the operator to be let in. `meter` is the address that issues energy. Asked again it says what
 * became of the request; what was refused is asked anew by another name or meter.
 */
export const ConnectNodeRequest = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 32 }),
  meter: Type.Optional(AddressText),
});
export const ConnectNodeResult = Type.Object({
  status: Type.Union([Type.Literal('admitted'), Type.Literal('waiting'), Type.Literal('refused')]),
  /** Why it was refused, in the operator's words. */
  reason: Type.Optional(Type.String()),
});

/** `POST /v1/schedule_ecoin_issue` (Bearer): ask for ecoin against a deposit, in ecoin's smallest units. */
export const ScheduleEcoinIssueRequest = Type.Object({
  amount: EcoinAmount,
  /** Made by the sender: the same id again asks for nothing more, and is told what became of it. */
  request: Type.Optional(Type.String({ pattern: '^[!-~]{1,36}$' })),
  /** What stands on the transfer to the operator's bank. */
  reference: Type.Optional(Type.String({ maxLength: 64 })),
});
export const ScheduleEcoinIssueResult = Type.Object({
  status: DepositStatus,
  txid: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String()),
});

/** `POST /v1/list_ecoin_requests` (Bearer): what became of one's own wishes for ecoin, the newest last. */
export const ListEcoinRequestsRequest = Type.Object({});
export const ListEcoinRequestsResult = Type.Object({
  requests: Type.Array(
    Type.Object({
      request: Type.String(),
      /** Its number with the operator, to be written on the transfer. */
      deposit: Type.String(),
      /** In smallest units of ecoin. */
      amount: Type.Integer(),
      reference: Type.String(),
      /** RFC 3339. */
      since: Type.String(),
      status: DepositStatus,
      /** Why it was refused, in the operator's words. */
      reason: Type.Optional(Type.String()),
      txid: Type.Optional(Type.String()),
    }),
  ),
});

/** `GET /v1/ledger`: what a wallet needs before it can start. */
export const LedgerResult = Type.Object({
  chain: Type.String(),
  height: Type.Integer(),
  operator: Type.String(),
});

export type ChallengeRequest = Static<typeof ChallengeRequest>;
export type ChallengeResult = Static<typeof ChallengeResult>;
export type LoginRequest = Static<typeof LoginRequest>;
export type LoginResult = Static<typeof LoginResult>;
export type ConnectNodeRequest = Static<typeof ConnectNodeRequest>;
export type ConnectNodeResult = Static<typeof ConnectNodeResult>;
export type ScheduleEcoinIssueRequest = Static<typeof ScheduleEcoinIssueRequest>;
export type ScheduleEcoinIssueResult = Static<typeof ScheduleEcoinIssueResult>;
export type ListEcoinRequestsResult = Static<typeof ListEcoinRequestsResult>;
/** One wish for ecoin, as its owner sees it. */
export type EcoinRequest = ListEcoinRequestsResult['requests'][number];
export type LedgerResult = Static<typeof LedgerResult>;
