import { expect, test } from 'vitest';
import { BlockReader } from './block-reader.ts';
import { ByteReader, TransactionFormatError } from '../format/bytes.ts';

const bytes = Uint8Array.from({ length: 41 }, (_, i) => (i * 37) % 251);

test('it reads what a reader reads that copies, and is then where that one is', () => {
  for (let length = 0; length <= bytes.length; length++) {
    const [one, other] = [new BlockReader(bytes), new ByteReader(bytes)];
    expect(one.take(length)).toEqual(other.take(length));
    expect([one.offset, one.remaining]).toEqual([other.offset, other.remaining]);
  }
});

test('it copies nothing, whatever kind of array it reads', () => {
  for (const whole of [bytes, Buffer.from(bytes)]) {
    const reader = new BlockReader(whole);
    reader.uint8();
    const part = reader.take(7);
    expect(part.constructor).toBe(Uint8Array);
    expect(part.buffer).toBe(whole.buffer);
    expect([...part]).toEqual([...bytes.subarray(1, 8)]);
  }
});

test('it never passes the end', () => {
  for (const length of [42, 43, 44, 45, 1000, 0xffff_ffff]) {
    expect(() => new BlockReader(bytes).take(length)).toThrow(TransactionFormatError);
  }
});
