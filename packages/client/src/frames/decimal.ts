/**
 * Between the whole numbers inside and the decimals on the wire. A decimal number of the wire is read by its shortest decimal text, so no binary
 * rounding decides; whatever is not exactly a whole number of units is refused.
 */

/** Decimals that a wire number may have: 2^53 still holds every price and quantity of a market. */
const precisionMax = 8;

const scales: readonly number[] = Array.from({ length: precisionMax + 1 }, (_, n) => 10 ** n);

function scaleOf(precision: number): number {
  const scale = scales[precision];
  if (scale === undefined) {
    throw new RangeError(`precision ${precision} is not 0 to ${precisionMax}`);
  }
  return scale;
}

/** Decimals of so many digits are told apart by every double, whatever the precision. */
const surelyExactMax = 1e15;

/**
 * A wire number in units of 10^−precision.
 * @returns undefined when it is not finite, has more decimals than `precision`, or leaves the safe integers.
 */
export function toUnits(value: number, precision: number): number | undefined {
  const scale = scaleOf(precision);
  // By arithmetic, which takes a tenth of the time: the double nearest to a whole number of units is what that number's text would be read as.
  const nearest = Math.round(value * scale);
  if (Math.abs(nearest) < surelyExactMax && nearest / scale === value && nearest !== 0) {
    return nearest;
  }
  if (!Number.isFinite(value) || Object.is(value, -0)) return undefined;
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e-(\d+))?$/.exec(String(value));
  if (match === null) return undefined;
  const [, sign = '', first = '', rest = '', exponent = '0'] = match;
  // Below 0.000001 the shortest text is written with an exponent, of one digit before the point.
  const zeros = Number(exponent);
  if (zeros > precision) return undefined;
  const whole = zeros === 0 ? first : '0';
  const fraction = zeros === 0 ? rest : `${'0'.repeat(zeros - 1)}${first}${rest}`;
  if (fraction.length > precision) return undefined;
  const units = Number(`${sign}${whole}${fraction.padEnd(precision, '0')}`);
  return Number.isSafeInteger(units) ? units : undefined;
}

/** The wire number of `units` × 10^−precision: the double nearest to it, whose shortest text has at most `precision` decimals. */
export function fromUnits(units: number, precision: number): number {
  const scale = scaleOf(precision);
  if (!Number.isSafeInteger(units)) throw new RangeError(`${units} is not a safe integer`);
  // The quotient of two whole numbers is rounded once, to the double that its text would be read as. Adding 0 makes −0 a 0.
  return units / scale + 0;
}

/** `units` × 10^−precision as text with exactly `precision` decimals. */
export function unitsText(units: number, precision: number): string {
  scaleOf(precision);
  if (!Number.isSafeInteger(units)) throw new RangeError(`${units} is not a safe integer`);
  if (precision === 0) return String(units);
  const digits = String(Math.abs(units)).padStart(precision + 1, '0');
  const text = `${digits.slice(0, -precision)}.${digits.slice(-precision)}`;
  return units < 0 ? `-${text}` : text;
}
