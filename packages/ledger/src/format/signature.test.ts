import { createECDH, createPublicKey, verify } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, fromHex, toHex } from './bytes.ts';
import { assetIdOf } from './element.ts';
import { sha256 } from './hash.ts';
import { keyPairOf } from './keys.ts';
import {
  field,
  previousScripts,
  readRecordings,
  recordingsPresent,
  text,
  transactionFixtures,
  transactionsOf,
} from '../testing/recordings.ts';
import { buildOutputScript } from './script.ts';
import {
  readSignatureScript,
  SIGHASH,
  SignatureCache,
  signedBytes,
  signInput,
  verifyInput,
  writeSignatureScript,
} from './signature.ts';
import type { HashType } from './signature.ts';
import { decodeTransaction, outputOf, SEQUENCE_FINAL } from './transaction.ts';
import type { Transaction } from './transaction.ts';

const key = keyPairOf(new Uint8Array(32).fill(1));
const stranger = keyPairOf(new Uint8Array(32).fill(2));
const asset = assetIdOf('0f640adc5e995d0928ba647356882e77f3a744343d933e17580e64cdb240bc8c');
const pay = (hash160: Uint8Array, raw: bigint): Uint8Array =>
  buildOutputScript({ kind: 'pay', hash160, assets: [{ asset, raw, how: 'transfer' }] });
const PREVIOUS = pay(key.hash160, 10n);

/** Three inputs of the same owner and three outputs, nothing signed. */
const UNSIGNED: Transaction = {
  version: 1,
  inputs: [0, 1, 2].map((vout) => ({
    txid: 'ab'.repeat(32),
    vout,
    script: new Uint8Array(0),
    sequence: SEQUENCE_FINAL,
  })),
  outputs: [1n, 2n, 3n].map((raw) => ({ value: 0n, script: pay(stranger.hash160, raw) })),
  lockTime: 0,
};

function signedAt(index: number, hashType: HashType): Transaction {
  const script = signInput({ transaction: UNSIGNED, index, prevScript: PREVIOUS, key, hashType });
  return withScript(UNSIGNED, index, script);
}

function withScript(transaction: Transaction, index: number, script: Uint8Array): Transaction {
  const inputs = transaction.inputs.map((input, i) => (i === index ? { ...input, script } : input));
  return { ...transaction, inputs };
}

/** Another party signs nothing, changes one thing. */
const CHANGES: readonly (readonly [
  string,
  readonly HashType[],
  (t: Transaction) => Transaction,
])[] = [
  ['the version', [], (t) => ({ ...t, version: 2 })],
  ['the lock time', [], (t) => ({ ...t, lockTime: 1 })],
  [
    'its own sequence',
    [],
    (t) => ({ ...t, inputs: t.inputs.map((x, i) => (i === 1 ? { ...x, sequence: 0 } : x)) }),
  ],
  [
    'its own outpoint',
    [],
    (t) => ({ ...t, inputs: t.inputs.map((x, i) => (i === 1 ? { ...x, vout: 7 } : x)) }),
  ],
  [
    'the output at its index',
    [],
    (t) => ({ ...t, outputs: t.outputs.map((x, i) => (i === 1 ? { ...x, script: PREVIOUS } : x)) }),
  ],
  [
    'another output',
    [0x83],
    (t) => ({ ...t, outputs: t.outputs.map((x, i) => (i === 1 ? x : { ...x, script: PREVIOUS })) }),
  ],
  [
    'an output more',
    [0x83],
    (t) => ({ ...t, outputs: [...t.outputs, { value: 0n, script: PREVIOUS }] }),
  ],
  [
    'another input',
    [0x83],
    (t) => ({ ...t, inputs: t.inputs.map((x, i) => (i === 1 ? x : { ...x, vout: x.vout + 5 })) }),
  ],
  [
    'an input more',
    [0x83],
    (t) => ({
      ...t,
      inputs: [...t.inputs, { txid: 'cd'.repeat(32), vout: 0, script: PREVIOUS, sequence: 0 }],
    }),
  ],
  ['another input’s script', [0x01, 0x83], (t) => withScript(t, 0, PREVIOUS)],
];

