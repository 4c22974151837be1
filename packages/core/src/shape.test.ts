import { describe, expect, test } from 'vitest';
import { isCommand, namesOf } from './shape.ts';
import { terms, txidOf } from './testing/driver.ts';

const output = `${txidOf(1)}:0`;
const txid = txidOf(2);

/** One well-formed command of every kind. */
const samples: readonly Readonly<Record<string, unknown>>[] = [
  { kind: 'market.open', terms },
  { kind: 'market.phase', market: 'KWH/ECOIN', phase: 'halted' },
  { kind: 'market.band', market: 'KWH/ECOIN', floor: 1, cap: 2 },
  { kind: 'market.cancel_all', market: 'KWH/ECOIN' },
  { kind: 'participant.admit', participant: 'alice', name: 'Alice' },
  { kind: 'participant.suspend', participant: 'alice', suspended: true },
  {
    kind: 'order.place',
    participant: 'alice',
    clientOrderId: 'c 1',
    market: 'KWH/ECOIN',
    side: 'ask',
    price: 100,
    volume: 3,
    timeInForce: 'gtc',
    postOnly: false,
  },
  { kind: 'order.cancel', participant: 'alice', order: 'O1' },
  { kind: 'order.cancel_all', participant: 'alice' },
  { kind: 'order.cancel_all_after', participant: 'alice', timeout: 5 },
  {
    kind: 'offers.deliver',
    participant: 'alice',
    order: 'O1',
    lots: [{ lot: 0, output, offer: 'ab' }],
  },
  { kind: 'offers.decline', participant: 'alice', order: 'O1', reason: 'no funds\n' },
  { kind: 'settlement.submit', participant: 'alice', trade: 'T1', lots: [{ lot: 0, txid }] },
  {
    kind: 'ledger.advance',
    height: 0,
    moves: [{ address: 'alice', asset: 'energy', amount: -5 }],
    settled: [{ order: 'O1', lot: 0, trade: 'T1', txid }],
    lost: [{ order: 'O1', lot: 1, txid }],
  },
  { kind: 'time.tick' },
];

/** Right in no field of any command. */
const strange: readonly unknown[] = [
  null,
  undefined,
  {},
  [null],
  [[]],
  (): number => 1,
  Symbol('x'),
  1n,
  0.5,
  -0,
  Number.NaN,
  Infinity,
  2 ** 53,
  -(2 ** 53),
  '\n',
  '\u001b]0;x'.repeat(100),
];

/** Field by field, what is right and what is wrong. */
const fields: Readonly<Record<string, { right: readonly unknown[]; wrong: readonly unknown[] }>> = {
  participant: {
    right: ['1', 'x'.repeat(64), '1Yz_-+/'],
    wrong: ['', ' x', 'a b', 'x'.repeat(65), 'é', 'x\n', 7],
  },
  name: {
    right: ['', 'Zoë’s house', 'x'.repeat(32)],
    wrong: ['x'.repeat(33), 'a\tb', '\u009b', '\u202ea', 7],
  },
  clientOrderId: { right: ['~', 'x'.repeat(36)], wrong: ['', 'x'.repeat(37), 'é', 'x\n', 7] },
  market: {
    right: ['A/B', 'KWH-2/ECOIN'],
    wrong: ['', 'AB', '/B', 'A/', 'A/B/C', 'A /B', `${'A'.repeat(33)}/B`, 7],
  },
  side: { right: ['ask', 'bid'], wrong: ['', 'ASK', 'sell', 'toString', 7] },
  price: { right: [1, Number.MAX_SAFE_INTEGER], wrong: [0, -1, '1'] },
  volume: { right: [0, 1, Number.MAX_SAFE_INTEGER], wrong: [-1, '1', true] },
  timeInForce: { right: ['gtc', 'gtd', 'ioc', 'fok'], wrong: ['', 'day', 7] },
  phase: { right: ['pre_open', 'closed'], wrong: ['', 'open', 7] },
  floor: { right: [1], wrong: [0] },
  timeout: { right: [0, 86_400_000_000], wrong: [-1, 86_400_000_001, '5'] },
  postOnly: { right: [true, false], wrong: [0, 1, 'true'] },
  order: {
    right: ['O1', 'O1234567890123456'],
    wrong: ['O0', 'O', '1', 'O01', 'o1', 'T1', 'O1 ', 1],
  },
  trade: { right: ['T1'], wrong: ['T0', 'T', 'O1', 'T01', 1] },
  reason: { right: ['', 'anything\n', 'x'.repeat(200)], wrong: ['x'.repeat(201), 7] },
  height: { right: [0, 1], wrong: [-1, '0'] },
  lots: { right: [[]], wrong: [0, '', [{}], [{ lot: 0 }], Array(3), { length: 0 }] },
  moves: { right: [[]], wrong: [0, [{ address: 'a', asset: 'e' }], { 0: 1 }] },
  settled: { right: [[]], wrong: [[{ order: 'O1', lot: 0, txid }]] },
  lost: { right: [[]], wrong: [[{ order: 'O1', lot: 0, txid, trade: 'T1' }]] },
  terms: {
    right: [{ ...terms, delivery: { from: 0, to: 2, gate: 1 } }],
    wrong: [
      { ...terms, delivery: { from: 0, to: 2 } },
      { ...terms, delivery: { from: 0, to: 2, gate: -1 } },
      { ...terms, delivery: { from: 0, to: 2, gate: 1, more: 1 } },
      { ...terms, delivery: null },
      { ...terms, lot: '10' },
      { ...terms, more: 1 },
      { ...terms, tick: 0 },
    ],
  },
  kind: { right: [], wrong: ['', 'order.placed', 'toString', '__proto__'] },
};

