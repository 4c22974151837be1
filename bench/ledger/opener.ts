/** A process of its own that opens a chain and says what that took: `node --expose-gc opener.ts FOLDER`, the operator's key in hexadecimal on standard input. */
import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { fromHex, keyPairOf, openChain } from '@wattlot/ledger';
import type { Chain } from '@wattlot/ledger';
import { chainName, took } from './place.ts';
import type { Took } from './place.ts';

/** What opening took, and the memory that it left in use. */
export interface Opening extends Took {
  /** On the heap and outside of it. */
  readonly bytes: number;
  readonly height: number;
}

const folder = process.argv[2] ?? '';
const operatorKey = keyPairOf(fromHex((await text(process.stdin)).trim()));

function bytesInUse(): number {
  for (let i = 0; i < 3; i += 1) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const before = bytesInUse();
const opened: Chain[] = [];
const spent = await took(async () => {
  const random = randomBytes;
  const options = { folder, name: chainName, operatorKey, now: Date.now(), random, begin: false };
  opened.push(await openChain(options));
});
const bytes = bytesInUse() - before;
for (const chain of opened) {
  const answer: Opening = { ...spent, bytes, height: chain.height };
  console.log(JSON.stringify(answer));
  await chain.close();
}
