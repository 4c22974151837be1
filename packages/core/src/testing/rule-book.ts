/** The orders of a market in one list, which is filtered and sorted for each question of the rules. */
import type { RuleOrder } from './rules.ts';

/** At what price an auction trades, and how much. */
export interface RuleAuction {
  readonly price: number;
  readonly volume: number;
  /** Lots of bids less those of asks that could trade at it. */
  readonly imbalance: number;
}

/** Every order ever placed, and whose they are. */
export class RuleBook {
  readonly orders: RuleOrder[] = [];
  /** By participant, where it is another. */
  readonly owners = new Map<string, string>();

  /** Whom a participant's orders belong to. */
  ownerOf(who: string): string {
    return this.owners.get(who) ?? who;
  }

  /** Whether they never trade with each other. */
  sameOwner(a: RuleOrder, b: RuleOrder): boolean {
    return this.ownerOf(a.who) === this.ownerOf(b.who);
  }

  /** Whether it is all or none. */
  isWhole(order: RuleOrder): boolean {
    return order.terms.whole === true;
  }

  /** How many lots rest of an order. */
  resting(order: RuleOrder): number {
    return this.isWhole(order) && order.firm.length > 0 ? order.remaining : order.firm.length;
  }

  /** The orders of a side that rest, in the order in which they trade. */
  queue(side: string): RuleOrder[] {
    return this.orders
      .filter((order) => order.side === side && order.firm.length > 0)
      .toSorted((a, b) => {
        const byPrice = side === 'ask' ? a.price - b.price : b.price - a.price;
        return byPrice === 0 ? a.place - b.place : byPrice;
      });
  }

  /** Those of the other side that a limit reaches, best first. */
  facing({ side, price }: { side: string; price: number }): RuleOrder[] {
    return side === 'bid'
      ? this.queue('ask').filter((other) => other.price <= price)
      : this.queue('bid').filter((other) => other.price >= price);
  }

  /** What becomes of it and of another one of its owner. */
  mode(order: RuleOrder): string {
    return order.terms.selfTrade ?? 'cancel_incoming';
  }

  /** Whether all of so many lots would trade. */
  wouldFill(order: RuleOrder, volume: number): boolean {
    let left = volume;
    for (const other of this.facing(order)) {
      if (left === 0) break;
      const there = this.resting(other);
      if (this.isWhole(other) && there > left) continue;
      if (!this.sameOwner(order, other)) left -= Math.min(left, there);
      else if (this.mode(order) !== 'cancel_resting') return false;
    }
    return left === 0;
  }

  /** Whether any of so many lots would trade. */
  wouldTrade(order: RuleOrder, volume: number): boolean {
    if (this.isWhole(order)) return this.wouldFill(order, volume);
    return this.facing(order).some(
      (other) => !this.isWhole(other) || this.resting(other) <= volume,
    );
  }

  /** Those of which something remains. */
  live(): RuleOrder[] {
    return this.orders.filter(({ remaining }) => remaining > 0);
  }

  /** Where the book crosses: the price of an auction, `reference` deciding between equals. @returns undefined when nothing crosses. */
  auctionAt(tick: number, reference: number | undefined): RuleAuction | undefined {
    const bids = this.queue('bid').filter((order) => !this.isWhole(order));
    const asks = this.queue('ask').filter((order) => !this.isWhole(order));
    const [high, low] = [bids[0]?.price, asks[0]?.price];
    if (high === undefined || low === undefined || high < low) return undefined;
    const near = reference ?? Math.floor((high + low) / 2 / tick) * tick;
    const sum = (orders: RuleOrder[]): number =>
      orders.reduce((all, one) => all + one.firm.length, 0);
    let best: RuleAuction | undefined;
    // Every tick, from the lowest up: only a better one takes the place of one before.
    for (let price = low; price <= high; price += tick) {
      const bid = sum(bids.filter((order) => order.price >= price));
      const asked = sum(asks.filter((order) => order.price <= price));
      const [volume, imbalance] = [Math.min(bid, asked), bid - asked];
      const key = [volume, -Math.abs(imbalance), -Math.abs(price - near)];
      const old =
        best === undefined
          ? undefined
          : [best.volume, -Math.abs(best.imbalance), -Math.abs(best.price - near)];
      const differs = key.findIndex((value, index) => value !== old?.[index]);
      if (old === undefined || (differs >= 0 && (key[differs] ?? 0) > (old[differs] ?? 0))) {
        best = { price, volume, imbalance };
      }
    }
    if (best === undefined) throw new Error('a crossed book has no price');
    return best;
  }
}
