/**
 * Entries on their way from the thread that proves a journal to the one that folds it. Objects take longer to hand over than to read from their text, so an entry goes as a few
 * values in one list of many entries': what most entries are by their fields, in one order and without names; what they name again and again, such as addresses, as numbers
 * from the second time on. The shape of the commands is checked on this side, so that the other one need not.
 */
import { isCommand } from '@wattlot/core';
import type { Address, Command, Entry, Instant, LedgerAdvance, LotOffer } from '@wattlot/core';
import type { MarketSymbol, Move, OffersDeliver, OrderId, OrderPlace, Seq } from '@wattlot/core';
import { exactSeq, sure } from '../exact.ts';

/** An entry of a journal that was read. */
export interface StoredEntry extends Entry {
  /** Whether its command's shape was checked and is sound; if not it has to be. */
  readonly isChecked: boolean;
}

/** Some entries that follow each other. */
export type Packed = readonly unknown[];

/** Names that are numbered: more are sent as they are each time. */
const namesMax = 65_536;

/** What comes first of an entry: how the rest is to be read. */
const other = 0;
const place = 1;
const cancel = 2;
const deliver = 3;
const advance = 4;

/** What is one of few, by its number there. */
const sides = ['ask', 'bid'] as const;
const times = ['gtc', 'gtd', 'ioc', 'fok'] as const;
const types = [undefined, 'limit', 'market'] as const;
const wholes = [undefined, false, true] as const;
const selfTrades = [undefined, 'cancel_incoming', 'cancel_resting', 'cancel_both'] as const;

/** Packs the entries of one journal, in order. */
export class Packer {
  readonly #numbers = new Map<string, number>();
  #packed: unknown[] = [];

  /** Adds entries. */
  add(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (this.#packed.length === 0) this.#packed.push(entry.seq);
      this.#addOne(entry);
    }
  }

  /** All that was added since the last time. */
  take(): Packed {
    const packed = this.#packed;
    this.#packed = [];
    return packed;
  }

  #addOne({ at, command }: Entry): void {
    const isOne = isCommand(command);
    if (isOne && command.kind === 'order.place') this.#addPlace(at, command);
    else if (isOne && command.kind === 'order.cancel') {
      this.#packed.push(cancel, at, this.#name(command.participant), command.order);
    } else if (isOne && command.kind === 'offers.deliver') this.#addDeliver(at, command);
    else if (isOne && command.kind === 'ledger.advance') this.#addAdvance(at, command);
    else this.#packed.push(other, at, isOne, command);
  }

  #addPlace(at: Instant, command: OrderPlace): void {
    const { participant, clientOrderId, market, price, volume, expiresAt } = command;
    const manner =
      sides.indexOf(command.side) |
      (times.indexOf(command.timeInForce) << 1) |
      (Number(command.postOnly) << 3) |
      (types.indexOf(command.type) << 4) |
      (wholes.indexOf(command.whole) << 6) |
      (selfTrades.indexOf(command.selfTrade) << 8) |
      (Number(expiresAt !== undefined) << 10);
    const names = [this.#name(participant), this.#name(market)] as const;
    this.#packed.push(place, at, names[0], clientOrderId, names[1], manner, price, volume);
    if (expiresAt !== undefined) this.#packed.push(expiresAt);
  }

  #addDeliver(at: Instant, { participant, order, lots }: OffersDeliver): void {
    this.#packed.push(deliver, at, this.#name(participant), order, lots.length);
    for (const { lot, output, offer } of lots) this.#packed.push(lot, output, offer);
  }

  #addAdvance(at: Instant, { height, moves, settled, lost }: LedgerAdvance): void {
    const packed = this.#packed;
    packed.push(advance, at, height, moves.length, settled.length, lost.length);
    for (const { address, asset, amount } of moves) {
      packed.push(this.#name(address), this.#name(asset), amount);
    }
    for (const { order, lot, trade, txid } of settled) packed.push(order, lot, trade, txid);
    for (const { order, lot, txid } of lost) packed.push(order, lot, txid);
  }

  /** The number of a name; the name itself the first time. */
  #name(name: string): number | string {
    const number = this.#numbers.get(name);
    if (number !== undefined) return number;
    if (this.#numbers.size < namesMax) this.#numbers.set(name, this.#numbers.size);
    return name;
  }
}

