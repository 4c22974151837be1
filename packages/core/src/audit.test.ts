import { describe, expect, test } from 'vitest';
import { addDeadline } from './deadline.ts';
import { audit } from './index.ts';
import type { State } from './index.ts';
import type { Market, Order, OverOrder, Participant, Trade } from './state.ts';
import {
  advance,
  alice,
  bob,
  ecoin,
  energy,
  openedDriver,
  orderId,
  place,
} from './testing/driver.ts';
import { give, placeFirm, sure, symbol, terms, tradeId } from './testing/driver.ts';
import { toAmount, toInstant, toLots, toMarketSymbol, toPrice } from './units.ts';

function soundState(): State {
  const driver = openedDriver();
  placeFirm(driver, { participant: alice, side: 'ask', price: 100, volume: 5 });
  placeFirm(driver, { participant: bob, side: 'bid', price: 90, volume: 2 });
  placeFirm(driver, { participant: bob, side: 'bid', price: 100, volume: 3 });
  place(driver, { participant: bob, side: 'bid', price: 95, volume: 1 });
  place(driver, { participant: bob, side: 'bid', price: 80, volume: 1, timeInForce: 'ioc' });
  advance(driver, { settled: [{ trade: tradeId(1), lot: 0 }] });
  const delivery = { from: 9e6, to: 10e6, gate: 8e6 };
  give(driver, { kind: 'market.open', terms: { ...terms, symbol: 'A/B', delivery } });
  return driver.state;
}

const order = (state: State, number: number): Order => sure(state.orders.get(orderId(number)));
const trade = (state: State): Trade => sure(state.trades.get(tradeId(1)));
const marketOf = (state: State): Market => sure(state.markets.get(symbol));
const gated = (state: State): Market => sure(state.markets.get(sure(toMarketSymbol('A/B'))));
const participant = (state: State): Participant => sure(state.participants.get(alice));
const buyer = (state: State): Participant => sure(state.participants.get(bob));
const over = (state: State): OverOrder => sure(state.over.get(orderId(5)));
const rewrite = (state: State, change: Partial<OverOrder>): unknown =>
  state.over.add(
    { ...over(state), ...change },
    { ...over(state), ...change },
    buyer(state).over[0],
  );
const lots = (value: number): NonNullable<ReturnType<typeof toLots>> => sure(toLots(value));

