/**
 * A standing allowance: which orders that were placed elsewhere (by a stock library with an API key) the agent signs for as if its owner had placed them
 * here. Written `[market:] sell >= price, buy <= price, n lots`, for example `sell >= 100, buy <= 200, 50 lots`: a side that is not named is not allowed, and the
 * lots are those of both sides together that are alive at once. Prices are those that people read, ecoin per kWh.
 */
import { toMarketSymbol, toPrice } from '@wattlot/core';
import type { MarketSymbol, Price, Side } from '@wattlot/core';
import type { OrderWish, OwnOrder } from './events.ts';
import { toUnits } from './frames/decimal.ts';
import type { Instrument } from './frames/instrument.ts';
import { isFinal } from './orders.ts';
import { exposureOf } from './wish-book.ts';
import type { WishRecord } from './wish-book.ts';

/** What may be adopted in one market, or in each market that no other allowance names. */
export interface Allowance {
  readonly symbol?: MarketSymbol;
  /** The lowest price to sell at; left out: nothing is sold. As a decimal of the wire. */
  readonly sellFrom?: number;
  /** The highest price to buy at; left out: nothing is bought. As a decimal of the wire. */
  readonly buyUpTo?: number;
  /** The most lots of adopted orders that are alive at once, in each market. */
  readonly lots: number;
}

/** An allowance cannot be read; the message says why, in one line. */
export class AllowanceError extends Error {
  constructor(text: string, why: string) {
    super(`${why} in '${text}'; write it as 'sell >= 100, buy <= 200, 50 lots'`);
    this.name = 'AllowanceError';
  }
}

const lotsMax = 1_000_000;
const pricePattern = /^(sell|buy) *(>=|<=) *(\d{1,12}(?:\.\d{1,8})?)$/;
const lotsPattern = /^(\d{1,7}) *lots?$/;

/** Reads an allowance. @throws AllowanceError when it is not written as above, names anything twice, or allows nothing. */
export function parseAllowance(text: string): Allowance {
  const [, name, list = ''] = /^(?:([^ ]+?) *: *)?(.*)$/.exec(text.trim()) ?? [];
  const symbol = name === undefined ? undefined : toMarketSymbol(name);
  if (name !== undefined && symbol === undefined) {
    throw new AllowanceError(text, `'${name}' is no market`);
  }
  let found: { sellFrom?: number; buyUpTo?: number; lots?: number } = {};
  const add = (more: typeof found): void => {
    const twice = Object.keys(more).some((key) => Object.hasOwn(found, key));
    if (twice) throw new AllowanceError(text, 'a part is there twice');
    found = { ...found, ...more };
  };
  for (const part of list.split(',').map((one) => one.trim())) {
    const [, side, sign, price] = pricePattern.exec(part) ?? [];
    const [, count] = lotsPattern.exec(part) ?? [];
    if (side === 'sell' && sign === '>=') add({ sellFrom: Number(price) });
    else if (side === 'buy' && sign === '<=') add({ buyUpTo: Number(price) });
    else if (side !== undefined) throw new AllowanceError(text, `'${part}' has the wrong sign`);
    else if (count !== undefined) add({ lots: Number(count) });
    else throw new AllowanceError(text, `'${part}' cannot be read`);
  }
  const { sellFrom, buyUpTo, lots } = found;
  if (sellFrom === undefined && buyUpTo === undefined) {
    throw new AllowanceError(text, 'neither sell nor buy is allowed');
  }
  if (lots === undefined || lots < 1 || lots > lotsMax) {
    throw new AllowanceError(text, `there is no number of lots from 1 to ${lotsMax}`);
  }
  return { ...(symbol === undefined ? {} : { symbol }), ...found, lots };
}

/** The allowance for a market: the one that names it, else the one that names none. */
export function allowanceFor(
  allowances: readonly Allowance[],
  symbol: MarketSymbol,
): Allowance | undefined {
  return (
    allowances.find((one) => one.symbol === symbol) ??
    allowances.find((one) => one.symbol === undefined)
  );
}

/**
 * True when a lot's whole numbers mean what the market's decimals say. An exchange that describes a lot as ten times the energy for the same decimals gets nothing
 * adopted.
 */
