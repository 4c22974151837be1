/** A process with households that have wallets and agents: what they order is firm, and what they match settles on the embedded chain. */
import { join } from 'node:path';
import { openParticipant } from '@wattlot/client';
import type { OwnOrder, Participant } from '@wattlot/client';
import { toAmount, toLots, toMarketSymbol, toPrice } from '@wattlot/core';
import type { OrderId, Side } from '@wattlot/core';
import { later } from './numbers.ts';
import { answerJobs } from './process.ts';

/** What the process is asked for; each kind says what is counted. */
export type HouseholdsJob =
  /** So many sellers and as many buyers, with what they need. */
  | { readonly kind: 'open'; readonly url: string; readonly folder: string; readonly pairs: number }
  /** Each seller rests asks of one lot, one after the other: those that came to rest. */
  | { readonly kind: 'rest'; readonly ms: number }
  /** Each seller rests one lot and its buyer takes it: lots settled. */
  | { readonly kind: 'cross'; readonly ms: number }
  /** Sellers rest so many asks of one lot in all, and leave them there. */
  | { readonly kind: 'fill'; readonly orders: number }
  /** Everybody cancels everything. */
  | { readonly kind: 'clear' };

/** What was counted, and how long it took. */
export interface Counted {
  readonly count: number;
  readonly seconds: number;
  /** Seconds of this process's processor time. */
  readonly processor: number;
}

/** Live orders of one household at most: the exchange takes 200. */
const liveMax = 150;
const [askPrice, crossPrice] = [900, 100];

function sure<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a value is missing');
  return value;
}

const symbol = sure(toMarketSymbol('KWH/ECOIN'));

/** One household and its orders. */
class Household {
  readonly #participant: Participant;
  readonly #side: Side;
  readonly #name: string;
  readonly #waiting = new Map<string, (order: OwnOrder) => void>();
  #number = 0;
  settled = 0;

  private constructor(participant: Participant, name: string, side: Side) {
    this.#participant = participant;
    this.#name = name;
    this.#side = side;
    participant.client.listen((event) => {
      if (event.kind !== 'orders') return;
      for (const order of event.orders) this.#see(order);
    });
  }

  static async open(url: string, folder: string, name: string, side: Side): Promise<Household> {
    const keyFile = join(folder, `${name}.key`);
    const participant = await openParticipant({ url, keyFile, name, meter: 'own' });
    const household = new Household(participant, name, side);
    while (participant.client.state !== 'live') await later(5);
    if (side === 'ask') await participant.wallet.issueMore({ asset: 'energy', raw: 10_000_000n });
    else await participant.client.requestEcoin(sure(toAmount(1_000_000)));
    return household;
  }

  /** Places an order and waits until it rests or is over. @returns undefined when it was refused. */
  async place(price: number, lots: number, isResting: boolean): Promise<OrderId | undefined> {
    const clientOrderId = `${this.#name}-${(this.#number += 1)}`;
    const rests = new Promise<OwnOrder>((seen) => this.#waiting.set(clientOrderId, seen));
    const outcome = await this.#participant.client.placeOrder({
      clientOrderId,
      symbol,
      side: this.#side,
      price: sure(toPrice(price)),
      volume: sure(toLots(lots)),
      timeInForce: isResting ? 'gtc' : 'ioc',
      postOnly: false,
    });
    if (outcome.kind !== 'yes') {
      this.#waiting.delete(clientOrderId);
      return undefined;
    }
    await rests;
    return outcome.value.order;
  }

  async cancelAll(): Promise<void> {
    await this.#participant.client.cancelAll();
  }

  #see(order: OwnOrder): void {
    const lots = order.trades.flatMap((trade) => trade.lots);
    if (this.#side === 'bid' && lots.length > 0 && lots.every((lot) => lot.state === 'settled')) {
      if (!this.#counted.has(order.clientOrderId)) this.settled += lots.length;
      this.#counted.add(order.clientOrderId);
    }
    if (order.status === 'pending') return;
    this.#waiting.get(order.clientOrderId)?.(order);
    this.#waiting.delete(order.clientOrderId);
  }

  readonly #counted = new Set<string>();
}

let sellers: readonly Household[] = [];
let buyers: readonly Household[] = [];

async function open(url: string, folder: string, pairs: number): Promise<number> {
  const all = (side: Side): Promise<Household[]> =>
    Promise.all(
      Array.from({ length: pairs }, (_, index) =>
        Household.open(url, folder, `${side}-${index}`, side),
      ),
    );
  [sellers, buyers] = [await all('ask'), await all('bid')];
  // What was issued is in the exchange's journal a block later.
  await later(1_000);
  return pairs;
}

async function rest(until: () => boolean): Promise<number> {
  let count = 0;
  const each = sellers.map(async (seller) => {
    for (let live = 1; !until(); live += 1) {
      if ((await seller.place(askPrice, 1, true)) !== undefined && !until()) count += 1;
      if (live % liveMax === 0) await seller.cancelAll();
    }
  });
  await Promise.all(each);
  return count;
}

async function cross(until: () => boolean): Promise<number> {
  const before = buyers.reduce((sum, { settled }) => sum + settled, 0);
  const each = sellers.map(async (seller, index) => {
    const buyer = sure(buyers[index]);
    while (!until()) {
      await seller.place(crossPrice, 1, true);
      await buyer.place(crossPrice, 1, false);
    }
  });
  await Promise.race([Promise.all(each), ended(until)]);
  const count = buyers.reduce((sum, { settled }) => sum + settled, 0) - before;
  await Promise.all(each);
  return count;
}

async function ended(until: () => boolean): Promise<void> {
  while (!until()) await later(5);
}

async function fill(orders: number): Promise<number> {
  let left = orders;
  let count = 0;
  const each = sellers.map(async (seller) => {
    while (left > 0) {
      left -= 1;
      if ((await seller.place(askPrice, 1, true)) !== undefined) count += 1;
    }
  });
  await Promise.all(each);
  return count;
}

async function answer(job: HouseholdsJob): Promise<Counted> {
  const [begun, before] = [performance.now(), process.cpuUsage()];
  let count = 0;
  const until = (): boolean => 'ms' in job && performance.now() - begun > job.ms;
  if (job.kind === 'open') count = await open(job.url, job.folder, job.pairs);
  else if (job.kind === 'rest') count = await rest(until);
  else if (job.kind === 'cross') count = await cross(until);
  else if (job.kind === 'fill') count = await fill(job.orders);
  else await Promise.all([...sellers, ...buyers].map((household) => household.cancelAll()));
  const { user, system } = process.cpuUsage(before);
  const seconds = 'ms' in job ? job.ms / 1000 : (performance.now() - begun) / 1000;
  return { count, seconds, processor: (user + system) / 1e6 };
}

answerJobs('ready', answer);