function delivery(lot: object): boolean {
  return isCommand({ kind: 'offers.deliver', participant: 'alice', order: 'O1', lots: [lot] });
}

describe('the shape of a command', () => {
  for (const sample of samples) {
    const named = String(sample['kind']);
    test(`${named} has exactly its fields`, () => {
      expect(isCommand(sample)).toBe(true);
      expect(isCommand({ ...sample, more: 1 })).toBe(false);
      const polluted = `{"__proto__":1,${JSON.stringify(sample).slice(1)}`;
      expect(isCommand(JSON.parse(polluted))).toBe(false);
      expect(isCommand(Object.create(sample))).toBe(false);
      expect(isCommand([sample])).toBe(false);
      for (const field of Object.keys(sample)) {
        const { [field]: _left, ...rest } = sample;
        expect([field, isCommand(rest)]).toEqual([field, false]);
      }
    });

    test(`${named} has the right values in its fields`, () => {
      for (const field of Object.keys(sample)) {
        const { right, wrong } = fields[field] ?? { right: [], wrong: [] };
        for (const value of [...wrong, ...strange]) {
          // A reason is carried nowhere, so any short text will do.
          if (field === 'reason' && value === '\n') continue;
          expect([field, value, isCommand({ ...sample, [field]: value })]).toEqual([
            field,
            value,
            false,
          ]);
        }
        for (const value of right) {
          expect([field, value, isCommand({ ...sample, [field]: value })]).toEqual([
            field,
            value,
            true,
          ]);
        }
      }
    });
  }

  test('a field that is undefined is not there, as in the journal', () => {
    expect(isCommand({ kind: 'time.tick', more: undefined })).toBe(true);
  });

  test('every output and offer has one spelling', () => {
    expect(delivery({ lot: 0, output, offer: 'ab' })).toBe(true);
    for (const wrong of [`${txidOf(1)}:01`, txidOf(1), `${txidOf(1)}:-1`, `${txidOf(1)}: 1`]) {
      expect([wrong, delivery({ lot: 0, output: wrong, offer: 'ab' })]).toEqual([wrong, false]);
    }
    expect(delivery({ lot: 0, output: `${'AB'.repeat(32)}:0`, offer: 'ab' })).toBe(false);
    for (const wrong of ['', 'a', 'abc', 'ab'.repeat(8_193)]) {
      expect([wrong, delivery({ lot: 0, output, offer: wrong })]).toEqual([wrong, false]);
    }
  });

  const optional: readonly (readonly [string, string, unknown, unknown])[] = [
    ['market.open', 'phase', 'pre_open', 'open'],
    ['market.open', 'reference', 5, 0],
    ['market.phase', 'reference', 5, '5'],
    ['participant.admit', 'owner', 'the-smiths', 'the smiths'],
    ['order.place', 'type', 'market', 'stop'],
    ['order.place', 'expiresAt', 0, -1],
    ['order.place', 'expiresAt', Number.MAX_SAFE_INTEGER - 86_400_000_000, Number.MAX_SAFE_INTEGER],
    ['order.place', 'whole', true, 1],
    ['order.place', 'selfTrade', 'cancel_both', 'none'],
    ['order.cancel_all', 'market', 'A/B', 'AB'],
  ];
  test.each(optional)('%s may have %s, of its range', (kind, field, right, wrong) => {
    const sample = samples.find((command) => command['kind'] === kind);
    expect(isCommand({ ...sample, [field]: right })).toBe(true);
    expect(isCommand({ ...sample, [field]: undefined })).toBe(true);
    for (const value of [wrong, null, {}, [], Number.NaN, -0, 0.5, '\n']) {
      expect([value, isCommand({ ...sample, [field]: value })]).toEqual([value, false]);
    }
  });

  test('an amendment changes something', () => {
    const amend = { kind: 'order.amend', participant: 'alice', order: 'O1' };
    expect(isCommand(amend)).toBe(false);
    expect(isCommand({ ...amend, price: 5 })).toBe(true);
    expect(isCommand({ ...amend, volume: 5 })).toBe(true);
    expect(isCommand({ ...amend, volume: 5, price: 0 })).toBe(false);
  });

  test('a malformed command is refused with what of it can be named', () => {
    const sample = { kind: 'order.place', participant: 'alice', clientOrderId: 'c1', order: 'O7' };
    expect(namesOf(sample)).toEqual({
      command: 'order.place',
      participant: 'alice',
      clientOrderId: 'c1',
      order: 'O7',
    });
    expect(namesOf({ kind: '\u001b[2J', participant: 'a b', clientOrderId: 7, order: {} })).toEqual(
      {
        command: 'unknown',
      },
    );
    for (const value of [null, undefined, 7, 'x', [], Object.create(sample)]) {
      expect(namesOf(value)).toEqual({ command: 'unknown' });
    }
  });
});
