/**
 * The orders of a state in columns, as a snapshot keeps them: one field of all orders after the other, and values that many orders share only once. Most orders of a state are over and
 * alike, so that this is a quarter of their lines and is read in a quarter of the time.
 */
import { headLines, linesAfter, linesBefore, orderLines } from './snapshot.ts';
import type { LotLine, OrderLine } from './snapshot.ts';
import type { State } from './state.ts';

type Field = Exclude<keyof OrderLine, 'kind' | 'firm' | 'bare'>;

const fields = [
  'order',
  'participant',
  'clientOrderId',
  'market',
  'side',
  'type',
  'timeInForce',
  'expiresAt',
  'postOnly',
  'whole',
  'selfTrade',
  'placedAt',
  'placedPrice',
  'placedVolume',
  'price',
  'volume',
  'status',
  'filled',
  'cancelled',
  'remaining',
  'cost',
  'place',
  'joinsBack',
  'lotCount',
  'ended',
] as const satisfies readonly Field[];

/** What is undefined is null here: JSON has nothing else for it in a list. */
type Value = string | number | boolean | null;

/** Values of one field: the same for all, by their numbers in `of`, or each for itself. */
type Column =
  | { readonly same: Value }
  | { readonly of: readonly Value[]; readonly at: readonly number[] }
  | { readonly all: readonly Value[] };

/** A column that has more values than this has one for each order. */
const sharedMax = 1_024;

/** All orders, in the order of acceptance. */
export interface OrdersLine {
  readonly kind: 'orders';
  readonly count: number;
  readonly columns: Readonly<Record<Field, Column>>;
  /** By the order's number in the columns: firm lots and those that wait for offers, of the orders that have any. */
  readonly lots: readonly (readonly [number, readonly LotLine[], readonly number[]])[];
}

/** The state as a snapshot keeps it: as `stateText`, but with all orders in one line, so that `restore` reads it in less than half the time. Equal for equal states too. */
export function packedState(state: State): string {
  const orders = toColumns([...orderLines(state)]);
  const lines = [...headLines(state), ...linesBefore(state), orders, ...linesAfter(state)];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** Makes columns of lines. */
function toColumns(lines: readonly OrderLine[]): OrdersLine {
  const columns = Object.fromEntries(
    fields.map((field) => [field, toColumn(lines.map((line) => line[field] ?? null))]),
  ) as Record<Field, Column>;
  const lots = lines.flatMap(({ firm, bare }, index): OrdersLine['lots'] =>
    firm.length + bare.length === 0 ? [] : [[index, firm, bare]],
  );
  return { kind: 'orders', count: lines.length, columns, lots };
}

function toColumn(all: readonly Value[]): Column {
  const numbers = new Map<Value, number>();
  const at: number[] = [];
  for (const value of all) {
    let number = numbers.get(value);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(value, number);
      if (number === sharedMax) return { all };
    }
    at.push(number);
  }
  const [same] = all;
  if (numbers.size === 1 && same !== undefined) return { same };
  return { of: [...numbers.keys()], at };
}

function toValues(column: Column, count: number): readonly Value[] {
  if ('all' in column) return column.all;
  if ('same' in column) return Array.from<Value>({ length: count }).fill(column.same);
  return column.at.map((number) => valueAt(column.of, number));
}

function valueAt<T>(values: readonly T[], index: number): T {
  return values[index] as T;
}

const nothing: readonly never[] = [];

/** The lines that columns were made of, one at a time. */
export function* fromColumns({ count, columns, lots }: OrdersLine): Generator<OrderLine> {
  const values = Object.fromEntries(
    fields.map((field) => [field, toValues(columns[field], count)]),
  ) as unknown as { readonly [F in Field]: readonly OrderLine[F][] };
  let next = 0;
  for (let index = 0; index < count; index += 1) {
    const own = lots[next]?.[0] === index ? lots[next] : undefined;
    if (own !== undefined) next += 1;
    yield {
      kind: 'order',
      order: valueAt(values.order, index),
      participant: valueAt(values.participant, index),
      clientOrderId: valueAt(values.clientOrderId, index),
      market: valueAt(values.market, index),
      side: valueAt(values.side, index),
      type: valueAt(values.type, index),
      timeInForce: valueAt(values.timeInForce, index),
      expiresAt: valueAt(values.expiresAt, index) ?? undefined,
      postOnly: valueAt(values.postOnly, index),
      whole: valueAt(values.whole, index),
      selfTrade: valueAt(values.selfTrade, index),
      placedAt: valueAt(values.placedAt, index),
      placedPrice: valueAt(values.placedPrice, index),
      placedVolume: valueAt(values.placedVolume, index),
      price: valueAt(values.price, index),
      volume: valueAt(values.volume, index),
      status: valueAt(values.status, index),
      filled: valueAt(values.filled, index),
      cancelled: valueAt(values.cancelled, index),
      remaining: valueAt(values.remaining, index),
      cost: valueAt(values.cost, index),
      place: valueAt(values.place, index),
      firm: own?.[1] ?? nothing,
      bare: own?.[2] ?? nothing,
      joinsBack: valueAt(values.joinsBack, index),
      lotCount: valueAt(values.lotCount, index),
      ended: valueAt(values.ended, index) ?? undefined,
    };
  }
}
