/**
 * What a bot that knows only the dialect needs beside it: an agent of its account's owner that signs what the bot orders. The owner says so by noting
 * each of the bot's orders as a wish, under the bot's client order id; and an API key.
 */
import { toAsset, toLots, toMarketSymbol, toPrice } from '@wattlot/core';
import type { Amount } from '@wattlot/core';
import { systemClock } from '@wattlot/exchange';
import { startAgent } from '../packages/client/src/agent.ts';
import type { Clock } from '../packages/client/src/clock.ts';
import { connectAgent } from '../packages/client/src/connect.ts';
import { openOwnWallet } from '../packages/client/src/participant-wallet.ts';
import { openWishFile } from '../packages/client/src/wish-file.ts';
import { rememberWishes } from '../packages/client/src/wishing-client.ts';
import type { ExchangeClient } from '../packages/client/src/events.ts';

/** An order as the bot will place it. */
export interface BotOrder {
  readonly id: string;
  readonly side: 'ask' | 'bid';
  readonly price: number;
  readonly volume: number;
  readonly timeInForce?: 'gtc' | 'ioc';
}

/** The owner's half of a bot. */
export interface BotOwner {
  readonly client: ExchangeClient;
  /** Allows an order that the bot is about to place. */
  allow(order: BotOrder): Promise<void>;
  /** Makes an API key for the bot. */
  makeKey(scopes: readonly string[]): Promise<{ readonly key: string; readonly secret: string }>;
  requestEcoin(amount: number): Promise<unknown>;
  issueEnergy(raw: bigint): Promise<unknown>;
  close(): Promise<void>;
}

function sure<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a value is missing');
  return value;
}

/** Opens a wallet of its own, starts its agent, and waits until it is connected. */
export async function openBotOwner(options: {
  readonly url: string;
  readonly keyFile: string;
  readonly name: string;
  readonly clock: Clock;
}): Promise<BotOwner> {
  const { url, keyFile, name, clock } = options;
  const opened = await openOwnWallet({ url, chain: 'wattlot', keyFile, meter: true, clock });
  const { wallet } = opened;
  const wishes = await openWishFile(opened.wishesPath);
  const signMessage = (text: string): Promise<string> => Promise.resolve(wallet.signMessage(text));
  const signer = { address: wallet.address, signMessage, name, meter: sure(wallet.meterAddress) };
  const link = connectAgent({ url, signer, clock });
  const client = rememberWishes(link, wishes);
  const agent = startAgent({ client, link, wallet, wishes, clock });
  await new Promise<void>((live) => {
    client.listen((event) => {
      if (event.kind === 'connection' && event.state === 'live') live();
    });
  });
  const post = async (path: string, body: unknown, token?: string): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(new URL(path, url), {
      method: 'POST',
      headers: token === undefined ? headers : { ...headers, authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    return ((await response.json()) as { readonly result: unknown }).result;
  };
  return {
    client,
    allow: async ({ id, side, price, volume, timeInForce = 'gtc' }) => {
      const wish = {
        clientOrderId: id,
        symbol: sure(toMarketSymbol('KWH/ECOIN')),
        side,
        price: sure(toPrice(price)),
        volume: sure(toLots(volume)),
        timeInForce,
        postOnly: false,
      };
      const [energy, ecoin] = [sure(toAsset('energy')), sure(toAsset('ecoin'))];
      wishes.note({ step: 'wished', wish, terms: { energy, ecoin, lot: 10 as Amount } });
      await wishes.settled();
    },
    makeKey: async (scopes) => {
      const { address } = wallet;
      const { challenge } = (await post('/v1/challenge', { address })) as { challenge: string };
      const signature = await signMessage(challenge);
      const login = await post('/v1/login', { address, challenge, signature });
      const { token } = login as { token: string };
      const made = await post('/v1/create_api_key', { name: 'bot', scopes }, token);
      return made as { readonly key: string; readonly secret: string };
    },
    requestEcoin: (amount) => client.requestEcoin(amount as Amount),
    issueEnergy: (raw) => wallet.issueMore({ asset: 'energy', raw }),
    close: async () => {
      await agent.close();
      await client.close();
      await wishes.close();
      await opened.close();
    },
  };
}

/** Waits of a client between its attempts are a tenth, so that a test does not wait. */
export const impatient: Clock = {
  now: () => performance.now(),
  after: (ms, action) => systemClock().after(ms / 10, action),
};

/** Everything that a `watch…` tells from now on: the client answers with what is new only. */
export class Followed<T> {
  readonly #told: T[] = [];
  #wake: () => void = () => undefined;

  constructor(watch: () => Promise<readonly T[]>) {
    void this.#follow(watch);
  }

  async #follow(watch: () => Promise<readonly T[]>): Promise<void> {
    for (;;) {
      try {
        this.#told.push(...(await watch()).map((row) => ({ ...row })));
      } catch {
        return;
      }
      this.#wake();
    }
  }

  /** The first that is as wanted, told already or not. */
  async until(isSo: (told: T) => boolean): Promise<T> {
    for (;;) {
      const found = this.#told.find(isSo);
      if (found !== undefined) return found;
      await new Promise<void>((wake) => (this.#wake = wake));
    }
  }
}

/** Asks again until the answer is as it should be. */
export async function until<T>(ask: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isSo(answer)) return answer;
  }
}
