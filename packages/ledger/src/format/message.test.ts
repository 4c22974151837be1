import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressOf, paramsForChain } from './address.ts';
import { keyPairOf } from './keys.ts';
import { MESSAGE_BYTES_MAX } from '../limits.ts';
import { signMessage, verifyMessage } from './message.ts';

const params = paramsForChain('test');
const key = keyPairOf(new Uint8Array(32).fill(1));
const other = keyPairOf(new Uint8Array(32).fill(2));
const address = addressOf(key.hash160, params);

describe('a signed message', () => {
  test('is accepted from its signer and nobody else, for this text and no other', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const signature = signMessage(text, key);
        expect(verifyMessage(address, signature, text, params)).toBe(true);
        expect(verifyMessage(address, signature, `${text} `, params)).toBe(false);
        expect(verifyMessage(addressOf(other.hash160, params), signature, text, params)).toBe(
          false,
        );
        expect(verifyMessage(address, signMessage(text, other), text, params)).toBe(false);
      }),
      { numRuns: 30 },
    );
  });

  test('is 65 bytes in base64, the same each time', () => {
    const signature = signMessage('hello', key);
    expect(Buffer.from(signature, 'base64')).toHaveLength(65);
    expect(signMessage('hello', key)).toBe(signature);
  });

  test('is refused with any byte changed', () => {
    const bytes = Buffer.from(signMessage('hello', key), 'base64');
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes);
      changed[i] = (changed[i] ?? 0) ^ 0x10;
      expect(verifyMessage(address, changed.toString('base64'), 'hello', params)).toBe(false);
    }
  });

  test('malformed signatures, addresses and texts are false and never a crash', () => {
    const signature = signMessage('hello', key);
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, two) => {
        expect(verifyMessage(one, signature, 'hello', params)).toBe(false);
        expect(verifyMessage(address, two, 'hello', params)).toBe(false);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 65, maxLength: 65 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64');
        expect(verifyMessage(address, text, 'hello', params)).toBe(false);
      }),
    );
    expect(verifyMessage(address, ` ${signature}`, 'hello', params)).toBe(false);
    expect(verifyMessage(address, signature, 'a'.repeat(MESSAGE_BYTES_MAX + 1), params)).toBe(
      false,
    );
  });

  test('too long a text is not signed', () => {
    expect(() => signMessage('ä'.repeat(MESSAGE_BYTES_MAX), key)).toThrow(RangeError);
  });
});
