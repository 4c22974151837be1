import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, fromHex, toHex, TransactionFormatError } from './bytes.ts';
import {
  assetIdOf,
  PERMISSION_FLAGS,
  PERMISSION_FOREVER,
  readElement,
  toAssetId,
} from './element.ts';
import type { AssetDetails, AssetId } from './element.ts';
import { ELEMENTS_MAX, RAW_MAX } from '../limits.ts';
import { transactionFixtures } from '../testing/recordings.ts';
import { buildOutputScript, ownerOf, parseOutputScript, parsePlainPayment } from './script.ts';
import type { OutputMeaning, PayMeaning } from './script.ts';
import { decodeTransaction, encodeTransaction, SEQUENCE_FINAL } from './transaction.ts';

const OWNER = fromHex('34c3f298ef6af03c10f8b85b1a591ed443c46358');
const ENERGY = assetIdOf('0f640adc5e995d0928ba647356882e77f3a744343d933e17580e64cdb240bc8c');
const ECOIN = assetIdOf('96e5f03ed51a95861487ea6e4fd70a54fbb9817939da00cd85433aa207b4e2f0');
/** As a node wrote it: 1 energy for P's address. */
const RECORDED =
  '76a91434c3f298ef6af03c10f8b85b1a591ed443c4635888ac1c73706b71772e88567364ba28095d995edc0a640fe80300000000000075';

const asset = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => toAssetId(toHex(bytes)) ?? ENERGY);
const raw = fc.bigInt({ min: 0n, max: RAW_MAX });
const uint32 = fc.nat(0xffff_ffff);
const fieldName = fc.string({ minLength: 1, maxLength: 20 }).filter((name) => !name.includes('\0'));
const fields = fc.array(fc.tuple(fieldName, fc.string({ unit: 'grapheme' })), { maxLength: 5 });
const moves = (how: 'transfer' | 'issuemore') =>
  fc.array(fc.record({ asset, raw, how: fc.constant(how) }), { maxLength: 4 });
const payments: fc.Arbitrary<PayMeaning> = fc.record({
  kind: fc.constant('pay'),
  hash160: fc.uint8Array({ minLength: 20, maxLength: 20 }),
  assets: fc.tuple(moves('issuemore'), moves('transfer')).map((lists) => lists.flat()),
  issue: fc.option(raw, { nil: null }),
  permissions: fc.array(
    fc.record({
      entity: fc.option(asset, { nil: null }),
      flags: uint32,
      start: uint32,
      end: uint32,
      timestamp: uint32,
    }),
    { maxLength: 1 },
  ),
});
const details: fc.Arbitrary<AssetDetails> = fc.record({
  name: fc.string({ unit: 'grapheme', maxLength: 10 }),
  multiple: fc.integer({ min: 1, max: 0x7fff_ffff }),
  open: fc.boolean(),
  fields,
});
const meanings: fc.Arbitrary<Exclude<OutputMeaning, { kind: 'other' }>> = fc.oneof(
  payments,
  fc.record({ kind: fc.constant('data'), data: fc.uint8Array({ maxLength: 70_000 }) }),
  fc.record({ kind: fc.constant('new-asset'), details }),
  fc.record({ kind: fc.constant('asset-update'), asset, fields }),
);

function energy(amount: bigint): PayMeaning['assets'][number] {
  return { asset: ENERGY, raw: amount, how: 'transfer' };
}

/** Appends `<data> OP_DROP` to a script, as an attacker would by hand. */
function smuggle(script: Uint8Array, data: string): Uint8Array {
  const bytes = typeof data === 'string' ? fromHex(data) : data;
  return concatBytes(script, Uint8Array.of(bytes.length), bytes, Uint8Array.of(0x75));
}

