/** What is packed is unpacked as it was, whatever a journal holds. */
import { apply, applyChecked, createState, isCommand, stateText } from '@wattlot/core';
import type { Command, Entry } from '@wattlot/core';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { exactInstant, exactSeq } from '../exact.ts';
import { Flow } from './flow.ts';
import { Packer, Unpacker } from './packing.ts';
import type { StoredEntry } from './packing.ts';

function entryOf(seq: number, command: unknown): Entry {
  return { seq: exactSeq(seq), at: exactInstant(1000 + seq), command: command as Command };
}

/** Packs in slices, hands over as between threads, and unpacks. */
function handedOver(entries: readonly Entry[], slice: number): readonly StoredEntry[] {
  const [packer, unpacker] = [new Packer(), new Unpacker()];
  const all: StoredEntry[] = [];
  for (let from = 0; from < entries.length; from += slice) {
    packer.add(entries.slice(from, from + slice));
    all.push(...unpacker.unpack(structuredClone(packer.take())));
  }
  return all;
}

/** As the entry is handed over: a command of sound shape is told to be one. */
function expected(entry: Entry): StoredEntry {
  return { ...entry, isChecked: isCommand(entry.command) };
}

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });

const placement = fc
  .record({
    kind: fc.constant('order.place'),
    participant: fc.constantFrom('alice', 'bob', 'carol'),
    clientOrderId: fc.constantFrom('a', 'b"\\', ''),
    market: fc.constantFrom('KWH/ECOIN', 'B/C'),
    side: fc.constantFrom('ask', 'bid', 'both'),
    type: maybe(fc.constantFrom('limit', 'market')),
    price: fc.constantFrom(1, 100, 0, 2 ** 53 - 1),
    volume: fc.nat(3),
    timeInForce: fc.constantFrom('gtc', 'gtd', 'ioc', 'fok'),
    expiresAt: maybe(fc.constantFrom(0, 5, 2 ** 52)),
    postOnly: fc.boolean(),
    whole: maybe(fc.boolean()),
    selfTrade: maybe(fc.constantFrom('cancel_incoming', 'cancel_resting', 'cancel_both')),
  })
  .map((command): unknown => JSON.parse(JSON.stringify(command)));

test('any order, sound or not, comes out as it went in', () => {
  fc.assert(
    fc.property(
      fc.array(placement, { minLength: 1 }),
      fc.integer({ min: 1, max: 7 }),
      (all, slice) => {
        const entries = all.map((command, index) => entryOf(index + 1, command));
        expect(handedOver(entries, slice)).toEqual(entries.map(expected));
      },
    ),
  );
});

test('whatever else a journal holds comes out as it went in', () => {
  const strange: readonly unknown[] = [
    { kind: 'time.tick' },
    { kind: 'time.tick', more: 1 },
    { kind: 'order.cancel', participant: 'alice', order: 'O1' },
    { kind: 'order.cancel', participant: 'alice', order: 'O1', more: undefined },
    { kind: 'order.cancel', participant: 7, order: 'O1' },
    { kind: 'offers.deliver', participant: 'alice', order: 'O1', lots: [] },
    { kind: 'offers.deliver', participant: 'alice', order: 'O1', lots: [{ lot: 0 }] },
    { kind: 'ledger.advance', height: 0, moves: [], settled: [], lost: [{}] },
    { kind: 'no such', price: '1' },
    { kind: 'order.place' },
  ];
  const entries = strange.map((command, index) => entryOf(index + 1, command));
  for (const slice of [1, 3, 20]) {
    expect(handedOver(entries, slice)).toEqual(entries.map(expected));
  }
  expect(handedOver(entries, 3).filter(({ isChecked }) => isChecked)).toHaveLength(4);
});

test('more names than are numbered are sent as they are', () => {
  const entries = Array.from({ length: 70_000 }, (_, index) =>
    entryOf(index + 1, { kind: 'order.cancel', participant: `p${index % 66_000}`, order: 'O1' }),
  );
  expect(handedOver(entries, 1_000)).toEqual(entries.map(expected));
});

test('a flow that was handed over comes to the same state, without another look at shapes', () => {
  const flow = new Flow({ seed: 31, participants: 7, volume: 5, isWild: true });
  const applied = Array.from({ length: 3_000 }, () => flow.next());
  const entries = handedOver(
    applied.map(({ entry }) => JSON.parse(JSON.stringify(entry)) as Entry),
    250,
  );
  const state = createState();
  for (const [index, entry] of entries.entries()) {
    const events = entry.isChecked ? applyChecked(state, entry) : apply(state, entry);
    expect(events).toEqual(applied[index]?.events);
  }
  expect(entries.every(({ isChecked }) => isChecked)).toBe(true);
  expect(stateText(state)).toBe(stateText(flow.state));
});
