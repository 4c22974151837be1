/** The market that an exchange opens at its first start. */
import { toAmount, toAsset, toMarketSymbol, toPrice } from '@wattlot/core';
import type { MarketTerms } from '@wattlot/core';
import { MARKET_ASSETS } from '@wattlot/ledger';
import { exactLots, sure } from './exact.ts';
import type { LedgerPort } from './ledger-port.ts';

/** Microseconds for an agent to split its output into as many lots as an order may have, and to sign and deliver as many offers. */
const offersTimeout = 15_000_000;

/** Microseconds for an agent to complete a settlement: the paper's own transactions took 4.3 s. */
const settlementTimeout = 5_000_000;

/**
 * Energy for ecoin: lots of 0.01 kWh (10 of the ledger's units of 1 Wh), so that a price of 1 is one hundredth of an ecoin a lot, which is 1 ecoin a
 * kWh.
 */
export const defaultTerms: MarketTerms = {
  symbol: sure(toMarketSymbol('KWH/ECOIN'), 'symbol'),
  energy: sure(toAsset(MARKET_ASSETS.energy.name), 'asset'),
  ecoin: sure(toAsset(MARKET_ASSETS.ecoin.name), 'asset'),
  lot: sure(toAmount(10), 'lot'),
  tick: sure(toPrice(1), 'tick'),
  priceFloor: sure(toPrice(1), 'floor'),
  priceCap: sure(toPrice(1000), 'cap'),
  volumeMax: exactLots(1000),
  offersTimeout,
  settlementTimeout,
};

/** A market's terms on a ledger, with the names of its assets: where blocks take their time, there is so much more of it to make orders firm and to settle. */
export function termsOn(
  terms: MarketTerms,
  { finalMs, names }: Pick<LedgerPort, 'finalMs' | 'names'>,
): MarketTerms {
  const more = finalMs * 1000;
  return {
    ...terms,
    energy: sure(toAsset(names.energy), 'asset'),
    ecoin: sure(toAsset(names.ecoin), 'asset'),
    offersTimeout: terms.offersTimeout + more,
    settlementTimeout: terms.settlementTimeout + more,
  };
}