describe('an output script', () => {
  test('says what it was written to say', () => {
    fc.assert(
      fc.property(meanings, (meaning) => {
        expect(parseOutputScript(buildOutputScript(meaning))).toEqual(meaning);
      }),
    );
  });

  test('is understood only if it is what we would write of what it says', () => {
    fc.assert(
      fc.property(meanings, fc.nat(), fc.nat(255), (meaning, at, byte) => {
        const script = buildOutputScript(meaning);
        script[at % script.length] = byte;
        const understood = parseOutputScript(script);
        if (understood.kind === 'other') return;
        expect(parseOutputScript(buildOutputScript(understood))).toEqual(understood);
      }),
    );
  });

  test('of any bytes whatever is read without a crash', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(typeof parseOutputScript(bytes).kind).toBe('string');
        const payment = concatBytes(fromHex(RECORDED).subarray(0, 25), bytes);
        expect(typeof parseOutputScript(payment).kind).toBe('string');
      }),
      { numRuns: 500 },
    );
  });

  test('of a node is written byte for byte', () => {
    const meaning = { kind: 'pay', hash160: OWNER, assets: [energy(1000n)] } as const;
    expect(toHex(buildOutputScript(meaning))).toBe(RECORDED);
    expect(ownerOf(fromHex(RECORDED))).toEqual(OWNER);
  });

  test('in every recorded transaction is understood and written back as it was', () => {
    let scripts = 0;
    for (const { hex } of transactionFixtures()) {
      for (const { script } of decodeTransaction(hex).outputs) {
        scripts++;
        const meaning = parseOutputScript(script);
        if (meaning.kind === 'other') throw new Error(`not understood: ${toHex(script)}`);
        expect(toHex(buildOutputScript(meaning))).toBe(toHex(script));
      }
    }
    expect(scripts).toBeGreaterThan(25);
  });
});

describe('a plain payment', () => {
  const plain = buildOutputScript({ kind: 'pay', hash160: OWNER, assets: [energy(10n)] });

  test('tells its owner and its assets, added up', () => {
    const twice = [energy(10n), energy(5n), { asset: ECOIN, raw: 3n, how: 'transfer' } as const];
    const script = buildOutputScript({ kind: 'pay', hash160: OWNER, assets: twice });
    expect(parsePlainPayment(script)).toEqual({
      hash160: OWNER,
      assets: new Map([
        [ENERGY, 15n],
        [ECOIN, 3n],
      ]),
    });
  });

  test.each([
    [
      'a permission',
      {
        permissions: [
          {
            entity: null,
            flags: PERMISSION_FLAGS.admin,
            start: 0,
            end: PERMISSION_FOREVER,
            timestamp: 0,
          },
        ],
      },
    ],
    [
      'an asset’s permission',
      {
        permissions: [
          { entity: ENERGY, flags: PERMISSION_FLAGS.issue, start: 0, end: 9, timestamp: 0 },
        ],
      },
    ],
    ['a first issue', { issue: 5n }],
    ['more of an asset', { assets: [{ asset: ENERGY, raw: 5n, how: 'issuemore' as const }] }],
  ])('holds no %s', (_, extra) => {
    const script = buildOutputScript({
      kind: 'pay',
      hash160: OWNER,
      assets: [energy(10n)],
      ...extra,
    });
    expect(parseOutputScript(script).kind).toBe('pay');
    expect(parsePlainPayment(script)).toBeUndefined();
  });

  test('holds no more than an int64 of an asset', () => {
    const script = buildOutputScript({
      kind: 'pay',
      hash160: OWNER,
      assets: [energy(RAW_MAX), energy(1n)],
    });
    expect(parsePlainPayment(script)).toBeUndefined();
  });

  test.each([
    ['an element of an unknown letter', smuggle(plain, '73706b7a00')],
    ['an element that is none', smuggle(plain, '00')],
    ['an entity without a permission', smuggle(plain, `73706b65${'00'.repeat(16)}`)],
    [
      'a quantity between an entity and its permission',
      smuggle(
        smuggle(smuggle(plain, `73706b65${'00'.repeat(16)}`), `73706b71${'00'.repeat(24)}`),
        `73706b70${'00'.repeat(16)}`,
      ),
    ],
    ['a permission too long', smuggle(plain, `73706b70${'00'.repeat(17)}`)],
    [
      'a first issue twice',
      smuggle(smuggle(plain, `73706b67${'00'.repeat(8)}`), `73706b67${'00'.repeat(8)}`),
    ],
    ['half a quantity', smuggle(plain, `73706b71${'00'.repeat(23)}`)],
    ['no quantity', smuggle(plain, '73706b71')],
    ['a negative quantity', smuggle(plain, `73706b71${'00'.repeat(16)}${'ff'.repeat(8)}`)],
    ['a permission cut short', smuggle(plain, `73706b70${'00'.repeat(15)}`)],
    ['an asset’s details', smuggle(plain, '73706b6e01004104e8030000')],
    ['a push without a drop', concatBytes(plain, fromHex('0411223344'))],
    ['a drop without a push', concatBytes(plain, fromHex('75'))],
    ['an operation', concatBytes(plain, fromHex('51'))],
    [
      'a longer push than needed',
      concatBytes(plain.subarray(0, 25), fromHex('4c'), plain.subarray(25)),
    ],
    ['one byte missing', plain.subarray(0, -1)],
    ['one byte more', concatBytes(plain, fromHex('00'))],
  ])('with %s is not understood at all', (_, script) => {
    expect(parseOutputScript(script)).toEqual({ kind: 'other' });
    expect(parsePlainPayment(script)).toBeUndefined();
  });

  test('has no more elements than a default chain allows', () => {
    const one = toHex(plain.subarray(26, -1));
    let script = plain;
    for (let elements = 2; elements <= ELEMENTS_MAX; elements++) script = smuggle(script, one);
    expect(parsePlainPayment(script)?.assets.get(ENERGY)).toBe(10n * BigInt(ELEMENTS_MAX));
    expect(parseOutputScript(smuggle(script, one)).kind).toBe('other');
  });
});

