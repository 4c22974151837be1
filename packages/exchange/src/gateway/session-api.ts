/** The calls under `/v1/` of whoever wants to trade: who one is, to be let in, ecoin, and API keys. */
import {
  ChallengeRequest,
  ConnectNodeRequest,
  CreateApiKeyRequest,
  gatewayErrors,
  ListApiKeysRequest,
  ListEcoinRequestsRequest,
  LoginRequest,
  RevokeApiKeyRequest,
  ScheduleEcoinIssueRequest,
} from '@wattlot/client/frames';
import type {
  ConnectNodeResult,
  CreateApiKeyResult,
  ListApiKeysResult,
  ListEcoinRequestsResult,
  LoginResult,
  RevokeApiKeyResult,
  ScheduleEcoinIssueResult,
} from '@wattlot/client/frames';
import { limits as coreLimits } from '@wattlot/core';
import type { Address } from '@wattlot/core';
import type { Admission } from '../admission.ts';
import type { Deposits, EcoinAnswer } from '../deposits.ts';
import type { Feed } from '../feed/feed.ts';
import type { LedgerPort } from '../ledger-port.ts';
import { openIssueMax } from '../limits.ts';
import type { ApiKeys } from './api-keys.ts';
import { participantOf, Refused, requireAddress, requirePlain } from './calls.ts';
import type { AddCall } from './calls.ts';
import type { Sessions } from './sessions.ts';

/** What the calls work with. */
export interface SessionApiOptions {
  readonly sessions: Sessions;
  readonly admission: Admission;
  readonly deposits: Deposits;
  readonly feed: Feed;
  readonly ledger: LedgerPort;
  readonly keys: ApiKeys;
}

/** Adds the calls. */
export function addSessionApi(call: AddCall, options: SessionApiOptions): void {
  const { sessions, feed, ledger } = options;
  call('/v1/challenge', ChallengeRequest, ({ address }) => {
    requireAddress(ledger, address);
    return sessions.challenge(address);
  });
  call('/v1/login', LoginRequest, (body): LoginResult => {
    const made = sessions.login(body);
    if (made === 'challenge') throw new Refused(401, gatewayErrors.badChallenge);
    if (made === 'signature') throw new Refused(401, gatewayErrors.badSignature);
    // The signature proves that it is an address.
    return { ...made, admitted: feed.isAdmitted(body.address as Address) };
  });
  addRequests(call, options);
  addKeys(call, options);
}

/** Being let in, and ecoin. */
function addRequests(
  call: AddCall,
  { sessions, admission, deposits, ledger }: SessionApiOptions,
): void {
  call('/v1/connect_node', ConnectNodeRequest, async ({ name, meter }, request) => {
    const participant = participantOf(sessions, request);
    requirePlain(name, 'name');
    // The schema counts characters as a person does, the core counts what is stored.
    if (name.length > coreLimits.nameLengthMax) {
      throw new Refused(400, `${gatewayErrors.invalidArguments}:name`);
    }
    // An offer signed with that key could carry more power than to trade.
    if (participant === ledger.operator) throw new Refused(403, gatewayErrors.operatorTrades);
    const energyMeter = meter === undefined ? undefined : requireAddress(ledger, meter);
    const answer = await admission.connectNode(participant, { name, meter: energyMeter });
    return answer satisfies ConnectNodeResult;
  });
  call('/v1/schedule_ecoin_issue', ScheduleEcoinIssueRequest, async (wish, request) => {
    const participant = participantOf(sessions, request);
    requirePlain(wish.reference ?? '', 'reference');
    return ecoinResult(await deposits.schedule(participant, wish), ledger);
  });
  call('/v1/list_ecoin_requests', ListEcoinRequestsRequest, (_body, request) => {
    const requests = deposits.listOf(participantOf(sessions, request));
    return { requests: [...requests] } satisfies ListEcoinRequestsResult;
  });
}

/** The most that one participant gets unasked, in ecoin. */
function mostUnasked(ledger: LedgerPort): number {
  return openIssueMax / (ledger.asset(ledger.names.ecoin)?.multiple ?? 1);
}

function ecoinResult(answer: EcoinAnswer, ledger: LedgerPort): ScheduleEcoinIssueResult {
  if (!('no' in answer)) return answer;
  switch (answer.no) {
    case 'too much':
      throw new Refused(403, `${gatewayErrors.tooMuchEcoin}:${mostUnasked(ledger)}`);
    case 'too many':
      throw new Refused(403, gatewayErrors.tooManyDeposits);
    case 'not admitted':
      throw new Refused(403, gatewayErrors.notAdmitted);
    case 'reused':
      throw new Refused(400, gatewayErrors.requestReused);
  }
}

function addKeys(call: AddCall, { sessions, feed, keys }: SessionApiOptions): void {
  call('/v1/create_api_key', CreateApiKeyRequest, async (body, request) => {
    const participant = participantOf(sessions, request);
    // Whoever can make up addresses must not fill the disk.
    if (!feed.isAdmitted(participant)) throw new Refused(403, gatewayErrors.permissionDenied);
    requirePlain(body.name, 'name');
    const made = await keys.make(participant, body);
    if (made === undefined) throw new Refused(403, gatewayErrors.tooManyKeys);
    return made satisfies CreateApiKeyResult;
  });
  call('/v1/list_api_keys', ListApiKeysRequest, (_body, request): ListApiKeysResult => {
    return { keys: keys.list(participantOf(sessions, request)) };
  });
  call('/v1/revoke_api_key', RevokeApiKeyRequest, async ({ key }, request) => {
    const revoked = await keys.revoke(participantOf(sessions, request), key);
    return { revoked } satisfies RevokeApiKeyResult;
  });
}
