/** The auditor of a book: walks all of it and reports each invariant of book.ts that does not hold. It shares no walking with the book. */
import type { Side } from '../market.ts';

/** The inside of a book. */
export interface BookInside {
  readonly words: Int32Array;
  readonly wide: Float64Array;
  readonly poolBase: number;
  readonly unused: number;
  readonly free: number;
  /** The levels of a side, as its row says. */
  readonly levels: (side: Side) => Iterable<number>;
}

/** What anybody can ask of a book. */
interface BookOutside {
  readonly lastPlace: number;
  wholeCount(side: Side): number;
}

const recordWords = 8;

/** What does not hold, one line each. `count` is how many ordinary orders the book says it has. */
export function auditBook(book: BookOutside, count: number, inside: BookInside): readonly string[] {
  const wrong: string[] = [];
  let records = 0;
  let orders = 0;
  for (const side of ['ask', 'bid'] as const) {
    let last: number | undefined;
    for (const level of inside.levels(side)) {
      const price = inside.wide[level / 2 + 3] ?? 0;
      if (last !== undefined && (side === 'ask' ? price <= last : price >= last)) {
        wrong.push(`${side} level ${price} stands behind ${last}`);
      }
      last = price;
      orders += auditLevel(book, inside, { level, side, price }, wrong);
      if (level >= inside.poolBase) records += 1;
    }
    records += book.wholeCount(side);
  }
  if (orders !== count) wrong.push(`${count} orders should rest and ${orders} do`);
  records += orders;
  for (let free = inside.free; free !== 0; free = inside.words[free + 1] ?? 0) {
    if (inside.words[free] !== 0) wrong.push(`record ${free} is free and has a volume`);
    records += 1;
    if (records * recordWords > inside.words.length) break;
  }
  const used = (inside.unused - inside.poolBase) / recordWords;
  if (records !== used) wrong.push(`${used} records were made and ${records} are somewhere`);
  return wrong;
}

/** @returns how many orders the level has. */
function auditLevel(
  book: BookOutside,
  { words, wide }: BookInside,
  { level, side, price }: { level: number; side: Side; price: number },
  wrong: string[],
): number {
  let sum = 0;
  let orders = 0;
  let previous = 0;
  let place = 0;
  for (let order = words[level] ?? 0; order !== 0; order = words[order + 1] ?? 0) {
    const [volume, at] = [words[order] ?? 0, wide[order / 2 + 3] ?? 0];
    if (volume < 1) wrong.push(`an order at ${side} ${price} has ${volume} lots`);
    if (words[order + 2] !== previous)
      wrong.push(`a link at ${side} ${price} leads elsewhere back`);
    if (words[order + 3] !== level) wrong.push(`an order at ${side} ${price} is on another level`);
    if (at <= place || at > book.lastPlace) wrong.push(`places at ${side} ${price} do not ascend`);
    [previous, place] = [order, at];
    sum += volume;
    orders += 1;
  }
  if (orders === 0) wrong.push(`${side} level ${price} is empty`);
  if (words[level + 1] !== previous) wrong.push(`${side} level ${price} ends elsewhere`);
  if (words[level + 2] !== orders) wrong.push(`${side} level ${price} counts ${words[level + 2]}`);
  if (wide[level / 2 + 2] !== sum) wrong.push(`${side} level ${price} says another volume`);
  if (((words[level + 3] ?? 0) & 1) !== (side === 'ask' ? 1 : 0)) {
    wrong.push(`${side} level ${price} is of the other side`);
  }
  return orders;
}
