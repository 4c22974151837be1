/**
 * The form in which the operator opens a market: what is typed, what is proposed for the rest of it, what is wrong with it as long as something is, and what the exchange is
 * asked for. A plain value, changed by pure functions.
 */
import { timeText } from '@wattlot/client/frames';
import type { OperatorBody } from '@wattlot/client/frames';
import { toInstant, toMarketSymbol } from '@wattlot/core';
import type { Instant, MarketSymbol } from '@wattlot/core';
import type { LocalTime } from '../order/order-kind.ts';
import { t } from '../text/language.ts';
import type { Language, Message } from '../text/language.ts';
import { localInstant, localText } from './local-time.ts';

/** In the order of the form. `from`, `to`: the interval of delivery; `gate`: until when the market is traded. */
export const openingFields = ['from', 'to', 'gate', 'symbol'] as const;
export type OpeningField = (typeof openingFields)[number];

export interface Opening {
  /** What has been typed; a field that has not been touched shows what is proposed for it. */
  readonly typed: Readonly<Partial<Record<OpeningField, string>>>;
  readonly field: OpeningField | 'confirm';
  /** The next character typed replaces the field. */
  readonly isFresh: boolean;
}

/** What the form is judged by. */
export interface OpeningContext extends LocalTime {
  readonly language: Language;
  /** The market that the exchange began with: what is not in the form is as in this one. */
  readonly like: MarketSymbol;
  readonly symbols: ReadonlySet<string>;
}

/** The form in instants; `delivery` is left out by a market without an end of its own. */
export interface NewMarket {
  readonly symbol: MarketSymbol;
  readonly delivery?: { readonly from: Instant; readonly to: Instant; readonly gate: Instant };
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Characters of a field: of two names of 32 with what joins them, which is more than a time has. */
const charactersMax = 65;

/** The form as it opens: with the first whole hour that begins in two hours or later. */
export function newOpening({ now, offsetMinutes }: LocalTime): Opening {
  const offset = offsetMinutes * minuteMs;
  const from = Math.ceil((now + 2 * hourMs + offset) / hourMs) * hourMs - offset;
  return { typed: { from: localText(from, offsetMinutes) }, field: 'from', isFresh: true };
}

/** What a field shows: what is typed, or else what is proposed by what is typed elsewhere. */
export function textIn(
  opening: Opening,
  field: OpeningField,
  context: Pick<OpeningContext, 'now' | 'offsetMinutes' | 'like'>,
): string {
  const typed = opening.typed[field];
  if (typed !== undefined) return typed;
  const from = localInstant(opening.typed.from ?? '', context);
  if (from === undefined) return '';
  const { offsetMinutes, like } = context;
  switch (field) {
    case 'to':
      return localText(from + hourMs, offsetMinutes).slice(-5);
    case 'gate':
      return localText(from - hourMs / 2, offsetMinutes).slice(-5);
    case 'symbol': {
      const [day = '', time = ''] = localText(from, offsetMinutes).split(' ');
      const clock = time.endsWith(':00') ? time.slice(0, 2) : time.replace(':', '');
      return like.replace('/', `-${day.replace('-', '')}-${clock}/`);
    }
    case 'from':
      return '';
  }
}

/** What stands in the way of opening it. */
export interface OpeningProblem {
  readonly field: OpeningField;
  readonly text: string;
}

interface Read {
  readonly problem?: OpeningProblem;
  readonly market?: NewMarket;
}

/** The form read. There is a market exactly when there is no problem; of several problems the first field's. */
export function readOpening(opening: Opening, context: OpeningContext): Read {
  const problem = (field: OpeningField, message: Message): Read => ({
    problem: { field, text: t(context.language, message) },
  });
  const text = (field: OpeningField): string => textIn(opening, field, context).trim();
  const [fromText, toText, gateText] = [text('from'), text('to'), text('gate')];
  const symbol = toMarketSymbol(text('symbol'));
  let delivery: NewMarket['delivery'];
  if (fromText !== '') {
    const from = localInstant(fromText, context);
    if (from === undefined) {
      return problem('from', 'delivered from: a day and a time such as 07-02 15:00, or nothing');
    }
    const to = localInstant(toText, { ...context, after: from });
    if (to === undefined) return problem('to', 'until: a time such as 16:00, or 07-02 16:00');
    if (to <= from) return problem('to', 'it has to end after it has begun');
    const gate = localInstant(gateText, { ...context, before: from });
    if (gate === undefined) {
      return problem('gate', 'traded until: a time such as 14:30, or 07-02 14:30');
    }
    if (gate <= context.now) return problem('gate', 'the gate has to be still to come');
    if (gate > to) return problem('gate', 'it cannot be traded longer than it is delivered');
    delivery = { from: instantOf(from), to: instantOf(to), gate: instantOf(gate) };
  } else if (toText !== '') return problem('to', 'say from when it is delivered, or clear this');
  else if (gateText !== '') return problem('gate', 'say from when it is delivered, or clear this');
  if (symbol === undefined) {
    return problem('symbol', 'two names of up to 32 letters, digits or signs, such as KWH/ECOIN');
  }
  if (context.symbols.has(symbol)) return problem('symbol', 'there is such a market already');
  return { market: { symbol, ...(delivery === undefined ? {} : { delivery }) } };
}

function instantOf(ms: number): Instant {
  const instant = toInstant(ms * 1000);
  if (instant === undefined) throw new RangeError(`${ms} is no instant`);
  return instant;
}

/** What the exchange is asked for. */
export function bodyOf({ symbol, delivery }: NewMarket): OperatorBody<'open_market'> {
  if (delivery === undefined) return { symbol };
  return {
    symbol,
    delivery_start: timeText(delivery.from),
    delivery_end: timeText(delivery.to),
    gate_closure: timeText(delivery.gate),
  };
}

/** The next field, or the one before. */
export function moveOpeningField(opening: Opening, by: 1 | -1): Opening {
  const fields = [...openingFields, 'confirm'] as const;
  const index = (fields.indexOf(opening.field) + by + fields.length) % fields.length;
  return { ...opening, field: fields[index] ?? 'from', isFresh: true };
}

/** Types a character into the field that has the focus, where the first one replaces what is there; `undefined` takes the last one back. */
export function typeOpening(
  opening: Opening,
  key: string | undefined,
  context: Pick<OpeningContext, 'now' | 'offsetMinutes' | 'like'>,
): Opening {
  const { field, isFresh } = opening;
  if (field === 'confirm') return opening;
  const shown = textIn(opening, field, context);
  const erased = [...shown].slice(0, -1).join('');
  const text = key === undefined ? erased : `${isFresh ? '' : shown}${key}`;
  if (text.length > charactersMax) return opening;
  return { ...opening, typed: { ...opening.typed, [field]: text }, isFresh: false };
}

/** The time of the field that has the focus an hour later or earlier, the gate's a quarter of one. */
export function stepOpening(opening: Opening, by: 1 | -1, context: OpeningContext): Opening {
  const { field } = opening;
  if (field === 'confirm' || field === 'symbol') return opening;
  const from = localInstant(textIn(opening, 'from', context), context);
  const near = field === 'to' ? { after: from } : field === 'gate' ? { before: from } : {};
  const at = localInstant(textIn(opening, field, context), { ...context, ...near });
  if (at === undefined) return opening;
  const next = at + by * (field === 'gate' ? hourMs / 4 : hourMs);
  const text = localText(next, context.offsetMinutes);
  return { ...opening, typed: { ...opening.typed, [field]: text }, isFresh: true };
}
