import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressOf } from './address.ts';
import { concatBytes, fromHex, toHex, TransactionFormatError } from './bytes.ts';
import { TRANSACTION_BYTES_MAX } from '../limits.ts';
import {
  chainFixture,
  field,
  list,
  readRecordings,
  recordingsPresent,
  text,
  transactionFixtures,
  transactionsOf,
} from '../testing/recordings.ts';
import { parseOutputScript } from './script.ts';
import {
  decodeTransaction,
  encodeTransaction,
  outpointOf,
  outputOf,
  tryDecodeTransaction,
  txidOf,
} from './transaction.ts';
import type { Transaction } from './transaction.ts';

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toHex);
const uint32 = fc.nat(0xffff_ffff);
const transactions: fc.Arbitrary<Transaction> = fc.record({
  version: fc.integer(),
  inputs: fc.array(
    fc.record({ txid: hash, vout: uint32, script: fc.uint8Array(), sequence: uint32 }),
  ),
  outputs: fc.array(
    fc.record({
      value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      script: fc.uint8Array({ maxLength: 300 }),
    }),
  ),
  lockTime: uint32,
});

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof TransactionFormatError) return error.code;
    throw error;
  }
  return 'none';
}

describe('a transaction', () => {
  test('comes back as it was written', () => {
    fc.assert(
      fc.property(transactions, (transaction) => {
        expect(decodeTransaction(encodeTransaction(transaction))).toEqual(transaction);
      }),
    );
  });

  test('is refused with bytes missing, or with bytes after it unless those are ignored', () => {
    fc.assert(
      fc.property(transactions, fc.nat(), (transaction, cut) => {
        const bytes = encodeTransaction(transaction);
        expect(tryDecodeTransaction(bytes.subarray(0, cut % bytes.length))).toBeUndefined();
        const longer = concatBytes(bytes, Uint8Array.of(0));
        expect(codeOf(() => decodeTransaction(longer))).toBe('trailing-bytes');
        expect(decodeTransaction(longer, { trailing: 'ignored' })).toEqual(transaction);
      }),
    );
  });

  test('whatever the bytes, they are read or refused, and written back as they were', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const transaction = tryDecodeTransaction(bytes);
        if (transaction) expect(encodeTransaction(transaction)).toEqual(bytes);
      }),
    );
  });

  test('of more bytes than the chain takes is refused unread', () => {
    expect(codeOf(() => decodeTransaction(new Uint8Array(TRANSACTION_BYTES_MAX + 1)))).toBe(
      'too-long',
    );
    expect(codeOf(() => decodeTransaction('0'.repeat(2 * TRANSACTION_BYTES_MAX + 2)))).toBe(
      'too-long',
    );
  });

  test('which announces four thousand million inputs is refused at once', () => {
    expect(codeOf(() => decodeTransaction('01000000feffffffff00'))).toBe('truncated');
  });

  test.each(transactionFixtures())('of a $version node: $about', ({ hex, txid }) => {
    const bytes = encodeTransaction(decodeTransaction(hex));
    expect(toHex(bytes)).toBe(hex);
    expect(txidOf(bytes)).toBe(txid);
  });
});

describe('the name of an output', () => {
  test('is read back', () => {
    fc.assert(
      fc.property(hash, uint32, (txid, vout) => {
        expect(outpointOf(outputOf({ txid, vout }))).toEqual({ txid, vout });
      }),
    );
  });

  test.each([
    '',
    ':0',
    `${'a'.repeat(64)}:`,
    `${'a'.repeat(64)}:01`,
    `${'A'.repeat(64)}:0`,
    `${'a'.repeat(64)}:4294967296`,
  ])('is not %j', (name) => {
    expect(outpointOf(name)).toBeUndefined();
  });
});

describe.skipIf(!recordingsPresent)('in the full recordings', () => {
  const chains = recordingsPresent ? readRecordings() : [];

  test.each(chains)('every transaction of $version is written back as it was', (chain) => {
    const { found, refused } = transactionsOf(chain);
    console.log(`${chain.version}: ${found.length} transactions`);
    expect(found.length).toBeGreaterThan(100);
    for (const { hex, transaction } of found) {
      expect(toHex(encodeTransaction(transaction))).toBe(hex);
    }
    // Recorded on purpose: cut off, and with one byte too many.
    expect(refused.map(({ code, line }) => [code, line.about])).toEqual([
      ['truncated', 'decoderawexchange of bad input'],
      ['trailing-bytes', 'decoderawexchange of bad input'],
    ]);
  });

  test.each(chains)(
    'every transaction that a $version node took apart says the same to us',
    (chain) => {
      const params = chainFixture(chain.version);
      let compared = 0;
      for (const { params: call, method, result } of chain.lines) {
        const hex =
          text(field(result, 'hex')) || (method.startsWith('decode') ? text(call[0]) : '');
        if (hex === '' || list(field(result, 'vout')).length === 0 || !field(result, 'vin'))
          continue;
        if (list(field(result, 'vin')).some((input) => !field(input, 'scriptSig'))) continue;
        compared++;
        const ours = decodeTransaction(hex);
        expect({ txid: txidOf(fromHex(hex)), ...asNode(ours) }).toEqual(nodeView(result));
        list(field(result, 'vout')).forEach((output, i) => {
          const script = ours.outputs[i]?.script ?? new Uint8Array(0);
          expect(ourMeaning(script, params)).toEqual(nodeMeaning(output));
        });
      }
      console.log(`${chain.version}: ${compared} taken apart by the node`);
      expect(compared).toBeGreaterThan(5);
    },
  );
});

function asNode(transaction: Transaction): object {
  return {
    version: transaction.version,
    locktime: transaction.lockTime,
    vin: transaction.inputs.map((input) => [
      input.txid,
      input.vout,
      toHex(input.script),
      input.sequence,
    ]),
    vout: transaction.outputs.map((output) => [Number(output.value), toHex(output.script)]),
  };
}

function nodeView(result: unknown): object {
  return {
    txid: field(result, 'txid'),
    version: field(result, 'version'),
    locktime: field(result, 'locktime'),
    vin: list(field(result, 'vin')).map((input) => [
      field(input, 'txid'),
      field(input, 'vout'),
      field(field(input, 'scriptSig'), 'hex'),
      field(input, 'sequence'),
    ]),
    vout: list(field(result, 'vout')).map((output) => [
      field(output, 'value'),
      field(field(output, 'scriptPubKey'), 'hex'),
    ]),
  };
}

function ourMeaning(script: Uint8Array, params: Parameters<typeof addressOf>[1]): object {
  const meaning = parseOutputScript(script);
  if (meaning.kind !== 'pay') return { type: meaning.kind, addresses: [], assets: [] };
  return {
    type: 'pay',
    addresses: [addressOf(meaning.hash160, params)],
    assets: meaning.assets.map(({ asset, raw, how }) => [asset, Number(raw), how]),
  };
}

function nodeMeaning(output: unknown): object {
  const script = field(output, 'scriptPubKey');
  const type = text(field(script, 'type'));
  return {
    type: type === 'pubkeyhash' ? 'pay' : type === 'nulldata' ? 'data' : type,
    addresses: list(field(script, 'addresses')),
    assets: list(field(output, 'assets')).map((asset) => [
      text(field(asset, 'issuetxid')).slice(0, 32),
      field(asset, 'raw'),
      field(asset, 'type'),
    ]),
  };
}
