/** What owners and the operator do, by chance: every kind of order, changes of mind, programs that end and begin, and a market that changes its phase. */
import { toAmount, toInstant, toLots, toPrice } from '@wattlot/core';
import type { Lots, Phase, Price } from '@wattlot/core';
import type { OrderWish } from '../../packages/client/src/events.ts';
import type { Assembly } from '../../packages/exchange/src/assembly.ts';
import type { Household } from './household.ts';
import { sure, symbol } from './market.ts';
import type { Network } from './network.ts';
import type { Server } from './server.ts';
import type { World } from './world.ts';

/** Raw units that a participant is given at a time: enough for a few orders, so that funds run out now and then. */
const ecoinGiven = sure(toAmount(20_000));
const energyGiven = 400n;

const priceOf = (value: number): Price => sure(toPrice(value));
const lotsOf = (value: number): Lots => sure(toLots(value));

/** An order as somebody might want it; now and then one that contradicts itself. */
function wishFor(world: World, household: Household): OrderWish {
  const { chance } = world;
  const side = chance.percent(50) ? 'ask' : 'bid';
  const kind = sure(
    chance.weighted([
      [50, 'plain'],
      [12, 'ioc'],
      [6, 'fok'],
      [5, 'market'],
      [7, 'gtd'],
      [6, 'postOnly'],
      [8, 'whole'],
      [2, 'absurd'],
    ] as const),
  );
  const price = priceOf((side === 'ask' ? 99 : 97) + chance.below(7));
  const expiresAt = toInstant(Math.round((world.wall + chance.between(200, 9_000)) * 1000));
  const selfTrade = chance.pick([
    undefined,
    'cancel_incoming',
    'cancel_resting',
    'cancel_both',
  ] as const);
  return {
    clientOrderId: `${household.name}-${household.wishes.length + 1}`,
    symbol,
    side,
    price,
    volume: lotsOf(chance.percent(85) ? 1 + chance.below(3) : 1 + chance.below(9)),
    timeInForce:
      kind === 'fok'
        ? 'fok'
        : kind === 'gtd'
          ? 'gtd'
          : kind === 'ioc' || kind === 'market'
            ? 'ioc'
            : 'gtc',
    postOnly: kind === 'postOnly' || kind === 'absurd',
    ...(kind === 'gtd' && expiresAt !== undefined ? { expiresAt } : {}),
    ...(kind === 'market' || kind === 'absurd' ? { type: 'market' } : {}),
    ...(kind === 'whole' ? { whole: true } : {}),
    ...(selfTrade === undefined ? {} : { selfTrade }),
  };
}

/** Gives a participant something to trade with. Safe to repeat. */
export function fund(household: Household): void {
  const { running } = household;
  if (running === undefined) return;
  void household.requestEcoin(ecoinGiven);
  household.issues += 1;
  const reference = `issue-${household.issues}`;
  // What cannot be had now is asked for later.
  running.wallet.issueMore({ asset: 'energy', raw: energyGiven, reference }).catch(() => undefined);
}

/** One thing that an owner does. */
export function act(world: World, network: Network, household: Household): void {
  const { chance } = world;
  const { running, orders } = household;
  if (running === undefined) return;
  const live = [...orders.values()].filter(({ status }) => status !== 'done');
  const order = chance.pick(live);
  const link = network.links.find(({ client }) => client === household.name);
  const away = (): void => {
    world.after(chance.between(50, 4_000), () => household.start());
  };
  const deeds: readonly (readonly [number, () => void])[] = [
    [60, () => void household.wish(wishFor(world, household))],
    [10, () => order && void running.client.cancelOrder(order.order)],
    [
      10,
      () => {
        if (order === undefined) return;
        const price = chance.percent(60) ? { price: priceOf(96 + chance.below(12)) } : {};
        const volume =
          chance.percent(60) || !('price' in price) ? { volume: lotsOf(1 + chance.below(5)) } : {};
        void running.client.amendOrder(order.order, { ...price, ...volume });
      },
    ],
    [1, () => void running.client.cancelAll(chance.percent(50) ? symbol : undefined)],
    [2, () => void running.client.cancelAllAfter(chance.below(4))],
    [4, () => fund(household)],
    [
      6,
      () => {
        const before = chance.pick(household.wishes);
        if (before !== undefined) void household.wish(before);
      },
    ],
    [
      3,
      () => {
        const before = chance.pick(household.wishes);
        if (before === undefined) return;
        void household.contradict({ ...before, price: priceOf(before.price + 1) });
      },
    ],
    [
      1,
      () => {
        const pending = live.find(({ status }) => status === 'pending');
        if (pending === undefined) return;
        const params = { order_id: pending.order, reason: 'not now' };
        void running.link.ask({ method: 'offers.declined', params });
      },
    ],
    [2, () => link?.cut()],
    [2, () => link?.stall(chance.between(50, 4_000))],
    [
      1.5,
      () => {
        household.kill();
        away();
      },
    ],
    [
      1,
      () => {
        void household.leave().then(away);
      },
    ],
    [household.isLiar ? 4 : 0, () => pull(household)],
  ];
  chance.weighted(deeds)?.();
}

/** Spends what is on offer to oneself, behind the exchange's back. */
function pull({ running }: Household): void {
  const { wallet } = running ?? {};
  if (wallet === undefined) return;
  const locked = wallet.view.locks().slice(0, 3);
  wallet.renew(locked).catch(() => undefined);
}

/** One thing that the operator does, or happens to the exchange. */
export function disturb(world: World, server: Server): void {
  const { chance } = world;
  const { assembly } = server;
  const deeds: readonly (readonly [number, () => void])[] = [
    [4, () => server.isRunning && server.restart()],
    [1, () => void server.stop()],
    [3, () => changePhase(world, server)],
    [1, () => assembly && changeBand(world, assembly)],
    [
      1,
      () => {
        world.wallShift += (chance.percent(50) ? 1 : -1) * 3_600_000;
        world.note(`the wall clock is off by ${world.wallShift} ms`);
      },
    ],
  ];
  chance.weighted(deeds)?.();
}

const phases: readonly Phase[] = ['pre_open', 'post_only', 'cancel_only', 'halted'];

/** Another phase, and back after a while. */
function changePhase(world: World, server: Server): void {
  const { chance } = world;
  const phase = sure(chance.pick(phases));
  if (server.assembly === undefined) return;
  submit(server.assembly.sequencer, { kind: 'market.phase', market: symbol, phase });
  world.after(chance.between(200, 3_000), () => {
    if (server.assembly !== undefined) openMarket(server.assembly);
  });
}

function changeBand(world: World, { sequencer }: Assembly): void {
  const [floor, cap] = world.chance.percent(50) ? [1, 1_000] : [98, 104];
  submit(sequencer, {
    kind: 'market.band',
    market: symbol,
    floor: priceOf(floor),
    cap: priceOf(cap),
  });
}

/** The market as it should be for everybody to finish. */
export function openMarket({ sequencer }: Assembly): void {
  submit(sequencer, { kind: 'market.phase', market: symbol, phase: 'continuous' });
}

function submit(
  sequencer: Assembly['sequencer'],
  command: Parameters<Assembly['sequencer']['submit']>[0],
): void {
  // The exchange may be going down: the operator sees that and tries again, or not.
  sequencer.submit(command).catch(() => undefined);
}
