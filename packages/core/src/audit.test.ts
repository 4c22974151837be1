import { describe, expect, test } from 'vitest';
import { addDeadline } from './deadline.ts';
import { audit } from './index.ts';
import type { State } from './index.ts';
import type { Order, Participant, Trade } from './state.ts';
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
import { placeFirm, sure, symbol, tradeId } from './testing/driver.ts';
import { toAmount, toInstant, toLots, toPrice } from './units.ts';

function soundState(): State {
  const driver = openedDriver();
  placeFirm(driver, { participant: alice, side: 'ask', price: 100, volume: 5 });
  placeFirm(driver, { participant: bob, side: 'bid', price: 90, volume: 2 });
  placeFirm(driver, { participant: bob, side: 'bid', price: 100, volume: 3 });
  place(driver, { participant: bob, side: 'bid', price: 95, volume: 1 });
  advance(driver, { settled: [{ trade: tradeId(1), lot: 0 }] });
  return driver.state;
}

const order = (state: State, number: number): Order => sure(state.orders.get(orderId(number)));
const trade = (state: State): Trade => sure(state.trades.get(tradeId(1)));
const participant = (state: State): Participant => sure(state.participants.get(alice));
const lots = (value: number): NonNullable<ReturnType<typeof toLots>> => sure(toLots(value));

/** Faults planted in a sound state, and a part of what the auditor has to say about each. */
const faults: readonly (readonly [string, (state: State) => unknown])[] = [
  ['O1 has lost count of its lots', (state) => (order(state, 1).filled = lots(4))],
  ['O1 is done with 2 lots', (state) => (order(state, 1).status = 'done')],
  ['O4 is open and rests 0 times', (state) => (order(state, 4).status = 'open')],
  ['O1 does not know its trades', (state) => (order(state, 1).unsettled = 0)],
  ['O1 is not firm as it should', (state) => order(state, 1).firm.delete(3)],
  ['O1 gave no lot 4', (state) => order(state, 1).matched.set(4, trade(state))],
  ['O1 traded beyond its limit', (state) => (order(state, 1).cost = sure(toAmount(1)))],
  ['O4 is pending and its deadline', (state) => (order(state, 4).deadline = undefined)],
  [
    'O1 rests on the ask side with 2 lots but is not such',
    (state) => state.orders.delete(orderId(1)),
  ],
  ['T1 names O1, which is gone', (state) => state.orders.delete(orderId(1))],
  ['T1 has lost count of its lots', (state) => (trade(state).unsettled = 1)],
  ['T1 has 2 lots of 3', (state) => trade(state).lots.delete(1)],
  ['lot 1 of T1 is overdue', (state) => (sure(trade(state).lots.get(1)).state = 'overdue')],
  ['T1 took a lot that O1 keeps', (state) => order(state, 1).matched.delete(1)],
  [
    'ask level 100 says 3 lots',
    (state) => (sure(sure(state.markets.get(symbol)).book.asks[0]).volume = lots(3)),
  ],
  [
    'the book is crossed',
    (state) => {
      const { book } = sure(state.markets.get(symbol));
      const queue = new Map([[orderId(2), lots(2)]]);
      book.bids.splice(0, 1, { price: sure(toPrice(100)), volume: lots(2), queue });
    },
  ],
  ['alice has 0 live orders', (state) => participant(state).live.clear()],
  ['alice has 0 answers', (state) => participant(state).answers.clear()],
  ['bob holds', (state) => (sure(state.accounts.get(bob)?.get(ecoin)).hold = sure(toAmount(1)))],
  ['bob holds 0 ecoin, its orders need', (state) => state.accounts.get(bob)?.delete(ecoin)],
  ['were issued', (state) => state.issued.set(energy, sure(toAmount(1)))],
  [
    'has -1/',
    (state) => (sure(state.accounts.get(alice)?.get(energy)).balance = sure(toAmount(-1))),
  ],
  ['does not stand for lot', (state) => state.outputs.delete(sure([...state.outputs.keys()][0]))],
  ['outputs stand for', (state) => state.outputs.delete(sure([...state.outputs.keys()][0]))],
  ['a deadline is missing', (state) => state.deadlines.heap.pop()],
  [
    "a deadline of offers is nobody's",
    (state) =>
      addDeadline(state.deadlines, sure(toInstant(9e15)), { kind: 'offers', order: orderId(1) }),
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
