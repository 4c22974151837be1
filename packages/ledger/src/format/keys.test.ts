import { createECDH } from 'node:crypto';
import { expect, test } from 'vitest';
import { fromHex, toHex } from './bytes.ts';
import { keyPairOf, newKeyPair } from './keys.ts';

const ZERO = new Uint8Array(32);
const ORDER = fromHex('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141');

test('a key’s public half is the one that another library computes', () => {
  const privateKey = fromHex('283d01856115b7970b622eaa6daff2b9ece30f1b66927592f6ea70325929102b');
  const ecdh = createECDH('secp256k1');
  ecdh.setPrivateKey(privateKey);
  expect(toHex(keyPairOf(privateKey).publicKey)).toBe(ecdh.getPublicKey('hex', 'compressed'));
});

test.each([ZERO, ORDER, new Uint8Array(31), new Uint8Array(33)])(
  '%o is no private key',
  (bytes) => {
    expect(() => keyPairOf(bytes)).toThrow(RangeError);
  },
);

test('a new key is drawn again when chance gives an unusable one, but not for ever', () => {
  const draws = [ZERO, ORDER, Uint8Array.from({ length: 32 }, () => 7)];
  const key = newKeyPair(() => draws.shift() ?? ZERO);
  expect(key.privateKey).toEqual(new Uint8Array(32).fill(7));
  expect(() => newKeyPair(() => ZERO)).toThrow(RangeError);
});

test('changing the bytes a key was made from does not change the key', () => {
  const bytes = new Uint8Array(32).fill(3);
  const key = keyPairOf(bytes);
  bytes.fill(4);
  expect(key.privateKey[0]).toBe(3);
});
