import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addressOf,
  hashOfAddress,
  keyPairOfText,
  paramsForChain,
  paramsOfNode,
  privateKeyText,
} from './address.ts';
import { fromHex, toHex } from './bytes.ts';
import { hash160 } from './hash.ts';
import { keyPairOf } from './keys.ts';
import { addressFixtures } from '../testing/recordings.ts';

/** The example of MultiChain's documentation, "address and key format". */
function documented(checksum: string): ReturnType<typeof paramsOfNode> {
  return paramsOfNode({
    'chain-name': 'example',
    'address-pubkeyhash-version': '00afea21',
    'address-scripthash-version': '05000000',
    'private-key-version': '8025b89e',
    'address-checksum-value': checksum,
  });
}

const hashes = fc.uint8Array({ minLength: 20, maxLength: 20 });

describe('addresses', () => {
  test('are those of MultiChain’s documentation', () => {
    const privateKey = fromHex('283d01856115b7970b622eaa6daff2b9ece30f1b66927592f6ea70325929102b');
    const key = keyPairOf(privateKey);
    expect(toHex(key.publicKey)).toBe(
      '0284e5235e299af81ebe1653ac5f06b60e13a3a81f918018cbd10ce695095b3e24',
    );
    expect(addressOf(key.hash160, documented('953abc69'))).toBe(
      '1Yu2BuptuZSiBWfr2Qy4aic6qEVnwPWrdkHPEc',
    );
  });

  test.each(addressFixtures())('$address is that of its public key on a $version node', (entry) => {
    const hash = hash160(fromHex(entry.publicKey));
    expect(addressOf(hash, entry.params)).toBe(entry.address);
    expect(hashOfAddress(entry.address, entry.params)).toEqual(hash);
  });

  test('come back as the hash they were made from, whatever the length of the version', () => {
    fc.assert(
      fc.property(hashes, fc.uint8Array({ minLength: 1, maxLength: 4 }), (hash, version) => {
        const params = { ...paramsForChain('any'), addressVersion: version };
        expect(hashOfAddress(addressOf(hash, params), params)).toEqual(hash);
      }),
    );
  });

  test('of one chain are none on another', () => {
    const ours = paramsForChain('one');
    const theirs = paramsForChain('two');
    fc.assert(
      fc.property(hashes, (hash) => {
        expect(hashOfAddress(addressOf(hash, ours), theirs)).toBeUndefined();
      }),
    );
  });

  test('with a version byte of another chain are none, even with the same checksum value', () => {
    const ours = paramsForChain('one');
    for (let i = 0; i < ours.addressVersion.length; i++) {
      const addressVersion = ours.addressVersion.map((byte, at) => (at === i ? byte ^ 1 : byte));
      const address = addressOf(new Uint8Array(20), { ...ours, addressVersion });
      expect(hashOfAddress(address, ours)).toBeUndefined();
    }
  });

  test('with one character changed are none', () => {
    const params = paramsForChain('one');
    const address = addressOf(new Uint8Array(20).fill(5), params);
    for (let i = 0; i < address.length; i++) {
      const other = address[i] === 'z' ? 'y' : 'z';
      expect(
        hashOfAddress(address.slice(0, i) + other + address.slice(i + 1), params),
      ).toBeUndefined();
    }
  });

  test('any other text is none, however odd', () => {
    const params = paramsForChain('one');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        expect(hashOfAddress(text, params)).toBeUndefined();
      }),
    );
    expect(hashOfAddress('1'.repeat(1_000_000), params)).toBeUndefined();
  });

  test('a hash of another length has no address', () => {
    expect(() => addressOf(new Uint8Array(19), paramsForChain('one'))).toThrow(RangeError);
  });
});

describe('private keys as text', () => {
  test('are those of MultiChain’s documentation', () => {
    const params = documented('7b7aef76');
    const key = keyPairOf(
      fromHex('b69ca8ffae36f11ad445625e35bf6ac57d6642ddbe470dd3e7934291b2000d78'),
    );
    const text = 'VEEWgYhDhqWnNnDCXXjirJYXGDFPjH1B8v6hmcnj1kLXrkpxArmz7xXw';
    expect(privateKeyText(key, params)).toBe(text);
    expect(keyPairOfText(text, params)).toEqual(key);
  });

  test('are none on another chain, nor is an address one', () => {
    const key = keyPairOf(new Uint8Array(32).fill(9));
    const params = paramsForChain('one');
    expect(keyPairOfText(privateKeyText(key, params), paramsForChain('two'))).toBeUndefined();
    expect(keyPairOfText(addressOf(key.hash160, params), params)).toBeUndefined();
  });
});

describe('the parameters of a chain', () => {
  test('of ours depend on nothing but its name, and its addresses begin with 1', () => {
    expect(paramsForChain('wattlot')).toEqual(paramsForChain('wattlot'));
    expect(paramsForChain('wattlot').addressChecksum).not.toEqual(
      paramsForChain('Wattlot').addressChecksum,
    );
    expect(addressOf(new Uint8Array(20).fill(200), paramsForChain('wattlot'))).toMatch(/^1/);
  });

  test('of a node are refused when they cannot be', () => {
    expect(() => documented('953abc')).toThrow(RangeError);
    expect(() => documented('nothex!!')).toThrow('hexadecimal');
  });
});
