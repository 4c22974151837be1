/** How far the journal goes, and the hash that stands for everything up to there. */
import { hash } from 'node:crypto';

/** The SHA-256 of a text, 64 hexadecimal digits. */
export function sha256(text: string): string {
  return hash('sha256', text);
}

export interface Head {
  /** The last entry's number, 0 when there is none. */
  readonly seq: number;
  /** SHA-256 over the hash before and the text of the last commit, 64 hexadecimal digits. */
  readonly hash: string;
}

/** The head of an empty journal of this format. */
export const emptyHead: Head = { seq: 0, hash: sha256('wattlot journal 1') };

/** The head after one more commit. */
export function nextHead(head: Head, last: number, entries: string): Head {
  return { seq: last, hash: sha256(head.hash + entries) };
}

/** Whether two heads stand for the same entries. */
export function sameHead(a: Head, b: Head): boolean {
  return a.seq === b.seq && a.hash === b.hash;
}