describe('what cannot be written', () => {
  test.each([
    ['a negative quantity', { kind: 'pay', hash160: OWNER, assets: [energy(-1n)] }],
    ['a quantity beyond int64', { kind: 'pay', hash160: OWNER, assets: [energy(RAW_MAX + 1n)] }],
    ['an owner of 19 bytes', { kind: 'pay', hash160: OWNER.subarray(1) }],
    ['a field without a name', { kind: 'asset-update', asset: ENERGY, fields: [['', 'x']] }],
    ['a name with a zero byte', { kind: 'asset-update', asset: ENERGY, fields: [['a\0b', 'x']] }],
    [
      'a multiple of 0',
      { kind: 'new-asset', details: { name: 'x', multiple: 0, open: true, fields: [] } },
    ],
    [
      'a field too long',
      { kind: 'asset-update', asset: ENERGY, fields: [['a', 'x'.repeat(9000)]] },
    ],
  ] as const)('%s is refused', (_, output) => {
    expect(() => buildOutputScript(output)).toThrow(TransactionFormatError);
  });
});

/** An asset's reference names the transaction's place in its block in bytes: the difference of two is a length. */
function issueLength(issued: AssetDetails): number {
  const outputs = [
    buildOutputScript({ kind: 'pay', hash160: OWNER, issue: 0n }),
    buildOutputScript({ kind: 'new-asset', details: issued }),
    buildOutputScript({ kind: 'pay', hash160: OWNER }),
  ].map((script) => ({ value: 0n, script }));
  const script = new Uint8Array(106);
  const inputs = [{ txid: '0'.repeat(64), vout: 0, script, sequence: SEQUENCE_FINAL }];
  return encodeTransaction({ version: 1, inputs, outputs, lockTime: 0 }).length;
}

describe('issues, as long as the node wrote them', () => {
  test('energy, 3-265 to 3-587, with its name, units and fields', () => {
    const purpose = 'periodic generation';
    const issued = { name: 'energy', multiple: 1000, open: true } as const;
    const described = [
      ['origin', 'KW'],
      ['stage', '0'],
      ['purpose', purpose],
    ] as const;
    // A signature has 71 or 72 bytes with its type; here it has 71.
    expect(issueLength({ ...issued, fields: described })).toBe(587 - 265);
  });

  test('an asset without a name, 17-266 to 17-530, with nothing but its units', () => {
    // Here the signature has 72 bytes.
    expect(issueLength({ name: '', multiple: 1, open: false, fields: [] }) + 1).toBe(530 - 266);
  });
});

describe('the id of an asset', () => {
  test('is the beginning of its issue’s, and stands reversed in scripts', () => {
    expect(ENERGY).toBe('0f640adc5e995d0928ba647356882e77');
    const bytes = fromHex(RECORDED).subarray(26, 54);
    expect(readElement(bytes)).toEqual({
      kind: 'transfer',
      assets: [{ asset: ENERGY, raw: 1000n }],
    });
  });

  test.each(['', 'energy', ENERGY.toUpperCase(), `${ENERGY}00`])('is not %j', (text) => {
    expect(toAssetId(text)).toBeUndefined();
    expect(() => assetIdOf(text)).toThrow(TransactionFormatError);
  });

  test('is unknown for a stranger’s text', () => {
    const id: AssetId | undefined = toAssetId(ENERGY);
    expect(id).toBe(ENERGY);
  });
});
