/**
 * npm's `ccxt`, unchanged, against an exchange in a process of its own: its class for the dialect, with nothing overridden but the urls. Each trap that a stock
 * client can fall into, and that the exchange has to keep clear of, is a test here.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import ccxt from 'ccxt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Followed, impatient, openBotOwner, until } from './bot.ts';
import type { BotOwner } from './bot.ts';
import { emptyFolder } from './run-wattlot.ts';

type Kraken = InstanceType<typeof ccxt.pro.kraken>;

const symbol = 'KWH/ECOIN';
const ends: (() => Promise<unknown>)[] = [];

interface ExchangeProcess {
  readonly url: string;
  kill(): Promise<void>;
}

async function startProcess(folder: string, port = '0'): Promise<ExchangeProcess> {
  const program = fileURLToPath(new URL('exchange-process.ts', import.meta.url));
  const child = spawn(process.execPath, [program, `${folder}/exchange`, port], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (text: Buffer) => resolve(text.toString().trim()));
    child.once('exit', () => reject(new Error('the exchange ended before it listened')));
  });
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  return { url, kill };
}

/** A stock client. */
async function bot(config: object = {}): Promise<Kraken> {
  const socket = `${exchange.url.replace('http', 'ws')}/v2`;
  const ws = { public: socket, private: socket, publicV2: socket, privateV2: socket };
  const made = new ccxt.pro.kraken({
    urls: { api: { public: exchange.url, private: exchange.url, ws } },
    enableRateLimit: false,
    ...config,
  });
  await made.loadHttpProxyAgent();
  ends.push(() => made.close());
  return made;
}

type Shown = Awaited<ReturnType<Kraken['watchOrderBook']>>;

/** The client's book as soon as it is as wanted. A message that comes between two of its calls ends neither, so the book itself is looked at now and then. */
async function shown(watcher: Kraken, isSo: (book: Shown) => boolean): Promise<Shown> {
  for (;;) {
    const told = watcher.watchOrderBook(symbol);
    // Its end after all is over is nobody's.
    told.catch(() => undefined);
    await Promise.race([told, new Promise((later) => setTimeout(later, 100))]);
    const book = (watcher.orderbooks as Readonly<Record<string, Shown | undefined>>)[symbol];
    if (book !== undefined && isSo(book)) return book;
  }
}

let folder: string;
let exchange: ExchangeProcess;
/** Makes the market: ten levels a side, in quantities that have all their decimals. */
let maker: BotOwner;
/** Whom the stock client trades for. */
let owner: BotOwner;
let keys: { readonly apiKey: string; readonly secret: string };
let trader: Kraken;

beforeAll(async () => {
  const made = await emptyFolder();
  folder = made.folder;
  ends.push(made.remove);
  exchange = await startProcess(folder);
  ends.push(() => exchange.kill());
  const { url } = exchange;
  [maker, owner] = await Promise.all(
    ['maker', 'owner'].map(async (name) => {
      const keyFile = `${folder}/${name}.key`;
      const opened = await openBotOwner({ url, keyFile, name, clock: impatient });
      ends.push(() => opened.close());
      await Promise.all([opened.requestEcoin(900_000), opened.issueEnergy(10_000n)]);
      return opened;
    }),
  ).then(([one, other]) => {
    if (one === undefined || other === undefined) throw new Error('nobody came');
    return [one, other];
  });
  maker.client.listen((event) => {
    if (event.kind !== 'orders') return;
    for (const order of event.orders) ownOrders.set(order.order, order);
  });
  const { key: apiKey, secret } = await owner.makeKey(['read', 'trade']);
  keys = { apiKey, secret };
  trader = await bot(keys);
}, 120_000);
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
}, 60_000);

/** The maker's orders, as the exchange told of them. */
const ownOrders = new Map<
  string,
  { readonly order: string; readonly status: string; readonly price: number }
>();
let count = 0;

