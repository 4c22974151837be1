/** The calls under `/v1/` without HTTP, for simulations: each is checked by its schema, given to its handler, and answered with what the body of the answer would be. */
import { gatewayErrors } from '@wattlot/client/frames';
import type { FastifyRequest } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Assembly } from '../assembly.ts';
import { Refused } from './calls.ts';
import { addSessionApi } from './session-api.ts';

/** An answer as it would go over HTTP. */
export interface LocalAnswer {
  readonly status: number;
  readonly body: { readonly result: unknown } | { readonly error: string };
}

type Work = (body: unknown, request: FastifyRequest) => unknown;

/** Compiled once for all exchanges of a process. */
const checks = new WeakMap<TSchema, { Check(value: unknown): boolean }>();

/** Calls an exchange. Nothing is counted, and there are no API keys. */
export function localCalls(
  assembly: Assembly,
): (path: string, body: unknown, token?: string) => Promise<LocalAnswer> {
  const works = new Map<string, Work>();
  addSessionApi(
    (path, schema, work) => {
      const check = checks.get(schema) ?? Compile(schema);
      checks.set(schema, check);
      works.set(path, (body, request) => {
        if (!check.Check(body)) throw new Refused(400, gatewayErrors.invalidArguments);
        return work(body as never, request);
      });
    },
    { ...assembly, keys: undefined as never },
  );
  return async (path, body, token) => {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    // All of a request that the handlers look at.
    const request = { headers: authorization } as FastifyRequest;
    try {
      const work = works.get(path);
      if (work === undefined) throw new Refused(404, gatewayErrors.unknownMethod);
      const result: unknown = JSON.parse(JSON.stringify(await work(body, request)));
      return { status: 200, body: { result } };
    } catch (error) {
      const status = error instanceof Refused ? error.statusCode : 500;
      const text = error instanceof Refused ? error.message : gatewayErrors.unavailable;
      return { status, body: { error: text } };
    }
  };
}
