/** The operator's functions on a real exchange with the policy `ask`: who may call them, and what becomes of requests, also across a restart. */
import { operatorFunctions, timeText } from '@wattlot/client/frames';
import type { OperatorFunctionName } from '@wattlot/client/frames';
import type { Instant } from '@wattlot/core';
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { marketsMax } from '../limits.ts';
import type { RunningExchange, StartOptions } from '../start.ts';
import { ManualClock } from '../testing.ts';
import { Person, startTestExchange } from './testing.ts';
import type { Fields, HttpAnswer } from './testing.ts';

type Caller = Awaited<ReturnType<Person['caller']>>;

let exchange: RunningExchange;
let folder: string;
let operate: Caller;
let household: Person;
let ask: Caller;

async function start(options: Partial<StartOptions> = {}): Promise<void> {
  ({ exchange, folder } = await startTestExchange({ policy: 'ask', ...options }));
  operate = await (await Person.operator(exchange, folder)).caller();
}
async function restart(): Promise<void> {
  await exchange.close();
  await start({ folder });
  household = new Person(exchange, household.key);
  ask = await household.caller();
}
beforeEach(async () => {
  await start();
  household = new Person(exchange);
  ask = await household.caller();
});
afterEach(async () => {
  await exchange.close();
  rmSync(folder, { recursive: true, force: true });
});

const resultOf = ({ body }: HttpAnswer): Fields => body['result'] as Fields;
const listOf = (answer: HttpAnswer, name: string): readonly Fields[] =>
  resultOf(answer)[name] as readonly Fields[];
const invalid = { status: 401, body: { error: 'ESession:Invalid session' } };
const foreign = { status: 403, body: { error: 'EGeneral:Permission denied:only the operator' } };
const unknown = { status: 400, body: { error: 'EGeneral:Invalid arguments:no such request' } };

/** The household is in, and its meter. */
async function letIn(name = 'anna', meter?: string): Promise<void> {
  await ask('connect_node', meter === undefined ? { name } : { name, meter });
  const { participant } = { participant: household.address };
  expect(await operate('admit', { participant })).toMatchObject({ status: 200 });
}

test('each function is refused to whoever is not the operator', async () => {
  const address = household.address;
  const participant = address;
  const bodies: Readonly<Record<OperatorFunctionName, object>> = {
    list_join_requests: {},
    admit: { participant },
    refuse_join: { participant, reason: 'no' },
    list_deposits: {},
    issue_ecoin: { deposit: 'D1', amount: 1 },
    refuse_deposit: { deposit: 'D1', reason: 'no' },
    list_participants: {},
    grant: { address, permissions: ['send'] },
    revoke: { address, permissions: ['send'] },
    suspend: { participant, suspended: true },
    set_phase: { symbol: 'KWH/ECOIN', phase: 'halted' },
    open_market: { symbol: 'A/B' },
    settlement_health: {},
  };
  expect(Object.keys(bodies)).toEqual(Object.keys(operatorFunctions));
  await letIn();
  const forged = { authorization: `Bearer ${'A'.repeat(43)}` };
  for (const [name, body] of Object.entries(bodies)) {
    expect(await ask(name, body), name).toEqual(foreign);
    expect(await household.post(`/v1/${name}`, body), name).toEqual(invalid);
    expect(await household.post(`/v1/${name}`, body, forged), name).toEqual(invalid);
  }
  const standing = listOf(await operate('list_participants'), 'participants');
  expect(standing).toMatchObject([{ participant, suspended: false }]);
});

test('a login with another key over the operator’s challenge makes no operator', async () => {
  const { address } = await Person.operator(exchange, folder);
  const { body } = await household.post('/v1/challenge', { address });
  const { challenge } = body['result'] as { challenge: string };
  const login = { address, challenge, signature: household.sign(challenge) };
  expect(await household.post('/v1/login', login)).toMatchObject({ status: 401 });
});

