/**
 * The HTTP calls under `/v1/`: who one is, and the operator's functions under the paper's names. Bodies are JSON; an answer is `{result}` or
 * `{error}` with an error string of `errors.ts`.
 */
import { Type } from 'typebox';
import type { Static } from 'typebox';

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

/** `POST /v1/connect_node` (header `authorization: Bearer token`): ask the operator to be let in. `meter` is the address that issues energy. */
export const ConnectNodeRequest = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 32 }),
  meter: Type.Optional(AddressText),
});
export const ConnectNodeResult = Type.Object({
  status: Type.Union([Type.Literal('admitted'), Type.Literal('waiting')]),
});

/** `POST /v1/schedule_ecoin_issue` (Bearer): ask for ecoin against a deposit, in ecoin's smallest units. */
export const ScheduleEcoinIssueRequest = Type.Object({
  amount: Type.Integer({ minimum: 1, maximum: 100_000_000 }),
});
export const ScheduleEcoinIssueResult = Type.Object({
  status: Type.Union([Type.Literal('issued'), Type.Literal('waiting')]),
  txid: Type.Optional(Type.String()),
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
export type LedgerResult = Static<typeof LedgerResult>;
