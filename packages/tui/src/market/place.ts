/** Where an own order stands among those at its price, and how that is said. */
import type { OwnOrder } from '@wattlot/client';
import { t } from '../text/language.ts';
import type { Language } from '../text/language.ts';
import type { Market } from '../fold/view.ts';

/** Of the orders at one price. */
export interface Place {
  /** 1 for the one that trades first. */
  readonly number: number;
  /** Orders at that price. */
  readonly of: number;
  /** Lots that trade before it. */
  readonly ahead: number;
}

/** Undefined for an order that is not on the book, or is all or none and rests beside it, and while the places are not known. */
export function placeOf({ queue }: Market, order: OwnOrder): Place | undefined {
  if (order.status !== 'open' || queue === undefined) return undefined;
  const levels = order.side === 'ask' ? queue.asks : queue.bids;
  const orders = levels.find(({ price }) => price === order.price)?.orders ?? [];
  const index = orders.findIndex((one) => one.order === order.order);
  if (index < 0) return undefined;
  const ahead = orders.slice(0, index).reduce((sum, { volume }) => sum + volume, 0);
  return { number: index + 1, of: orders.length, ahead };
}

/** The lots of the orders at one price, in the order in which they trade; undefined while they are not known. */
export function queueAt({ queue }: Market, price: number): readonly number[] | undefined {
  const levels = [...(queue?.asks ?? []), ...(queue?.bids ?? [])];
  return levels.find((level) => level.price === price)?.orders.map(({ volume }) => volume);
}

const endings: Readonly<Record<string, string>> = { one: 'st', two: 'nd', few: 'rd', other: 'th' };
const ordinals = new Intl.PluralRules('en', { type: 'ordinal' });

/** `3rd`. */
function ordinalText(number: number, language: Language): string {
  if (language === 'ko') return `${number}번째`;
  return `${number}${endings[ordinals.select(number)] ?? 'th'}`;
}

/** `3rd +12`: twelve lots stand in front. */
export function shortPlace({ number, ahead }: Place, language: Language): string {
  return `${ordinalText(number, language)} +${ahead}`;
}

/** `3rd, 12 ahead`. */
export function longPlace({ number, ahead }: Place, language: Language): string {
  const place = ordinalText(number, language);
  return t(language, '{place}, {ahead} ahead', { place, ahead });
}

/** `3rd of 5 at its price, 12 lots ahead`. */
export function wholePlace({ number, of, ahead }: Place, language: Language): string {
  const place = ordinalText(number, language);
  return ahead === 0
    ? t(language, '{place} of {of} at its price, none ahead', { place, of })
    : t(language, '{place} of {of} at its price, {ahead} lots ahead', { place, of, ahead });
}
