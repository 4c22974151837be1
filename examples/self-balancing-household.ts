/**
 * A household that balances itself: it keeps so much energy in its battery, sells what its roof gives beyond that, and buys what it lacks. What it has too
 * much of it offers for a while (an order that expires); what it lacks it buys at once, up to a price (a market order with protection).
 *
 *     wattlot exchange --open --port 4280        (in another terminal)
 *     npm exec -- node examples/self-balancing-household.ts --url http://127.0.0.1:4280 --target 2000 --price 150
 *
 * Its roof and its use are made up here: a sunny hour gives 100 to 400 Wh more than is used, a dark one takes as much.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openParticipant, priceOfWire, wireOfPrice } from '@wattlot/client';
import type { Instrument, OrderWish, OwnOrder } from '@wattlot/client';
import { optionsOfScript } from '@wattlot/client/config';
import { toAmount, toInstant, toLots, toPrice } from '@wattlot/core';
import type { Side } from '@wattlot/core';

export interface HouseholdOptions {
  readonly url: string;
  /** Made when it is missing; one process at a time. */
  readonly keyFile: string;
  readonly name: string;
  /** What it wants to have in its battery, Wh. */
  readonly target: number;
  /** What it thinks energy is worth, ecoin per kWh: it sells from a tenth below on, and buys up to a tenth above. */
  readonly price: number;
  /** Wh that a step gives beyond what is used; below 0 what it takes. */
  readonly step: (count: number) => number;
  /** Between two steps. */
  readonly stepMs: number;
  /** Ends after so many trades have settled; left out: never. */
  readonly trades?: number;
  /** Ends it. */
  readonly signal?: AbortSignal;
  /** Told what it does, in one line. */
  readonly say: (line: string) => void;
}

/** The order that brings a household back to its target, if a lot or more is out of balance. */
export function balancingOrder(
  instrument: Instrument,
  {
    surplus,
    price,
    expiresAt,
  }: { readonly surplus: number; readonly price: number; readonly expiresAt: number },
): OrderWish | undefined {
  const { symbol, lot, tick, priceFloor, priceCap, volumeMax } = instrument;
  const volume = toLots(Math.min(Math.floor(Math.abs(surplus) / lot), volumeMax));
  if (volume === undefined || volume === 0) return undefined;
  const side: Side = surplus > 0 ? 'ask' : 'bid';
  const worth = priceOfWire(instrument, price);
  if (worth === undefined) throw new RangeError(`${price} is no price of ${symbol}`);
  const tenth = Math.round(worth / 10 / tick) * tick;
  const worst = side === 'ask' ? worth - tenth : worth + tenth;
  const limit = toPrice(Math.min(Math.max(worst, priceFloor), priceCap));
  const until = toInstant(expiresAt);
  if (limit === undefined || until === undefined) return undefined;
  const wish = { clientOrderId: randomUUID(), symbol, side, price: limit, volume, postOnly: false };
  return side === 'ask'
    ? { ...wish, timeInForce: 'gtd', expiresAt: until }
    : { ...wish, type: 'market', timeInForce: 'ioc' };
}

/** Lots of own orders that may still trade, or have traded and are not on the ledger: bought less sold. */
function underWay(orders: Iterable<OwnOrder>): number {
  let lots = 0;
  for (const { side, remaining, trades } of orders) {
    let open: number = remaining;
    for (const { volume, settlement } of trades) {
      if (settlement !== 'settled' && settlement !== 'released') open += volume;
    }
    lots += side === 'bid' ? open : -open;
  }
  return lots;
}

/** Whether an ask is live. */
function isOffering(orders: Iterable<OwnOrder>): boolean {
  return [...orders].some(({ side, status }) => side === 'ask' && status !== 'done');
}