describe('a request to be let in', () => {
  test('waits, also through a restart, until the operator admits it', async () => {
    expect(resultOf(await ask('connect_node', { name: 'anna' }))).toEqual({ status: 'waiting' });
    const [first] = listOf(await operate('list_join_requests'), 'requests');
    await restart();
    expect(listOf(await operate('list_join_requests'), 'requests')).toEqual([first]);
    expect(first).toMatchObject({ participant: household.address, name: 'anna', admitted: false });
    const { address: participant } = household;
    expect(await operate('admit', { participant })).toMatchObject({ status: 200 });
    expect(await operate('admit', { participant })).toMatchObject({ status: 200 });
    expect(resultOf(await ask('connect_node', { name: 'anna' }))).toEqual({ status: 'admitted' });
    expect(listOf(await operate('list_join_requests'), 'requests')).toEqual([]);
    const [standing] = listOf(await operate('list_participants'), 'participants');
    expect(standing).toMatchObject({ name: 'anna', permissions: ['connect', 'send', 'receive'] });
  });

  test('that is refused says why, and is asked anew by another name only', async () => {
    const { address: participant } = household;
    await ask('connect_node', { name: 'anna' });
    await operate('refuse_join', { participant, reason: 'house number missing' });
    const refused = { status: 'refused', reason: 'house number missing' };
    expect(resultOf(await ask('connect_node', { name: 'anna' }))).toEqual(refused);
    await restart();
    expect(resultOf(await ask('connect_node', { name: 'anna' }))).toEqual(refused);
    expect(listOf(await operate('list_join_requests'), 'requests')).toMatchObject([refused]);
    expect(resultOf(await ask('connect_node', { name: 'anna 12' }))).toEqual({ status: 'waiting' });
    await operate('admit', { participant });
    expect(exchange.participants()).toEqual([{ participant, name: 'anna 12' }]);
  });

  test('of a meter is one too, and its owner trades on meanwhile', async () => {
    const meter = new Person(exchange).address;
    await letIn();
    const wish = { name: 'anna', meter };
    expect(resultOf(await ask('connect_node', wish))).toEqual({ status: 'admitted' });
    const [request] = listOf(await operate('list_join_requests'), 'requests');
    expect(request).toMatchObject({ meter, admitted: true });
    await operate('admit', { participant: household.address });
    const [standing] = listOf(await operate('list_participants'), 'participants');
    expect(standing).toMatchObject({ meter, meter_permissions: ['connect', 'send', 'issue'] });
    await ask('connect_node', wish);
    expect(listOf(await operate('list_join_requests'), 'requests')).toEqual([]);
  });

  test('is nobody’s whom nobody knows, and never the operator’s', async () => {
    const { address: participant } = new Person(exchange);
    expect(await operate('admit', { participant })).toEqual(unknown);
    expect(await operate('refuse_join', { participant, reason: 'no' })).toEqual(unknown);
    const error = 'EGeneral:Permission denied:the operator does not trade';
    expect(await operate('connect_node', { name: 'boss' })).toEqual({
      status: 403,
      body: { error },
    });
  });
});

