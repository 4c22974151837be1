/**
 * A market maker: bids below a reference price and asks above it, with the same volume on both sides. When one of them is filled it moves both away from
 * what it has too much of, by amending the orders where they stand. Should it vanish, the exchange cancels its orders (the dead man's switch).
 *
 *     wattlot exchange --open --port 4280        (in another terminal)
 *     npm exec -- node examples/market-maker.ts --url http://127.0.0.1:4280 --reference 150 --spread 10 --lots 20
 *
 * It has a battery: at the first start its meter issues 5 kWh to it, and it asks the operator for ecoin.
 */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { openParticipant, priceOfWire, wireOfPrice } from '@wattlot/client';
import type { Instrument, Outcome, OwnOrder, Participant } from '@wattlot/client';
import { optionsOfScript } from '@wattlot/client/config';
import { refusalErrors } from '@wattlot/client/frames';
import { toAmount, toLots, toPrice } from '@wattlot/core';
import type { Lots, Price, Side } from '@wattlot/core';

export interface MarketMakerOptions {
  readonly url: string;
  /** Made when it is missing; one process at a time. */
  readonly keyFile: string;
  readonly name: string;
  /** Ecoin per kWh. */
  readonly reference: number;
  /** Between bid and ask, ecoin per kWh. */
  readonly spread: number;
  /** Of each order. */
  readonly lots: number;
  /** Ends after so many trades have settled; left out: never. */
  readonly trades?: number;
  /** Ends it. */
  readonly signal?: AbortSignal;
  /** Told what it does, in one line. */
  readonly say: (line: string) => void;
}

/** The switch fires when the bot has been gone for so long; it is set anew three times in that time. */
const switchSeconds = 30;

/** What became of a wish, for a person. */
function outcomeText(outcome: Outcome<unknown>): string {
  if (outcome.kind !== 'no') return outcome.kind;
  return outcome.error === refusalErrors.would_trade
    ? 'refused, it would have traded at once'
    : `refused, ${outcome.error}`;
}

/** What the bot wants to have on the book. */
interface Quote {
  readonly price: Price;
  readonly volume: Lots;
}

/** The quotes for an inventory: one tick lower for each `lots` lots too many, one higher for each too few. */
export function quotesOf(
  instrument: Instrument,
  { reference, spread, lots }: Pick<MarketMakerOptions, 'reference' | 'spread' | 'lots'>,
  inventory: number,
): Readonly<Record<Side, Quote>> {
  const { tick, priceFloor, priceCap } = instrument;
  const skew = Math.round(inventory / lots) * tick;
  const priceAt = (wire: number): Price => {
    const price = priceOfWire(instrument, wire);
    if (price === undefined) throw new RangeError(`${wire} is no price of ${instrument.symbol}`);
    return toPrice(Math.min(Math.max(price - skew, priceFloor), priceCap)) ?? price;
  };
  const volume = toLots(lots);
  if (volume === undefined) throw new RangeError(`${lots} is no number of lots`);
  return {
    bid: { price: priceAt(reference - spread / 2), volume },
    ask: { price: priceAt(reference + spread / 2), volume },
  };
}

class MarketMaker {
  readonly #options: MarketMakerOptions;
  readonly #client: Participant['client'];
  readonly #orders = new Map<string, OwnOrder>();
  /** The client order ids of the two quotes. */
  readonly #quotes: Record<Side, string | undefined> = { bid: undefined, ask: undefined };

  constructor(client: Participant['client'], options: MarketMakerOptions) {
    this.#client = client;
    this.#options = options;
  }

  hear(orders: readonly OwnOrder[]): void {
    for (const own of orders) this.#orders.set(own.clientOrderId, own);
  }

