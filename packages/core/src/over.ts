/**
 * Orders that are over and still answered, as rows of numbers. Nothing of them changes any more, and they are most of a state: kept as objects, they would be most of its memory and of what is
 * collected, and each new one would have to wait for memory that nobody has looked at for long.
 */
import type { OrderType, TimeInForce } from './command.ts';
import { cancelReasons } from './event.ts';
import type { CancelReason } from './event.ts';
import { assert, exactAmount, exactInstant, exactLots, exactPrice } from './exact.ts';
import type { SelfTrade } from './market.ts';
import { Numbered } from './numbered.ts';
import type { AnyOrder, Market, OverOrder, Participant } from './state.ts';
import { toOrderId } from './units.ts';
import type { OrderId } from './units.ts';

/** Where an order lies among those that are over. */
export type OverRow = number;

/** Rows of one page: memory is taken a page at a time. */
const pageRows = 1_024;

/** Numbers of a row, in this order; `manner` is what is one of few, in bits. An order without expiry has −1 there. */
const number = 0;
const manner = 1;
const placedAt = 2;
const expiresAt = 3;
const placedPrice = 4;
const placedVolume = 5;
const price = 6;
const volume = 7;
const filled = 8;
const cancelled = 9;
const cost = 10;
const place = 11;
const lotCount = 12;
const rowNumbers = 13;

const types: readonly OrderType[] = ['limit', 'market'];
const times: readonly TimeInForce[] = ['gtc', 'gtd', 'ioc', 'fok'];
const selfTrades: readonly SelfTrade[] = ['cancel_incoming', 'cancel_resting', 'cancel_both'];
const endings: readonly (CancelReason | undefined)[] = [undefined, ...cancelReasons];

interface Page {
  readonly numbers: Float64Array;
  readonly participants: Participant[];
  readonly markets: Market[];
  readonly clientOrderIds: string[];
}

/** Which order it is, and whose. */
type Whose = Pick<AnyOrder, 'number' | 'participant' | 'market'>;

/** All of them. */
export class Over {
  readonly #pages: Page[] = [];
  readonly #rows = new Numbered<OrderId, OverRow>();
  #count = 0;

  /** How many there are. */
  get size(): number {
    return this.#rows.size;
  }

  /** The row of an order that is over. @returns undefined for every other. */
  rowOf(id: OrderId): OverRow | undefined {
    return this.#rows.get(id);
  }

  /** As `rowOf`, by the number in the id. */
  rowOfNumber(ownNumber: number): OverRow | undefined {
    return this.#rows.at(ownNumber);
  }

  /** An order that is over. @returns undefined for every other. */
  get(id: OrderId): OverOrder | undefined {
    const row = this.#rows.get(id);
    return row === undefined ? undefined : this.at(row);
  }

  /** Adds an order, of which nothing remains and no trade is open, in a row of its own or in that of one that was deleted. */
  add(
    { number: ownNumber, participant, market }: Whose,
    order: Omit<AnyOrder, 'id' | keyof Whose>,
    free?: OverRow,
  ): OverRow {
    const row = free ?? this.#count;
    if (free === undefined) this.#count += 1;
    const index = row % pageRows;
    const page = this.#pageFor(row);
    page.participants[index] = participant;
    page.markets[index] = market;
    page.clientOrderIds[index] = order.clientOrderId;
    const { numbers } = page;
    const at = index * rowNumbers;
    numbers[at + number] = ownNumber;
    numbers[at + manner] = mannerOf(order);
    numbers[at + placedAt] = order.placedAt;
    numbers[at + expiresAt] = order.expiresAt ?? -1;
    numbers[at + placedPrice] = order.placedPrice;
    numbers[at + placedVolume] = order.placedVolume;
    numbers[at + price] = order.price;
    numbers[at + volume] = order.volume;
    numbers[at + filled] = order.filled;
    numbers[at + cancelled] = order.cancelled;
    numbers[at + cost] = order.cost;
    numbers[at + place] = order.place;
    numbers[at + lotCount] = order.lotCount;
    this.#rows.put(ownNumber, row);
    return row;
  }

  /** Takes the order of a row away, so that the row is free. @returns its client order id. */
  delete(row: OverRow): string {
    this.#rows.remove(this.#numberAt(row));
    return this.#pageOf(row).clientOrderIds[row % pageRows] ?? '';
  }