function isHonest(instrument: Instrument): boolean {
  const { qtyUnitsPerLot, qtyPrecision, lot, basePrecision, quotePrecision } = instrument;
  const { priceUnitsPerStep, pricePrecision } = instrument;
  // A lot in kWh, twice; and one unit of price a lot in ecoin, twice: price per kWh × kWh per lot.
  const [qtyScale, baseScale] = [10n ** BigInt(qtyPrecision), 10n ** BigInt(basePrecision)];
  if (BigInt(qtyUnitsPerLot) * baseScale !== BigInt(lot) * qtyScale) return false;
  const [priceScale, quoteScale] = [10n ** BigInt(pricePrecision), 10n ** BigInt(quotePrecision)];
  return BigInt(priceUnitsPerStep) * BigInt(qtyUnitsPerLot) * quoteScale === priceScale * qtyScale;
}

/** The worst price that an allowance gives to a side. @returns undefined when it allows nothing there. */
function worstPrice(allowance: Allowance, instrument: Instrument, side: Side): Price | undefined {
  const wire = side === 'ask' ? allowance.sellFrom : allowance.buyUpTo;
  if (wire === undefined) return undefined;
  const { pricePrecision, priceUnitsPerStep } = instrument;
  // More decimals than the market has are rounded to the owner's side.
  const scaled = wire * 10 ** pricePrecision;
  const exact = toUnits(wire, pricePrecision);
  const units = exact ?? (side === 'ask' ? Math.ceil(scaled) : Math.floor(scaled));
  const steps = units / priceUnitsPerStep;
  return toPrice(side === 'ask' ? Math.ceil(steps) : Math.floor(steps));
}

/** Lots of adopted orders of a market that may still trade or have traded and are not over. */
export function aliveLots(
  records: Iterable<WishRecord>,
  symbol: MarketSymbol,
  except?: WishRecord,
): number {
  let sum = 0;
  for (const record of records) {
    const { wish, isAdopted } = record;
    if (!isAdopted || wish.symbol !== symbol || record === except) continue;
    // An order that was made smaller may still have offers out for what it was.
    sum += Math.max(wish.volume, exposureOf(record));
  }
  return sum;
}

/** What an order reported by the exchange is judged by. */
export interface AdoptionContext {
  readonly allowances: readonly Allowance[];
  readonly instrument: Instrument;
  /** All that is wished. */
  readonly records: Iterable<WishRecord>;
}

const clientOrderId = /^[!-~]{1,36}$/;

/**
 * The wish to adopt for an own order that nobody noted here. A market order may trade up to the allowance's price, whatever protection it was given.
 * @returns undefined when the order is over, or not within the allowance.
 */
export function adoptionOf(
  own: OwnOrder,
  { allowances, instrument, records }: AdoptionContext,
): OrderWish | undefined {
  const { symbol, side, volume, timeInForce, postOnly, type, expiresAt, whole } = own;
  const allowance = allowanceFor(allowances, symbol);
  if (allowance === undefined || isFinal(own) || volume < 1) return undefined;
  // It becomes part of a line of the file, and of requests.
  if (!clientOrderId.test(own.clientOrderId)) return undefined;
  if (instrument.symbol !== symbol || !isHonest(instrument)) return undefined;
  const worst = worstPrice(allowance, instrument, side);
  if (worst === undefined) return undefined;
  const isBeyond = side === 'ask' ? own.price < worst : own.price > worst;
  if (isBeyond && type !== 'market') return undefined;
  if (aliveLots(records, symbol) + volume > allowance.lots) return undefined;
  return {
    clientOrderId: own.clientOrderId,
    symbol,
    side,
    ...(type === undefined ? {} : { type }),
    price: isBeyond ? worst : own.price,
    volume,
    timeInForce,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    postOnly,
    ...(whole === undefined ? {} : { whole }),
  };
}

/** True when an adopted order may become what the exchange reports: somebody amended it elsewhere. */
export function mayFollow(
  own: OwnOrder,
  record: WishRecord,
  { allowances, instrument, records }: AdoptionContext,
): boolean {
  const { symbol, side } = record.wish;
  const allowance = allowanceFor(allowances, symbol);
  if (!record.isAdopted || allowance === undefined || own.volume < 1) return false;
  if (own.side !== side || own.symbol !== symbol || !isHonest(instrument)) return false;
  const worst = worstPrice(allowance, instrument, side);
  if (worst === undefined || (side === 'ask' ? own.price < worst : own.price > worst)) return false;
  const mine = Math.max(own.volume, exposureOf(record));
  return aliveLots(records, symbol, record) + mine <= allowance.lots;
}
