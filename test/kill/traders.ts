/** Participants that order as fast as they are answered, and remember every answer. */
import { openParticipant } from '@wattlot/client';
import type { Clock, ExchangeClient, OwnOrder, Participant } from '@wattlot/client';
import { toAmount, toLots, toMarketSymbol, toPrice } from '@wattlot/core';

function sure<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a value is missing');
  return value;
}

const symbol = sure(toMarketSymbol('KWH/ECOIN'));

/** Waits of a client between its attempts are a twentieth: a kill is not what a trader waits for here. */
const impatient: Clock = {
  now: () => performance.now(),
  after: (ms, action) => {
    const timer = setTimeout(action, ms / 20);
    return () => clearTimeout(timer);
  },
};

/** Orders of one trader that are on their way at a time, and the milliseconds until the next: more than its agent can sign. */
const hurried = { lanes: 3, pauseMs: 15 };

/** Numbers from 0 to 1 from a seed. */
export type Random = () => number;

/** Everything that was promised to a trader. */
export interface Promised {
  readonly participant: string;
  readonly clientOrderId: string;
}

/** One household that orders without end. */
export class Trader {
  readonly promised: Promised[] = [];
  readonly orders = new Map<string, OwnOrder>();
  readonly #participant: Participant;
  readonly #side: 'ask' | 'bid';
  readonly #random: Random;
  readonly #name: string;
  #count = 0;

  private constructor(
    participant: Participant,
    { name, side, random }: { name: string; side: 'ask' | 'bid'; random: Random },
  ) {
    this.#participant = participant;
    this.#name = name;
    this.#side = side;
    this.#random = random;
    participant.client.listen((event) => {
      if (event.kind === 'orders') {
        for (const order of event.orders) this.orders.set(order.clientOrderId, order);
      } else if (event.kind === 'reconciled' && event.outcome.kind === 'yes') {
        this.#promise(event.clientOrderId);
      }
    });
  }

  /** A trader with what it sells or pays with. */
  static async open(
    url: string,
    folder: string,
    own: { name: string; side: 'ask' | 'bid'; random: Random },
  ): Promise<Trader> {
    const { name, side } = own;
    const participant = await openParticipant({
      url,
      keyFile: `${folder}/${name}.key`,
      name,
      meter: 'own',
      clock: impatient,
    });
    const trader = new Trader(participant, own);
    await trader.live();
    if (side === 'ask') await participant.wallet.issueMore({ asset: 'energy', raw: 1_000_000n });
    else await participant.client.requestEcoin(sure(toAmount(1_000_000)));
    return trader;
  }

  get #client(): ExchangeClient {
    return this.#participant.client;
  }

  /** How many lots of this trader's orders have settled. */
  get settled(): number {
    let lots = 0;
    for (const { trades } of this.orders.values()) {
      for (const trade of trades) if (trade.settlement === 'settled') lots += trade.volume;
    }
    return lots;
  }

  /** Resolves when the exchange answers again. @throws Error after 20 s. */
  async live(): Promise<void> {
    for (let waited = 0; this.#client.state !== 'live'; waited += 10) {
      if (waited > 20_000) throw new Error(`${this.#name} never came back to the exchange`);
      await later(10);
    }
  }

  /** Orders, and cancels some, over several orders at a time, until `until` says so. */
  async trade(until: () => boolean, { lanes, pauseMs } = hurried): Promise<void> {
    await Promise.all(Array.from({ length: lanes }, () => this.#lane(until, pauseMs)));
  }

  async #lane(until: () => boolean, pauseMs: number): Promise<void> {
    while (!until()) {
      const number = (this.#count += 1);
      const clientOrderId = `${this.#name}-${number}`;
      const price = 140 + Math.floor(this.#random() * 8);
      const outcome = await this.#client.placeOrder({
        clientOrderId,
        symbol,
        side: this.#side,
        price: sure(toPrice(price)),
        volume: sure(toLots(1 + Math.floor(this.#random() * 3))),
        timeInForce: 'gtc',
        postOnly: false,
      });
      if (outcome.kind === 'yes') this.#promise(clientOrderId);
      const old = this.orders.get(`${this.#name}-${number - 20}`);
      if (old !== undefined && old.status !== 'done') await this.#client.cancelOrder(old.order);
      await later(outcome.kind === 'yes' ? pauseMs : 2 * pauseMs);
    }
  }

  async close(): Promise<void> {
    await this.#participant.close();
  }

  #promise(clientOrderId: string): void {
    const { address: participant } = this.#participant.wallet;
    this.promised.push({ participant, clientOrderId });
  }
}

/** Waits for so many milliseconds. */
export function later(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
