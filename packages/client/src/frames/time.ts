/** Instants on the wire: RFC 3339 in UTC with microseconds. */
import { toInstant } from '@wattlot/core';
import type { Instant } from '@wattlot/core';

const pattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z$/;

/**
 * The text of the last second asked for, up to its decimals. A date's text costs a microsecond and an answer has two of them, nearly all of the same second: with this they
 * cost a tenth.
 */
let lastSecond = -1;
let lastText = '';

function secondText(second: number): string {
  if (second === lastSecond) return lastText;
  const text = new Date(second * 1_000).toISOString();
  if (text.length !== 24) throw new RangeError(`${second} s is beyond the year 9999`);
  lastText = text.slice(0, 20);
  lastSecond = second;
  return lastText;
}

/** `1970-01-01T00:00:00.000001Z` for the instant 1. @throws RangeError beyond the year 9999. */
export function timeText(at: Instant): string {
  const micros = at % 1_000_000;
  // A digit in front keeps the zeros that a number would lose.
  return `${secondText((at - micros) / 1_000_000)}${String(1_000_000 + micros).slice(1)}Z`;
}

/** @returns undefined for anything but a UTC time from 1970 on with at most six decimals. */
export function instantOfTime(text: string): Instant | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, whole = '', fraction = ''] = match;
  const seconds = Date.parse(`${whole}Z`) / 1_000;
  // Date.parse rolls the 31st of a short month over; the text of the result tells.
  if (!Number.isSafeInteger(seconds)) return undefined;
  if (new Date(seconds * 1_000).toISOString().slice(0, 19) !== whole) return undefined;
  return toInstant(seconds * 1_000_000 + Number(fraction.padEnd(6, '0')));
}