  /** The id of a row's order. */
  idAt(row: OverRow): OrderId {
    const id = toOrderId(`O${this.#numberAt(row)}`);
    assert(id !== undefined, 'an order that is over has no id');
    return id;
  }

  /** Whose order a row has, and the number in its id. */
  whoseAt(row: OverRow): Whose & Pick<AnyOrder, 'clientOrderId'> {
    const { participants, markets, clientOrderIds } = this.#pageOf(row);
    const index = row % pageRows;
    const [participant, market] = [participants[index], markets[index]];
    const clientOrderId = clientOrderIds[index];
    assert(participant !== undefined && market !== undefined, 'nobody is in this row');
    assert(clientOrderId !== undefined, 'a row is broken');
    return { number: this.#numberAt(row), participant, market, clientOrderId };
  }

  /** Whether the lots of a row's order add up: all of them are filled or cancelled. */
  isCounted(row: OverRow): boolean {
    const { numbers } = this.#pageOf(row);
    const at = (row % pageRows) * rowNumbers;
    return (
      (numbers[at + filled] ?? NaN) + (numbers[at + cancelled] ?? NaN) === numbers[at + volume]
    );
  }

  /** The order of a row. */
  at(row: OverRow): OverOrder {
    const { number: ownNumber, participant, market, clientOrderId } = this.whoseAt(row);
    const { numbers } = this.#pageOf(row);
    const from = (row % pageRows) * rowNumbers;
    const read = (field: number): number => numbers[from + field] ?? NaN;
    const bits = read(manner);
    const selfTrade = selfTrades[(bits >> 6) & 3];
    const type = types[(bits >> 1) & 1];
    const timeInForce = times[(bits >> 2) & 3];
    assert(type !== undefined && timeInForce !== undefined, 'a row is broken');
    assert(selfTrade !== undefined, 'a row is broken');
    return {
      id: this.idAt(row),
      number: ownNumber,
      participant,
      clientOrderId,
      market,
      side: (bits & 1) === 0 ? 'ask' : 'bid',
      type,
      timeInForce,
      expiresAt: read(expiresAt) < 0 ? undefined : exactInstant(read(expiresAt)),
      postOnly: (bits & 16) !== 0,
      whole: (bits & 32) !== 0,
      selfTrade,
      placedAt: exactInstant(read(placedAt)),
      placedPrice: exactPrice(read(placedPrice)),
      placedVolume: exactLots(read(placedVolume)),
      price: exactPrice(read(price)),
      volume: exactLots(read(volume)),
      status: 'done',
      filled: exactLots(read(filled)),
      cancelled: exactLots(read(cancelled)),
      remaining: exactLots(0),
      cost: exactAmount(read(cost)),
      place: read(place),
      joinsBack: (bits & 256) !== 0,
      lotCount: read(lotCount),
      ended: endings[bits >> 9],
    };
  }

  /** All of them, in the order of acceptance. */
  *values(): Generator<OverOrder, void, undefined> {
    const rows = [...this.#rows.values()];
    for (const row of rows.toSorted((a, b) => this.#numberAt(a) - this.#numberAt(b))) {
      yield this.at(row);
    }
  }

  #numberAt(row: OverRow): number {
    return this.#pageOf(row).numbers[(row % pageRows) * rowNumbers + number] ?? NaN;
  }

  #pageOf(row: OverRow): Page {
    const page = this.#pages[Math.floor(row / pageRows)];
    assert(page !== undefined, 'there is no such row');
    return page;
  }

  #pageFor(row: OverRow): Page {
    const index = Math.floor(row / pageRows);
    if (index === this.#pages.length) {
      const numbers = new Float64Array(pageRows * rowNumbers);
      this.#pages.push({ numbers, participants: [], markets: [], clientOrderIds: [] });
    }
    return this.#pageOf(row);
  }
}

function mannerOf(order: Omit<AnyOrder, 'id' | keyof Whose>): number {
  return (
    (order.side === 'ask' ? 0 : 1) |
    (types.indexOf(order.type) << 1) |
    (times.indexOf(order.timeInForce) << 2) |
    (order.postOnly ? 16 : 0) |
    (order.whole ? 32 : 0) |
    (selfTrades.indexOf(order.selfTrade) << 6) |
    (order.joinsBack ? 256 : 0) |
    (endings.indexOf(order.ended) << 9)
  );
}
