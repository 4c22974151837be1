import { EventEmitter } from 'node:events';
import { messageSchemas } from '@wattlot/client/frames';
import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { sure } from '../exact.ts';
import { defaultTerms } from '../terms.ts';
import { alice, bob, TestMarket } from '../testing.ts';
import { Connection } from './connection.ts';
import { Desk } from './desk.ts';

const { symbol } = defaultTerms;

type Fields = Readonly<Record<string, unknown>>;

/** A socket whose other end is the test. */
class Line extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  readonly #sent: Fields[] = [];

  send(frame: Buffer): void {
    this.#sent.push(JSON.parse(frame.toString()) as Fields);
  }

  terminate(): void {
    this.readyState = 3;
    this.emit('close');
  }

  ask(method: string, params: Fields): readonly Fields[] {
    this.emit('message', Buffer.from(JSON.stringify({ method, req_id: 1, params })), false);
    return this.take();
  }

  /** What was sent since the last call; each message is as its schema says. */
  take(): readonly Fields[] {
    const taken = this.#sent.splice(0);
    for (const message of taken) {
      if (!('channel' in message)) continue;
      const schema = messageSchemas[message['channel'] as keyof typeof messageSchemas];
      expect(Compile(schema).Errors(message)).toEqual([]);
    }
    return taken;
  }
}

async function open(): Promise<{ readonly line: Line; readonly market: TestMarket }> {
  const market = await new TestMarket().open();
  const { sequencer, feed, clock } = market;
  const desk = new Desk({
    sequencer,
    feed,
    sessions: { find: () => undefined } as never,
    deliveries: {} as never,
    now: () => clock.micros / 1000,
    wallNow: clock.now,
    newId: () => 'id',
  });
  const line = new Line();
  const socket = line as unknown as WebSocket;
  const [now, after, mayTrade] = [clock.now, clock.after, (): boolean => true];
  // The socket keeps it.
  void new Connection({ socket, id: 1, desk, feed, version: 'test', mayTrade, now, after });
  line.take();
  return { line, market };
}

async function trade(market: TestMarket, price: number): Promise<void> {
  await market.place(alice, 'ask', { price, volume: 1 });
  await market.place(bob, 'bid', { price, volume: 1 });
}

function summary(messages: readonly Fields[]): readonly string[] {
  return messages.map(({ channel, type, error, result }) => {
    if (typeof channel === 'string' && typeof type === 'string') return `${channel} ${type}`;
    return typeof error === 'string' ? error : JSON.stringify(result);
  });
}

test('each channel is answered with what it was begun with, told of, and ended', async () => {
  const { line, market } = await open();
  const begin = (params: Fields): readonly string[] =>
    summary(line.ask('subscribe', { symbol: [symbol], ...params }));
  expect(begin({ channel: 'ticker', event_trigger: 'bbo' })).toEqual([
    `{"channel":"ticker","symbol":"${symbol}","event_trigger":"bbo","snapshot":true}`,
    'ticker snapshot',
  ]);
  expect(begin({ channel: 'ohlc', interval: 5 })).toEqual([
    `{"channel":"ohlc","symbol":"${symbol}","interval":5,"snapshot":true}`,
  ]);
  expect(begin({ channel: 'level3', depth: 100 })).toEqual([
    `{"channel":"level3","symbol":"${symbol}","depth":100,"snapshot":true}`,
    'level3 snapshot',
  ]);
  await trade(market, 100);
  expect(new Set(summary(line.take()))).toEqual(
    new Set(['level3 update', 'level3 snapshot', 'ticker update', 'ohlc update']),
  );
  for (const channel of ['ticker', 'ohlc', 'level3']) {
    expect(summary(line.ask('unsubscribe', { channel, symbol: [symbol] }))).toEqual([
      `{"channel":"${channel}","symbol":"${symbol}"}`,
    ]);
  }
  await trade(market, 101);
  expect(line.take()).toEqual([]);
});

test('a channel of a market is followed once, candles once for each interval', async () => {
  const { line, market } = await open();
  const params = { symbol: [symbol] };
  for (const depth of [25, 100]) {
    const said = summary(line.ask('subscribe', { channel: 'book', ...params, depth }));
    expect(said[1]).toBe('book snapshot');
  }
  for (const interval of [1, 5]) line.ask('subscribe', { channel: 'ohlc', ...params, interval });
  await market.place(alice, 'ask', { price: 100, volume: 2 });
  expect(summary(line.take())).toEqual(['book update']);
  line.ask('unsubscribe', { channel: 'book', ...params, depth: 25 });
  line.ask('unsubscribe', { channel: 'ohlc', ...params, interval: 1 });
  await market.place(bob, 'bid', { price: 100, volume: 1 });
  expect(line.take()).toMatchObject([{ channel: 'ohlc', data: [{ interval: 5 }] }]);
});

test('a first message with nothing in it goes only to who asks for it', async () => {
  const { line, market } = await open();
  const first = (channel: string, more: Fields = {}): readonly string[] =>
    summary(line.ask('subscribe', { channel, symbol: [symbol], ...more })).slice(1);
  for (const channel of ['trade', 'ohlc']) {
    expect(first(channel)).toEqual([]);
    expect(first(channel, { snapshot: true })).toEqual([`${channel} snapshot`]);
  }
  await trade(market, 100);
  line.take();
  for (const channel of ['trade', 'ohlc']) {
    expect(first(channel)).toEqual([`${channel} snapshot`]);
    expect(first(channel, { snapshot: false })).toEqual([]);
  }
});

test('a depth, an interval or a trigger that is not offered is refused', async () => {
  const { line } = await open();
  const refused = (params: Fields): readonly string[] =>
    summary(line.ask('subscribe', { symbol: [symbol], ...params }));
  const wrong = 'EGeneral:Invalid arguments';
  expect(refused({ channel: 'level3', depth: 25 })).toEqual([`${wrong}:depth`]);
  expect(refused({ channel: 'book', depth: 11 })).toEqual([`${wrong}:depth`]);
  expect(refused({ channel: 'ohlc', interval: 7 })).toEqual([`${wrong}:interval`]);
  expect(refused({ channel: 'ticker', event_trigger: 'always' })).toEqual([
    `${wrong}:event_trigger`,
  ]);
});

test('every connection hears when the system changes, until it ends', async () => {
  const { line, market } = await open();
  const phase = (name: 'cancel_only' | 'continuous'): Promise<unknown> =>
    market.submit({ kind: 'market.phase', market: symbol, phase: name });
  await phase('cancel_only');
  expect(line.take()).toMatchObject([
    { channel: 'status', data: [{ system: 'cancel_only', connection_id: 1 }] },
  ]);
  line.ask('subscribe', { channel: 'level3', symbol: [symbol] });
  line.terminate();
  await phase('continuous');
  await trade(market, 100);
  expect(line.take()).toEqual([]);
  expect(sure(market.feed.market(symbol), 'market').tape).toHaveLength(1);
});
