/** The HTTP side: built here, listening elsewhere, so that tests can ask it without a port. */
import { gatewayErrors } from '@wattlot/client/frames';
import type { LedgerResult } from '@wattlot/client/frames';
import { CHAIN_REQUEST_BYTES_MAX, handleChainRequest, HistoryLimit } from '@wattlot/ledger';
import type { Chain } from '@wattlot/ledger';
import { fastify, LogController } from 'fastify';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { LedgerPort } from '../ledger-port.ts';
import * as limits from '../limits.ts';
import { usualLimits } from '../operating-limits.ts';
import type { OperatingLimits } from '../operating-limits.ts';
import type { Log } from '../watch/log.ts';
import type { Meters } from '../watch/meters.ts';
import type { Readiness } from '../watch/readiness.ts';
import { callsOf, isDialect, limitCalls, Refused } from './calls.ts';
import { addOperatorApi } from './operator-api.ts';
import type { OperatorApiOptions } from './operator-api.ts';
import { argumentError } from './faults.ts';
import { isOriginAllowed } from './origin.ts';
import { addPaperApi } from './paper-api.ts';
import { addPrivateApi } from './private-api.ts';
import type { PrivateApiOptions } from './private-api.ts';
import { addPublicApi, refuse } from './public-api.ts';
import { addSessionApi } from './session-api.ts';
import type { SessionApiOptions } from './session-api.ts';
import { sourceOf } from './source.ts';

/** What the application works with. */
export interface AppOptions extends PrivateApiOptions, SessionApiOptions, OperatorApiOptions {
  readonly ledger: LedgerPort;
  /** The chain itself, where it is in this process: wallets reach it here. */
  readonly chain: Chain | undefined;
  /** Default: the usual ones. */
  readonly limits?: OperatingLimits;
  readonly meters: Meters;
  /** What `GET /health` answers by. */
  readonly health: () => Readiness;
  /** What `GET /health` says besides. */
  readonly facts: () => object;
  readonly log: Log;
  /** What the library itself has to say goes here. Default: nowhere. */
  readonly logger?: FastifyBaseLogger | undefined;
}

/** Builds the application. Nothing listens yet. */
export function buildApp(options: AppOptions): FastifyInstance {
  const app = fastify({
    bodyLimit: limits.bodyBytesMax,
    requestTimeout: limits.requestMsMax,
    connectionTimeout: limits.requestMsMax,
    keepAliveTimeout: limits.keepAliveMs,
    forceCloseConnections: 'idle',
    http: { connectionsCheckingInterval: limits.requestCheckMs },
    // An address that cannot be read reaches neither the hooks nor the handlers below, and the library's own answer quotes it.
    frameworkErrors: (_error, request, reply) => {
      const error = gatewayErrors.invalidArguments;
      const body = JSON.stringify(isDialect(request) ? refuse(error) : { error });
      reply.raw.writeHead(400, { 'content-type': 'application/json; charset=utf-8' }).end(body);
    },
    ...(options.logger === undefined
      ? { logger: false }
      : {
          loggerInstance: options.logger,
          logController: new LogController({ disableRequestLogging: true }),
        }),
  });
  const { limits: set = usualLimits } = options;
  app.server.maxConnections = set['http-connections'];
  // Node takes the longer of the two for the whole of a request, and the longer would be its own minute.
  app.server.headersTimeout = limits.requestMsMax;
  // Nothing is coerced: a body is what its schema says or is refused.
  app.setValidatorCompiler<TSchema>(({ schema }) => {
    const compiled = Compile(schema);
    return (value: unknown) =>
      compiled.Check(value)
        ? { value }
        : { error: new Refused(400, argumentError(compiled.Errors(value)[0], '')) };
  });
  app.removeContentTypeParser('text/plain');
  app.addHook('onRequest', (request, _reply, done) => {
    if (isOriginAllowed(request.headers)) done();
    else done(new Refused(403, gatewayErrors.permissionDenied));
  });
  app.setNotFoundHandler((request, reply) => {
    const error = gatewayErrors.unknownMethod;
    // In the dialect a refusal is an answer like any other: stock clients read no body of another status.
    return isDialect(request) ? reply.send(refuse(error)) : reply.code(404).send({ error });
  });
  app.setErrorHandler((error, request, reply) => {
    const status = statusOf(error);
    if (status >= 500)
      options.log(`${request.method} ${request.routeOptions.url}: ${String(error)}`, {
        level: 'error',
      });
    const text = error instanceof Refused ? error.message : textOf(status);
    return reply.code(status).send(isDialect(request) ? refuse(text) : { error: text });
  });
  countAnswers(app, options);
  limitCalls(app, options);
  app.get('/health', (_request, reply) => {
    const health = options.health();
    return reply.code(health.ready ? 200 : 503).send({ ...health, ...options.facts() });
  });
  addPublicApi(app, options);
  addPrivateApi(app, options);
  addChain(app, options);
  const call = callsOf(app);
  addSessionApi(call, options);
  addOperatorApi(call, options);
  addPaperApi(call, options);
  return app;
}

/** Counts refusals, and how long each route takes; and notes each request by its route, since a path may hold anything. */
function countAnswers(app: FastifyInstance, { meters, log }: AppOptions): void {
  app.addHook('preSerialization', (_request, _reply, payload: unknown, done) => {
    const error = errorIn(payload);
    if (error !== undefined) meters.refuse(error);
    done(null, payload);
  });
  app.addHook('onResponse', (request, { statusCode, elapsedTime }, done) => {
    const { method, routeOptions, ip } = request;
    if (statusCode === 429) meters.limited.calls += 1;
    const route = routeOptions.url ?? 'none';
    meters.observer?.request({ method, route, status: statusCode }, elapsedTime / 1000);
    const level = statusCode >= 500 ? 'error' : 'debug';
    const ms = Math.round(elapsedTime * 10) / 10;
    log('request', { level, method, route, status: statusCode, ms, source: ip });
    done();
  });
}

/** The error string in an answer, of either form. */
function errorIn(payload: unknown): string | undefined {
  if (typeof payload !== 'object' || payload === null || !('error' in payload)) return undefined;
  const { error } = payload;
  const first: unknown = Array.isArray(error) ? error[0] : error;
  return typeof first === 'string' ? first : undefined;
}

function statusOf(error: unknown): number {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}

function textOf(status: number): string {
  return status >= 500 ? gatewayErrors.unavailable : gatewayErrors.invalidArguments;
}

const noChainHere = {
  error: {
    code: 'chain_request_invalid',
    message: 'this exchange settles between MultiChain nodes: trade with a node of your own',
    retryable: false,
  },
};

function addChain(app: FastifyInstance, { ledger, chain, now }: AppOptions): void {
  const histories = new HistoryLimit(() => now() / 1000);
  app.get('/v1/ledger', () => {
    const { name, height, operator } = ledger;
    return { result: { chain: name, height, operator } satisfies LedgerResult };
  });
  const bodyLimit = CHAIN_REQUEST_BYTES_MAX;
  app.post('/chain', { bodyLimit }, ({ body, ip }) => {
    const refused = histories.refuse(body, sourceOf(ip));
    if (refused !== undefined) return refused;
    return chain === undefined ? noChainHere : handleChainRequest(chain, body);
  });
}
