/**
 * The private HTTP functions of the dialect, for programs with an API key. The functions that change something are the socket's requests under other names: the
 * desk answers them, so that both ways in have the same rules, limits and errors.
 */
import { gatewayErrors, privateFunctions, timeText, unitsText } from '@wattlot/client/frames';
import type { BalancesMessage, PrivateBody, PrivateFunctionName } from '@wattlot/client/frames';
import type { Address, Instant } from '@wattlot/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { exactInstant } from '../exact.ts';
import type { Feed } from '../feed/feed.ts';
import type { OrderRecord } from '../feed/orders.ts';
import { tokenSeconds } from '../limits.ts';
import type { ApiKey } from './api-key-file.ts';
import type { ApiKeys } from './api-keys.ts';
import type { Desk, DeskRequest } from './desk.ts';
import type { Outcome } from './posting.ts';
import { answer, refuse, refuseFault, takeText } from './public-api.ts';
import type { Envelope } from './public-api.ts';
import { readRequest } from './request.ts';

/** What the functions work with. */
export interface PrivateApiOptions {
  readonly feed: Feed;
  readonly desk: Desk;
  readonly keys: ApiKeys;
  readonly now: () => Instant;
}

type Functions = {
  readonly [Name in PrivateFunctionName]: (
    key: ApiKey,
    body: PrivateBody<Name>,
  ) => Envelope | Promise<Envelope>;
};

/** Parameters of `AddOrder` that change what an order means and are not offered: ignoring one would trade something else than was asked for. */
const unsupported = /^(price2|leverage|displayvol|reduce_only|starttm|trigger|cost|close\[.*\])$/;

/** Adds `POST /0/private/…`. */
export function addPrivateApi(app: FastifyInstance, options: PrivateApiOptions): void {
  const functions = functionsOf(options);
  void app.register((scope, _options, done) => {
    // The signature is over the body byte for byte.
    takeText(scope);
    for (const name of Object.keys(privateFunctions) as PrivateFunctionName[]) {
      // Each takes what its own schema has checked.
      const answerTo: (key: ApiKey, body: never) => Envelope | Promise<Envelope> = functions[name];
      const call = callOf(options.keys, name, answerTo);
      scope.post(pathOf(name), (request) => call(request));
    }
    done();
  });
}

function pathOf(name: PrivateFunctionName): string {
  return `/0/private/${name}`;
}

/** A function as a request comes to it: checked for who sent it first, then for what it says. */
function callOf(
  keys: ApiKeys,
  name: PrivateFunctionName,
  answerTo: (key: ApiKey, body: never) => Envelope | Promise<Envelope>,
): (request: FastifyRequest) => Promise<Envelope> {
  const { scope, body: shape } = privateFunctions[name];
  const schema = Compile<TSchema>(shape);
  const path = pathOf(name);
  return async (request) => {
    const text = typeof request.body === 'string' ? request.body : '';
    const body = fieldsOf(request, text);
    const { nonce } = body;
    const [key, sign] = [headerOf(request, 'api-key'), headerOf(request, 'api-sign')];
    const found = await keys.check({ key, sign, path, nonce, body: text }, scope);
    if (typeof found === 'string') return refuse(found);
    if (!schema.Check(body)) return refuseFault(schema.Errors(body)[0]);
    return answerTo(found, body as never);
  };
}

