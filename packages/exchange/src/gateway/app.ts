/** The HTTP side: built here, listening elsewhere, so that tests can ask it without a port. */
import {
  ChallengeRequest,
  ConnectNodeRequest,
  CreateApiKeyRequest,
  gatewayErrors,
  ListApiKeysRequest,
  LoginRequest,
  RevokeApiKeyRequest,
  ScheduleEcoinIssueRequest,
} from '@wattlot/client/frames';
import type {
  ConnectNodeResult,
  CreateApiKeyResult,
  LedgerResult,
  ListApiKeysResult,
  LoginResult,
  RevokeApiKeyResult,
  ScheduleEcoinIssueResult,
} from '@wattlot/client/frames';
import { limits as coreLimits } from '@wattlot/core';
import type { Address } from '@wattlot/core';
import { CHAIN_REQUEST_BYTES_MAX, handleChainRequest, hashOfAddress } from '@wattlot/ledger';
import type { Chain } from '@wattlot/ledger';
import { fastify } from 'fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Admission } from '../admission.ts';
import type { Feed } from '../feed/feed.ts';
import type { LedgerPort } from '../ledger-port.ts';
import * as limits from '../limits.ts';
import { usualLimits } from '../operating-limits.ts';
import type { OperatingLimits } from '../operating-limits.ts';
import { createBucket, take } from './bucket.ts';
import type { Bucket } from './bucket.ts';
import { isOriginAllowed } from './origin.ts';
import { addPrivateApi } from './private-api.ts';
import type { PrivateApiOptions } from './private-api.ts';
import { addPublicApi, refuse } from './public-api.ts';
import type { Sessions } from './sessions.ts';

/** What the application works with. */
export interface AppOptions extends PrivateApiOptions {
  readonly feed: Feed;
  readonly ledger: LedgerPort;
  /** The chain itself, where it is in this process: wallets reach it here. */
  readonly chain: Chain | undefined;
  readonly sessions: Sessions;
  readonly admission: Admission;
  /** Default: the usual ones. */
  readonly limits?: OperatingLimits;
  /** What `GET /health` answers. */
  readonly health: () => object;
  /** Told of each failure that is no fault of the request. */
  readonly log: (line: string) => void;
}

