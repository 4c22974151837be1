/** Once nothing fails any more the market has to work: everybody takes back what is left, two honest households trade a lot, it settles, and nothing stays on offer. */
import { toLots, toPrice } from '@wattlot/core';
import type { OrderId, Side } from '@wattlot/core';
import type { OrderWish, Outcome } from '../../packages/client/src/events.ts';
import type { Checker } from './checker.ts';
import { fund, openMarket } from './habits.ts';
import type { Household } from './household.ts';
import { sure, symbol } from './market.ts';
import type { Server } from './server.ts';
import type { World } from './world.ts';

/** Milliseconds in which each step has to be over: twice what an agent's offers and a block take on a calm network, and room. */
const stepMs = 20_000;

/** Milliseconds after which an agent that knows of nothing to do has taken back what it had on offer. */
const tidyMs = 5_000;

/** What the trade is made with. */
export interface LastTradeOptions {
  readonly world: World;
  readonly checker: Checker;
  readonly server: Server;
  /** The last one may be a liar, the first two are not. */
  readonly households: readonly Household[];
  /** Called after each thing that happens. */
  readonly each: () => void;
  /** Whether nothing is under way. */
  readonly isOver: () => boolean;
}

/** Makes the trade, and reports what of it does not happen. */
export async function lastTrade(options: LastTradeOptions): Promise<void> {
  const { world, checker, server, households, each, isOver } = options;
  const [seller, buyer] = households;
  const { assembly } = server;
  if (seller === undefined || buyer === undefined || assembly === undefined) return;
  const { history } = checker;
  const until = async (what: string, isDone: () => boolean): Promise<void> => {
    if (await world.run(world.now + stepMs, each, isDone)) return;
    checker.report(`when all is calm, ${what} does not happen`);
  };
  const soon = async <T>(what: string, asked: Promise<T> | undefined): Promise<T | undefined> => {
    const said: T[] = [];
    void asked?.then((value) => said.push(value));
    await until(what, () => said.length > 0);
    return said[0];
  };
  const taken = async (
    what: string,
    asked: Promise<Outcome<unknown> | undefined> | undefined,
  ): Promise<void> => {
    const outcome = await soon(`an answer to ${what}`, asked);
    if (outcome === undefined || outcome.kind === 'yes') return;
    checker.report(`when all is calm, ${what} is answered with ${JSON.stringify(outcome)}`);
  };
  const statusOf = (order: OrderId | undefined): string | undefined => {
    return order === undefined ? undefined : history.orders.get(order)?.status;
  };
  const orderOf = ({ told }: Household): OrderId | undefined => {
    const outcome = told.at(-1)?.outcome;
    return outcome?.kind === 'yes' ? outcome.value.order : undefined;
  };

  openMarket(assembly);
  for (const { name, running } of households) {
    await taken(`cancel_all of ${name}`, running?.client.cancelAll());
    await taken(`the switch of ${name}`, running?.client.cancelAllAfter(0));
  }
  for (const household of [seller, buyer]) fund(household);
  await until('an end of all orders', () => {
    return isOver() && [...history.orders.values()].every(({ status }) => status === 'done');
  });
  await taken('an ask', seller.wish(wish(seller, 'ask')));
  await until('an ask that rests', () => statusOf(orderOf(seller)) === 'open');
  await taken('a bid', buyer.wish(wish(buyer, 'bid')));
  await until('a settlement', () => {
    const bid = orderOf(buyer);
    const trade = [...history.trades.values()].findLast(({ incoming }) => incoming.order === bid);
    return trade?.lots.every(({ state }) => state === 'settled') === true;
  });
  await world.run(world.now + tidyMs, each);
  for (const { name, running } of households) {
    const balances = await soon(`an answer to the wallet of ${name}`, running?.wallet.balances());
    for (const { asset, locked } of balances ?? []) {
      if (locked > 0n) checker.report(`${locked} ${asset} of ${name} stay locked`);
    }
  }
}

function wish({ name, wishes }: Household, side: Side): OrderWish {
  return {
    clientOrderId: `${name}-${wishes.length + 1}`,
    symbol,
    side,
    price: sure(toPrice(100)),
    volume: sure(toLots(1)),
    timeInForce: 'gtc',
    postOnly: false,
  };
}
