import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ByteReader,
  ByteWriter,
  concatBytes,
  fromHex,
  toHex,
  TransactionFormatError,
} from './bytes.ts';

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof TransactionFormatError) return error.code;
    throw error;
  }
  return 'none';
}

describe('hexadecimal text', () => {
  test('is read back as the bytes it was written from', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromHex(toHex(bytes))).toEqual(bytes);
      }),
    );
  });

  test.each(['0', 'zz', '0g', ' 00', '00 ', '0x00'])('refuses %j', (text) => {
    expect(codeOf(() => fromHex(text))).toBe('not-hex');
  });
});

describe('reading and writing', () => {
  test('numbers come back as they were written, little-endian', () => {
    fc.assert(
      fc.property(
        fc.nat(0xff),
        fc.nat(0xffff),
        fc.nat(0xffff_ffff),
        fc.integer(),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.nat(0xffff_ffff),
        fc.uint8Array(),
        (a, b, c, d, e, count, bytes) => {
          const writer = new ByteWriter(1);
          writer.uint8(a);
          writer.uint16(b);
          writer.uint32(c);
          writer.int32(d);
          writer.int64(e);
          writer.varint(count);
          writer.varbytes(bytes);
          const reader = new ByteReader(writer.finish());
          expect([reader.uint8(), reader.uint16(), reader.uint32()]).toEqual([a, b, c]);
          expect([reader.int32(), reader.int64(), reader.varint()]).toEqual([d, e, count]);
          expect(reader.varbytes()).toEqual(bytes);
          expect(reader.remaining).toBe(0);
        },
      ),
    );
    const writer = new ByteWriter();
    writer.uint32(0x01020304);
    expect(toHex(writer.finish())).toBe('04030201');
  });

  test('whatever the bytes, reading past the end is refused as truncated', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 7 }), (bytes) => {
        expect(codeOf(() => new ByteReader(bytes).int64())).toBe('truncated');
        expect(codeOf(() => new ByteReader(bytes).take(bytes.length + 1))).toBe('truncated');
      }),
    );
  });

  test.each([
    ['fdfc00', 'not-canonical'],
    ['feffff0000', 'not-canonical'],
    ['ff0000000001000000', 'out-of-range'],
    ['fd00', 'truncated'],
    ['', 'truncated'],
  ])('the count %s is refused as %s', (hex, code) => {
    expect(codeOf(() => new ByteReader(fromHex(hex)).varint())).toBe(code);
  });

  test('a count of more items than bytes follow is refused before anything is made for them', () => {
    expect(codeOf(() => new ByteReader(fromHex('feffffffff0000')).count(1))).toBe('truncated');
    expect(new ByteReader(fromHex('020000')).count(1)).toBe(2);
  });

  test('what was taken stays as it was when the input changes, Buffer or not', () => {
    const input = Buffer.from('0102', 'hex');
    const taken = new ByteReader(input).take(2);
    input.fill(9);
    expect(toHex(taken)).toBe('0102');
    expect(taken.constructor).toBe(Uint8Array);
  });

  test('parts are joined in order', () => {
    expect(toHex(concatBytes(fromHex('01'), fromHex(''), fromHex('0203')))).toBe('010203');
  });
});
