/**
 * The shape of every command, field by field: what comes from outside is checked here once, and the handlers trust it. A command has exactly
 * its fields; one more, one less or one of another type or range makes it malformed. Whether it may be applied is the handlers' business.
 */
import type { Command } from './command.ts';
import {
  clientOrderIdLengthMax,
  nameLengthMax,
  offerLengthMax,
  reasonLengthMax,
} from './limits.ts';
import * as units from './units.ts';
import type { Address, OrderId } from './units.ts';

type Check = (value: unknown) => boolean;
type Shapes = {
  readonly [Kind in Command['kind']]: {
    readonly [Field in keyof Extract<Command, { kind: Kind }>]: Check;
  };
};

function unit(parse: (value: unknown) => number | string | undefined): Check {
  return (value) => parse(value) !== undefined;
}

function text(pattern: RegExp, lengthMax: number): Check {
  return (value) => typeof value === 'string' && value.length <= lengthMax && pattern.test(value);
}

function oneOf(...values: readonly string[]): Check {
  return (value) => typeof value === 'string' && values.includes(value);
}

function listOf(check: Check): Check {
  return (value) => {
    if (!Array.isArray(value)) return false;
    // Not `every`, which passes over the holes of a sparse array.
    for (let index = 0; index < value.length; index += 1) if (!check(value[index])) return false;
    return true;
  };
}

/** Own fields only, as a journal would write them; a field that is `undefined` is not there. */
function record(shape: Readonly<Record<string, Check>>): Check {
  const fields = new Map<string, Check>(Object.entries(shape));
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    let found = 0;
    for (const [name, field] of Object.entries(value)) {
      if (field === undefined) continue;
      if (fields.get(name)?.(field) !== true) return false;
      found += 1;
    }
    return found === fields.size;
  };
}

const address = unit(units.toAddress);
const asset = unit(units.toAsset);
const amount = unit(units.toAmount);
/** An index, a height or a volume. */
const count = unit(units.toLots);
const market = unit(units.toMarketSymbol);
const order = unit(units.toOrderId);
const price = unit(units.toPrice);
const trade = unit(units.toTradeId);
const txid = unit(units.toTxid);
const flag: Check = (value) => value === true || value === false;
/** No control characters and nothing that turns the direction of writing: names reach screens. */
const name = text(/^[^\p{Cc}\p{Cs}\p{Bidi_C}]*$/u, nameLengthMax);
const clientOrderId = text(/^[ -~]+$/, clientOrderIdLengthMax);
const hexadecimal = text(/^[0-9a-f]+$/, offerLengthMax);
const offer: Check = (value) => hexadecimal(value) && String(value).length % 2 === 0;
const reason: Check = (value) => typeof value === 'string' && value.length <= reasonLengthMax;

const terms = record({
  symbol: market,
  energy: asset,
  ecoin: asset,
  lot: amount,
  tick: price,
  priceFloor: price,
  priceCap: price,
  volumeMax: count,
  offersTimeout: amount,
  settlementTimeout: amount,
});

const shapes: Shapes = {
  'market.open': { kind: oneOf('market.open'), terms },
  'participant.admit': { kind: oneOf('participant.admit'), participant: address, name },
  'order.place': {
    kind: oneOf('order.place'),
    participant: address,
    clientOrderId,
    market,
    side: oneOf('ask', 'bid'),
    price,
    volume: count,
    timeInForce: oneOf('gtc', 'ioc'),
    postOnly: flag,
  },
  'order.cancel': { kind: oneOf('order.cancel'), participant: address, order },
  'offers.deliver': {
    kind: oneOf('offers.deliver'),
    participant: address,
    order,
    lots: listOf(record({ lot: count, output: unit(units.toOutput), offer })),
  },
  'offers.decline': { kind: oneOf('offers.decline'), participant: address, order, reason },
  'settlement.submit': {
    kind: oneOf('settlement.submit'),
    participant: address,
    trade,
    lots: listOf(record({ lot: count, txid })),
  },
  'ledger.advance': {
    kind: oneOf('ledger.advance'),
    height: count,
    moves: listOf(record({ address, asset, amount })),
    settled: listOf(record({ order, lot: count, trade, txid })),
    lost: listOf(record({ order, lot: count, txid })),
  },
  'time.tick': { kind: oneOf('time.tick') },
};

const checks: ReadonlyMap<string, Check> = new Map(
  Object.entries(shapes).map(([kind, shape]) => [kind, record(shape)]),
);

function fieldOf(value: unknown, field: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const descriptor = Object.getOwnPropertyDescriptor(value, field);
  return descriptor?.value;
}

/** True when `value` has exactly the fields of a command, each of its type and within its range. Never throws on what JSON can say. */
export function isCommand(value: unknown): value is Command {
  const kind = fieldOf(value, 'kind');
  return typeof kind === 'string' && checks.get(kind)?.(value) === true;
}

/** What of a command, malformed or not, may be named in its refusal: only what is well-formed in itself. */
export function namesOf(value: unknown): {
  readonly command: string;
  readonly participant?: Address;
  readonly clientOrderId?: string;
  readonly order?: OrderId;
} {
  const kind = fieldOf(value, 'kind');
  const participant = units.toAddress(fieldOf(value, 'participant'));
  const id = fieldOf(value, 'clientOrderId');
  const orderId = units.toOrderId(fieldOf(value, 'order'));
  return {
    command: typeof kind === 'string' && checks.has(kind) ? kind : 'unknown',
    ...(participant === undefined ? {} : { participant }),
    ...(typeof id === 'string' && clientOrderId(id) ? { clientOrderId: id } : {}),
    ...(orderId === undefined ? {} : { order: orderId }),
  };
}
