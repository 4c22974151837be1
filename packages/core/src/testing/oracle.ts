/**
 * The rules of matching and nothing else, written as naively as they can be said: one list of orders, every lot in it, searched from the front
 * each time. It shares no code with the core.
 */

/** An order as the rules see it. */
export interface NaiveOrder {
  readonly name: string;
  readonly owner: string;
  readonly side: string;
  readonly price: number;
  /** Lots that have not traded, lowest first. */
  lots: number[];
  /** When it came to rest; undefined while it does not. */
  since: number | undefined;
}

/** One match as the rules say it. */
export interface NaiveTrade {
  readonly resting: string;
  readonly incoming: string;
  readonly price: number;
  /** Lots of the resting order. */
  readonly lots: readonly number[];
}

/** What becomes of an arrival. */
interface Arrival {
  readonly trades: readonly NaiveTrade[];
  /** Lots that did not trade. */
  readonly left: readonly number[];
  /** It met an order of its own owner. */
  readonly metItself: boolean;
}

/** All orders ever placed, in the order of acceptance. */
export interface Oracle {
  readonly orders: NaiveOrder[];
  clock: number;
}

export function createOracle(): Oracle {
  return { orders: [], clock: 0 };
}

function crosses(incoming: NaiveOrder, resting: NaiveOrder): boolean {
  if (resting.since === undefined || resting.lots.length === 0) return false;
  if (resting.side === incoming.side) return false;
  return incoming.side === 'bid'
    ? resting.price <= incoming.price
    : resting.price >= incoming.price;
}

/** The order that has to trade next with this incoming one: best price, then longest there. */
export function nextFor(oracle: Oracle, incoming: NaiveOrder): NaiveOrder | undefined {
  let best: NaiveOrder | undefined;
  for (const order of oracle.orders) {
    if (!crosses(incoming, order)) continue;
    if (best === undefined) best = order;
    else if (order.price !== best.price) {
      const cheaper = order.price < best.price;
      if (cheaper === (incoming.side === 'bid')) best = order;
    } else if ((order.since ?? 0) < (best.since ?? 0)) best = order;
  }
  return best;
}

/** Accepts an order; it neither trades nor rests yet. */
export function accept(
  oracle: Oracle,
  placed: Omit<NaiveOrder, 'lots' | 'since'>,
  volume: number,
): NaiveOrder {
  const order: NaiveOrder = { ...placed, lots: [], since: undefined };
  for (let lot = 0; lot < volume; lot += 1) order.lots.push(lot);
  oracle.orders.push(order);
  return order;
}

/** Lets an order trade against all that rest, one lot at a time. */
export function arrive(oracle: Oracle, incoming: NaiveOrder): Arrival {
  const trades: { resting: string; incoming: string; price: number; lots: number[] }[] = [];
  while (incoming.lots.length > 0) {
    const resting = nextFor(oracle, incoming);
    if (resting === undefined) break;
    if (resting.owner === incoming.owner) {
      return { trades, left: [...incoming.lots], metItself: true };
    }
    const lot = resting.lots.shift();
    incoming.lots.pop();
    const last = trades.at(-1);
    if (lot === undefined) throw new Error('an order without lots was next');
    if (last?.resting === resting.name) last.lots.push(lot);
    else {
      const { price } = resting;
      trades.push({ resting: resting.name, incoming: incoming.name, price, lots: [lot] });
    }
  }
  return { trades, left: [...incoming.lots], metItself: false };
}

/** Puts an order on the book, behind all others. */
export function settleDown(oracle: Oracle, order: NaiveOrder): void {
  oracle.clock += 1;
  order.since = oracle.clock;
}

/** Takes away what is left of an order, or one lot of it. */
export function remove(order: NaiveOrder, lot?: number): void {
  order.lots = lot === undefined ? [] : order.lots.filter((other) => other !== lot);
}