/** Places an order of the maker's that rests. */
async function rest(side: 'ask' | 'bid', price: number, volume: number): Promise<string> {
  count += 1;
  const outcome = await maker.client.placeOrder({
    clientOrderId: `maker-${count}`,
    symbol: symbol as never,
    side,
    price: price as never,
    volume: volume as never,
    timeInForce: 'gtc',
    postOnly: false,
  });
  if (outcome.kind !== 'yes') throw new Error(JSON.stringify(outcome));
  return outcome.value.order;
}

test('a market without a trade or an order stops no subscription', async () => {
  const watcher = await bot();
  // A first message without anything in it would reject whatever the client waits for.
  const waiting = [watcher.watchTrades(symbol), watcher.watchOHLCV(symbol, '1m')].map((answer) =>
    answer.then(() => 'answered').catch(String),
  );
  expect(await watcher.watchTicker(symbol)).toMatchObject({ symbol, last: undefined });
  // Answers come in the order of the questions.
  const book = await watcher.watchOrderBook(symbol);
  expect([book.asks.length, book.bids.length]).toEqual([0, 0]);
  expect(await Promise.race([...waiting, Promise.resolve('still waiting')])).toBe('still waiting');
});

test('markets, currencies and status are read as they are', async () => {
  const markets = await trader.loadMarkets();
  expect(markets[symbol]).toMatchObject({
    symbol,
    base: 'KWH',
    quote: 'ECOIN',
    active: true,
    precision: { price: 1, amount: 0.01 },
    limits: { amount: { min: 0.01 } },
    maker: 0,
    taker: 0,
  });
  expect(Object.keys(trader.currencies)).toEqual(expect.arrayContaining(['ECOIN', 'ENERGY']));
  expect(await trader.fetchStatus()).toMatchObject({ status: 'ok' });
});

test('a book that was thin at first is shown as it grows, and when its best levels go', async () => {
  // The client cuts both sides to as many levels as its first message had asks.
  const ids = [await rest('ask', 130, 1)];
  const watcher = await bot();
  const shows = (asks: readonly number[], bids: readonly number[]): Promise<unknown> =>
    shown(
      watcher,
      (book) =>
        numbersOf(book.asks)
          .map(([price]) => price)
          .join() === asks.join() &&
        numbersOf(book.bids)
          .map(([price]) => price)
          .join() === bids.join(),
    );
  await shows([130], []);
  for (const price of [131, 132]) ids.push(await rest('ask', price, 1));
  for (const price of [100, 101]) ids.push(await rest('bid', price, 1));
  await shows([130, 131, 132], [101, 100]);
  for (const id of [ids[0], ids[4]]) await maker.client.cancelOrder(id as never);
  await shows([131, 132], [100]);
  for (const id of [ids[1], ids[2], ids[3]]) await maker.client.cancelOrder(id as never);
  await shows([], []);
});

test('a book stays proven by the client’s own checksum while it changes', async () => {
  for (let level = 0; level < 11; level += 1) {
    // The client drops zeros at the end of a quantity, and they count in the checksum: none is a multiple of ten.
    const volume = 11 + level + (level > 8 ? 1 : 0);
    await rest('ask', 120 + level, volume);
    await rest('bid', 110 - level, volume);
  }
  // With less than ten levels a side the client's own proof does not work.
  await until(
    () => trader.fetchOrderBook(symbol),
    ({ asks, bids }) => asks.length === 11 && bids.length === 11,
  );
  // The client compares digits: numbers have to stay text.
  const watcher = await bot({
    number: String,
    options: { watchOrderBook: { checksum: true } },
  });
  const full = await shown(watcher, ({ asks, bids }) => asks.length === 10 && bids.length === 10);
  expect(full.asks[0]).toEqual(['120', '0.11']);
  // The client changes what it has answered.
  const first = numbersOf(full.asks).slice(0, 10);
  await rest('ask', 119, 13);
  await rest('bid', 111, 5);
  const after = await shown(
    watcher,
    ({ asks, bids }) => String(asks[0]?.[0]) === '119' && String(bids[0]?.[0]) === '111',
  );
  const told = numbersOf((await trader.fetchOrderBook(symbol)).asks);
  expect(numbersOf(after.asks)).toEqual(told.slice(0, 10));
  // A level that goes would stay in the client's proof with a quantity of "0": it is told by the whole book.
  for (const price of [119, 111]) {
    const order = [...ownOrders.values()].find((one) => one.price === price)?.order;
    await maker.client.cancelOrder(String(order) as never);
  }
  const again = await shown(
    watcher,
    ({ asks, bids }) => String(asks[0]?.[0]) === '120' && String(bids[0]?.[0]) === '110',
  );
  expect(numbersOf(again.asks).slice(0, 10)).toEqual(first);
  await rest('bid', 111, 5);
});