  /** Lots bought less lots sold. */
  get inventory(): number {
    let sum = 0;
    for (const { side, filled } of this.#orders.values()) sum += (side === 'bid' ? 1 : -1) * filled;
    return sum;
  }

  /** Trades of which every lot is on the ledger. */
  get settled(): number {
    const trades = [...this.#orders.values()].flatMap((own) => own.trades);
    return trades.filter(({ settlement }) => settlement === 'settled').length;
  }

  /** Brings both quotes to where they should be. */
  async quote(instrument: Instrument): Promise<void> {
    const wanted = quotesOf(instrument, this.#options, this.inventory);
    for (const side of ['bid', 'ask'] as const) await this.#put(instrument, side, wanted[side]);
  }

  async #put(instrument: Instrument, side: Side, { price, volume }: Quote): Promise<void> {
    const id = this.#quotes[side];
    const own = id === undefined ? undefined : this.#orders.get(id);
    // It was placed, and its first report is on its way.
    if (id !== undefined && own === undefined) return;
    const at = `${volume} lots at ${wireOfPrice(instrument, price)}`;
    if (own === undefined || own.status === 'done') {
      const clientOrderId = randomUUID();
      this.#quotes[side] = clientOrderId;
      const { symbol } = instrument;
      const outcome = await this.#client.placeOrder({
        clientOrderId,
        symbol,
        side,
        price,
        volume,
        timeInForce: 'gtc',
        postOnly: true,
      });
      // Unknown: the client finds out under the same id, and its report says so.
      if (outcome.kind === 'no') this.#quotes[side] = undefined;
      this.#options.say(`${side} ${at}: ${outcomeText(outcome)}`);
      return;
    }
    // The volume counts what has been filled and cancelled.
    const total = toLots(own.filled + own.cancelled + volume);
    if (total === undefined || (own.price === price && own.volume === total)) return;
    const outcome = await this.#client.amendOrder(own.order, { price, volume: total });
    this.#options.say(`${side} amended to ${at}: ${outcomeText(outcome)}`);
  }
}

/** Asks for what a market maker needs at its first start: energy of its own meter, and ecoin. */
async function fund({ client, wallet }: Participant): Promise<void> {
  const owned = await wallet.balances();
  const has = (asset: string): boolean => owned.some((one) => one.asset === asset && one.raw > 0n);
  if (!has('energy')) await wallet.issueMore({ asset: 'energy', raw: 5_000n });
  const ecoin = toAmount(1_000_00);
  if (!has('ecoin') && ecoin !== undefined) await client.requestEcoin(ecoin);
}

/** Makes a market until it is told to end. @returns how many of its trades have settled. */
export async function makeMarket(options: MarketMakerOptions): Promise<number> {
  const { url, keyFile, name, trades = Infinity, signal } = options;
  const participant = await openParticipant({ url, keyFile, name, meter: 'own' });
  const { client } = participant;
  const maker = new MarketMaker(client, options);
  const events = client.events();
  const beat = setInterval(() => void client.cancelAllAfter(switchSeconds), switchSeconds * 333);
  const end = (): void => void events.return();
  signal?.addEventListener('abort', end);
  let instrument: Instrument | undefined;
  let isReady = false;
  try {
    for await (const event of events) {
      if (event.kind === 'instruments') [instrument] = event.instruments;
      if (event.kind === 'orders') maker.hear(event.orders);
      if (event.kind === 'connection' && event.state === 'live' && !isReady) {
        await fund(participant);
        // What an earlier run left behind is not known here by its quotes.
        await client.cancelAll();
        await client.cancelAllAfter(switchSeconds);
        isReady = true;
      }
      if (maker.settled >= trades) break;
      const isNews = event.kind === 'orders' || event.kind === 'balances';
      if (isNews && isReady && client.state === 'live' && instrument !== undefined) {
        await maker.quote(instrument);
      }
    }
  } finally {
    signal?.removeEventListener('abort', end);
    clearInterval(beat);
    await client.cancelAll();
    await client.cancelAllAfter(0);
    await participant.close();
  }
  return maker.settled;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = { kind: 'text', value: 'TEXT' } as const;
  const number = { kind: 'number', value: 'N', least: 1, most: 1_000_000 } as const;
  const price = { ...number, least: 0, isFraction: true } as const;
  const { key, ...values } = optionsOfScript('node examples/market-maker.ts', {
    url: { ...text, value: 'URL', what: 'the exchange', usual: 'http://127.0.0.1:4280' },
    key: { ...text, value: 'FILE', what: 'its key, made when missing', usual: 'market-maker.key' },
    name: { ...text, what: 'under which it asks to be let in', usual: 'market-maker' },
    reference: { ...price, what: 'ecoin per kWh between its quotes', usual: 150 },
    spread: { ...price, what: 'between bid and ask, ecoin per kWh', usual: 10 },
    lots: { ...number, what: 'of each order', usual: 20 },
    trades: { ...number, what: 'ends after so many have settled; without it never' },
  });
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const settled = await makeMarket({
    ...values,
    keyFile: key,
    trades: values.trades ?? Infinity,
    signal: stop.signal,
    say: (line) => console.log(line),
  });
  console.log(`${settled} trades settled`);
}
