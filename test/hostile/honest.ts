/** Those for whom the exchange is there: households that trade, one that is measured by its orders, and the size of the server. */
import { readFileSync } from 'node:fs';
import { openParticipant } from '@wattlot/client';
import type { Participant } from '@wattlot/client';
import { toAmount, toLots, toMarketSymbol, toPrice } from '@wattlot/core';
import { later, Trader } from '../kill/traders.ts';

function sure<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a value is missing');
  return value;
}

const symbol = sure(toMarketSymbol('KWH/ECOIN'));

/** Bytes of memory that a process has, as Linux tells it. @returns undefined where that is not told. */
export function memoryOf(pid: number): number | undefined {
  try {
    const [, pages] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
    return Number(pages) * 4096;
  } catch {
    return undefined;
  }
}

/** Milliseconds within which so many of all lie. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** As many orders as their agents can sign. */
const calm = { lanes: 1, pauseMs: 150 };

/** Honest households on one exchange. */
export class Honest {
  readonly #traders: readonly Trader[];
  readonly #orderer: Participant;
  #count = 0;

  private constructor(traders: readonly Trader[], orderer: Participant) {
    this.#traders = traders;
    this.#orderer = orderer;
  }

  static async open(url: string, folder: string): Promise<Honest> {
    const traders: Trader[] = [];
    for (const name of ['seller-1', 'buyer-1', 'seller-2', 'buyer-2']) {
      const side = name.startsWith('seller') ? 'ask' : 'bid';
      traders.push(await Trader.open(url, folder, { name, side, random: Math.random }));
    }
    const keyFile = `${folder}/orderer.key`;
    const orderer = await openParticipant({ url, keyFile, name: 'orderer' });
    const funded = new Promise<void>((done) => {
      orderer.client.listen((event) => {
        if (event.kind === 'connection' && event.state === 'live') {
          void orderer.client.requestEcoin(sure(toAmount(100_000)));
        }
        if (event.kind === 'balances' && event.balances.some(({ balance }) => balance > 0)) done();
      });
    });
    await funded;
    return new Honest(traders, orderer);
  }

  /** Lots of theirs that have settled. */
  get settled(): number {
    return this.#traders.reduce((sum, { settled }) => sum + settled, 0);
  }

  /** Trades until `until` says so. */
  async trade(until: () => boolean): Promise<void> {
    await Promise.all(this.#traders.map((trader) => trader.trade(until, calm)));
  }

  /**
   * Places orders that find nothing, one after the other, for so many milliseconds. @returns how long each took, in milliseconds, from the shortest on.
   * @throws Error for one that is not taken.
   */
  async order(forMs: number): Promise<readonly number[]> {
    const took: number[] = [];
    const end = performance.now() + forMs;
    while (performance.now() < end) {
      this.#count += 1;
      const began = performance.now();
      const outcome = await this.#orderer.client.placeOrder({
        clientOrderId: `measured-${this.#count}`,
        symbol,
        side: 'bid',
        price: sure(toPrice(1)),
        volume: sure(toLots(1)),
        timeInForce: 'ioc',
        postOnly: false,
      });
      took.push(performance.now() - began);
      if (outcome.kind !== 'yes')
        throw new Error(`an order was answered ${JSON.stringify(outcome)}`);
      // Below what an account may place in the long run.
      await later(25);
    }
    return took.toSorted((one, other) => one - other);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#traders, this.#orderer].map((one) => one.close()));
  }
}