describe('a signature', () => {
  test.each(Object.values(SIGHASH))(
    'of type %i is good, and only from the owner, for this output',
    (hashType) => {
      const signed = signedAt(1, hashType);
      expect(verifyInput(signed, 1, PREVIOUS)).toBe(true);
      expect(verifyInput(signed, 1, pay(stranger.hash160, 10n))).toBe(false);
      expect(verifyInput(signed, 1, pay(key.hash160, 11n))).toBe(false);
      expect(verifyInput(signed, 0, PREVIOUS)).toBe(false);
      expect(verifyInput(signed, 9, PREVIOUS)).toBe(false);
      expect(verifyInput(signed, 1, fromHex('6a00'))).toBe(false);
    },
  );

  test.each(CHANGES)('changing %s is allowed to types %j only', (_, allowed, change) => {
    for (const hashType of Object.values(SIGHASH)) {
      const changed = change(signedAt(1, hashType));
      expect(verifyInput(changed, 1, PREVIOUS)).toBe(allowed.includes(hashType));
    }
  });

  test('of one index moved to another with the same output is wrong: it covers its place', () => {
    const { script } = signedAt(1, SIGHASH.singleAnyoneCanPay).inputs[1] ?? { script: PREVIOUS };
    const [first, second, third] = [UNSIGNED.inputs[0], UNSIGNED.inputs[1], UNSIGNED.outputs[1]];
    if (!first || !second || !third) throw new Error('no such leg');
    const moved = { ...UNSIGNED, inputs: [{ ...second, script }], outputs: [third] };
    expect(verifyInput(moved, 0, PREVIOUS)).toBe(false);
  });

  test('for one output is neither made nor taken without that output', () => {
    const short = { ...UNSIGNED, outputs: UNSIGNED.outputs.slice(0, 1) };
    expect(() => signedBytes(short, 1, PREVIOUS, SIGHASH.singleAnyoneCanPay)).toThrow(RangeError);
    const signed = { ...signedAt(1, SIGHASH.singleAnyoneCanPay), outputs: short.outputs };
    expect(verifyInput(signed, 1, PREVIOUS)).toBe(false);
  });

  test('is one that another library finds good', () => {
    const parts = readSignatureScript(signedAt(1, SIGHASH.all).inputs[1]?.script ?? PREVIOUS);
    if (!parts) throw new Error('not readable');
    const covered = signedBytes(UNSIGNED, 1, PREVIOUS, SIGHASH.all);
    expect(verifiesElsewhere(parts.der, covered, parts.publicKey)).toBe(true);
  });

  test('is always low and strict, so that it reads back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 0x7fff_ffff }), (version) => {
        const transaction = { ...UNSIGNED, version };
        const request = { transaction, index: 0, prevScript: PREVIOUS, key, hashType: SIGHASH.all };
        const script = signInput(request);
        const parts = readSignatureScript(script);
        expect(parts && toHex(writeSignatureScript(parts))).toBe(toHex(script));
      }),
      { numRuns: 200 },
    );
  });
});

function pushed(...pushes: readonly Uint8Array[]): Uint8Array {
  return concatBytes(...pushes.flatMap((bytes) => [Uint8Array.of(bytes.length), bytes]));
}

describe('a signature script', () => {
  const script = signedAt(0, SIGHASH.all).inputs[0]?.script ?? PREVIOUS;
  const parts = readSignatureScript(script);
  if (!parts) throw new Error('not readable');
  const { der, publicKey, hashType } = parts;
  const typed = (type: number): Uint8Array => concatBytes(der, Uint8Array.of(type));

  test.each([
    ['empty', new Uint8Array(0)],
    ['without a key', pushed(typed(1))],
    ['with a third push', concatBytes(script, fromHex('0101'))],
    ['with a longer push', concatBytes(fromHex('4c'), script)],
    ['with an unknown type', pushed(typed(0x02), publicKey)],
    ['with SINGLE alone', pushed(typed(0x03), publicKey)],
    ['with type 0', pushed(typed(0x00), publicKey)],
    ['with an uncompressed key', pushed(typed(1), fromHex(uncompressed(publicKey)))],
    ['with a key that is none', pushed(typed(1), new Uint8Array(33).fill(2, 0, 1))],
    ['with a signature of garbage', pushed(new Uint8Array(71), publicKey)],
    ['with the other half of S', pushed(concatBytes(mirrored(der), Uint8Array.of(1)), publicKey)],
    ['with a padded R', pushed(concatBytes(padded(der), Uint8Array.of(1)), publicKey)],
  ])('%s is not taken', (_, other) => {
    expect(verifyInput(withScript(UNSIGNED, 0, other), 0, PREVIOUS)).toBe(false);
  });

  test('the other half of S is a signature all the same, which is why it must not be taken', () => {
    const covered = signedBytes(UNSIGNED, 0, PREVIOUS, hashType);
    expect(verifiesElsewhere(mirrored(der), covered, publicKey)).toBe(true);
  });

  test('of any bytes is read without a crash', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        expect(readSignatureScript(bytes)).toBeUndefined();
        expect(verifyInput(withScript(UNSIGNED, 0, bytes), 0, PREVIOUS)).toBe(false);
      }),
    );
  });
});

