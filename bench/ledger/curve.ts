/** What everything here is made of: signatures. The bare cost of one, and how many an operation checks. */
import { createRequire } from 'node:module';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { median, took } from './place.ts';

/** The part of the library that is called. */
interface Curve {
  publicKeyCreate(privateKey: Uint8Array, compressed: boolean): Uint8Array;
  ecdsaSign(message: Uint8Array, privateKey: Uint8Array): { readonly signature: Uint8Array };
  ecdsaVerify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
}

/** Found from where the ledger is, because it is the ledger's own dependency. */
const requireOfLedger = createRequire(fileURLToPath(import.meta.resolve('@wattlot/ledger')));

function isCurve(value: unknown): value is Curve {
  return typeof value === 'object' && value !== null && 'ecdsaVerify' in value;
}

function load(name: string): Curve {
  const library: unknown = requireOfLedger(name);
  if (!isCurve(library)) throw new Error(`${name} is another library than it was`);
  return library;
}

/** Processor time of one signature and of one check, in microseconds. */
export interface BareCost {
  readonly sign: number;
  readonly verify: number;
}

/** Measures a library: `secp256k1` as the ledger calls it, or `secp256k1/elliptic.js`, which it falls back to where there is no binary for the machine. */
export async function bareCost(
  name: 'secp256k1' | 'secp256k1/elliptic.js',
  { count, rounds }: { readonly count: number; readonly rounds: number },
): Promise<BareCost> {
  const curve = load(name);
  const key = randomBytes(32);
  const publicKey = curve.publicKeyCreate(key, true);
  const messages = Array.from({ length: count }, () => randomBytes(32));
  const signing: number[] = [];
  const verifying: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    let signatures: readonly Uint8Array[] = [];
    const signed = await took(() => {
      signatures = messages.map((message) => curve.ecdsaSign(message, key).signature);
    });
    const verified = await took(() => {
      for (const [i, message] of messages.entries()) {
        const signature = signatures[i];
        if (!signature || !curve.ecdsaVerify(signature, message, publicKey)) {
          throw new Error('a signature is wrong');
        }
      }
    });
    signing.push((signed.processor * 1e6) / count);
    verifying.push((verified.processor * 1e6) / count);
  }
  return { sign: median(signing), verify: median(verifying) };
}

/** Whether the ledger's library is the native one, not its fallback. */
export function isNative(): boolean {
  return load('secp256k1').ecdsaVerify !== load('secp256k1/elliptic.js').ecdsaVerify;
}

/** Counts signature checks from now on: those that really reach the curve. @returns how many since the last call of it. */
export function countVerifications(): { take: () => number; stop: () => void } {
  const curve = load('secp256k1');
  const real = curve.ecdsaVerify.bind(curve);
  let count = 0;
  curve.ecdsaVerify = (...parts) => {
    count += 1;
    return real(...parts);
  };
  return {
    take: () => {
      const counted = count;
      count = 0;
      return counted;
    },
    stop: () => {
      curve.ecdsaVerify = real;
    },
  };
}
