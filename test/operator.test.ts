/**
 * The operator's morning, with a real exchange in a process of its own: households ask, the operator lets them in and approves a deposit, they trade; and the
 * exchange is stopped and started in between.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openOperator, openParticipant } from '@wattlot/client';
import type { ClientEvent, OperatorConnection, OwnOrder, Participant } from '@wattlot/client';
import type { OperatorBody, OperatorFunctionName, OperatorResult } from '@wattlot/client/frames';
import { toAmount, toLots, toMarketSymbol, toPrice } from '@wattlot/core';
import type { Side } from '@wattlot/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startChild } from '../bin/child.ts';
import type { Child } from '../bin/child.ts';
import { PtyScreen } from './pty-screen.ts';
import { emptyFolder, wattlot } from './run-wattlot.ts';

const program = fileURLToPath(new URL('../bin/wattlot.mjs', import.meta.url));

function sure<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a value is missing');
  return value;
}

let folder = '';
let remove: () => Promise<void>;
let exchange: Child;
let notes: string[];
let port = 0;
let url = '';
const ends: (() => Promise<void>)[] = [];

/** Starts the exchange as its operator does, at the port it had. */
async function start(): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  notes = [];
  let listening = '';
  const args = ['exchange', '--json', '--data', folder, '--port', String(port)];
  exchange = startChild(args, (line) => {
    const report: Readonly<Record<string, unknown>> = { ...line };
    if (report['event'] === 'listening') listening = String(report['url']);
    if (report['event'] !== 'note') return;
    notes.push(String(report['text']));
    resolve(listening);
  });
  void exchange.ended.then(({ lastLine }) => reject(new Error(lastLine)));
  url = await promise;
  port = Number(new URL(url).port);
}

beforeEach(async () => {
  ({ folder, remove } = await emptyFolder());
  port = 0;
  await start();
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  await exchange.stop();
  await remove();
});

/** A household, and what it was told. */
class House {
  readonly participant: Participant;
  readonly states: string[] = [];
  readonly orders = new Map<string, OwnOrder>();
  readonly balances = new Map<string, number>();
  #wake: () => void = () => undefined;

  constructor(participant: Participant) {
    this.participant = participant;
    participant.client.listen((event) => {
      this.#hear(event);
      this.#wake();
    });
  }

  static async open(name: string): Promise<House> {
    const keyFile = join(folder, `${name}.key`);
    const house = new House(await openParticipant({ url, keyFile, name, meter: 'own' }));
    ends.push(() => house.participant.close());
    return house;
  }