describe('the memory of good signatures', () => {
  test('knows a signature again in a transaction that has grown since', () => {
    const cache = new SignatureCache();
    const offer = signedAt(0, SIGHASH.singleAnyoneCanPay);
    expect(verifyInput(offer, 0, PREVIOUS, cache)).toBe(true);
    expect(cache.size).toBe(1);
    const grown = { ...offer, outputs: [...offer.outputs, { value: 0n, script: PREVIOUS }] };
    expect(verifyInput(grown, 0, PREVIOUS, cache)).toBe(true);
    expect(cache.size).toBe(1);
  });

  test('never makes a wrong one good', () => {
    const cache = new SignatureCache();
    const signed = signedAt(0, SIGHASH.singleAnyoneCanPay);
    expect(verifyInput(signed, 0, PREVIOUS, cache)).toBe(true);
    expect(verifyInput({ ...signed, lockTime: 5 }, 0, PREVIOUS, cache)).toBe(false);
    expect(verifyInput(signed, 0, pay(key.hash160, 11n), cache)).toBe(false);
    expect(cache.size).toBe(1);
  });

  test('forgets the oldest when it is full', () => {
    const cache = new SignatureCache(2);
    const names = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte));
    for (const name of names) cache.add(name);
    expect(names.map((name) => cache.has(name))).toEqual([false, true, true]);
  });

  test('knows thousands apart, also those that begin alike', () => {
    const cache = new SignatureCache(4_000);
    const nameOf = (number: number): Uint8Array => {
      const name = new Uint8Array(32).fill(number & 3);
      new DataView(name.buffer).setUint32(28, number);
      return name;
    };
    for (let number = 0; number < 2_000; number += 1) {
      expect(cache.has(nameOf(number))).toBe(false);
      cache.add(nameOf(number));
      cache.add(nameOf(number));
      expect(cache.size).toBe(number + 1);
    }
    for (let number = 0; number < 2_000; number += 1) {
      expect(cache.has(nameOf(number))).toBe(true);
    }
  });
});

describe('signatures of real nodes', () => {
  test.each(transactionFixtures())('$version: $about', ({ hex, previous, wrong }) => {
    const transaction = decodeTransaction(hex);
    transaction.inputs.forEach((input, i) => {
      const script = previous[outputOf(input)];
      if (script === undefined) return;
      expect(verifyInput(transaction, i, fromHex(script))).toBe(!wrong.includes(i));
    });
  });

  test.skipIf(!recordingsPresent)(
    'in the full recordings are good, but for those a node called wrong',
    () => {
      for (const chain of readRecordings()) {
        const { found } = transactionsOf(chain);
        const previous = previousScripts(chain, found);
        const count = { good: 0, wrong: 0, unknown: 0, unsigned: 0 };
        const types = new Set<number>();
        for (const { transaction, line } of found) {
          for (const [i, { script, vout }] of transaction.inputs.entries()) {
            if (script.length === 0 || vout === 0xffff_ffff) {
              count.unsigned++;
              continue;
            }
            const spent = previous(transaction, i);
            if (!spent) {
              count.unknown++;
              continue;
            }
            const good = verifyInput(transaction, i, spent);
            count[good ? 'good' : 'wrong']++;
            if (good) types.add(readSignatureScript(script)?.hashType ?? 0);
            else
              expect(text(field(line.error, 'message'))).toContain(`Wrong signature; Input: ${i},`);
          }
        }
        console.log(`${chain.version}: signatures ${JSON.stringify(count)}`);
        expect(count.good).toBeGreaterThan(140);
        expect(count.wrong).toBe(3);
        expect(count.unknown).toBeLessThan(3);
        expect([...types].toSorted((a, b) => a - b)).toEqual([
          SIGHASH.all,
          SIGHASH.singleAnyoneCanPay,
        ]);
      }
    },
  );
});

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** The same signature with S negated: as good to the curve, other bytes. */
function mirrored(der: Uint8Array): Uint8Array {
  const lengthR = der[3] ?? 0;
  const r = der.subarray(2, 4 + lengthR);
  const s = BigInt(`0x${toHex(der.subarray(6 + lengthR))}`);
  const negated = (ORDER - s).toString(16).padStart(64, '0');
  const bytes = fromHex(/^[89a-f]/.test(negated) ? `00${negated}` : negated);
  const body = concatBytes(r, Uint8Array.of(0x02, bytes.length), bytes);
  return concatBytes(Uint8Array.of(0x30, body.length), body);
}

/** The same signature with a zero byte more before R. */
function padded(der: Uint8Array): Uint8Array {
  const head = [0x30, (der[1] ?? 0) + 1, 0x02, (der[3] ?? 0) + 1, 0x00];
  return concatBytes(Uint8Array.from(head), der.subarray(4));
}

function uncompressed(publicKey: Uint8Array): string {
  const ecdh = createECDH('secp256k1');
  ecdh.setPrivateKey(key.privateKey);
  expect(ecdh.getPublicKey('hex', 'compressed')).toBe(toHex(publicKey));
  return ecdh.getPublicKey('hex', 'uncompressed');
}

/** What OpenSSL says; it hashes once by itself. */
function verifiesElsewhere(der: Uint8Array, covered: Uint8Array, publicKey: Uint8Array): boolean {
  const point = fromHex(uncompressed(publicKey));
  const x = Buffer.from(point.subarray(1, 33)).toString('base64url');
  const y = Buffer.from(point.subarray(33)).toString('base64url');
  const jwk = { kty: 'EC', crv: 'secp256k1', x, y };
  return verify('sha256', sha256(covered), createPublicKey({ key: jwk, format: 'jwk' }), der);
}
