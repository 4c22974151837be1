import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { apply, createState, nextDeadline, openTrades, stateHash, stateText } from './index.ts';
import type { Entry, Event, State } from './index.ts';
import {
  advance,
  alice,
  createDriver,
  give,
  openedDriver,
  substance,
  terms,
} from './testing/driver.ts';
import { flows, step } from './testing/flow.ts';

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function entryOf(seq: number, at: number): Entry {
  return JSON.parse(JSON.stringify({ seq, at, command: { kind: 'time.tick' } }));
}

function replay(journal: readonly Entry[]): { state: State; events: Event[] } {
  const state = createState();
  const events = journal.flatMap((entry) => apply(state, entry));
  return { state, events };
}

/** What the flows did, so that a test can see to it that they do everything. */
function kindsOf(events: readonly Event[]): Set<string> {
  const kinds = new Set<string>();
  for (const event of events) {
    kinds.add(event.kind);
    if (event.kind === 'refused') kinds.add(event.code);
    if (event.kind === 'order.cancelled') kinds.add(event.reason);
    if (event.kind === 'trade.updated') for (const { state } of event.trade.lots) kinds.add(state);
  }
  return kinds;
}

describe('apply', () => {
  // The driver audits the state, reads the events and compares both after every entry, and throws on any violation.
  test('is sound after every entry, whatever participants, agents, ledger and time do', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(flows(120), (flow) => {
        const driver = openedDriver({ energy: 300, ecoin: 4_000 });
        for (const taken of flow) step(driver, taken);
        for (const kind of kindsOf(driver.events)) seen.add(kind);
      }),
      { numRuns: 100, seed: 20_26 },
    );
    expect([...seen].toSorted()).toEqual(
      expect.arrayContaining(
        [
          'market.opened participant.admitted refused order.repeated order.placed offers.requested',
          'order.opened order.cancelled trade.made trade.updated level.changed balance.changed',
          'ledger.advanced requested not_filled_at_once offers_late offers_declined would_trade',
          'self_trade output_spent submitted overdue settled released id_reused',
          'insufficient_funds lots_mismatch output_reused unknown_order order_done lot_not_due',
        ].flatMap((line) => line.split(' ')),
      ),
    );
  });

  test('replayed, says the same and ends in the same state', () => {
    fc.assert(
      fc.property(flows(80), (flow) => {
        const driver = openedDriver({ energy: 500, ecoin: 5_000 });
        for (const taken of flow) step(driver, taken);
        const { state, events } = replay(driver.journal);
        expect(events).toEqual(driver.events);
        expect(stateHash(state, sha256)).toBe(stateHash(driver.state, sha256));
        expect(stateHash(state, sha256)).toMatch(/^[0-9a-f]{64}$/);
      }),
      { numRuns: 40 },
    );
  });

  test('forgets everything that is over', () => {
    fc.assert(
      fc.property(flows(80), (flow) => {
        const driver = openedDriver();
        for (const taken of flow) step(driver, taken);
        for (const { id, participant, status } of driver.state.orders.values()) {
          if (status !== 'done') {
            give(driver, { kind: 'order.cancel', participant: participant.address, order: id });
          }
        }
        const settled = openTrades(driver.state).flatMap(({ trade, lots }) =>
          lots
            .filter(({ state }) => state !== 'settled' && state !== 'released')
            .map(({ lot }) => ({ trade, lot })),
        );
        advance(driver, { settled });
        const { orders, over, trades, outputs, deadlines, accounts, participants } = driver.state;
        expect(orders.size).toBe(0);
        const answered = [...participants.values()].map((participant) => participant.over.length);
        expect(over.size).toBe(answered.reduce((sum, count) => sum + count, 0));
        expect([trades.size, outputs.size, deadlines.heap.length]).toEqual([0, 0, 0]);
        for (const assets of accounts.values()) {
          for (const { hold } of assets.values()) expect(hold).toBe(0);
        }
        expect(nextDeadline(driver.state)).toBeUndefined();
      }),
      { numRuns: 40 },
    );
  });

  test('settles or releases every matched lot once, and loses none', () => {
    fc.assert(
      fc.property(flows(80), (flow) => {
        const driver = openedDriver();
        for (const taken of flow) step(driver, taken);
        const { requested, settled, released } = driver.reader.ended;
        const waiting = openTrades(driver.state)
          .flatMap(({ lots }) => lots)
          .filter(({ state }) => state !== 'settled' && state !== 'released');
        expect(settled + released + waiting.length).toBe(requested);
      }),
      { numRuns: 20 },
    );
  });

  test('answers whatever arrives as a command, and never throws', () => {
    const driver = openedDriver();
    const { state } = driver;
    let seq = driver.journal.length;
    const samples: object[] = [
      { kind: 'market.open', terms },
      { kind: 'participant.admit', participant: 'alice', name: 'a' },
      { kind: 'order.cancel', participant: 'alice', order: 'O1' },
      { kind: 'offers.deliver', participant: 'alice', order: 'O1', lots: [] },
      { kind: 'offers.decline', participant: 'alice', order: 'O1', reason: '' },
      { kind: 'settlement.submit', participant: 'alice', trade: 'T1', lots: [] },
      { kind: 'ledger.advance', height: 1, moves: [], settled: [], lost: [] },
      { kind: 'time.tick' },
    ];
    const spoilt = fc
      .tuple(fc.constantFrom(...samples), fc.string(), fc.nat(9), fc.jsonValue())
      .map(([sample, name, index, value]) => {
        const fields = [...Object.keys(sample), name];
        return { ...sample, [fields[index % fields.length] ?? name]: value };
      });
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.anything(), spoilt), (command) => {
        const before = substance(state);
        seq += 1;
        driver.now += 1;
        const entry: Entry = Object.assign(entryOf(seq, driver.now), { command });
        const events = apply(state, entry);
        if (events.some(({ kind }) => kind === 'refused')) expect(substance(state)).toBe(before);
      }),
      { numRuns: 2_000 },
    );
  });

  test('throws on a journal with a gap, a repeat or a clock that runs backwards, and changes nothing', () => {
    const state = createState();
    apply(state, entryOf(1, 10));
    const before = stateText(state);
    expect(() => apply(state, entryOf(1, 11))).toThrow('entry 1 does not follow 1');
    expect(() => apply(state, entryOf(3, 11))).toThrow('entry 3 does not follow 1');
    expect(() => apply(state, entryOf(2, 9))).toThrow('before the entry in front of it');
    expect(() => apply(state, entryOf(2, 1.5))).toThrow('has no instant');
    expect(() => apply(state, entryOf(2, Number.MAX_SAFE_INTEGER))).toThrow('has no instant');
    expect(stateText(state)).toBe(before);
    expect(apply(state, entryOf(2, 10))).toEqual([]);
  });

  test('says a level and a balance once, after all else but the block', () => {
    const driver = createDriver();
    give(driver, { kind: 'market.open', terms });
    advance(driver, { moves: [{ address: alice, asset: 'energy', amount: 50 }] });
    expect(driver.events.map(({ kind }) => kind)).toEqual(['market.opened', 'ledger.advanced']);
    const events = give(driver, { kind: 'participant.admit', participant: alice, name: 'Alice' });
    expect(events).toEqual([
      { kind: 'participant.admitted', participant: alice, name: 'Alice', owner: alice },
      { kind: 'balance.changed', participant: alice, asset: 'energy', balance: 50, hold: 0 },
    ]);
    const again = give(driver, { kind: 'participant.admit', participant: alice, name: 'A.' });
    expect(again).toEqual([
      { kind: 'participant.admitted', participant: alice, name: 'A.', owner: alice },
    ]);
  });
});
