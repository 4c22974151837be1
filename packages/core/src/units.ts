/**
 * The numbers of the exchange: branded safe integers, each made by one constructor.
 * A decimal exists only on a screen and at the edge to a ledger.
 */

declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** A whole number of lots, 0 and up. */
export type Lots = Branded<number, 'Lots'>;
/** Ecoin per lot, in the ecoin asset's smallest units, 1 and up. */
export type Price = Branded<number, 'Price'>;
/** A quantity of one asset in that asset's smallest units. May be negative only where a movement is meant. */
export type Amount = Branded<number, 'Amount'>;
/** The number of an entry in the journal, 1 and up, without gaps. */
export type Seq = Branded<number, 'Seq'>;
/** Microseconds since 1970-01-01T00:00Z, as the sequencer stamped it. */
export type Instant = Branded<number, 'Instant'>;

/** Who takes part: an address on the ledger. */
export type Address = Branded<string, 'Address'>;
/** An asset's name on the ledger. */
export type Asset = Branded<string, 'Asset'>;
/** The name of a market, `BASE/QUOTE`. */
export type MarketSymbol = Branded<string, 'MarketSymbol'>;
/** `O` and a number, given by the core in the order of acceptance. */
export type OrderId = Branded<string, 'OrderId'>;
/** `T` and a number, given by the core in the order of matching; one trade, one settlement. */
export type TradeId = Branded<string, 'TradeId'>;
/** An unspent transaction output, `txid:vout`. */
export type Output = Branded<string, 'Output'>;
/** A transaction's id on the ledger, 64 lower-case hexadecimal digits. */
export type Txid = Branded<string, 'Txid'>;

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- this is where a brand is made
function isWhole<T extends number>(value: unknown, least: number): value is T {
  return Number.isSafeInteger(value) && !Object.is(value, -0) && Number(value) >= least;
}

/** A volume. @returns undefined unless `value` is a safe integer of at least 0. */
export function toLots(value: unknown): Lots | undefined {
  return isWhole<Lots>(value, 0) ? value : undefined;
}

/** A price. @returns undefined unless `value` is a safe integer of at least 1. */
export function toPrice(value: unknown): Price | undefined {
  return isWhole<Price>(value, 1) ? value : undefined;
}

/** An amount. @returns undefined unless `value` is a safe integer. */
export function toAmount(value: unknown): Amount | undefined {
  return isWhole<Amount>(value, Number.MIN_SAFE_INTEGER) ? value : undefined;
}

/** A journal number. @returns undefined unless `value` is a safe integer of at least 0. */
export function toSeq(value: unknown): Seq | undefined {
  return isWhole<Seq>(value, 0) ? value : undefined;
}

/** An instant. @returns undefined unless `value` is a safe integer of at least 0. */
export function toInstant(value: unknown): Instant | undefined {
  return isWhole<Instant>(value, 0) ? value : undefined;
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- this is where a brand is made
function isText<T extends string>(value: unknown, pattern: RegExp): value is T {
  return typeof value === 'string' && pattern.test(value);
}

/** Every command names its participant: a loop takes half the time of a pattern. */
function isAddress(value: unknown): value is Address {
  if (typeof value !== 'string' || value.length < 1 || value.length > 64) return false;
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index);
    if (code < 0x21 || code > 0x7e) return false;
  }
  return true;
}

/** An address. @returns undefined unless `value` is 1 to 64 printable ASCII characters without a space. */
export function toAddress(value: unknown): Address | undefined {
  return isAddress(value) ? value : undefined;
}

/** An asset's name. @returns undefined unless `value` is 1 to 32 characters without control characters. */
export function toAsset(value: unknown): Asset | undefined {
  return isText<Asset>(value, /^[^\p{Cc}\p{Cs}]{1,32}$/u) ? value : undefined;
}

/** A market's symbol. @returns undefined unless `value` is two names of 1 to 32 printable ASCII characters, joined by one `/`. */
export function toMarketSymbol(value: unknown): MarketSymbol | undefined {
  return isText<MarketSymbol>(value, /^[!-.0-~]{1,32}\/[!-.0-~]{1,32}$/) ? value : undefined;
}

/** True of a text that has only digits from `from` to `to`, and no 0 before others. */
function isNumeral(text: string, from: number, to: number): boolean {
  if (to <= from || (text.charCodeAt(from) === 0x30 && to > from + 1)) return false;
  for (let index = from; index < to; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}

/** True of a letter with a number of 1 to 16 digits, 1 and up, behind it. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- this is where a brand is made
function isId<T extends string>(value: unknown, letter: number): value is T {
  return (
    typeof value === 'string' &&
    value.length <= 17 &&
    value.charCodeAt(0) === letter &&
    value.charCodeAt(1) !== 0x30 &&
    isNumeral(value, 1, value.length)
  );
}

/** An order's id. @returns undefined unless `value` is `O` and a number of at most 16 digits. */
export function toOrderId(value: unknown): OrderId | undefined {
  return isId<OrderId>(value, 0x4f) ? value : undefined;
}

/** A trade's id. @returns undefined unless `value` is `T` and a number of at most 16 digits. */
export function toTradeId(value: unknown): TradeId | undefined {
  return isId<TradeId>(value, 0x54) ? value : undefined;
}

const txidLength = 64;

/** True when a text begins with 64 lower-case hexadecimal digits. */
function beginsWithTxid(text: string): boolean {
  if (text.length < txidLength) return false;
  for (let index = 0; index < txidLength; index += 1) {
    const code = text.charCodeAt(index);
    const isDigit = code >= 0x30 && code <= 0x39;
    if (!isDigit && (code < 0x61 || code > 0x66)) return false;
  }
  return true;
}

function isOutput(value: unknown): value is Output {
  return (
    typeof value === 'string' &&
    value.length <= txidLength + 11 &&
    value.charCodeAt(txidLength) === 0x3a &&
    isNumeral(value, txidLength + 1, value.length) &&
    beginsWithTxid(value)
  );
}

function isTxid(value: unknown): value is Txid {
  return typeof value === 'string' && value.length === txidLength && beginsWithTxid(value);
}

/** An output. @returns undefined unless `value` is a txid, `:` and a number without leading zeros: one spelling for each output. */
export function toOutput(value: unknown): Output | undefined {
  return isOutput(value) ? value : undefined;
}

/** A transaction's id. @returns undefined unless `value` is 64 lower-case hexadecimal digits. */
export function toTxid(value: unknown): Txid | undefined {
  return isTxid(value) ? value : undefined;
}
