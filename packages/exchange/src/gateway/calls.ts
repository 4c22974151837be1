/** How a call under `/v1/` is taken: counted by where it comes from, checked by its schema, and answered with `{result}`, or refused with an error string. */
import { gatewayErrors } from '@wattlot/client/frames';
import type { Address, Instant } from '@wattlot/core';
import { hashOfAddress } from '@wattlot/ledger';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import type { Static, TSchema } from 'typebox';
import type { LedgerPort } from '../ledger-port.ts';
import { sourcesMax } from '../limits.ts';
import { usualLimits } from '../operating-limits.ts';
import type { OperatingLimits } from '../operating-limits.ts';
import { createBucket, take } from './bucket.ts';
import type { Bucket } from './bucket.ts';
import type { Sessions } from './sessions.ts';
import { sourceOf } from './source.ts';

/** A refusal of a request, with an error string of the wire. */
export class Refused extends Error {
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

/** How calls are counted. */
export interface CountOptions {
  readonly now: () => Instant;
  /** Default: the usual ones. */
  readonly limits?: OperatingLimits;
}

/** Counts the calls of each address of the network. @returns false for one too many. */
export function callCounter(
  { now, limits = usualLimits }: CountOptions,
  what: 'calls' | 'chain-calls' = 'calls',
): (ip: string | undefined) => boolean {
  const [burst, perSecond] = [limits[`${what}-burst`], limits[`${what}-per-second`]];
  const buckets = new LRUCache<string, Bucket>({ max: sourcesMax });
  return (ip) => {
    const at = now() / 1000;
    const source = sourceOf(ip);
    const bucket = buckets.get(source) ?? createBucket(burst, perSecond, at);
    buckets.set(source, bucket);
    return take(bucket, at);
  };
}

/** Whether a request is to the dialect's functions, which have an envelope of their own. */
export function isDialect({ url }: FastifyRequest): boolean {
  return url.startsWith('/0/');
}

/** Counts every request by where it comes from, whatever it asks for: each kind by itself, so that none is in the way of another. */
export function limitCalls(app: FastifyInstance, options: CountOptions): void {
  const dialect = callCounter(options);
  const own = callCounter(options);
  const chain = callCounter(options, 'chain-calls');
  const others = callCounter(options);
  const counterOf = (request: FastifyRequest): ((ip: string) => boolean) => {
    if (isDialect(request)) return dialect;
    if (request.url.startsWith('/v1/')) return own;
    return request.routeOptions.url === '/chain' ? chain : others;
  };
  app.addHook('onRequest', (request, _reply, done) => {
    if (counterOf(request)(request.ip)) return done();
    const { callsLimited, rateLimited } = gatewayErrors;
    done(new Refused(429, isDialect(request) ? callsLimited : rateLimited));
  });
}

/** Adds one call: what it takes, and what it does. */
export type AddCall = <Schema extends TSchema>(
  path: string,
  schema: Schema,
  work: (body: Static<Schema>, request: FastifyRequest) => unknown,
) => void;

/** Calls of one application. */
export function callsOf(app: FastifyInstance): AddCall {
  return (path, schema, work) => {
    app.post(path, { schema: { body: schema } }, (request) =>
      Promise.resolve(work(request.body as Static<typeof schema>, request)).then((result) => ({
        result,
      })),
    );
  };
}

/** The token that a request carries; empty when it carries none. */
export function tokenOf({ headers }: FastifyRequest): string {
  const [, token = ''] = /^Bearer ([\w-]{1,128})$/.exec(headers.authorization ?? '') ?? [];
  return token;
}

/**
 * Who asks, by a login of its own. An API key's token is for the socket, with the key's scopes: here it would make keys with others, or trade with one for looking.
 * @throws Refused without a session, and for the session of an API key.
 */
export function participantOf(sessions: Sessions, request: FastifyRequest): Address {
  const token = tokenOf(request);
  const participant = sessions.find(token);
  if (participant === undefined) throw new Refused(401, gatewayErrors.invalidToken);
  if (sessions.keyOf(token) !== undefined) throw new Refused(403, gatewayErrors.permissionDenied);
  return participant;
}

/** @throws Refused unless the text is an address of the ledger. */
export function requireAddress({ params }: LedgerPort, text: string): Address {
  if (hashOfAddress(text, params) === undefined) {
    throw new Refused(400, `${gatewayErrors.invalidArguments}:address`);
  }
  return text as Address;
}

/** Text that others are shown holds no control or format characters. @throws Refused that names the field. */
export function requirePlain(text: string, field: string): string {
  if (/\p{C}/u.test(text)) throw new Refused(400, `${gatewayErrors.invalidArguments}:${field}`);
  return text;
}
