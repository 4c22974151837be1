/** The thread that looks whether a journal's database is whole in itself: SQLite does that in one go, a second and more for a large one, and who looks at a recorded day must not stop for it. */
import { parentPort } from 'node:worker_threads';
import type { ExchangeErrorCode } from '../errors.ts';
import { explain, proveStructure } from './proof.ts';

/** What it is started with. */
export interface StructureTask {
  readonly thread: 'structure';
  readonly folder: string;
}

/** What it tells in the end. `failed` says which journal it is about. */
export type StructureAnswer =
  | { readonly kind: 'whole' }
  | { readonly kind: 'failed'; readonly code: ExchangeErrorCode; readonly message: string };

/** Does what it was started for, and tells how it went. */
export function runStructureThread({ folder }: StructureTask): void {
  let answer: StructureAnswer = { kind: 'whole' };
  try {
    proveStructure(folder);
  } catch (error) {
    const { code, message } = explain(error, folder);
    answer = { kind: 'failed', code, message };
  }
  parentPort?.postMessage(answer);
}