  /** How often it has been live. */
  get lives(): number {
    return this.states.filter((text) => text === 'live').length;
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((wake) => (this.#wake = wake));
  }

  async place(side: Side, price: number, volume: number): Promise<string> {
    const clientOrderId = randomUUID();
    const outcome = await this.participant.client.placeOrder({
      clientOrderId,
      symbol: sure(toMarketSymbol('KWH/ECOIN')),
      side,
      price: sure(toPrice(price)),
      volume: sure(toLots(volume)),
      timeInForce: 'gtc',
      postOnly: false,
    });
    expect(outcome.kind).toBe('yes');
    return clientOrderId;
  }

  #hear(event: ClientEvent): void {
    if (event.kind === 'connection') {
      this.states.push(event.state === 'live' ? 'live' : (event.reason ?? ''));
    }
    if (event.kind === 'orders') {
      for (const own of event.orders) this.orders.set(own.clientOrderId, own);
    }
    if (event.kind === 'balances') {
      for (const { asset, balance } of event.balances) this.balances.set(asset, balance);
    }
  }
}

async function asOperator(): Promise<OperatorConnection> {
  const operator = await openOperator({ url, keyFile: join(folder, 'exchange', 'operator.key') });
  ends.push(() => operator.close());
  return operator;
}

async function done<Name extends OperatorFunctionName>(
  operator: OperatorConnection,
  name: Name,
  body: OperatorBody<Name>,
): Promise<OperatorResult<Name>> {
  const outcome = await operator.ask(name, body);
  if (outcome.kind !== 'yes') throw new Error(`${name}: ${JSON.stringify(outcome)}`);
  return outcome.value;
}

test('households ask, the operator decides, and they trade, whatever is stopped in between', async () => {
  expect(notes.join('\n')).toContain(`wattlot trade --operator --url ${url} --data ${folder}`);
  const seller = await House.open('seller');
  const buyer = await House.open('buyer');
  const stranger = await House.open('stranger');
  const isWaiting = ({ states }: House): boolean =>
    states.some((text) => text.includes('waiting for the operator'));
  for (const house of [seller, buyer, stranger]) await house.until(() => isWaiting(house));
  const operator = await asOperator();
  const { requests } = await done(operator, 'list_join_requests', {});
  expect(requests.map(({ name }) => name).toSorted()).toEqual(['buyer', 'seller', 'stranger']);

  // They outlive the exchange's process.
  await exchange.stop();
  await start();
  const again = await done(operator, 'list_join_requests', {});
  expect(again.requests).toEqual(requests);

  const addressOf = (house: House): string => house.participant.wallet.address;
  for (const house of [seller, buyer]) {
    await done(operator, 'admit', { participant: addressOf(house) });
  }
  const reason = 'not of this neighbourhood';
  await done(operator, 'refuse_join', { participant: addressOf(stranger), reason });
  await seller.until(() => seller.states.includes('live'));
  await buyer.until(() => buyer.states.includes('live'));
  await stranger.until(() => stranger.states.some((text) => text.includes(reason)));

  // A deposit: approved, stopped, approved again, and issued once.
  const amount = sure(toAmount(10_000));
  expect(await buyer.participant.client.requestEcoin(amount, 'deposit-1')).toMatchObject({
    kind: 'yes',
  });
  const { deposits } = await done(operator, 'list_deposits', {});
  expect(deposits).toMatchObject([{ deposit: 'D1', name: 'buyer', amount, status: 'waiting' }]);
  const first = await done(operator, 'issue_ecoin', { deposit: 'D1', amount });
  const [buyerLives, sellerLives] = [buyer.lives, seller.lives];
  await exchange.stop();
  await start();
  expect(await done(operator, 'issue_ecoin', { deposit: 'D1', amount })).toEqual(first);
  await buyer.until(() => buyer.lives > buyerLives);
  await seller.until(() => seller.lives > sellerLives);
  expect(await buyer.participant.client.ecoinRequests()).toMatchObject({
    value: [{ request: 'deposit-1', deposit: 'D1', status: 'issued', txid: first.txid }],
  });
  await buyer.until(() => buyer.balances.get('ecoin') === amount);

  await seller.participant.wallet.issueMore({ asset: 'energy', raw: 1_000n });
  await seller.until(() => seller.balances.get('energy') === 1_000);
  await seller.place('ask', 120, 10);
  const bid = await buyer.place('bid', 120, 10);
  await buyer.until(() => {
    const trades = buyer.orders.get(bid)?.trades ?? [];
    return trades.length > 0 && trades.every(({ settlement }) => settlement === 'settled');
  });
  await seller.until(() => seller.balances.get('ecoin') === 1_200);
  expect(await done(operator, 'settlement_health', {})).toMatchObject({
    trades: { requested: 0, submitted: 0, overdue: 0 },
    waiting: { joins: 0, deposits: 0 },
  });
}, 60_000);

test('only the operator’s key opens the operator’s side, and what is wrong is one line', async () => {
  const keyFile = join(folder, 'house.key');
  await (await House.open('house')).participant.close();
  const other = openOperator({ url, keyFile });
  await expect(other).rejects.toThrow(
    /the key in .*house\.key is not the operator's of this exchange/,
  );
  const none = openOperator({ url, keyFile: join(folder, 'none.key') });
  await expect(none).rejects.toThrow(/there is no operator's key in .*none\.key/);
  const nowhere = openOperator({ url: 'http://127.0.0.1:1', keyFile });
  await expect(nowhere).rejects.toMatchObject({ code: 'exchange_unreachable' });
  // The operator's key trades nothing.
  const { out, err, code } = await wattlot(['trade', '--operator', '--url', url, '--data', folder]);
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(/^wattlot trade: this is no terminal to draw on/);
});

test('at two terminals: a household is let in, gets its ecoin, and bids on a market for an hour that the operator opens', async () => {
  const open = (...args: string[]): PtyScreen =>
    new PtyScreen({ columns: 120, rows: 40 }, process.execPath, [
      program,
      'trade',
      '--url',
      url,
      '--data',
      folder,
      ...args,
    ]);
  const household = open('--name', 'anna');
  const operator = open('--operator');
  for (const screen of [household, operator]) {
    ends.push(async () => {
      await screen.end('SIGKILL').catch(() => undefined);
    });
  }
  await household.until((text) => text.includes('for the operator to let you in'), 0);
  await operator.until((text) => /› anna +waiting/.test(text), 0);
  operator.press('a\t\r');
  await operator.until((text) => text.includes('anna is let in'), 0);
  await household.until((text) => text.includes('LIVE'), 0);

  household.press('4');
  await household.until((text) => text.includes('0 unspent'), 0);
  household.press('r100\t\r');
  await operator.until((text) => /D1 +anna +100\.00 +waiting/.test(text), 0);
  operator.press('\ti\t\r');
  await operator.until((text) => text.includes('100.00 ecoin issued to anna'), 0);
  await household.until((text) => text.includes('ecoin 100.00'), 0);

  operator.press('o');
  await operator.until((text) => text.includes('OPEN A MARKET'), 0);
  // What is proposed for an hour is a market that the exchange takes.
  operator.press('\t\t\t\t\r');
  await operator.until((text) => /KWH-[\d-]+\/ECOIN is open, traded until/.test(text), 0);
  const [symbol = ''] = /KWH-[\d-]+\/ECOIN/.exec(operator.text()) ?? [];
  for (const screen of [household, operator]) {
    screen.press('1');
    await screen.until((text) => new RegExp(`^. +${symbol} `, 'm').test(text), 0);
  }
  household.press(']2');
  await household.until((text) => new RegExp(`^ ${symbol} +LIVE`).test(text), 0);
  household.press('b\t\r');
  await household.until((text) => text.includes('On the book: bid 10 lots at 500'), 0);
  const { out } = await wattlot(['trade', '--once', '--url', url]);
  expect(out).toMatch(new RegExp(`^${symbol} +500 +10 .* \\d\\d-\\d\\d \\d\\d:00-\\d\\d:00 `, 'm'));

  operator.press(']6H\t\r');
  await operator.until((text) => text.includes(`${symbol} is halted now`), 0);
  await household.until((text) => new RegExp(`^ ${symbol} +LIVE.* halted`).test(text), 0);
});
