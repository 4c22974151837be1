/** Times as an operator types them: `07-02 15:00` by the clock on the wall, without a year. */
import type { LocalTime } from '../order/order-kind.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Where a time of day without a day lies. */
interface Near extends LocalTime {
  /** Milliseconds since 1970 UTC: the first such time after this instant. */
  readonly after?: number | undefined;
  /** The last such time up to this instant. */
  readonly before?: number | undefined;
}

/** `07-02 15:00`. */
export function localText(ms: number, offsetMinutes: number): string {
  const text = new Date(ms + offsetMinutes * minuteMs).toISOString();
  return `${text.slice(5, 10)} ${text.slice(11, 16)}`;
}

/**
 * Milliseconds since 1970 UTC. A day without a year is in this year or, when it was over yesterday, in the next; a time without a day lies near another instant.
 * @returns undefined when the text is neither, when there is no such day or time, and for a time by itself that lies near nothing.
 */
export function localInstant(text: string, near: Near): number | undefined {
  const match = /^(?:(\d{1,2})-(\d{1,2}) +)?(\d{1,2}):(\d{2})$/.exec(text.trim());
  if (match === null) return undefined;
  const [month, day, hours, minutes] = match.slice(1).map(Number);
  if ((hours ?? 0) > 23 || (minutes ?? 0) > 59) return undefined;
  const time = ((hours ?? 0) * 60 + (minutes ?? 0)) * minuteMs;
  const offset = near.offsetMinutes * minuteMs;
  const midnightOf = (ms: number): number => Math.floor((ms + offset) / dayMs) * dayMs - offset;
  if (match[1] === undefined) {
    if (near.after !== undefined) {
      const at = midnightOf(near.after) + time;
      return at > near.after ? at : at + dayMs;
    }
    if (near.before === undefined) return undefined;
    const at = midnightOf(near.before) + time;
    return at <= near.before ? at : at - dayMs;
  }
  const yesterday = midnightOf(near.now) - dayMs;
  const year = new Date(near.now + offset).getUTCFullYear();
  for (const one of [year, year + 1]) {
    const midnight = Date.UTC(one, (month ?? 0) - 1, day);
    // What the calendar does not have becomes another day.
    const isDay = new Date(midnight).toISOString().slice(5, 10) === dayText(month, day);
    if (isDay && midnight - offset >= yesterday) return midnight - offset + time;
  }
  return undefined;
}

function dayText(month = 0, day = 0): string {
  return `${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
