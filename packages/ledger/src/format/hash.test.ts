import { expect, test } from 'vitest';
import { fromHex, toHex } from './bytes.ts';
import { hash160, sha256, sha256d } from './hash.ts';

const HELLO = new TextEncoder().encode('hello');

test('the hashes are those everybody else computes', () => {
  expect(toHex(sha256(HELLO))).toBe(
    '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
  );
  expect(toHex(sha256d(HELLO))).toBe(
    '9595c9df90075148eb06860365df33584b75bff782a510c6cd4883a419833d50',
  );
  expect(toHex(hash160(HELLO))).toBe('b6a9c8c230722b7c748331a8b450f05566dc7d0f');
});

test('the hash of a public key is the one in its owner’s scripts', () => {
  const publicKey = '03ffcbfb162f22e7eb863554e82e097fa79d2aef623c3d32a6d9e5b643f5632496';
  expect(toHex(hash160(fromHex(publicKey)))).toBe('34c3f298ef6af03c10f8b85b1a591ed443c46358');
});
