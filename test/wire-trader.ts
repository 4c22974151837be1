/** Exchanges and traders for the tests of the wire: each order goes out as a frame written by hand, and an agent of its owner's signs it. */
import { startExchange } from '@wattlot/exchange';
import { impatient, openBotOwner } from './bot.ts';
import type { BotOwner } from './bot.ts';
import { emptyFolder } from './run-wattlot.ts';
import { textOf, tokenOf, WireClient } from './wire-client.ts';

export const symbol = 'KWH/ECOIN';

/** An order as a test names it; quantities in lots of 0.01 kWh. */
export interface TestOrder {
  readonly side: 'buy' | 'sell';
  readonly price: number;
  readonly lots: number;
  readonly ioc?: boolean;
}

/** Somebody who trades by hand-written frames. */
export class WireTrader {
  readonly client: WireClient;
  readonly token: string;
  readonly #owner: BotOwner;
  #count = 0;

  private constructor(client: WireClient, token: string, owner: BotOwner) {
    this.client = client;
    this.token = token;
    this.#owner = owner;
  }

  /** With 9,000 ecoin and 10 kWh. */
  static async open(url: string, keyFile: string, name: string): Promise<WireTrader> {
    const owner = await openBotOwner({ url, keyFile, name, clock: impatient });
    await Promise.all([owner.requestEcoin(900_000), owner.issueEnergy(10_000n)]);
    const token = await tokenOf(url, await owner.makeKey(['read', 'trade']));
    const client = await WireClient.open(url);
    // It stays open without a subscription of its own.
    await client.must('subscribe', { channel: 'instrument' });
    return new WireTrader(client, token, owner);
  }

  /** The order's parameters, with an id under which the owner's agent will sign it. */
  async words({
    side,
    price,
    lots,
    ioc = false,
  }: TestOrder): Promise<Readonly<Record<string, unknown>>> {
    const id = `wire-${(this.#count += 1)}`;
    await this.#owner.allow({
      id,
      side: side === 'sell' ? 'ask' : 'bid',
      price,
      volume: lots,
      timeInForce: ioc ? 'ioc' : 'gtc',
    });
    return {
      order_type: 'limit',
      side,
      limit_price: price,
      order_qty: lots / 100,
      cl_ord_id: id,
      ...(ioc ? { time_in_force: 'ioc' } : {}),
    };
  }

  /** Places an order. @returns its ids. */
  async place(order: TestOrder): Promise<{ readonly id: string; readonly own: string }> {
    const words = await this.words(order);
    const { order_id: id, cl_ord_id: own } = await this.client.must('add_order', {
      ...words,
      symbol,
      token: this.token,
    });
    return { id: textOf(id), own: textOf(own) };
  }

  async cancel(id: string): Promise<void> {
    await this.client.must('cancel_order', { order_id: [id], token: this.token });
  }

  /** Opens a connection that follows one of the private channels. */
  async follow(url: string, channel: string, params: object = {}): Promise<WireClient> {
    const client = await WireClient.open(url);
    await client.must('subscribe', { channel, token: this.token, ...params });
    return client;
  }

  async close(): Promise<void> {
    this.client.close();
    await this.#owner.close();
  }
}

/** An exchange in a folder of its own, with two who trade on it. */
export async function openWireMarket(): Promise<{
  readonly url: string;
  readonly maker: WireTrader;
  readonly taker: WireTrader;
  readonly end: () => Promise<void>;
}> {
  const { folder, remove } = await emptyFolder();
  const options = { folder, host: '127.0.0.1', port: 0, policy: 'open' } as const;
  const exchange = await startExchange(options);
  const { url } = exchange;
  const [maker, taker] = await Promise.all([
    WireTrader.open(url, `${folder}/maker.key`, 'maker'),
    WireTrader.open(url, `${folder}/taker.key`, 'taker'),
  ]);
  const end = async (): Promise<void> => {
    await Promise.all([maker.close(), taker.close()]);
    await exchange.close();
    await remove();
  };
  return { url, maker, taker, end };
}
