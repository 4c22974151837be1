/** From a frame's text to a request that has its shape, or to the one error reply that it gets. */
import { gatewayErrors, requestSchemas } from '@wattlot/client/frames';
import type { Request } from '@wattlot/client/frames';
import { Compile } from 'typebox/compile';
import { frameDepthMax } from '../limits.ts';
import { argumentError } from './faults.ts';
import type { Fault } from './faults.ts';

/** A frame as understood. */
export type ReadRequest =
  | { readonly kind: 'request'; readonly request: Request }
  | {
      readonly kind: 'refused';
      /** As the frame named them, where it did so in a usable way. */
      readonly method: string;
      readonly requestId: number | undefined;
      readonly error: string;
    };

interface Check {
  Check(value: unknown): value is Request;
  Errors(value: unknown): readonly Fault[];
}

const compiled = {
  ping: Compile(requestSchemas.ping),
  subscribe: Compile(requestSchemas.subscribe),
  unsubscribe: Compile(requestSchemas.unsubscribe),
  add_order: Compile(requestSchemas.add_order),
  amend_order: Compile(requestSchemas.amend_order),
  batch_add: Compile(requestSchemas.batch_add),
  cancel_order: Compile(requestSchemas.cancel_order),
  cancel_all: Compile(requestSchemas.cancel_all),
  batch_cancel: Compile(requestSchemas.batch_cancel),
  cancel_all_orders_after: Compile(requestSchemas.cancel_all_orders_after),
  'offers.delivered': Compile(requestSchemas['offers.delivered']),
  'offers.declined': Compile(requestSchemas['offers.declined']),
  'settlement.submitted': Compile(requestSchemas['settlement.submitted']),
  'ladder.delivered': Compile(requestSchemas['ladder.delivered']),
};
const checks: Readonly<Record<Request['method'], Check>> = compiled;

/** Whether it is a method that is understood. */
export function isMethod(name: unknown): name is Request['method'] {
  return typeof name === 'string' && Object.hasOwn(checks, name);
}

/** Parameters of the dialect that change what an order means and are not offered: ignoring one would trade something else than was asked for. */
const unsupportedParameters: ReadonlySet<string> = new Set([
  'cash_order_qty',
  'conditional',
  'display_qty',
  'effective_time',
  'limit_price_type',
  'margin',
  'reduce_only',
  'trigger_price',
  'trigger_price_type',
  'triggers',
]);

/** The same in the orders of a batch, which is only looked at as a whole. */
const unsupportedInBatch: ReadonlySet<string> = new Set([...unsupportedParameters, 'validate']);

/** What of a request would be ignored and must not be: in its parameters, or in those of one of its orders. */
function unsupportedIn({
  method,
  params,
}: Exclude<Request, { method: 'ping' }>): string | undefined {
  const isOrder = method === 'add_order' || method === 'amend_order' || method === 'batch_add';
  if (!isOrder) return undefined;
  const whole = unsupportedOf(params, unsupportedParameters);
  if (whole !== undefined || method !== 'batch_add') return whole;
  for (const order of params.orders) {
    const found = unsupportedOf(order, unsupportedInBatch);
    if (found !== undefined) return found;
  }
  return undefined;
}

function unsupportedOf(given: object, names: ReadonlySet<string>): string | undefined {
  return Object.keys(given).find((name) => names.has(name) && isGiven(Reflect.get(given, name)));
}

/** Reads one frame. */
export function readRequest(text: string): ReadRequest {
  const value = parse(text);
  if (value === undefined) return refused('unknown', undefined, gatewayErrors.notJson);
  const { method, req_id: id } = value;
  const requestId = Number.isSafeInteger(id) && Number(id) >= 0 ? Number(id) : undefined;
  if (!isMethod(method)) {
    const name = typeof method === 'string' && /^[\w.]{1,40}$/.test(method) ? method : 'unknown';
    return refused(name, requestId, gatewayErrors.unknownMethod);
  }
  const check = checks[method];
  if (!check.Check(value)) {
    return refused(method, requestId, argumentError(check.Errors(value)[0], '/params'));
  }
  const unsupported = value.method === 'ping' ? undefined : unsupportedIn(value);
  if (unsupported !== undefined) {
    const error = `${gatewayErrors.invalidArguments}:${unsupported} is not supported`;
    return refused(method, requestId, error);
  }
  return { kind: 'request', request: value };
}

function isGiven(parameter: unknown): boolean {
  return parameter !== undefined && parameter !== null && parameter !== false;
}

function refused(method: string, requestId: number | undefined, error: string): ReadRequest {
  return { kind: 'refused', method, requestId, error };
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  if (isTooDeep(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return value as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

/** UTF-16 codes of [ ] { }. */
const brackets = { square: 0x5b, squareEnd: 0x5d, curly: 0x7b, curlyEnd: 0x7d } as const;

/**
 * Whether brackets stand deeper in each other than any request needs; those in strings count as well, which no sensible one has. Code by code: it is on the way of every frame,
 * and a pattern takes seven times as long.
 */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < brackets.square) continue;
    if (code === brackets.square || code === brackets.curly) depth += 1;
    else if (code === brackets.squareEnd || code === brackets.curlyEnd) depth -= 1;
    if (depth > frameDepthMax) return true;
  }
  return false;
}