function numbersOf(side: unknown): readonly (readonly number[])[] {
  return (side as [string, string][])
    .slice(0, 11)
    .map(([price, qty]) => [Number(price), Number(qty)]);
}

test('an order rests, is told of and is taken back', async () => {
  const orders = new Followed(() => trader.watchOrders(symbol));
  await owner.allow({ id: 'rests', side: 'bid', price: 100, volume: 12 });
  const { id } = await trader.createOrderWs(symbol, 'limit', 'buy', 0.12, 100, {
    clientOrderId: 'rests',
    postOnly: true,
    // What the client does not know it puts at the top of the request.
    foreign: 'field',
  });
  // It reads an order's own id from a field that the dialect has given up: what it tells is found by the exchange's id.
  const rested = await orders.until(
    (told) => told.id === id && (told.info as { exec_type?: string }).exec_type === 'new',
  );
  const described = { id, symbol, side: 'buy', price: 100, amount: 0.12, status: 'open' };
  expect(rested).toMatchObject(described);
  expect(await trader.fetchOpenOrders(symbol)).toMatchObject([described]);
  await trader.cancelOrderWs(String(id));
  await orders.until((told) => told.id === id && told.status === 'canceled');
});

test('trades are told as trades, the end of the order on its own, and all of it settles', async () => {
  const watcher = await bot();
  const [tape, ticker] = [
    new Followed(() => watcher.watchTrades(symbol)),
    new Followed(async () => [await watcher.watchTicker(symbol)]),
  ];
  const candles = new Followed(async () => {
    const rows = await watcher.watchOHLCV(symbol, '1m');
    return rows.map(([, open, high, low, close, volume]) => ({ open, high, low, close, volume }));
  });
  const [mine, orders, balances] = [
    new Followed(() => trader.watchMyTrades(symbol)),
    new Followed(() => trader.watchOrders(symbol)),
    new Followed(async () => [await trader.watchBalance()]),
  ];
  const totalOf = (code: string) => (told: object) =>
    (told as Record<string, { total?: number } | undefined>)[code]?.total;
  await balances.until((told) => totalOf('ENERGY')(told) === 10);
  await owner.allow({ id: 'takes', side: 'bid', price: 125, volume: 30, timeInForce: 'ioc' });
  const { id } = await trader.createOrderWs(symbol, 'limit', 'buy', 0.3, 125, {
    clientOrderId: 'takes',
    timeInForce: 'IOC',
  });
  const expected = [
    { price: 120, amount: 0.11 },
    { price: 121, amount: 0.12 },
    { price: 122, amount: 0.07 },
  ];
  for (const { price, amount } of expected) {
    const fill = await mine.until((told) => told.order === id && told.price === price);
    expect(fill).toMatchObject({ amount, side: 'buy', takerOrMaker: 'taker' });
    expect(await tape.until((told) => told.price === price)).toMatchObject({ amount, side: 'buy' });
  }
  const filled = await orders.until((told) => told.id === id && told.status === 'closed');
  expect(filled).toMatchObject({ amount: 0.3, average: 120.86666667 });
  await candles.until(
    ({ open, high, low, close, volume }) =>
      [open, high, low, close].join() === '120,122,120,122' && volume === 0.3,
  );
  const quote = await ticker.until(({ last }) => last === 122);
  expect(quote).toMatchObject({ high: 122, low: 120, baseVolume: 0.3 });
  // The owner's agent completed it on the ledger.
  await balances.until((told) => totalOf('ENERGY')(told) === 10.3);
  await balances.until((told) => totalOf('ECOIN')(told) === 9_000 - 36.26);
  const best = await (await bot()).watchBidsAsks([symbol]);
  expect(best[symbol]).toMatchObject({ bid: 111, ask: 122 });
});