describe('a deposit', () => {
  const wish = { amount: 1_250, request: 'r-1', reference: 'anna 12' };

  test('waits for the operator, and is issued once however often it is approved', async () => {
    await letIn();
    expect(resultOf(await ask('schedule_ecoin_issue', wish))).toEqual({ status: 'waiting' });
    expect(resultOf(await ask('schedule_ecoin_issue', wish))).toEqual({ status: 'waiting' });
    const [listed] = listOf(await operate('list_deposits'), 'deposits');
    expect(listed).toMatchObject({ deposit: 'D1', name: 'anna', amount: 1_250, status: 'waiting' });
    const approval = { deposit: 'D1', amount: 1_250 };
    const approvals = await Promise.all(
      [1, 2, 3].map(() => operate('issue_ecoin', approval).then(resultOf)),
    );
    await restart();
    approvals.push(resultOf(await operate('issue_ecoin', approval)));
    const [issued] = approvals;
    expect(issued).toMatchObject({ status: 'issued' });
    for (const each of approvals) expect(each).toEqual(issued);
    expect(resultOf(await ask('schedule_ecoin_issue', wish))).toEqual(issued);
    const [own] = listOf(await ask('list_ecoin_requests'), 'requests');
    expect(own).toMatchObject({ ...wish, ...issued });
    // A second wish is another issue, and both together are all that there is.
    await ask('schedule_ecoin_issue', { amount: 50 });
    const balance = new Promise<number>((told) => {
      exchange.onEvent((event) => {
        if (event.kind === 'balance.changed' && event.participant === household.address) {
          told(event.balance);
        }
      });
    });
    await operate('issue_ecoin', { deposit: 'D2', amount: 50 });
    expect(await balance).toBe(1_300);
  });

  test('is refused with a reason, or approved as it was asked for; never both', async () => {
    await letIn();
    await ask('schedule_ecoin_issue', wish);
    const differs = 'EGeneral:Invalid arguments:another amount was asked for';
    expect(await operate('issue_ecoin', { deposit: 'D1', amount: 12_500 })).toEqual({
      status: 400,
      body: { error: differs },
    });
    const refusal = { deposit: 'D1', reason: 'no transfer by that name' };
    expect(await operate('refuse_deposit', refusal)).toMatchObject({ status: 200 });
    expect(await operate('refuse_deposit', refusal)).toMatchObject({ status: 200 });
    expect(await operate('issue_ecoin', { deposit: 'D1', amount: 1_250 })).toMatchObject({
      body: { error: 'EGeneral:Invalid arguments:decided already' },
    });
    const told = { status: 'refused', reason: 'no transfer by that name' };
    expect(resultOf(await ask('schedule_ecoin_issue', wish))).toEqual(told);
    await ask('schedule_ecoin_issue', { ...wish, request: 'r-2' });
    await operate('issue_ecoin', { deposit: 'D2', amount: 1_250 });
    expect(await operate('refuse_deposit', { deposit: 'D2', reason: 'late' })).toMatchObject({
      status: 400,
    });
    expect(await operate('issue_ecoin', { deposit: 'D9', amount: 1 })).toEqual(unknown);
  });

  test('is noted of participants only, a few of each, and its id names one wish', async () => {
    expect(await ask('schedule_ecoin_issue', wish)).toEqual({
      status: 403,
      body: { error: 'EGeneral:Permission denied:not let in yet' },
    });
    await letIn();
    await ask('schedule_ecoin_issue', wish);
    expect(await ask('schedule_ecoin_issue', { ...wish, amount: 9 })).toMatchObject({
      status: 400,
      body: { error: 'EGeneral:Invalid arguments:request id reused' },
    });
    for (let each = 0; each < 4; each += 1) await ask('schedule_ecoin_issue', { amount: 1 });
    expect(await ask('schedule_ecoin_issue', { amount: 1 })).toMatchObject({ status: 403 });
    // One decided makes room for another.
    await operate('refuse_deposit', { deposit: 'D1', reason: 'no' });
    expect(await ask('schedule_ecoin_issue', { amount: 1 })).toMatchObject({ status: 200 });
  });
});

test('hostile text is refused where it comes in', async () => {
  const { address: participant } = household;
  const bad = ['\u001b]0;owned\u0007', 'a\nb', '\u202eevil', 'x'.repeat(200)];
  for (const text of bad) {
    expect(await ask('connect_node', { name: text })).toMatchObject({ status: 400 });
  }
  await letIn();
  for (const text of bad) {
    expect(await ask('schedule_ecoin_issue', { amount: 1, reference: text })).toMatchObject({
      status: 400,
    });
    const refusal = { participant, reason: text };
    expect(await operate('refuse_join', refusal)).toMatchObject({ status: 400 });
    expect(await operate('refuse_deposit', { deposit: 'D1', reason: text })).toMatchObject({
      status: 400,
    });
  }
  for (const body of [{}, { participant: 5 }, { participant: 'nobody' }]) {
    expect(await operate('admit', body)).toMatchObject({ status: 400 });
  }
  expect(await operate('set_phase', { symbol: 'KWH/ECOIN', phase: 'closed' })).toMatchObject({
    status: 400,
  });
});

