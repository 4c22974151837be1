/** What a person can choose an order to be: one word for the wire's type, time in force and flags. And until when it lasts, as a time of day that is typed. */
import { toInstant } from '@wattlot/core';
import type { Instant } from '@wattlot/core';
import type { OrderWish, OwnOrder } from '@wattlot/client';
import type { Message } from '../text/language.ts';

/** In the order in which `t` goes through them. `whole`: all or none. `market`: at whatever price up to one that protects it. */
export const orderKinds = ['gtc', 'ioc', 'fok', 'whole', 'gtd', 'market'] as const;
export type OrderKind = (typeof orderKinds)[number];

/** How a kind is called on the screen; the dialect's words stay as they are. */
export const kindNames: Readonly<Record<OrderKind, string>> = {
  gtc: 'gtc',
  ioc: 'ioc',
  fok: 'fok',
  whole: 'all-or-none',
  gtd: 'gtd',
  market: 'market',
};

/** What a kind does, in a line. */
export const kindWords: Readonly<Record<OrderKind, Message>> = {
  gtc: 'rests until filled or cancelled',
  ioc: 'trades at once, the rest goes',
  fok: 'all of it at once, or nothing',
  whole: 'rests; trades in full or not',
  gtd: 'rests until that time',
  market: 'at once, never beyond the worst',
};

/** Whether what does not trade at once stays on the book. */
export function rests(kind: OrderKind): boolean {
  return kind === 'gtc' || kind === 'gtd' || kind === 'whole';
}

export function nextKind(kind: OrderKind): OrderKind {
  return orderKinds[(orderKinds.indexOf(kind) + 1) % orderKinds.length] ?? 'gtc';
}

/** The kind of an order that there is. One that is all or none and has an end besides counts as `whole`. */
export function kindOf({
  type,
  timeInForce,
  whole,
}: Pick<OwnOrder, 'type' | 'timeInForce' | 'whole'>): OrderKind {
  if (type === 'market') return 'market';
  return whole === true ? 'whole' : timeInForce;
}

type KindFields = Pick<OrderWish, 'type' | 'timeInForce' | 'whole' | 'expiresAt'>;

/** The same in the wish's fields. `until`: the end of a `gtd` order. */
export function fieldsOf(kind: OrderKind, until: Instant | undefined): KindFields {
  switch (kind) {
    case 'market':
      return { type: 'market', timeInForce: 'ioc' };
    case 'whole':
      return { timeInForce: 'gtc', whole: true };
    case 'gtd':
      return { timeInForce: 'gtd', ...(until === undefined ? {} : { expiresAt: until }) };
    default:
      return { timeInForce: kind };
  }
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A moment and where on earth: milliseconds since 1970 UTC, minutes east of it. */
export interface LocalTime {
  readonly now: number;
  readonly offsetMinutes: number;
}

/** The next time that a local clock shows these four digits, hours and minutes; `2400` is the coming midnight. @returns undefined when no clock shows them. */
export function untilOf(digits: string, { now, offsetMinutes }: LocalTime): Instant | undefined {
  const [, hours, minutes] = /^(\d\d)([0-5]\d)$/.exec(digits) ?? [];
  if (hours === undefined || minutes === undefined) return undefined;
  const sinceMidnight = Number(hours) * hourMs + Number(minutes) * minuteMs;
  if (sinceMidnight > dayMs) return undefined;
  const offset = offsetMinutes * minuteMs;
  const midnight = Math.floor((now + offset) / dayMs) * dayMs - offset;
  const next = midnight + (sinceMidnight % dayMs);
  return toInstant((next > now ? next : next + dayMs) * 1000);
}

function digitsAt(ms: number, offsetMinutes: number): string {
  return new Date(ms + offsetMinutes * minuteMs).toISOString().slice(11, 16).replace(':', '');
}

/** What a household means by "for a while": in one hour, in four, until the day is over. */
export function untilChoices({ now, offsetMinutes }: LocalTime): readonly string[] {
  return [digitsAt(now + hourMs, offsetMinutes), digitsAt(now + 4 * hourMs, offsetMinutes), '2400'];
}

/** The choice after `digits`; the first when these are none of them. */
export function nextUntil(digits: string, time: LocalTime): string {
  const choices = untilChoices(time);
  return choices[(choices.indexOf(digits) + 1) % choices.length] ?? digits;
}

/** Four digits as a clock shows them, fewer as far as they are typed: `18:30`, `18:`. */
export function clockText(digits: string): string {
  return digits.length < 2 ? digits : `${digits.slice(0, 2)}:${digits.slice(2)}`;
}
