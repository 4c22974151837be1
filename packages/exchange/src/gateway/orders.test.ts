/** Orders of every kind through a socket, as a stock client sends them, and what becomes of them without an agent. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningExchange } from '../start.ts';
import { Person, startTestExchange, TestSocket } from './testing.ts';
import type { Fields } from './testing.ts';

let exchange: RunningExchange;
let end: () => Promise<void>;
let people = 0;
beforeAll(async () => {
  ({ exchange, end } = await startTestExchange());
});
afterAll(() => end());

const symbol = 'KWH/ECOIN';
const order = { order_type: 'limit', side: 'buy', order_qty: 0.05, limit_price: 10 } as const;

/** Somebody new with a socket that hears of his orders. */
class Trader {
  readonly token: string;
  readonly socket: TestSocket;
  #count = 0;

  constructor(token: string, socket: TestSocket) {
    this.token = token;
    this.socket = socket;
  }

  static async join(): Promise<Trader> {
    people += 1;
    const token = await new Person(exchange).join(`trader-${people}`);
    const socket = await new TestSocket(exchange.url).open();
    const trader = new Trader(token, socket);
    await trader.ask('subscribe', { channel: 'executions' });
    await socket.channel('executions');
    return trader;
  }

  ask(method: string, params: Fields): Promise<Fields> {
    this.#count += 1;
    return this.socket.ask({
      method,
      req_id: this.#count,
      params: { token: this.token, ...params },
    });
  }

  add(more: Fields = {}): Promise<Fields> {
    return this.ask('add_order', { symbol, ...order, ...more });
  }

  /** The next report of this type. A message may hold several. */
  async report(type: string): Promise<Fields> {
    const among = (data: unknown): Fields | undefined =>
      (Array.isArray(data) ? (data as Fields[]) : []).find((one) => one['exec_type'] === type);
    const message = await this.socket.next(
      ({ channel, data }) => channel === 'executions' && among(data) !== undefined,
    );
    return among(message['data']) ?? {};
  }
}

function resultOf(reply: Fields): Fields {
  expect(reply).toMatchObject({ success: true });
  return reply['result'] as Fields;
}

test('an order that cannot rest trades at once or is cancelled', async () => {
  const trader = await Trader.join();
  for (const kind of [
    { time_in_force: 'ioc' },
    { time_in_force: 'fok' },
    { order_type: 'market' },
    { order_type: 'market', limit_price: undefined },
  ]) {
    resultOf(await trader.add(kind));
    const report = await trader.report('canceled');
    expect(report).toMatchObject({
      order_type: kind.order_type ?? 'limit',
      time_in_force: kind.time_in_force ?? 'ioc',
      order_status: 'canceled',
      reason: 'not_filled_at_once',
    });
  }
  trader.socket.close();
});

test('what does not go together is refused by its name', async () => {
  const trader = await Trader.join();
  const past = '2020-01-01T00:00:00Z';
  for (const [more, error] of [
    [{ limit_price: undefined }, 'EOrder:Invalid price'],
    [{ order_type: 'market', post_only: true }, 'EGeneral:Invalid arguments:order type'],
    [{ order_type: 'market', time_in_force: 'gtc' }, 'EGeneral:Invalid arguments:order type'],
    [{ time_in_force: 'gtd' }, 'EGeneral:Invalid arguments:expire_time'],
    [{ expire_time: '2099-01-01T00:00:00Z' }, 'EGeneral:Invalid arguments:expire_time'],
    [{ time_in_force: 'gtd', expire_time: past }, 'EGeneral:Invalid arguments:expire_time'],
    [{ time_in_force: 'day' }, 'EGeneral:Invalid arguments:time_in_force'],
    [{ deadline: past }, 'EService:Deadline elapsed'],
    [{ deadline: 'at some time soon, please' }, 'EService:Deadline elapsed'],
    [{ stp_type: 'none' }, 'EGeneral:Invalid arguments:stp_type'],
    [{ display_qty: 0.01 }, 'EGeneral:Invalid arguments:display_qty is not supported'],
  ] as const) {
    expect([more, await trader.add(more)]).toMatchObject([more, { success: false, error }]);
  }
  trader.socket.close();
});

test('a gtd order and one of all or none say so in their reports', async () => {
  const trader = await Trader.join();
  const until = '2099-01-01T00:00:00.000000Z';
  resultOf(await trader.add({ time_in_force: 'gtd', expire_time: until }));
  expect(await trader.report('pending_new')).toMatchObject({
    time_in_force: 'gtd',
    expire_time: until,
  });
  resultOf(await trader.add({ all_or_none: true, stp_type: 'cancel_both' }));
  expect(await trader.report('pending_new')).toMatchObject({ all_or_none: true });
  trader.socket.close();
});