/** Faults planted in a sound state, and a part of what the auditor has to say about each. */
const faults: readonly (readonly [string, (state: State) => unknown])[] = [
  ['O1 has lost count of its lots', (state) => (order(state, 1).filled = lots(4))],
  ['O1 is done with 2 lots', (state) => (order(state, 1).status = 'done')],
  [
    'O1 is open and rests 0 times',
    (state) => marketOf(state).book.reduce(order(state, 1).slot, lots(2)),
  ],
  ['O1 does not know its trades', (state) => (order(state, 1).unsettled = 0)],
  ['O1 is not firm as it should', (state) => order(state, 1).firm.pop()],
  ['T1 is not known to O1', (state) => order(state, 1).given.pop()],
  ['O1 gave nothing to T1', (state) => state.trades.delete(tradeId(1))],
  [
    'O4 waits for 1 offers and its deadline says otherwise',
    (state) => (order(state, 4).offersDue = undefined),
  ],
  ['O2 has a wrong expiry', (state) => (order(state, 2).expiry = order(state, 4).offersDue)],
  ['O4 rests pending', (state) => (order(state, 4).slot = 0)],
  [
    'lot 3 of O1 rests and is matched',
    (state) => (sure(order(state, 1).firm[0]).trade = trade(state)),
  ],
  [
    'the lots of O1 are out of order',
    (state) => order(state, 1).firm.push(sure(order(state, 1).firm[0])),
  ],
  [
    'O1 rests on the ask side with 2 lots but is not such',
    (state) => state.orders.delete(orderId(1)),
  ],
  ['T1 names O1, which is gone', (state) => state.orders.delete(orderId(1))],
  ['T1 has lost count of its lots', (state) => (trade(state).unsettled = 1)],
  [
    'T1 has 2 lots of 3',
    (state) => state.trades.set(tradeId(1), { ...trade(state), lots: trade(state).lots.slice(1) }),
  ],
  ['lot 1 of T1 is overdue', (state) => (sure(trade(state).lots[1]).state = 'overdue')],
  [
    'T1 took a lot that does not know it',
    (state) => (sure(trade(state).lots[1]).trade = undefined),
  ],
  [
    'O1 rests on the ask side with 1 lots but is not such',
    (state) => marketOf(state).book.reduce(order(state, 1).slot, lots(1)),
  ],
  [
    'KWH/ECOIN is crossed',
    (state) => marketOf(state).book.rest('bid', sure(toPrice(100)), lots(2), 9),
  ],
  [
    'KWH/ECOIN has a whole order that would be filled',
    (state) => marketOf(state).book.restWhole('bid', sure(toPrice(100)), lots(2), 9, 'cancel_both'),
  ],
  ['KWH/ECOIN has a band of', (state) => (marketOf(state).floor = sure(toPrice(2_000)))],
  ['KWH/ECOIN is closed and has orders', (state) => (marketOf(state).phase = 'closed')],
  ['KWH/ECOIN has a wrong gate', (state) => (marketOf(state).gateDue = order(state, 4).offersDue)],
  ['A/B has a wrong gate', (state) => (gated(state).gateDue = undefined)],
  ['A/B has a wrong gate', (state) => (gated(state).phase = 'closed')],
  ['A/B is continuous and past its gate', (state) => (state.at = sure(toInstant(9e15)))],
  ['KWH/ECOIN does not know its orders', (state) => marketOf(state).live.pop()],
  ['KWH/ECOIN has 0 whole orders to ask', (state) => (marketOf(state).wholes.ask = 1)],
  ['alice has 0 live orders', (state) => participant(state).live.pop()],
  ['alice has 0 answers', (state) => participant(state).answers.clear()],
  ['bob lost an answer', (state) => (buyer(state).overCount = 2)],
  ['bob forgot O5', (state) => buyer(state).answers.set(over(state).clientOrderId, 7)],
  ['O5 is over and kept', (state) => state.orders.set(orderId(5), order(state, 4))],
  ['O5 has lost count of its lots', (state) => rewrite(state, { filled: lots(1) })],
  ['bob forgot O5', (state) => rewrite(state, { participant: participant(state) })],
  ['1 orders are over and 0 are known', (state) => buyer(state).over.pop()],
  ['bob holds', (state) => (sure(state.accounts.get(bob)?.get(ecoin)).hold = sure(toAmount(1)))],
  ['bob holds 0 ecoin, its orders need', (state) => state.accounts.get(bob)?.delete(ecoin)],
  ['were issued', (state) => state.issued.set(energy, sure(toAmount(1)))],
  [
    'has -1/',
    (state) => (sure(state.accounts.get(alice)?.get(energy)).balance = sure(toAmount(-1))),
  ],
  [
    'does not stand for its lot',
    (state) => state.outputs.delete(sure([...state.outputs.values()][0])),
  ],
  ['outputs stand for', (state) => state.outputs.delete(sure([...state.outputs.values()][0]))],
  ['a deadline is missing', (state) => state.deadlines.heap.pop()],
  [
    "a deadline of offers is nobody's",
    (state) =>
      addDeadline(state.deadlines, sure(toInstant(9e15)), {
        kind: 'offers',
        order: order(state, 1),
      }),
  ],
  ['has passed and not fallen', (state) => (state.at = sure(toInstant(9e15)))],
];

describe('the auditor', () => {
  test('has nothing to say about a sound state', () => {
    expect(audit(soundState())).toEqual([]);
  });

  test.each(faults)('finds a planted fault: %s', (violation, plant) => {
    const state = soundState();
    plant(state);
    expect(audit(state).join('\n')).toContain(violation);
  });
});