/** Balances a household until it is told to end. @returns how many of its trades have settled. */
export async function balanceHousehold(options: HouseholdOptions): Promise<number> {
  const { url, keyFile, name, target, price, trades = Infinity, signal, say } = options;
  const participant = await openParticipant({ url, keyFile, name, meter: 'own' });
  const { client, wallet } = participant;
  const orders = new Map<string, OwnOrder>();
  let instrument: Instrument | undefined;
  let energy: number | undefined;
  /** Used and not yet taken from the ledger. */
  let used = 0;
  client.listen((event) => {
    if (event.kind === 'instruments') [instrument] = event.instruments;
    if (event.kind === 'orders') for (const own of event.orders) orders.set(own.order, own);
    if (event.kind === 'balances') {
      energy = event.balances.find(({ asset }) => asset === instrument?.base)?.balance ?? energy;
    }
  });
  const settled = (): number =>
    [...orders.values()].flatMap((own) => own.trades).filter((one) => one.settlement === 'settled')
      .length;
  const ecoin = toAmount(1_000_00);
  let isFunded = false;
  try {
    for (let count = 0; settled() < trades && signal?.aborted !== true; count += 1) {
      await pause(options.stepMs, undefined, signal === undefined ? {} : { signal });
      if (client.state !== 'live' || instrument === undefined) continue;
      if (!isFunded && ecoin !== undefined) {
        await client.requestEcoin(ecoin);
        await wallet.issueMore({ asset: instrument.base, raw: BigInt(target) });
        isFunded = true;
        continue;
      }
      if (energy === undefined) continue;
      const net = options.step(count);
      // What the roof gives is issued by the meter. What is used is kept as an account here: a real meter takes it off the ledger.
      if (net > 0) await wallet.issueMore({ asset: instrument.base, raw: BigInt(net) });
      else used -= net;
      const inBattery = energy + Math.max(net, 0) - used;
      const surplus = inBattery + underWay(orders.values()) * instrument.lot - target;
      const expiresAt = (Date.now() + 10 * options.stepMs) * 1_000;
      const wish = balancingOrder(instrument, { surplus, price, expiresAt });
      if (wish === undefined) continue;
      if (wish.side === 'bid' && isOffering(orders.values())) {
        // A bid would meet its own ask, and the exchange would cancel it: what is offered is taken back first, and the next step counts anew.
        const { kind } = await client.cancelAll();
        say(`takes back what it offers: ${kind}`);
        continue;
      }
      const outcome = await client.placeOrder(wish);
      const what = outcome.kind === 'no' ? outcome.error : outcome.kind;
      const verb = wish.side === 'ask' ? 'sells' : 'buys';
      say(`${verb} ${wish.volume} lots, limit ${wireOfPrice(instrument, wish.price)}: ${what}`);
    }
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  } finally {
    await client.cancelAll();
    await participant.close();
  }
  return settled();
}

/** An hour of made-up sun and use, in Wh: six hours of too much, then as much too little. */
export function madeUpHour(count: number): number {
  const size = 100 + 100 * ((count % 6) % 4);
  return Math.floor(count / 6) % 2 === 0 ? size : -size;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = { kind: 'text', value: 'TEXT' } as const;
  const number = { kind: 'number', value: 'N', least: 1, most: 1_000_000 } as const;
  const values = optionsOfScript('node examples/self-balancing-household.ts', {
    url: { ...text, value: 'URL', what: 'the exchange', usual: 'http://127.0.0.1:4280' },
    key: { ...text, value: 'FILE', what: 'its key, made when missing', usual: 'household.key' },
    name: { ...text, what: 'under which it asks to be let in', usual: 'household' },
    target: { ...number, what: 'Wh that it wants in its battery', usual: 2_000 },
    price: {
      ...number,
      isFraction: true,
      what: 'what it thinks energy is worth, ecoin per kWh',
      usual: 150,
    },
    'step-ms': { ...number, what: 'between two steps', usual: 1_000 },
    trades: { ...number, what: 'ends after so many have settled; without it never' },
  });
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const settled = await balanceHousehold({
    ...values,
    keyFile: values.key,
    step: madeUpHour,
    stepMs: values['step-ms'],
    trades: values.trades ?? Infinity,
    signal: stop.signal,
    say: (line) => console.log(line),
  });
  console.log(`${settled} trades settled`);
}
