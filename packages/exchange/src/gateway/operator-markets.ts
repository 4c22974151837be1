/** How the operator opens a market: what is left out of its terms is as in the market that this exchange opens at its first start. */
import { gatewayErrors, instantOfTime } from '@wattlot/client/frames';
import type { OperatorBody } from '@wattlot/client/frames';
import { limits as coreLimits, marketOf, marketsUnderWay, toAmount, toLots } from '@wattlot/core';
import { toMarketSymbol, toPrice } from '@wattlot/core';
import type { Delivery, MarketOpen, MarketTerms, State } from '@wattlot/core';
import { instrumentOf } from '../feed/instrument.ts';
import type { LedgerPort } from '../ledger-port.ts';
import { marketsMax } from '../limits.ts';
import { Refused } from './calls.ts';

interface Options {
  readonly state: State;
  readonly terms: MarketTerms;
  readonly ledger: Pick<LedgerPort, 'asset'>;
}

function invalid(field: string): Refused {
  return new Refused(400, `${gatewayErrors.invalidArguments}:${field}`);
}

/** The value. @throws Refused with the field's name when there is none. */
function valid<T>(value: T | undefined, field: string): T {
  if (value === undefined) throw invalid(field);
  return value;
}

/**
 * The command that opens a market.
 * @returns undefined when there is this very market already.
 * @throws Refused when a field is not as it has to be, or there are as many markets as may be. One that is over makes room for another. Whether its terms are within their bounds the core says.
 */
export function openingOf(
  options: Options,
  body: OperatorBody<'open_market'>,
): MarketOpen | undefined {
  const { state } = options;
  const terms = termsOf(options.terms, body);
  const known = marketOf(state, terms.symbol);
  if (known !== undefined && isSame(known, terms)) return undefined;
  const isFull = known === undefined && marketsUnderWay(state).length >= marketsMax;
  if (isFull) throw invalid('too many markets');
  requireDecimals(options, terms);
  return { kind: 'market.open', terms, ...(body.phase === undefined ? {} : { phase: body.phase }) };
}

function termsOf(
  { delivery: _its, ...usual }: MarketTerms,
  body: OperatorBody<'open_market'>,
): MarketTerms {
  const { lot, tick, price_floor: floor, price_cap: cap, volume_max: volume } = body;
  const delivery = deliveryOf(body);
  return {
    ...usual,
    symbol: valid(toMarketSymbol(body.symbol), 'symbol'),
    ...(lot === undefined ? {} : { lot: valid(toAmount(lot), 'lot') }),
    ...(tick === undefined ? {} : { tick: valid(toPrice(tick), 'tick') }),
    ...(floor === undefined ? {} : { priceFloor: valid(toPrice(floor), 'price_floor') }),
    ...(cap === undefined ? {} : { priceCap: valid(toPrice(cap), 'price_cap') }),
    ...(volume === undefined ? {} : { volumeMax: valid(toLots(volume), 'volume_max') }),
    ...(delivery === undefined ? {} : { delivery }),
  };
}

/** All three instants, or none for a market without an end of its own. */
function deliveryOf(body: OperatorBody<'open_market'>): Delivery | undefined {
  const fields = ['delivery_start', 'delivery_end', 'gate_closure'] as const;
  if (fields.every((field) => body[field] === undefined)) return undefined;
  const instantIn = (field: (typeof fields)[number]): Delivery['gate'] => {
    const instant = valid(instantOfTime(body[field] ?? ''), field);
    // Later ones have no text on the wire.
    if (instant > coreLimits.instantMax) throw invalid(field);
    return instant;
  };
  const [start, end, closure] = fields;
  return { from: instantIn(start), to: instantIn(end), gate: instantIn(closure) };
}

function isSame(a: MarketTerms, b: MarketTerms): boolean {
  const flat = ({ delivery, ...rest }: MarketTerms): Readonly<Record<string, unknown>> => ({
    ...rest,
    ...delivery,
  });
  const [one, other] = [flat(a), flat(b)];
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => one[name] === other[name]);
}

/** A market whose lots or prices have no exact decimals could not be told to anybody once it is open. @throws Refused */
function requireDecimals({ ledger }: Options, terms: MarketTerms): void {
  const base = valid(ledger.asset(terms.energy), 'symbol');
  const quote = valid(ledger.asset(terms.ecoin), 'symbol');
  // A lot of nothing is the core's to refuse.
  if (terms.lot < 1) throw invalid('lot');
  try {
    const { qtyUnitsPerLot, priceUnitsPerStep } = instrumentOf(terms, base, quote);
    const largest = [terms.volumeMax * qtyUnitsPerLot, terms.priceCap * priceUnitsPerStep];
    if (!largest.every(Number.isSafeInteger)) throw invalid('lot');
  } catch (error) {
    if (error instanceof RangeError) throw invalid('lot');
    throw error;
  }
}
