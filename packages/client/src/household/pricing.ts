/** What energy is worth to a household, and what it therefore writes on a ticket. All values in ecoin per kilowatt-hour. */
import type { Price, Side } from '@wattlot/core';
import type { Instrument } from '../frames/instrument.ts';
import { feedInEcoin, retailEcoin } from './limits.ts';
import { exactPrice } from './exact.ts';

const width = retailEcoin - feedInEcoin;

function bell(centre: number, spread: number, hour: number): number {
  const distance = ((hour - centre + 36) % 24) - 12;
  return Math.exp(-0.5 * (distance / spread) ** 2);
}

/** What the neighbourhood expects to pay at an hour of the day: cheap at noon, dear in the evening; between feed-in and retail. */
export function usualEcoin(hour: number): number {
  const level =
    0.45 + 0.4 * bell(19.5, 2.2, hour) + 0.15 * bell(7.5, 1.3, hour) - 0.3 * bell(13, 2.6, hour);
  return feedInEcoin + width * level;
}

/** How a household sees the market when it makes up its mind. */
export interface Mood {
  /** Local hour, 0 to below 24. */
  readonly hour: number;
  /** How much it holds out for its price, 0 to 1. */
  readonly thrift: number;
  /** How pressing it is: the part of the interval that is over for a buyer, how full the battery is for a seller; 0 to 1. */
  readonly urgency: number;
  /** Has time beyond the running interval, and waits for a good price. */
  readonly patient: boolean;
  /** The last trade's price, if there was one. */
  readonly lastEcoin?: number | undefined;
  /** An even draw from 0 to 1: nobody knows exactly what he wants. */
  readonly whim: number;
}

/**
 * The reservation price: the least a seller takes, which falls as its battery fills, or the most a buyer gives, which rises as the interval ends. A
 * buyer's stays below retail and a seller's above feed-in, since the grid is there for both.
 */
export function limitEcoin(side: Side, { hour, thrift, urgency }: Mood): number {
  const usual = usualEcoin(hour);
  if (side === 'ask') {
    return feedInEcoin + (usual - feedInEcoin) * (0.5 + 0.5 * thrift) * (1 - 0.7 * urgency);
  }
  const most = retailEcoin - 1 - width * 0.3 * thrift;
  return usual + (most - usual) * (0.4 + 0.6 * urgency);
}

/**
 * The price that a household asks or bids: around what is usual and what was last paid, a little on its own side of that, less so and at last across
 * it as it gets urgent; never beyond its reservation price.
 */
export function quoteEcoin(side: Side, mood: Mood): number {
  const usual = usualEcoin(mood.hour);
  const anchor = mood.lastEcoin === undefined ? usual : 0.4 * usual + 0.6 * mood.lastEcoin;
  const patience = mood.patient ? 0.04 : 0;
  const margin = anchor * (0.11 * mood.whim + 0.03 * mood.thrift - 0.05 * mood.urgency + patience);
  const limit = limitEcoin(side, mood);
  return side === 'ask' ? Math.max(limit, anchor + margin) : Math.min(limit, anchor - margin);
}

/** Ecoin's smallest units per lot for each ecoin per kilowatt-hour (the ledger's unit of energy). */
function unitsPerEcoin({ lot, basePrecision, quotePrecision }: Instrument): number {
  return (lot * 10 ** quotePrecision) / 10 ** basePrecision;
}

/** A value as the market's price: on the tick, within the band, rounded to the household's favour. */
export function priceOf(instrument: Instrument, side: Side, ecoin: number): Price {
  const steps = (ecoin * unitsPerEcoin(instrument)) / instrument.tick;
  const price = (side === 'ask' ? Math.ceil(steps) : Math.floor(steps)) * instrument.tick;
  return exactPrice(Math.min(instrument.priceCap, Math.max(instrument.priceFloor, price)));
}

/** A market's price in ecoin per kilowatt-hour. */
export function ecoinOf(instrument: Instrument, price: Price): number {
  return price / unitsPerEcoin(instrument);
}
