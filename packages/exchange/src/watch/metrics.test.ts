/** The numbers, read as their readers read them, against what has happened. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { openParticipant } from '@wattlot/client';
import type { Participant } from '@wattlot/client';
import { toAmount, toPrice } from '@wattlot/core';
import type { Event, Side } from '@wattlot/core';
import { afterEach, expect, test } from 'vitest';
import { exactLots, sure } from '../exact.ts';
import { Person, startTestExchange, TestSocket } from '../gateway/testing.ts';
import type { Fields } from '../gateway/testing.ts';
import { readLimits } from '../operating-limits.ts';
import type { RunningExchange } from '../start.ts';
import { defaultTerms } from '../terms.ts';

let end: (() => Promise<void>) | undefined;
afterEach(() => end?.());

interface Family {
  readonly help: string;
  readonly type: string;
  /** By name with labels, as written. */
  readonly samples: Map<string, number>;
}

/** Reads the exposition format (with the library's way of writing what is no number, which Prometheus reads), and is strict about it: each family has its help and type first, each sample belongs to one and stands once. */
function parse(text: string): Map<string, Family> {
  const families = new Map<string, Family>();
  const helps = new Map<string, string>();
  let family: { readonly name: string; readonly of: Family } | undefined;
  expect(text.endsWith('\n')).toBe(true);
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const help = /^# HELP ([a-z_:][a-z0-9_:]*) (.+)$/.exec(line);
    const type = /^# TYPE ([a-z_:][a-z0-9_:]*) (counter|gauge|histogram|summary)$/.exec(line);
    const sample =
      /^([a-z_:][a-z0-9_:]*)(\{(?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)*\})? ([-+0-9.eE]+|Nan|\+Inf)$/.exec(
        line,
      );
    if (help !== null) helps.set(String(help[1]), String(help[2]));
    else if (type !== null) {
      const name = String(type[1]);
      expect(families.has(name), name).toBe(false);
      const of = { help: sure(helps.get(name), name), type: String(type[2]), samples: new Map() };
      families.set(name, of);
      family = { name, of };
    } else {
      expect(sample, line).not.toBeNull();
      const { name, of } = sure(family, line);
      const [, full = '', labels = '', value] = sample ?? [];
      expect(full.startsWith(name), line).toBe(true);
      expect(of.samples.has(full + labels), line).toBe(false);
      of.samples.set(full + labels, Number(value));
    }
  }
  return families;
}