test('the HTTP functions tell the same', async () => {
  const ticker = await trader.fetchTicker(symbol);
  expect(ticker).toMatchObject({ last: 122, bid: 111, ask: 122, high: 122, baseVolume: 0.3 });
  const trades = await trader.fetchTrades(symbol);
  expect(trades.map(({ price, amount, side }) => ({ price, amount, side }))).toEqual([
    { price: 120, amount: 0.11, side: 'buy' },
    { price: 121, amount: 0.12, side: 'buy' },
    { price: 122, amount: 0.07, side: 'buy' },
  ]);
  const [bar] = await trader.fetchOHLCV(symbol, '1d');
  expect(bar?.slice(1)).toEqual([120, 122, 120, 122, 0.3]);
  const balance = await trader.fetchBalance();
  expect(balance['ENERGY']).toMatchObject({ total: 10.3 });
});

test('orders are placed, found and taken back by HTTP too', async () => {
  const { id } = await trader.createOrder(symbol, 'limit', 'buy', 0.07, 70, {
    clientOrderId: 'http',
    postOnly: true,
  });
  const [open] = await trader.fetchOpenOrders(symbol);
  expect(open).toMatchObject({ id, clientOrderId: 'http', amount: 0.07, price: 70, side: 'buy' });
  await trader.cancelOrder(String(id));
  expect(await trader.fetchOpenOrders(symbol)).toEqual([]);
  const none = await trader.createOrder(symbol, 'limit', 'buy', 0.07, 70, { timeInForce: 'IOC' });
  expect(none.id).toMatch(/^O\d+$/);
});

test('fill or kill, market and post-only are what they say', async () => {
  const orders = new Followed(() => trader.watchOrders(symbol));
  const mine = new Followed(() => trader.watchMyTrades(symbol));
  const { id: killed } = await trader.createOrderWs(symbol, 'limit', 'buy', 9.99, 122, {
    timeInForce: 'FOK',
  });
  await orders.until((told) => told.id === killed && told.status === 'canceled');
  await owner.allow({ id: 'market', side: 'ask', price: 90, volume: 5, timeInForce: 'ioc' });
  const { id: sold } = await trader.createOrderWs(symbol, 'market', 'sell', 0.05, undefined, {
    clientOrderId: 'market',
  });
  expect(await mine.until((told) => told.order === sold)).toMatchObject({
    price: 111,
    amount: 0.05,
    side: 'sell',
  });
  await expect(
    trader.createOrderWs(symbol, 'limit', 'buy', 0.05, 130, { postOnly: true }),
  ).rejects.toThrow('EOrder:Post only order');
  // It trades: nothing was left of the 0.05 at 111.
  expect((await trader.fetchOrderBook(symbol)).bids[0]?.[0]).toBe(110);
});

test('errors become the client’s own', async () => {
  const place = (volume: number, price: number): Promise<unknown> =>
    trader.createOrderWs(symbol, 'limit', 'buy', volume, price);
  await expect(place(0.05, 5_000)).rejects.toBeInstanceOf(ccxt.InvalidOrder);
  await expect(place(9.99, 1_000)).rejects.toBeInstanceOf(ccxt.InsufficientFunds);
  await expect(place(50, 100)).rejects.toBeInstanceOf(ccxt.InvalidOrder);
  await expect(trader.createOrder(symbol, 'limit', 'buy', 50, 100)).rejects.toBeInstanceOf(
    ccxt.InvalidOrder,
  );
  await expect(trader.cancelOrderWs('O999999')).rejects.toBeInstanceOf(ccxt.OrderNotFound);
  await expect(trader.cancelOrderWs('nonsense')).rejects.toBeInstanceOf(ccxt.BadRequest);
  await expect(trader.createOrder(symbol, 'limit', 'buy', 9.99, 1_000)).rejects.toBeInstanceOf(
    ccxt.InsufficientFunds,
  );
  const stranger = await bot({ ...keys, apiKey: 'nobody' });
  await expect(stranger.watchBalance()).rejects.toBeInstanceOf(ccxt.AuthenticationError);
  const reader = await owner.makeKey(['read']);
  const looking = await bot({ apiKey: reader.key, secret: reader.secret });
  await expect(looking.createOrder(symbol, 'limit', 'buy', 0.05, 100)).rejects.toBeInstanceOf(
    ccxt.PermissionDenied,
  );
});