test('participants are told page by page, each once', async () => {
  for (let each = 0; each < 5; each += 1) {
    household = new Person(exchange);
    ask = await household.caller();
    await letIn(`house ${each}`);
  }
  const names: string[] = [];
  const sizes: number[] = [];
  let after: unknown;
  do {
    const answer = await operate('list_participants', { count: 2, ...(after ? { after } : {}) });
    const page = listOf(answer, 'participants');
    names.push(...page.map(({ name }) => String(name)));
    sizes.push(page.length);
    after = resultOf(answer)['next'];
  } while (after !== undefined);
  expect(sizes).toEqual([2, 2, 1]);
  expect(names.toSorted()).toEqual(['house 0', 'house 1', 'house 2', 'house 3', 'house 4']);
  const all = await operate('list_participants');
  expect(listOf(all, 'participants')).toHaveLength(5);
  expect(resultOf(all)).not.toHaveProperty('next');
  expect(await operate('list_participants', { count: 1_001 })).toMatchObject({ status: 400 });
});

test('permissions are granted to participants and their meters only, and taken when nothing hangs on them', async () => {
  const meter = new Person(exchange).address;
  const address = household.address;
  await letIn('anna', meter);
  const standing = async (): Promise<Fields | undefined> =>
    listOf(await operate('list_participants'), 'participants')[0];
  await operate('revoke', { address: meter, permissions: ['issue'] });
  await operate('revoke', { address, permissions: ['send', 'receive'] });
  expect(await standing()).toMatchObject({
    permissions: ['connect'],
    meter_permissions: ['connect', 'send'],
  });
  await operate('grant', { address: meter, permissions: ['issue'] });
  await operate('grant', { address, permissions: ['connect', 'send', 'receive'] });
  await operate('grant', { address, permissions: ['send'] });
  expect(await standing()).toMatchObject({
    permissions: ['connect', 'send', 'receive'],
    meter_permissions: ['connect', 'send', 'issue'],
  });
  const stranger = new Person(exchange).address;
  const { address: operator } = await Person.operator(exchange, folder);
  for (const other of [stranger, operator]) {
    expect(await operate('grant', { address: other, permissions: ['send'] })).toMatchObject({
      status: 400,
    });
  }
  expect(await operate('grant', { address, permissions: ['admin'] })).toMatchObject({
    status: 400,
  });
});

test('who is suspended places nothing until that is lifted, and the market stands still at the operator’s word', async () => {
  await letIn();
  const { address: participant } = household;
  await ask('schedule_ecoin_issue', { amount: 10_000 });
  await operate('issue_ecoin', { deposit: 'D1', amount: 10_000 });
  const bid = { symbol: 'KWH/ECOIN', limit_price: 10, order_qty: 0.01, cl_ord_id: 'b-1' };
  const placed = await ask('register_bid', bid);
  expect(placed).toMatchObject({ status: 200, body: { result: { cl_ord_id: 'b-1' } } });
  expect(await ask('register_bid', bid)).toEqual(placed);
  expect(await operate('revoke', { address: participant, permissions: ['send'] })).toMatchObject({
    status: 403,
    body: { error: 'EGeneral:Permission denied:suspend it first and let its trades settle' },
  });
  await operate('suspend', { participant, suspended: true });
  const [standing] = listOf(await operate('list_participants'), 'participants');
  expect(standing).toMatchObject({ suspended: true, live_orders: 0 });
  const other = { ...bid, cl_ord_id: 'b-2' };
  expect(await ask('register_bid', other)).toMatchObject({
    body: { error: 'EGeneral:Permission denied:suspended' },
  });
  await operate('suspend', { participant, suspended: false });
  await operate('set_phase', { symbol: 'KWH/ECOIN', phase: 'halted' });
  expect(await ask('register_bid', other)).toMatchObject({
    body: { error: expect.stringContaining('EService:Market in') },
  });
  const health = resultOf(await operate('settlement_health'));
  expect(health).toMatchObject({
    trades: { requested: 0, submitted: 0, overdue: 0 },
    frozen_lots: 0,
    markets: [{ symbol: 'KWH/ECOIN', phase: 'halted', live_orders: 0 }],
    waiting: { joins: 0, deposits: 0 },
  });
  expect(health['block']).toBe(health['ledger_height']);
  expect(Number(health['journal_head'])).toBeGreaterThan(5);
  await operate('set_phase', { symbol: 'KWH/ECOIN', phase: 'continuous' });
  expect(await ask('register_bid', other)).toMatchObject({ status: 200 });
  expect(await operate('set_phase', { symbol: 'X/Y', phase: 'halted' })).toMatchObject({
    status: 400,
  });
});

