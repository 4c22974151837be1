/** Who one is: a challenge of the exchange, signed by the ledger address. */
import type { Address } from '@wattlot/core';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { gatewayErrors } from './frames/errors.ts';
import {
  challengePrefix,
  ChallengeResult,
  ConnectNodeResult,
  LoginResult,
} from './frames/session-api.ts';
import type { HttpOutcome } from './http.ts';
import { printable } from './text.ts';

/** Who connects: a ledger address and the ability to sign for it. */
export interface Signer {
  readonly address: Address;
  /** A signature over `text` as `signmessage` makes it, base64. */
  signMessage(text: string): Promise<string>;
  /** The name under which to be let in, shown to its owner and the operator only. */
  readonly name: string;
  /** The address that issues this participant's energy, for one who produces. */
  readonly meter?: Address;
}

/** `waiting`: known, but the operator has not admitted the participant yet. `no`: final. */
export type LoginOutcome =
  | { readonly kind: 'admitted'; readonly token: string }
  | { readonly kind: 'waiting'; readonly token: string }
  | { readonly kind: 'no'; readonly error: string }
  | { readonly kind: 'retry'; readonly reason: string };

/** Calls a path of the exchange: `callExchange` with its url. */
export type Call = (
  path: string,
  options: { readonly body: unknown; readonly token?: string },
) => Promise<HttpOutcome>;

function guard<Schema extends TSchema>(
  schema: Schema,
): (value: unknown) => value is Static<Schema> {
  const compiled = Compile(schema);
  return (value): value is Static<Schema> => compiled.Check(value);
}

const isChallenge = guard(ChallengeResult);
const isLogin = guard(LoginResult);
const isConnected = guard(ConnectNodeResult);
const signable = /^[ -~]{1,200}$/;
const misread = { kind: 'retry', reason: 'the exchange answers in another dialect' } as const;

/** Whether the exchange says that it does not know the token. */
export function isLoggedOut(error: string): boolean {
  return error.startsWith(gatewayErrors.invalidToken);
}

/** Asks to be admitted under the signer's name, or whether that has happened. */
export async function askAdmission(
  call: Call,
  signer: Signer,
  token: string,
): Promise<LoginOutcome> {
  const { name, meter } = signer;
  const body = { name, ...(meter === undefined ? {} : { meter }) };
  const answer = await call('/v1/connect_node', { body, token });
  // Tokens end with the server that gave them: the next login gets one of the server that is there now.
  if (answer.kind === 'no' && isLoggedOut(answer.error)) {
    return { kind: 'retry', reason: answer.error };
  }
  if (answer.kind !== 'yes') return answer;
  if (!isConnected(answer.result)) return misread;
  const { status, reason = '' } = answer.result;
  if (status !== 'refused') return { kind: status, token };
  return { kind: 'no', error: `${gatewayErrors.joinRefused}:${printable(reason, 100)}` };
}

/** A session, or why there is none. */
export type SessionOutcome =
  | { readonly kind: 'yes'; readonly token: string; readonly admitted: boolean }
  | { readonly kind: 'no'; readonly error: string }
  | { readonly kind: 'retry'; readonly reason: string };

/** Challenge, signature, token. */
export async function openSession(
  call: Call,
  { address, signMessage }: Pick<Signer, 'address' | 'signMessage'>,
): Promise<SessionOutcome> {
  const challenged = await call('/v1/challenge', { body: { address } });
  if (challenged.kind !== 'yes') return challenged;
  if (!isChallenge(challenged.result)) return misread;
  const { challenge } = challenged.result;
  if (!challenge.startsWith(challengePrefix) || !signable.test(challenge)) {
    return { kind: 'no', error: 'the exchange asked for a signature that is no login' };
  }
  const signature = await signMessage(challenge);
  const answer = await call('/v1/login', { body: { address, challenge, signature } });
  if (answer.kind === 'no' && answer.error.startsWith(gatewayErrors.badChallenge)) {
    // It ran out or belonged to a server that has been restarted since: the next one will do.
    return { kind: 'retry', reason: answer.error };
  }
  if (answer.kind !== 'yes') return answer;
  if (!isLogin(answer.result)) return misread;
  const { token, admitted } = answer.result;
  return { kind: 'yes', token, admitted };
}

/** Logs in, and asks to be admitted where that is open. */
export async function login(call: Call, signer: Signer): Promise<LoginOutcome> {
  const opened = await openSession(call, signer);
  if (opened.kind !== 'yes') return opened;
  const { token, admitted } = opened;
  // A meter may be newer than its owner's admission; asking again does no harm.
  if (admitted && signer.meter === undefined) return { kind: 'admitted', token };
  return askAdmission(call, signer, token);
}
