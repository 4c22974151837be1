import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openParticipant } from '@wattlot/client';
import type { AgentNote, OwnOrder, Participant } from '@wattlot/client';
import { toPrice } from '@wattlot/core';
import type { OrderId } from '@wattlot/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from './clock.ts';
import { exactLots, sure } from './exact.ts';
import { openExchange } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import { Deliveries } from './offers.ts';
import type { LadderDelivery } from './offers.ts';
import { defaultTerms } from './terms.ts';

const price = sure(toPrice(120), 'price');
const want = { asset: 'ecoin', raw: 120n };

let folder = '';
let exchange: Exchange;
let seller: Participant;
let wake: () => void = () => undefined;
const notes: AgentNote[] = [];
const orders = new Map<OrderId, OwnOrder>();
const balances = new Map<string, number>();

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise<void>((done) => (wake = done));
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wattlot-ladder-'));
  for (const kept of [orders, balances]) kept.clear();
  notes.length = 0;
  exchange = await openExchange({
    folder: join(folder, 'exchange'),
    policy: 'open',
    clock: systemClock(),
    terms: defaultTerms,
    log: () => undefined,
    failed: (error) => {
      throw error;
    },
    version: 'test',
  });
  const url = await exchange.app.listen({ host: '127.0.0.1', port: 0 });
  seller = await openParticipant({
    url,
    keyFile: join(folder, 'seller.key'),
    name: 'seller',
    meter: 'own',
    onNote: (note) => {
      notes.push(note);
      wake();
    },
  });
  let state = 'stale';
  seller.client.listen((event) => {
    if (event.kind === 'connection') state = event.state;
    if (event.kind === 'orders') for (const own of event.orders) orders.set(own.order, own);
    if (event.kind === 'balances') {
      for (const { asset, balance } of event.balances) balances.set(asset, balance);
    }
    wake();
  });
  await until(() => state === 'live');
  await seller.wallet.issueMore({ asset: 'energy', raw: 1_000n });
  await until(() => balances.get('energy') === 1_000);
});

afterEach(async () => {
  await seller.close();
  await exchange.close();
  rmSync(folder, { recursive: true, force: true });
});

/** An ask on the book whose ladder the agent has delivered. */
async function laddered(id: string): Promise<OrderId> {
  const outcome = await seller.client.placeOrder({
    clientOrderId: id,
    symbol: defaultTerms.symbol,
    side: 'ask',
    price,
    volume: exactLots(4),
    timeInForce: 'gtc',
    postOnly: false,
  });
  if (outcome.kind !== 'yes') throw new Error('not placed');
  const { order } = outcome.value;
  await until(() => notes.some((note) => note.kind === 'laddered' && note.order === order));
  return order;
}

/** The rungs of an order, signed by its owner at a price. */
async function rungsOf(order: OrderId, raw = want.raw) {
  const { places } = sure(exchange.feed.ladderOf(order), 'ladder');
  const named = [...places.values()].map(({ output }) => output);
  const known = await seller.wallet.known(named);
  const outputs = named.map((name) =>
    sure(
      known.find(({ txid, vout }) => `${txid}:${vout}` === name),
      name,
    ),
  );
  const scripts = seller.wallet.signLadder({ outputs, want: { ...want, raw } });
  return scripts.map((script, index) => ({ lot: index, index, script }));
}

test('rungs that are not as agreed are refused whole, and those held before stay', async () => {
  const [order, other] = [await laddered('one'), await laddered('two')];
  const deliveries = new Deliveries(exchange.feed, exchange.ledger);
  const [own, foreign, dear] = [
    await rungsOf(order),
    await rungsOf(other),
    await rungsOf(order, 121n),
  ];
  const take = (rungs: typeof own, of = order): LadderDelivery =>
    deliveries.takeRungs(seller.wallet.address, of, rungs);
  const refused = (lot: number, fault: string): LadderDelivery => {
    return { kind: 'refused', error: `EOrder:Ladder refused: lot ${lot}: ${fault}` };
  };
  const script = (rungs: typeof own, lot: number): string => sure(rungs[lot], 'rung').script;
  const put = (lot: number, text: string): typeof own =>
    own.with(lot, { lot, index: lot, script: text });

  expect(take(own)).toEqual({ kind: 'taken', stored: 4 });
  expect(take(put(2, script(own, 1)))).toEqual(refused(2, 'signature-wrong'));
  expect(take(put(3, script(foreign, 3)))).toEqual(refused(3, 'signature-wrong'));
  expect(take(put(1, script(dear, 1)))).toEqual(refused(1, 'signature-wrong'));
  expect(take(put(1, '00'))).toEqual(refused(1, 'signature-form'));
  const all = Buffer.from(script(own, 1), 'hex');
  all[sure(all[0], 'length')] = 0x01;
  expect(take(put(1, all.toString('hex')))).toEqual(refused(1, 'signature-type'));
  expect(take([...own, sure(own[0], 'rung')])).toEqual(refused(0, 'named twice'));
  // For a place that nobody asked for, or a lot that is none.
  expect(take([{ ...sure(own[1], 'rung'), index: 2 }])).toEqual({ kind: 'taken', stored: 0 });
  expect(take([{ ...sure(own[1], 'rung'), lot: 77 }])).toEqual({ kind: 'taken', stored: 0 });
  expect(take([])).toEqual({ kind: 'taken', stored: 0 });
});

test('a ladder of somebody else’s order, of none, or of one that is cancelled is not expected', async () => {
  const order = await laddered('one');
  const deliveries = new Deliveries(exchange.feed, exchange.ledger);
  const rungs = await rungsOf(order);
  const { address } = seller.wallet;
  const unknown = { kind: 'refused', error: 'EOrder:Unknown order' };
  expect(deliveries.takeRungs(seller.wallet.meterAddress, order, rungs)).toEqual(unknown);
  expect(deliveries.takeRungs(address, 'O99' as OrderId, rungs)).toEqual(unknown);
  await seller.client.cancelOrder(order);
  await until(() => orders.get(order)?.status === 'done');
  expect(deliveries.takeRungs(address, order, rungs)).toEqual({
    kind: 'refused',
    error: 'EOrder:Offers not expected',
  });
});

test('signatures found good in rungs are not checked again by the chain', async () => {
  const order = await laddered('one');
  const before = exchange.ledger.signatures.size;
  const deliveries = new Deliveries(exchange.feed, exchange.ledger);
  const again = deliveries.takeRungs(seller.wallet.address, order, await rungsOf(order));
  expect(again).toEqual({ kind: 'taken', stored: 4 });
  expect(exchange.ledger.signatures.size).toBe(before);
});