test('the paper’s functions need a session where they trade, and list orders without names', async () => {
  const bid = { symbol: 'KWH/ECOIN', limit_price: 10, order_qty: 0.01 };
  expect(await household.post('/v1/register_bid', bid)).toEqual(invalid);
  expect(await ask('register_ask', bid)).toMatchObject({ status: 400 });
  expect(resultOf(await ask('exchange_list', { symbol: 'KWH/ECOIN' }))).toEqual({
    symbol: 'KWH/ECOIN',
    asks: [],
    bids: [],
  });
  expect(await ask('exchange_list', { symbol: 'X/Y' })).toMatchObject({ status: 400 });
});

test('an order under the paper’s names is no other kind of order', async () => {
  await letIn();
  await ask('schedule_ecoin_issue', { amount: 10_000 });
  await operate('issue_ecoin', { deposit: 'D1', amount: 10_000 });
  const bid = { symbol: 'KWH/ECOIN', limit_price: 10, order_qty: 0.01 };
  const other = [
    { validate: true },
    { time_in_force: 'ioc' },
    { order_type: 'market' },
    { side: 'sell' },
    { all_or_none: true },
    { token: 'somebody else’s' },
  ];
  for (const more of other) {
    expect(await ask('register_bid', { ...bid, ...more }), JSON.stringify(more)).toEqual({
      status: 400,
      body: { error: `EGeneral:Invalid arguments:${Object.keys(more)[0]}` },
    });
  }
  expect(exchange.stats().orders).toBe(0);
  expect(await ask('register_bid', bid)).toMatchObject({ status: 200 });
});

