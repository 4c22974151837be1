/** The HTTP side for who runs the exchange: its numbers and its health, on a port of their own that participants need not reach. */
import { fastify } from 'fastify';
import type { FastifyInstance } from 'fastify';
import { keepAliveMs, requestMsMax, watchersMax } from '../limits.ts';
import type { Readiness } from './readiness.ts';
import type { Metrics } from './metrics.ts';

/** Builds the application. Nothing listens yet. */
export function buildWatchApp(metrics: Metrics, health: () => Readiness): FastifyInstance {
  const app = fastify({
    requestTimeout: requestMsMax,
    connectionTimeout: requestMsMax,
    keepAliveTimeout: keepAliveMs,
    forceCloseConnections: true,
    logger: false,
  });
  app.server.maxConnections = watchersMax;
  app.get('/metrics', async (_request, reply) => {
    const text = await metrics.text();
    return reply.type(metrics.contentType).send(text);
  });
  app.get('/health', (_request, reply) => {
    const now = health();
    return reply.code(now.ready ? 200 : 503).send(now);
  });
  return app;
}
