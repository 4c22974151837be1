/**
 * The shape of every command, field by field: what comes from outside is checked here once, and the handlers trust it. A command has exactly
 * its fields; one more, one less or one of another type or range makes it malformed. Whether it may be applied is the handlers' business.
 */
import type { Command } from './command.ts';
import { clientOrderIdLengthMax, instantMax, nameLengthMax } from './limits.ts';
import { offerLengthMax, reasonLengthMax, timeoutMax } from './limits.ts';
import * as units from './units.ts';
import type { Address, OrderId } from './units.ts';

type Check = (value: unknown) => boolean;

/** A field that may be left out. */
interface Optional {
  readonly optional: Check;
}
type Field = Check | Optional;
type IsOptional<Type, Name extends keyof Type> = undefined extends Type[Name] ? true : false;
type Shapes = {
  readonly [Kind in Command['kind']]: {
    readonly [Name in keyof Extract<Command, { kind: Kind }>]-?: IsOptional<
      Extract<Command, { kind: Kind }>,
      Name
    > extends true
      ? Optional
      : Check;
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

function optional(check: Check): Optional {
  return { optional: check };
}

/**
 * Own fields only, as a journal would write them; a field that is `undefined` is not there. Every field of the shape is read and those found are
 * counted: when there are as many as the value has keys, there is none too many.
 */
function record(shape: Readonly<Record<string, Field>>): Check {
  const fields = Object.entries(shape).map(([name, field]) =>
    typeof field === 'function'
      ? { name, check: field, isOptional: false }
      : { name, check: field.optional, isOptional: true },
  );
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    let found = 0;
    for (const { name, check, isOptional } of fields) {
      const given: unknown = Reflect.get(value, name);
      if (given === undefined) {
        if (!isOptional) return false;
      } else if (check(given)) found += 1;
      else return false;
    }
    const keys = Object.keys(value);
    return (
      found === keys.length ||
      found === keys.filter((key) => fieldOf(value, key) !== undefined).length
    );
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
/** Its owner's agent and the exchange have read the bytes; the core carries them, and a command with hundreds has to be checked fast. */
const offer: Check = (value) =>
  typeof value === 'string' &&
  value.length >= 2 &&
  value.length <= offerLengthMax &&
  value.length % 2 === 0;
/** Not beyond what deadlines can be. */
const expiry: Check = (value) =>
  units.toInstant(value) !== undefined && Number(value) <= instantMax;
const phase = oneOf('pre_open', 'continuous', 'post_only', 'cancel_only', 'halted', 'closed');
const timeout: Check = (value) => count(value) && Number(value) <= timeoutMax;
const reason: Check = (value) => typeof value === 'string' && value.length <= reasonLengthMax;

const lotOfferRecord = record({ lot: count, output: unit(units.toOutput), offer });
/** As `lotOfferRecord`; written out for what comes as three fields in their order, because a command may have hundreds. */
const lotOffer: Check = (value) => {
  if (typeof value !== 'object' || value === null) return false;
  const keys = Object.keys(value);
  if (keys.length !== 3 || keys[0] !== 'lot' || keys[1] !== 'output' || keys[2] !== 'offer') {
    return lotOfferRecord(value);
  }
  const given = value as {
    readonly lot: unknown;
    readonly output: unknown;
    readonly offer: unknown;
  };
  return (
    units.toLots(given.lot) !== undefined &&
    units.toOutput(given.output) !== undefined &&
    offer(given.offer)
  );
};

const instant = unit(units.toInstant);
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
  delivery: optional(record({ from: instant, to: instant, gate: instant })),
});

const shapes: Shapes = {
  'market.open': {
    kind: oneOf('market.open'),
    terms,
    phase: optional(phase),
    reference: optional(price),
  },
  'market.phase': { kind: oneOf('market.phase'), market, phase, reference: optional(price) },
  'market.band': { kind: oneOf('market.band'), market, floor: price, cap: price },
  'market.cancel_all': { kind: oneOf('market.cancel_all'), market },
  'participant.admit': {
    kind: oneOf('participant.admit'),
    participant: address,
    name,
    owner: optional(address),
  },
  'participant.suspend': {
    kind: oneOf('participant.suspend'),
    participant: address,
    suspended: flag,
  },
  'order.place': {
    kind: oneOf('order.place'),
    participant: address,
    clientOrderId,
    market,
    side: oneOf('ask', 'bid'),
    type: optional(oneOf('limit', 'market')),
    price,
    volume: count,
    timeInForce: oneOf('gtc', 'gtd', 'ioc', 'fok'),
    expiresAt: optional(expiry),
    postOnly: flag,
    whole: optional(flag),
    selfTrade: optional(oneOf('cancel_incoming', 'cancel_resting', 'cancel_both')),
  },
  'order.amend': {
    kind: oneOf('order.amend'),
    participant: address,
    order,
    price: optional(price),
    volume: optional(count),
  },
  'order.cancel_all': {
    kind: oneOf('order.cancel_all'),
    participant: address,
    market: optional(market),
  },
  'order.cancel_all_after': {
    kind: oneOf('order.cancel_all_after'),
    participant: address,
    timeout,
  },
  'order.cancel': { kind: oneOf('order.cancel'), participant: address, order },
  'offers.deliver': {
    kind: oneOf('offers.deliver'),
    participant: address,
    order,
    lots: listOf(lotOffer),
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
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'kind')) return false;
  const kind: unknown = Reflect.get(value, 'kind');
  if (typeof kind !== 'string' || checks.get(kind)?.(value) !== true) return false;
  // Nothing to change is a mistake of the sender.
  return (
    kind !== 'order.amend' ||
    fieldOf(value, 'price') !== undefined ||
    fieldOf(value, 'volume') !== undefined
  );
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