async function scrape(url: string): Promise<{
  readonly text: string;
  readonly families: Map<string, Family>;
  readonly value: (sample: string) => number | undefined;
}> {
  const response = await fetch(`${url}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  const text = await response.text();
  const families = parse(text);
  const all = new Map([...families.values()].flatMap(({ samples }) => [...samples]));
  return { text, families, value: (sample) => all.get(sample) };
}

function until(exchange: RunningExchange, is: (event: Event) => boolean): Promise<void> {
  return new Promise((done) => {
    const stop = exchange.onEvent((event) => {
      if (!is(event)) return;
      stop();
      done();
    });
  });
}

function untilLive({ client }: Participant): Promise<void> {
  return new Promise((live) => {
    client.listen((event) => {
      if (event.kind === 'connection' && event.state === 'live') live();
    });
  });
}

async function place(who: Participant, side: Side, price: number, volume: number): Promise<void> {
  const outcome = await who.client.placeOrder({
    clientOrderId: randomUUID(),
    symbol: defaultTerms.symbol,
    side,
    price: sure(toPrice(price), 'price'),
    volume: exactLots(volume),
    timeInForce: 'gtc',
    postOnly: false,
  });
  expect(outcome.kind).toBe('yes');
}

test('what has happened is what is told, and nobody by name', async () => {
  const limits = readLimits('f', 'calls-burst = 20\ncalls-per-second = 1\norders-burst = 15');
  const watch = { host: '127.0.0.1', port: 0 };
  const started = await startTestExchange({ watch, limits });
  end = started.end;
  const { exchange, folder } = started;
  const watchUrl = sure(exchange.watchUrl, 'watch url');
  const people: Participant[] = [];
  for (const [name, meter] of [
    ['seller', { meter: 'own' as const }],
    ['buyer', {}],
  ] as const) {
    const keyFile = join(folder, `${name}.key`);
    const one = await openParticipant({ url: exchange.url, keyFile, name, ...meter });
    people.push(one);
    await untilLive(one);
  }
  const [seller, buyer] = [sure(people[0], 'seller'), sure(people[1], 'buyer')];
  const has = (who: Participant, least: number): Promise<void> =>
    until(exchange, (event) => {
      if (event.kind !== 'balance.changed' || event.participant !== who.wallet.address)
        return false;
      return event.balance >= least;
    });
  const funded = Promise.all([has(seller, 1_000), has(buyer, 100_000)]);
  await seller.wallet.issueMore({ asset: 'energy', raw: 1_000n });
  await buyer.client.requestEcoin(sure(toAmount(100_000), 'amount'));
  await funded;

  const before = await scrape(watchUrl);
  expect(before.value('wattlot_ready')).toBe(1);
  expect(before.value('wattlot_participants')).toBe(2);
  expect(before.value('wattlot_trades_total')).toBe(0);
  expect(before.value('wattlot_connections')).toBe(2);

  const opened = until(exchange, ({ kind }) => kind === 'order.opened');
  await place(seller, 'ask', 100, 5);
  await opened;
  const settled = until(exchange, (event) => event.kind === 'trade.updated' && event.final);
  await place(buyer, 'bid', 100, 3);
  await settled;
  const resting = until(exchange, ({ kind }) => kind === 'order.opened');
  await place(buyer, 'bid', 50, 2);
  await resting;

  // Refusals of each kind that is counted.
  const person = new Person(exchange);
  const token = await person.join('refused');
  const socket = await new TestSocket(exchange.url).open();
  const order = { token, symbol: 'KWH/ECOIN', order_type: 'limit', side: 'buy', order_qty: 9.99 };
  const add = (req_id: number, more: Fields): Promise<Fields> =>
    socket.ask({ method: 'add_order', req_id, params: { ...order, limit_price: 1000, ...more } });
  await add(1, {});
  await add(2, {});
  await add(3, { order_qty: 0.001 });
  await add(4, { limit_price: undefined });
  socket.send('{');
  let limited = 0;
  for (let count = 0; count < 20; count += 1) {
    const { error } = await add(10 + count, { limit_price: 0.5 });
    if (error === 'EOrder:Rate limit exceeded') limited += 1;
  }
  expect(limited).toBeGreaterThan(0);
  let callsLimited = 0;
  for (let count = 0; count < 25; count += 1) {
    const response = await fetch(`${exchange.url}/0/public/Time?secret=${count}`);
    if (response.status === 429) callsLimited += 1;
  }
  await fetch(`${exchange.url}/nowhere/${token}`);

  const { families, value, text } = await scrape(watchUrl);
  const stats = exchange.stats();
  expect(value('wattlot_orders_placed_total')).toBe(stats.orders);
  expect(value('wattlot_trades_total')).toBe(1);
  expect(value('wattlot_lots_matched_total')).toBe(3);
  expect(value('wattlot_trades_settled_total')).toBe(1);
  expect(value('wattlot_lots_settled_total')).toBe(3);
  expect(value('wattlot_settle_seconds_count')).toBe(1);
  expect(value('wattlot_orders{state="open"}')).toBe(2);
  expect(value('wattlot_orders{state="pending"}')).toBe(0);
  expect(value('wattlot_trades_unsettled')).toBe(0);
  expect(value('wattlot_lots_unsettled{state="overdue"}')).toBe(0);
  expect(value('wattlot_ledger_height')).toBe(value('wattlot_ledger_height_followed'));
  expect(value('wattlot_journal_backlog')).toBe(0);
  expect(value('wattlot_commit_seconds_count')).toBe(value('wattlot_commit_entries_count'));
  const since = (name: string): number => Number(value(name)) - Number(before.value(name));
  expect(since('wattlot_commit_entries_sum')).toBe(since('wattlot_journal_head'));
  expect(since('wattlot_journal_head')).toBeGreaterThan(5);
  expect(value('wattlot_refusals_total{error="EOrder:Insufficient funds"}')).toBe(2);
  expect(value('wattlot_refusals_total{error="EGeneral:Invalid arguments:order_qty"}')).toBe(1);
  expect(value('wattlot_refusals_total{error="EGeneral:Invalid arguments:not JSON"}')).toBe(1);
  expect(value('wattlot_refusals_total{error="EOrder:Rate limit exceeded"}')).toBe(limited);
  expect(value('wattlot_rate_limited_total{what="orders"}')).toBe(limited);
  expect(value('wattlot_rate_limited_total{what="calls"}')).toBe(callsLimited);
  expect(callsLimited).toBeGreaterThan(0);
  const time = (status: number): string =>
    `wattlot_http_request_seconds_count{method="GET",route="/0/public/Time",status="${status}"}`;
  expect(value(time(200))).toBe(25 - callsLimited);
  expect(value(time(429))).toBe(callsLimited);
  const none = 'wattlot_http_request_seconds_count{method="GET",route="none",status="404"}';
  expect(value(none)).toBe(1);
  expect(value('wattlot_frames_received_total')).toBeGreaterThan(25);
  expect(value('wattlot_sent_bytes_total')).toBeGreaterThan(1_000);
  for (const name of ['process_cpu_seconds_total', 'nodejs_eventloop_lag_p99_seconds']) {
    expect(families.has(name), name).toBe(true);
  }
  for (const { wallet } of people) expect(text).not.toContain(wallet.address);
  expect(text).not.toContain(token);
  expect(text).not.toContain('seller');
  expect(text).not.toContain('secret');
  socket.close();
  for (const one of people) await one.close();
});

test('participants find no numbers where they trade, and health says whether orders are taken', async () => {
  const watch = { host: '127.0.0.1', port: 0 };
  const started = await startTestExchange({ watch });
  end = started.end;
  const { exchange } = started;
  expect((await fetch(`${exchange.url}/metrics`)).status).toBe(404);
  const well = { ready: true, journal: 'ok', ledger: 'ok', market: 'online' };
  for (const url of [exchange.url, exchange.watchUrl]) {
    const response = await fetch(`${url}/health`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject(well);
  }
});