function headerOf({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** The parameters of a form or of a JSON object, as text. What is neither has none. */
function fieldsOf({ headers }: FastifyRequest, body: string): Readonly<Record<string, string>> {
  if (headers['content-type']?.startsWith('application/json') !== true) {
    return Object.fromEntries(new URLSearchParams(body));
  }
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return {};
  }
  if (typeof value !== 'object' || value === null) return {};
  const fields = Object.entries(value).filter(([, field]) =>
    ['string', 'number', 'boolean'].includes(typeof field),
  );
  return Object.fromEntries(fields.map(([name, field]) => [name, String(field)]));
}

function functionsOf({ feed, desk, keys, now }: PrivateApiOptions): Functions {
  const ask = (key: ApiKey, method: DeskRequest['method'], params: object): Promise<Outcome> => {
    const token = keys.tokenOf(key);
    const read = readRequest(JSON.stringify({ method, params: { ...params, token } }));
    if (read.kind === 'refused') return Promise.resolve({ error: read.error });
    return new Promise((respond) => desk.handle(read.request as DeskRequest, respond));
  };
  return {
    GetWebSocketsToken: (key) => answer({ token: keys.tokenOf(key), expires: tokenSeconds }),
    Balance: ({ participant }) =>
      answer(byAsset(feed, participant, ({ balance }, text) => text(balance))),
    BalanceEx: ({ participant }) =>
      answer(
        byAsset(feed, participant, ({ balance, hold }, text) => {
          return { balance: text(balance), hold_trade: text(hold) };
        }),
      ),
    OpenOrders: ({ participant }, { cl_ord_id: own }) => {
      const open = feed
        .ordersOf(participant)
        .filter(({ view }) => view.status !== 'done')
        .filter(({ view }) => own === undefined || view.clientOrderId === own)
        .map((record) => [record.view.order, orderOf(feed, record)] as const);
      return answer({ open: Object.fromEntries(open) });
    },
    AddOrder: async (key, body) => {
      const foreign = Object.entries(body).find(
        ([name, value]) => unsupported.test(name) && !['', 'false', 'none'].includes(value),
      );
      if (foreign !== undefined) {
        return refuse(`${gatewayErrors.invalidArguments}:${foreign[0]} is not supported`);
      }
      const outcome = await ask(key, 'add_order', orderWords(body, now()));
      if ('error' in outcome) return refuse(outcome.error);
      const { type, volume, pair, ordertype, price } = body;
      const at = price === undefined ? ordertype : `${ordertype} ${price}`;
      const descr = { order: `${type} ${volume} ${pair} @ ${at}` };
      if (isOn(body.validate)) return answer({ descr });
      const { order_id: order } = outcome.result as { readonly order_id: string };
      return answer({ descr, txid: [order] });
    },
    CancelOrder: async (key, { txid, cl_ord_id: own }) => {
      const ids = {
        ...(txid === undefined ? {} : { order_id: [txid] }),
        ...(txid !== undefined || own === undefined ? {} : { cl_ord_id: [own] }),
      };
      const outcome = await ask(key, 'cancel_order', ids);
      return 'error' in outcome ? refuse(outcome.error) : answer({ count: 1 });
    },
    CancelAllOrdersAfter: async (key, { timeout }) => {
      const outcome = await ask(key, 'cancel_all_orders_after', { timeout: Number(timeout) });
      return 'error' in outcome ? refuse(outcome.error) : answer(outcome.result);
    },
  };
}

/** The order in the socket's words. */
function orderWords(body: PrivateBody<'AddOrder'>, now: Instant): object {
  const { expiretm, deadline, cl_ord_id: own, stptype, timeinforce, price, oflags } = body;
  const { validate } = body;
  const isPost = oflags?.split(',').includes('post') === true;
  return {
    symbol: body.pair,
    side: body.type,
    order_type: body.ordertype,
    order_qty: Number(body.volume),
    ...(price === undefined ? {} : { limit_price: Number(price) }),
    ...(timeinforce === undefined ? {} : { time_in_force: timeinforce.toLowerCase() }),
    ...(expiretm === undefined ? {} : { expire_time: expiryText(expiretm, now) }),
    ...(isPost ? { post_only: true } : {}),
    ...(stptype === undefined ? {} : { stp_type: stptype.replace('-', '_') }),
    ...(own === undefined ? {} : { cl_ord_id: own }),
    ...(deadline === undefined ? {} : { deadline }),
    ...(isOn(validate) ? { validate: true } : {}),
  };
}

function isOn(flag: string | undefined): boolean {
  return flag === 'true' || flag === '1';
}

/** Seconds since 1970 or, with a sign, from now, as the socket's time. */
function expiryText(text: string, now: Instant): string {
  const micros = Number(text) * 1_000_000;
  return timeText(exactInstant(text.startsWith('+') ? now + micros : micros));
}

type Balance = BalancesMessage['data'][number];

/** Something about each balance of a participant, as the feed tells them: what is committed, at the ledger's decimals. */
function byAsset(
  feed: Feed,
  participant: Address,
  tell: (balance: Balance, text: (amount: number) => string) => unknown,
): Readonly<Record<string, unknown>> {
  const precisions = new Map(
    feed.markets.flatMap(({ instrument }) => [
      [instrument.base, instrument.basePrecision] as const,
      [instrument.quote, instrument.quotePrecision] as const,
    ]),
  );
  let data: readonly Balance[] = [];
  const once = {
    buffered: 0,
    send: (frame: Buffer): void => {
      ({ data } = JSON.parse(frame.toString()) as BalancesMessage);
    },
  };
  feed.followPrivate('balances', participant, once, true);
  feed.leavePrivate('balances', participant, once);
  return Object.fromEntries(
    data.map((balance) => {
      const text = (amount: number): string => amount.toFixed(precisions.get(balance.asset) ?? 8);
      return [balance.asset, tell(balance, text)];
    }),
  );
}

function orderOf(feed: Feed, { view }: OrderRecord): unknown {
  const instrument = feed.market(view.market)?.instrument;
  if (instrument === undefined) throw new Error(`exchange: there is no market ${view.market}`);
  const { priceUnitsPerStep, pricePrecision, qtyUnitsPerLot, qtyPrecision } = instrument;
  const price = unitsText(view.price * priceUnitsPerStep, pricePrecision);
  const volume = unitsText(view.volume * qtyUnitsPerLot, qtyPrecision);
  const type = view.side === 'ask' ? 'sell' : 'buy';
  const average = view.filled === 0 ? 0 : (view.cost / view.filled) * priceUnitsPerStep;
  return {
    refid: null,
    userref: null,
    cl_ord_id: view.clientOrderId,
    status: view.status === 'pending' ? 'pending' : 'open',
    opentm: view.placedAt / 1_000_000,
    starttm: 0,
    expiretm: view.expiresAt === undefined ? 0 : view.expiresAt / 1_000_000,
    descr: {
      pair: instrument.symbol,
      type,
      ordertype: view.type,
      price,
      price2: '0',
      leverage: 'none',
      order: `${type} ${volume} ${instrument.symbol} @ ${view.type} ${price}`,
      close: '',
    },
    vol: volume,
    vol_exec: unitsText(view.filled * qtyUnitsPerLot, qtyPrecision),
    cost: unitsText(view.cost, instrument.quotePrecision),
    fee: unitsText(0, instrument.quotePrecision),
    price: String(Number((average / 10 ** pricePrecision).toFixed(8))),
    stopprice: '0',
    limitprice: '0',
    misc: '',
    oflags: view.postOnly ? 'post' : '',
  };
}