test('orders beyond the rate are the client’s own error of it, and cancels go on', async () => {
  // Of another account: the rates are an account's.
  const hasty = await openBotOwner({
    url: exchange.url,
    keyFile: `${folder}/hasty.key`,
    name: 'hasty',
    clock: impatient,
  });
  ends.push(() => hasty.close());
  await hasty.requestEcoin(100_000);
  const { key: apiKey, secret } = await hasty.makeKey(['read', 'trade']);
  const client = await bot({ apiKey, secret });
  await client.loadMarkets();
  const answers = await Promise.allSettled(
    Array.from({ length: 400 }, () =>
      client.createOrderWs(symbol, 'limit', 'buy', 0.01, 1, { timeInForce: 'IOC' }),
    ),
  );
  const refused = answers.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length).toBeLessThan(answers.length);
  for (const error of refused) expect(error).toBeInstanceOf(ccxt.RateLimitExceeded);
  await client.cancelAllOrdersWs();
});

test('an order is amended, and all are taken back at once', async () => {
  const orders = new Followed(() => trader.watchOrders(symbol));
  const { id } = await trader.createOrderWs(symbol, 'limit', 'buy', 0.08, 80);
  const edited = await trader.editOrderWs(String(id), symbol, 'limit', 'buy', 0.06, 81);
  expect(edited.id).toBe(id);
  await orders.until((told) => told.id === id && told.price === 81 && told.amount === 0.06);
  await trader.cancelAllOrdersWs();
  await orders.until((told) => told.id === id && told.status === 'canceled');
});

test('pings are answered while nothing else happens', async () => {
  const watcher = await bot({ streaming: { keepAlive: 200 } });
  await watcher.watchTicker(symbol);
  const [client] = Object.values(watcher.clients as Record<string, { lastPong?: number }>);
  const heardAt = (): number => client?.lastPong ?? 0;
  const first = heardAt();
  await expect.poll(heardAt, { timeout: 5_000 }).toBeGreaterThan(first);
});

test('the last order of a book reaches the client, though the checksum of nothing is 0', async () => {
  const watcher = await bot();
  await shown(watcher, ({ asks }) => asks.length > 0);
  for (const { order, status } of ownOrders.values()) {
    if (status !== 'done') await maker.client.cancelOrder(order as never);
  }
  const empty = await shown(watcher, ({ asks, bids }) => asks.length + bids.length === 0);
  expect([empty.asks.length, empty.bids.length]).toEqual([0, 0]);
});

test('a client comes back to an exchange that was killed, with its key and its next nonce', async () => {
  const { port } = new URL(exchange.url);
  const lost = trader.watchOrders(symbol).catch((error: unknown) => error);
  await exchange.kill();
  expect(await lost).toBeInstanceOf(ccxt.NetworkError);
  exchange = await startProcess(folder, port);
  const balance = await trader.watchBalance();
  expect(balance['ENERGY']).toMatchObject({ total: 10.25 });
  // The maker has to come back too.
  await expect.poll(() => maker.client.state, { timeout: 20_000 }).toBe('live');
  const resting = await rest('ask', 140, 7);
  const book = await until(
    () => trader.watchOrderBook(symbol),
    ({ asks }) => asks.length > 0,
  );
  expect(book.asks[0]).toEqual([140, 0.07]);
  await maker.client.cancelOrder(resting as never);
  const orders = new Followed(() => trader.watchOrders(symbol));
  const { id } = await trader.createOrderWs(symbol, 'limit', 'buy', 0.05, 90);
  await orders.until((told) => told.id === id);
  await trader.cancelOrderWs(String(id));
  await orders.until((told) => told.id === id && told.status === 'canceled');
});
