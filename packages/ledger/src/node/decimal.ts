/** Quantities as MultiChain's RPC writes them: decimal numbers of whole raw units, exact in both directions. */
import { RAW_MAX } from '../limits.ts';

const DECIMAL_TEXT = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,4}))?$/;
/** Places after the point in the node's answers. */
const PLACES = 8;
/** Places that a number in a request may have; further ones cannot change a raw quantity. */
const PLACES_READ_MAX = 30;
/** Added before truncating: a half rounds down, as on a real node. */
const ROUNDING = { units: 499_999n, places: 6 };

/**
 * A decimal number in an RPC answer, with the text a node writes. In JSON it is a number, `1.00000000`.
 */
export class Decimal {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }

  toJSON(): unknown {
    return rawJson(this.text);
  }
}

/** Nothing, as a node writes an amount of its native currency, which our chains do not have. */
export const ZERO: Decimal = new Decimal('0.00000000');

/** The number `raw / multiple`, as a node writes it. `multiple` is a divisor of a power of ten, 1 to 10^8 for any asset of ours. */
export function decimalOf(raw: bigint, multiple: number): Decimal {
  const scaled = (magnitude(raw) * 10n ** BigInt(PLACES)) / BigInt(multiple);
  const digits = scaled.toString().padStart(PLACES + 1, '0');
  const sign = raw < 0n ? '-' : '';
  return new Decimal(`${sign}${digits.slice(0, -PLACES)}.${digits.slice(-PLACES)}`);
}

/** The size of an asset's unit, `1 / multiple`. */
export function unitsOf(multiple: number): Decimal {
  return decimalOf(1n, multiple);
}

/** A decimal number read exactly: `units / 10^places`. */
export interface ExactNumber {
  readonly units: bigint;
  readonly places: number;
}

/** Reads a number of a request: a JavaScript number by its shortest text, a Decimal by its own. @returns undefined for anything else. */
export function exactNumber(value: unknown): ExactNumber | undefined {
  if (typeof value === 'bigint') return { units: value, places: 0 };
  const text = value instanceof Decimal ? value.text : numberText(value);
  const match = text === undefined ? null : DECIMAL_TEXT.exec(text);
  if (!match) return undefined;
  const [, sign = '', whole = '0', fraction = '', exponent = '0'] = match;
  let places = fraction.length - Number(exponent);
  let units = BigInt(whole + fraction);
  if (places < 0) {
    units *= 10n ** BigInt(-places);
    places = 0;
  }
  if (places > PLACES_READ_MAX) {
    units /= 10n ** BigInt(places - PLACES_READ_MAX);
    places = PLACES_READ_MAX;
  }
  return { units: sign === '-' ? -units : units, places };
}

/**
 * The raw quantity that a node makes of a decimal one: truncate(value × multiple + 0.499999). So a half unit rounds down and what lies below
 * silently becomes 0. @returns undefined if it does not fit 8 signed bytes; may be negative.
 */
export function rawOf(value: ExactNumber, multiple: number): bigint | undefined {
  const places = BigInt(Math.max(value.places, ROUNDING.places));
  const scale = 10n ** places;
  const exact = value.units * 10n ** (places - BigInt(value.places)) * BigInt(multiple);
  const rounding = ROUNDING.units * 10n ** (places - BigInt(ROUNDING.places));
  const raw = (exact + rounding) / scale;
  return magnitude(raw) > RAW_MAX ? undefined : raw;
}

/** The multiple of an asset with these units: 1000 for 0.001. @returns undefined unless units are in (0, 1] and 1 is divisible by them. */
export function multipleOf(units: ExactNumber): number | undefined {
  if (units.units <= 0n) return undefined;
  const scale = 10n ** BigInt(units.places);
  if (units.units > scale || scale % units.units !== 0n) return undefined;
  const multiple = Number(scale / units.units);
  return multiple <= 10 ** PLACES ? multiple : undefined;
}

function numberText(value: unknown): string | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** JSON text that `JSON.stringify` writes as it stands; the language has it, its typings not yet. */
function rawJson(text: string): unknown {
  const json: typeof JSON & { readonly rawJSON?: (text: string) => unknown } = JSON;
  return json.rawJSON ? json.rawJSON(text) : Number(text);
}