describe('a market', () => {
  const times = {
    delivery_start: '2099-07-01T15:00:00Z',
    delivery_end: '2099-07-01T16:00:00Z',
    gate_closure: '2099-07-01T14:30:00.5Z',
  };
  const hour = { symbol: 'HOUR/ECOIN', ...times };
  const pairs = async (): Promise<Fields> => {
    const answer = await fetch(new URL('/0/public/AssetPairs', exchange.url));
    return ((await answer.json()) as { result: Fields }).result;
  };
  const refused = (what: string): object => ({
    status: 400,
    body: { error: `EGeneral:Invalid arguments:${what}` },
  });

  test('is opened once however often it is asked for, and is there after a restart', async () => {
    for (let asked = 0; asked < 2; asked += 1) {
      expect(await operate('open_market', hour)).toMatchObject({ status: 200 });
    }
    expect(await operate('open_market', { symbol: 'SPOT/ECOIN', lot: 250 })).toMatchObject({
      status: 200,
    });
    await restart();
    expect(await operate('open_market', hour)).toMatchObject({ status: 200 });
    const listed = await pairs();
    expect(Object.keys(listed)).toEqual(['KWH/ECOIN', 'HOUR/ECOIN', 'SPOT/ECOIN']);
    expect(listed['HOUR/ECOIN']).toMatchObject({
      status: 'online',
      delivery_start: '2099-07-01T15:00:00.000000Z',
      delivery_end: '2099-07-01T16:00:00.000000Z',
      gate_closure: '2099-07-01T14:30:00.500000Z',
    });
    expect(listed['SPOT/ECOIN']).not.toHaveProperty('gate_closure');
    expect(await operate('open_market', { ...hour, lot: 20 })).toEqual(refused('market exists'));
    const later = { ...hour, gate_closure: '2099-07-01T14:45:00Z' };
    expect(await operate('open_market', later)).toEqual(refused('market exists'));
  });

  test.each([
    ['no symbol', { symbol: 'HOUR' }, 'symbol'],
    ['half a delivery', { delivery_end: undefined }, 'delivery_end'],
    ['a time that is none', { gate_closure: 'noon' }, 'gate_closure'],
    ['a time beyond all deadlines', { delivery_end: '9999-01-01T00:00:00Z' }, 'delivery_end'],
    ['a gate that is over', { gate_closure: '2001-01-01T00:00:00Z' }, 'terms'],
    ['a gate after its delivery', { gate_closure: '2099-07-01T16:00:01Z' }, 'terms'],
    ['a delivery that ends before it starts', { delivery_end: '2099-07-01T15:00:00Z' }, 'terms'],
    ['a lot without exact decimals', { lot: 3 }, 'lot'],
    ['a floor above its cap', { price_floor: 2_000 }, 'terms'],
  ])('with %s is refused, and nothing is opened', async (_, change, what) => {
    expect(await operate('open_market', { ...hour, ...change })).toEqual(refused(what));
    expect(Object.keys(await pairs())).toEqual(['KWH/ECOIN']);
  });

  test('is refused beyond as many as clients follow', async () => {
    for (let count = 1; count < marketsMax; count += 1) {
      const { status } = await operate('open_market', { symbol: `M-${count}/ECOIN` });
      if (status !== 200) throw new Error(`market ${count} was refused`);
    }
    const over = { symbol: 'OVER/ECOIN' };
    expect(await operate('open_market', over)).toEqual(refused('too many markets'));
    expect(await operate('open_market', { symbol: 'M-1/ECOIN' })).toMatchObject({ status: 200 });
  });

  test('that is over makes room for another, and keeps its name', async () => {
    await exchange.close();
    const clock = new ManualClock();
    await start({ clock, folder });
    const inSeconds = (count: number): string =>
      timeText((clock.micros + count * 1_000_000) as Instant);
    const [gate_closure, delivery_start, delivery_end] = [10, 20, 30].map(inSeconds);
    const soon = { gate_closure, delivery_start, delivery_end };
    for (let count = 1; count < marketsMax; count += 1) {
      const terms = count === 5 ? soon : {};
      const { status } = await operate('open_market', { symbol: `M-${count}/ECOIN`, ...terms });
      if (status !== 200) throw new Error(`market ${count} was refused`);
    }
    expect(await operate('open_market', { symbol: 'NEXT/ECOIN' })).toEqual(
      refused('too many markets'),
    );
    const closed = new Promise<void>((done) => {
      exchange.onEvent((event) => event.kind === 'phase.changed' && done());
    });
    clock.advance(10_000);
    await closed;
    expect(Object.keys(await pairs())).toContain('M-5/ECOIN');
    expect(await operate('open_market', { symbol: 'NEXT/ECOIN' })).toMatchObject({ status: 200 });
    const listed = Object.keys(await pairs());
    expect(listed).toHaveLength(marketsMax);
    expect(listed).toContain('NEXT/ECOIN');
    expect(listed).not.toContain('M-5/ECOIN');
    expect(await operate('open_market', { symbol: 'M-5/ECOIN' })).toEqual(refused('market exists'));
  });
});