/** A refusal of a request, with an error string of the wire. */
class Refused extends Error {
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

const strangersMax = 10_000;

/** Builds the application. Nothing listens yet. */
export function buildApp(options: AppOptions): FastifyInstance {
  const app = fastify({
    bodyLimit: limits.bodyBytesMax,
    requestTimeout: limits.requestMsMax,
    connectionTimeout: limits.requestMsMax,
    keepAliveTimeout: limits.keepAliveMs,
    forceCloseConnections: true,
    http: { connectionsCheckingInterval: limits.requestCheckMs },
    logger: false,
  });
  const { limits: set = usualLimits } = options;
  app.server.maxConnections = set['http-connections'];
  // Nothing is coerced: a body is what its schema says or is refused.
  app.setValidatorCompiler<TSchema>(({ schema }) => {
    const compiled = Compile(schema);
    return (value: unknown) =>
      compiled.Check(value)
        ? { value }
        : { error: new Refused(400, gatewayErrors.invalidArguments) };
  });
  app.removeContentTypeParser('text/plain');
  app.addHook('onRequest', (request, _reply, done) => {
    if (isOriginAllowed(request.headers)) done();
    else done(new Refused(403, gatewayErrors.permissionDenied));
  });
  app.setNotFoundHandler((request, reply) => {
    const error = gatewayErrors.unknownMethod;
    return reply.code(404).send(isDialect(request) ? refuse(error) : { error });
  });
  app.setErrorHandler((error, request, reply) => {
    const status = statusOf(error);
    if (status >= 500)
      options.log(`${request.method} ${request.routeOptions.url}: ${String(error)}`);
    const text = error instanceof Refused ? error.message : textOf(status);
    return reply.code(status).send(isDialect(request) ? refuse(text) : { error: text });
  });
  app.get('/health', () => options.health());
  limitDialect(app, options);
  addPublicApi(app, options);
  addPrivateApi(app, options);
  addChain(app, options);
  addSessions(app, options);
  return app;
}

/** Whether a request is to the dialect's functions, which have an envelope of their own. */
function isDialect({ url }: FastifyRequest): boolean {
  return url.startsWith('/0/');
}

/** Counts the calls of each address of the network. @returns false for one too many. */
function callCounter({
  now,
  limits: set = usualLimits,
}: Pick<AppOptions, 'now' | 'limits'>): (ip: string) => boolean {
  const [burst, perSecond] = [set['calls-burst'], set['calls-per-second']];
  const buckets = new LRUCache<string, Bucket>({ max: strangersMax });
  return (ip) => {
    const at = now() / 1000;
    const bucket = buckets.get(ip) ?? createBucket(burst, perSecond, at);
    buckets.set(ip, bucket);
    return take(bucket, at);
  };
}

function limitDialect(app: FastifyInstance, options: AppOptions): void {
  const count = callCounter(options);
  app.addHook('onRequest', (request, _reply, done) => {
    if (!isDialect(request) || count(request.ip)) done();
    else done(new Refused(429, gatewayErrors.callsLimited));
  });
}

function statusOf(error: unknown): number {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}

function textOf(status: number): string {
  return status >= 500 ? gatewayErrors.unavailable : gatewayErrors.invalidArguments;
}

/** Reading past transactions holds up everybody for a moment; a wallet that trades never asks. */
function isHistory(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'method' in body && body.method === 'history';
}

const tooManyHistories = {
  error: { code: 'chain_unreachable', message: 'too many questions at once', retryable: true },
};

const noChainHere = {
  error: {
    code: 'chain_request_invalid',
    message: 'this exchange settles between MultiChain nodes: trade with a node of your own',
    retryable: false,
  },
};

function addChain(app: FastifyInstance, { ledger, chain, now }: AppOptions): void {
  const buckets = new LRUCache<string, Bucket>({ max: strangersMax });
  app.get('/v1/ledger', () => {
    const { name, height, operator } = ledger;
    return { result: { chain: name, height, operator } satisfies LedgerResult };
  });
  const bodyLimit = CHAIN_REQUEST_BYTES_MAX;
  app.post('/chain', { bodyLimit }, ({ body, ip }) => {
    if (isHistory(body)) {
      const nowMs = now() / 1000;
      const fresh = createBucket(limits.historiesBurst, limits.historiesPerSecond, nowMs);
      const bucket = buckets.get(ip) ?? fresh;
      buckets.set(ip, bucket);
      if (!take(bucket, nowMs)) return tooManyHistories;
    }
    return chain === undefined ? noChainHere : handleChainRequest(chain, body);
  });
}

function addSessions(app: FastifyInstance, options: AppOptions): void {
  const { sessions, admission, feed, ledger, keys } = options;
  const count = callCounter(options);
  const onRequest = (request: FastifyRequest, _reply: unknown, done: (e?: Error) => void): void => {
    if (count(request.ip)) done();
    else done(new Refused(429, gatewayErrors.rateLimited));
  };
  const call = <Schema extends TSchema>(
    path: string,
    schema: Schema,
    work: (body: Static<Schema>, request: FastifyRequest) => unknown,
  ): void => {
    app.post(path, { schema: { body: schema }, onRequest }, (request) =>
      Promise.resolve(work(request.body as Static<Schema>, request)).then((result) => ({ result })),
    );
  };

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
  call('/v1/connect_node', ConnectNodeRequest, async ({ name, meter }, request) => {
    const participant = participantOf(sessions, request);
    // The schema counts characters as a person does, the core counts what is stored.
    const isBad = /\p{C}/u.test(name) || name.length > coreLimits.nameLengthMax;
    if (isBad) throw new Refused(400, `${gatewayErrors.invalidArguments}:name`);
    const energyMeter = meter === undefined ? undefined : requireAddress(ledger, meter);
    const status = await admission.connectNode(participant, { name, meter: energyMeter });
    return { status } satisfies ConnectNodeResult;
  });
  call('/v1/schedule_ecoin_issue', ScheduleEcoinIssueRequest, async ({ amount }, request) => {
    const answer = await admission.issueEcoin(participantOf(sessions, request), amount);
    if (answer.status !== 'refused') return answer satisfies ScheduleEcoinIssueResult;
    throw new Refused(403, `${gatewayErrors.permissionDenied}:more ecoin than is issued unasked`);
  });
  call('/v1/create_api_key', CreateApiKeyRequest, async (body, request) => {
    const participant = participantOf(sessions, request);
    // Whoever can make up addresses must not fill the disk.
    if (!feed.isAdmitted(participant)) throw new Refused(403, gatewayErrors.permissionDenied);
    if (/\p{C}/u.test(body.name)) throw new Refused(400, `${gatewayErrors.invalidArguments}:name`);
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

function requireAddress({ params }: LedgerPort, text: string): Address {
  if (hashOfAddress(text, params) === undefined) {
    throw new Refused(400, `${gatewayErrors.invalidArguments}:address`);
  }
  return text as Address;
}

function participantOf(sessions: Sessions, { headers }: FastifyRequest): Address {
  const [, token = ''] = /^Bearer ([\w-]{1,128})$/.exec(headers.authorization ?? '') ?? [];
  const participant = sessions.find(token);
  if (participant === undefined) throw new Refused(401, gatewayErrors.invalidToken);
  return participant;
}