test('an order is amended by either of its ids', async () => {
  const trader = await Trader.join();
  const { order_id: id } = resultOf(await trader.add({ cl_ord_id: 'mine' }));
  const amended = resultOf(await trader.ask('amend_order', { order_id: id, limit_price: 11 }));
  expect(amended).toMatchObject({ order_id: id, amend_id: expect.stringMatching(/^A\d+$/) });
  expect(await trader.report('amended')).toMatchObject({ limit_price: 11, order_qty: 0.05 });
  resultOf(await trader.ask('amend_order', { cl_ord_id: 'mine', order_qty: 0.03 }));
  expect(await trader.report('amended')).toMatchObject({ limit_price: 11, order_qty: 0.03 });
  for (const [params, error] of [
    [{ order_id: id }, 'EGeneral:Invalid arguments'],
    [{ order_id: id, limit_price: 0 }, 'EOrder:Invalid price'],
    [{ order_id: id, order_qty: 0.001 }, 'EGeneral:Invalid arguments:order_qty'],
    [{ order_id: 'O999999', order_qty: 0.01 }, 'EOrder:Unknown order'],
    [{ order_qty: 0.01 }, 'EOrder:Unknown order'],
    [
      { order_id: id, trigger_price: 5 },
      'EGeneral:Invalid arguments:trigger_price is not supported',
    ],
  ] as const) {
    const reply = await trader.ask('amend_order', params);
    expect([params, reply]).toMatchObject([params, { success: false, error }]);
  }
  const other = await Trader.join();
  const reply = await other.ask('amend_order', { order_id: id, limit_price: 12 });
  expect(reply).toMatchObject({ success: false, error: 'EOrder:Unknown order' });
  trader.socket.close();
  other.socket.close();
});

test('an id of the exchange is never taken for an id of the sender', async () => {
  const trader = await Trader.join();
  const { order_id: first } = resultOf(await trader.add());
  const { order_id: second } = resultOf(await trader.add({ cl_ord_id: first }));
  resultOf(await trader.ask('amend_order', { order_id: first, limit_price: 12 }));
  expect(await trader.report('amended')).toMatchObject({ order_id: first, limit_price: 12 });
  resultOf(await trader.ask('amend_order', { cl_ord_id: first, limit_price: 13 }));
  expect(await trader.report('amended')).toMatchObject({ order_id: second, limit_price: 13 });
  const cancelled = await trader.ask('batch_cancel', { orders: [first] });
  expect(cancelled).toMatchObject({ success: true, orders_cancelled: 1 });
  expect(await trader.report('canceled')).toMatchObject({ order_id: first });
  trader.socket.close();
});

test('a batch is placed order by order, or not at all when one of them is malformed', async () => {
  const trader = await Trader.join();
  const batch = (orders: readonly Fields[]): Promise<Fields> =>
    trader.ask('batch_add', { symbol, orders });
  expect(await batch([order, { ...order, order_qty: 0.001 }])).toMatchObject({
    success: false,
    error: 'EGeneral:Invalid arguments:order_qty',
  });
  expect(await batch([order])).toMatchObject({ success: false });
  const reply = await batch([
    { ...order, cl_ord_id: 'one' },
    { ...order, cl_ord_id: 'two', limit_price: 1_000_000_000 },
    { ...order, cl_ord_id: 'three' },
  ]);
  expect(reply).toMatchObject({
    success: true,
    result: [
      { cl_ord_id: 'one', order_id: expect.any(String) },
      { cl_ord_id: 'two', error: expect.stringMatching(/^EOrder:/) },
      { cl_ord_id: 'three', order_id: expect.any(String) },
    ],
  });
  const cancelled = await trader.ask('batch_cancel', { orders: ['one', 'O999999', 'three'] });
  expect(cancelled).toMatchObject({ success: true, orders_cancelled: 2 });
  expect(await trader.ask('batch_cancel', { orders: ['O999999'] })).toMatchObject({
    success: false,
    error: 'EOrder:Unknown order',
  });
  trader.socket.close();
});

test('all orders are cancelled at once, of one market or of every one, and only one’s own', async () => {
  const [trader, other] = [await Trader.join(), await Trader.join()];
  for (const one of [trader, trader, trader, other]) resultOf(await one.add());
  expect(await trader.ask('cancel_all', { symbol: 'NO/PE' })).toMatchObject({ success: false });
  expect(resultOf(await trader.ask('cancel_all', { symbol }))).toEqual({ count: 3 });
  expect(resultOf(await trader.ask('cancel_all', {}))).toEqual({ count: 0 });
  expect(resultOf(await other.ask('cancel_all', {}))).toEqual({ count: 1 });
  trader.socket.close();
  other.socket.close();
});

test('the dead man’s switch names its instant, and is switched off', async () => {
  const trader = await Trader.join();
  const set = resultOf(await trader.ask('cancel_all_orders_after', { timeout: 60 }));
  const between = Date.parse(String(set['triggerTime'])) - Date.parse(String(set['currentTime']));
  expect(between).toBe(60_000);
  const off = resultOf(await trader.ask('cancel_all_orders_after', { timeout: 0 }));
  expect(off).toMatchObject({ triggerTime: '0' });
  for (const timeout of [-1, 0.5, 86_401, '60']) {
    expect(await trader.ask('cancel_all_orders_after', { timeout })).toMatchObject({
      success: false,
      error: 'EGeneral:Invalid arguments:timeout',
    });
  }
  trader.socket.close();
});
