/** How a call under `/v1/` is taken: counted by where it comes from, checked by its schema, and answered with `{result}`, or refused with an error string. */
import { gatewayErrors } from '@wattlot/client/frames';
import type { Address, Instant } from '@wattlot/core';
import { hashOfAddress } from '@wattlot/ledger';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import type { Static, TSchema } from 'typebox';
import type { LedgerPort } from '../ledger-port.ts';
import { usualLimits } from '../operating-limits.ts';
import type { OperatingLimits } from '../operating-limits.ts';
import { createBucket, take } from './bucket.ts';
import type { Bucket } from './bucket.ts';
import type { Sessions } from './sessions.ts';

/** A refusal of a request, with an error string of the wire. */
export class Refused extends Error {
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

/** Addresses of the network of which it is remembered how much they have asked. */
const strangersMax = 10_000;

/** How calls are counted. */
export interface CountOptions {
  readonly now: () => Instant;
  /** Default: the usual ones. */
  readonly limits?: OperatingLimits;
}

/** Counts the calls of each address of the network. @returns false for one too many. */
export function callCounter({ now, limits = usualLimits }: CountOptions): (ip: string) => boolean {
  const [burst, perSecond] = [limits['calls-burst'], limits['calls-per-second']];
  const buckets = new LRUCache<string, Bucket>({ max: strangersMax });
  return (ip) => {
    const at = now() / 1000;
    const bucket = buckets.get(ip) ?? createBucket(burst, perSecond, at);
    buckets.set(ip, bucket);
    return take(bucket, at);
  };
}

/** Adds one call: what it takes, and what it does. */
export type AddCall = <Schema extends TSchema>(
  path: string,
  schema: Schema,
  work: (body: Static<Schema>, request: FastifyRequest) => unknown,
) => void;

/** Calls of one application, counted together. */
export function callsOf(app: FastifyInstance, options: CountOptions): AddCall {
  const count = callCounter(options);
  const onRequest = (request: FastifyRequest, _reply: unknown, done: (e?: Error) => void): void => {
    if (count(request.ip)) done();
    else done(new Refused(429, gatewayErrors.rateLimited));
  };
  return (path, schema, work) => {
    app.post(path, { schema: { body: schema }, onRequest }, (request) =>
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
