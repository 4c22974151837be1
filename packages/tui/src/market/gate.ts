/** When a market is delivered and how long it is traded still, as a person reads it. */
import type { Instrument } from '@wattlot/client/frames';
import type { LocalTime } from '../order/order-kind.ts';
import { t } from '../text/language.ts';
import type { Language } from '../text/language.ts';
import type { Market } from '../fold/view.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Milliseconds until the market's gate, below 0 when it should have fallen. @returns undefined for a market without, and for one that is closed. */
export function untilGate(
  { instrument }: Pick<Market, 'instrument'>,
  now: number,
): number | undefined {
  const { delivery, phase } = instrument;
  return delivery === undefined || phase === 'closed' ? undefined : delivery.gate / 1_000 - now;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** `12:34` below an hour, `5:12:34` below a day, then days; `0:00` from the gate on. Seconds are those that have begun. At most 8 cells. */
export function countdownText(ms: number, language: Language): string {
  const seconds = Math.max(0, Math.ceil(ms / secondMs));
  if (seconds >= dayMs / secondMs) {
    const days = Math.min(99_999, Math.floor((seconds * secondMs) / dayMs));
    return t(language, '{n} d', { n: days });
  }
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = twoDigits(seconds % 60);
  const hours = Math.floor(seconds / 3600);
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${twoDigits(minutes)}:${rest}`;
}

/** The countdown of the status row: there in the last hour, and urgent in its last five minutes. */
export function lastHour(
  market: Market,
  now: number,
): { readonly ms: number; readonly isUrgent: boolean } | undefined {
  const ms = untilGate(market, now);
  if (ms === undefined || ms <= 0 || ms >= hourMs) return undefined;
  return { ms, isUrgent: ms <= 5 * minuteMs };
}

/** Cells of `deliveryText` at most. */
export const deliveryWidth = 17;

/**
 * `07-01 15:00-16:00`: the interval in local time, its end not in it. One longer than a day has its first and its last day: `07-01 - 07-31`. Empty without a delivery.
 */
export function deliveryText(
  { delivery }: Instrument,
  { offsetMinutes }: Pick<LocalTime, 'offsetMinutes'>,
): string {
  if (delivery === undefined) return '';
  const text = (micros: number): string =>
    new Date(micros / 1_000 + offsetMinutes * minuteMs).toISOString();
  const { from, to } = delivery;
  const day = text(from).slice(5, 10);
  return to - from > dayMs * 1_000
    ? `${day} - ${text(to - 1_000).slice(5, 10)}`
    : `${day} ${text(from).slice(11, 16)}-${text(to).slice(11, 16)}`;
}

/** `07-01 14:30`: when the gate falls, in local time. Empty without a delivery. */
export function gateText(
  { delivery }: Instrument,
  { offsetMinutes }: Pick<LocalTime, 'offsetMinutes'>,
): string {
  if (delivery === undefined) return '';
  return new Date(delivery.gate / 1_000 + offsetMinutes * minuteMs)
    .toISOString()
    .slice(5, 16)
    .replace('T', ' ');
}

/** Whether the market is closed because its gate has fallen, rather than because somebody closed it. The clock here may be a minute behind. */
export function isGateClosed({ instrument }: Pick<Market, 'instrument'>, now: number): boolean {
  const { delivery, phase } = instrument;
  return delivery !== undefined && phase === 'closed' && delivery.gate / 1_000 <= now + minuteMs;
}