/** Unpacks what one packer has packed, in order. */
export class Unpacker {
  readonly #names: string[] = [];
  #packed: Packed = [];
  #at = 0;

  /** The entries that were packed. */
  unpack(packed: Packed): StoredEntry[] {
    const entries: StoredEntry[] = [];
    [this.#packed, this.#at] = [packed, 0];
    let seq: number = this.#next<Seq>();
    while (this.#at < packed.length) {
      const kind = this.#next<number>();
      const at = this.#next<Instant>();
      const isChecked = kind !== other || this.#next<boolean>();
      entries.push({ seq: exactSeq(seq), at, command: this.#command(kind), isChecked });
      seq += 1;
    }
    return entries;
  }

  /** The next value, which is what was packed in its place. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as JSON.parse: the caller knows what was written
  #next<T>(): T {
    const value = this.#packed[this.#at];
    this.#at += 1;
    return value as T;
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as above
  #name<T extends string>(): T {
    const value = this.#next<number | T>();
    if (typeof value === 'number') return this.#names[value] as T;
    if (this.#names.length < namesMax) this.#names.push(value);
    return value;
  }

  /** What it is made of was checked before it was packed. */
  #command(kind: number): Command {
    switch (kind) {
      case place:
        return this.#place();
      case cancel:
        return { kind: 'order.cancel', participant: this.#name(), order: this.#next() };
      case deliver:
        return this.#deliver();
      case advance:
        return this.#advance();
      default:
        return this.#next();
    }
  }

  #place(): OrderPlace {
    const participant = this.#name<Address>();
    const clientOrderId = this.#next<string>();
    const market = this.#name<MarketSymbol>();
    const manner = this.#next<number>();
    const plain: OrderPlace = {
      kind: 'order.place',
      participant,
      clientOrderId,
      market,
      side: sure(sides[manner % 2], 'side'),
      price: this.#next(),
      volume: this.#next(),
      timeInForce: sure(times[(manner >> 1) % 4], 'time in force'),
      postOnly: manner % 16 > 7,
    };
    return manner < 16 ? plain : this.#special(plain, manner);
  }

  /** The same with what few orders have. */
  #special(plain: OrderPlace, manner: number): OrderPlace {
    const type = types[(manner >> 4) % 4];
    const whole = wholes[(manner >> 6) % 4];
    const selfTrade = selfTrades[(manner >> 8) % 4];
    const expiresAt = manner >> 10 === 0 ? undefined : this.#next<Instant>();
    return {
      ...plain,
      ...(type === undefined ? {} : { type }),
      ...(whole === undefined ? {} : { whole }),
      ...(selfTrade === undefined ? {} : { selfTrade }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    };
  }

  #deliver(): OffersDeliver {
    const participant = this.#name<Address>();
    const order = this.#next<OrderId>();
    const lots: LotOffer[] = [];
    for (let left = this.#next<number>(); left > 0; left -= 1) {
      lots.push({ lot: this.#next(), output: this.#next(), offer: this.#next() });
    }
    return { kind: 'offers.deliver', participant, order, lots };
  }

  #advance(): LedgerAdvance {
    const height = this.#next<number>();
    const counts = [this.#next<number>(), this.#next<number>(), this.#next<number>()] as const;
    const moves: Move[] = [];
    for (let left = counts[0]; left > 0; left -= 1) {
      moves.push({ address: this.#name(), asset: this.#name(), amount: this.#next() });
    }
    const settled: LedgerAdvance['settled'][number][] = [];
    for (let left = counts[1]; left > 0; left -= 1) {
      const [order, lot] = [this.#next<OrderId>(), this.#next<number>()];
      settled.push({ order, lot, trade: this.#next(), txid: this.#next() });
    }
    const lost: LedgerAdvance['lost'][number][] = [];
    for (let left = counts[2]; left > 0; left -= 1) {
      lost.push({ order: this.#next(), lot: this.#next(), txid: this.#next() });
    }
    return { kind: 'ledger.advance', height, moves, settled, lost };
  }
}
