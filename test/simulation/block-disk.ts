/** The disk of a chain: bytes that are seen at once, and last once they are synced. A crash keeps any of what was not synced, in parts and with holes. */
import type { BlockStorage } from '../../packages/ledger/src/chain/block-storage.ts';
import type { Chance, Life, World } from './world.ts';

type Change =
  | { readonly kind: 'write'; readonly bytes: Uint8Array; readonly position: number }
  | { readonly kind: 'truncate'; readonly size: number };

/** What outlives the process that has the chain. */
export class BlockDisk {
  #seen: Buffer = Buffer.alloc(0);
  #lasting: Buffer = Buffer.alloc(0);
  #unsynced: Change[] = [];

  /** Opens it for one process. @param fails asked once a sync: whether the disk reports an error instead. */
  open(
    world: World,
    life: Life,
    manners: { readonly syncMs: () => number; readonly fails: () => boolean },
  ): BlockStorage {
    const change = (one: Change): Promise<void> => {
      this.#seen = changed(this.#seen, one);
      this.#unsynced.push(one);
      return Promise.resolve();
    };
    return {
      name: 'blocks',
      size: this.#seen.length,
      read: (position, length) => {
        const part = this.#seen.subarray(position, position + length);
        if (part.length < length) throw new Error('the block disk ends before');
        return Uint8Array.from(part);
      },
      write: (bytes, position) =>
        change({ kind: 'write', bytes: Uint8Array.from(bytes), position }),
      truncate: (size) => change({ kind: 'truncate', size }),
      sync: () =>
        new Promise((done, failed) => {
          const count = this.#unsynced.length;
          const finish = (): void => {
            if (manners.fails()) {
              failed(new Error('the block disk reports an error'));
              return;
            }
            for (const one of this.#unsynced.splice(0, count)) {
              this.#lasting = changed(this.#lasting, one);
            }
            done();
          };
          world.after(manners.syncMs(), finish, life);
        }),
      close: () => Promise.resolve(),
    };
  }

  /** The process is gone, and with it what chance does not keep of what it had not synced. */
  crash(chance: Chance): void {
    for (const one of this.#unsynced.splice(0)) {
      if (chance.percent(50)) continue;
      const isTorn = one.kind === 'write' && chance.percent(50);
      const kept = isTorn ? partsOf(one, chance) : [one];
      for (const part of kept) this.#lasting = changed(this.#lasting, part);
    }
    this.#seen = Buffer.from(this.#lasting);
  }
}

/** What may be there of a write that a crash has cut short: its beginning, and sometimes its end as well. */
function partsOf(
  { bytes, position }: Extract<Change, { kind: 'write' }>,
  chance: Chance,
): readonly Change[] {
  const write = (from: number, end: number): Change => {
    return { kind: 'write', bytes: bytes.subarray(from, end), position: position + from };
  };
  const lostFrom = chance.below(bytes.length + 1);
  if (chance.percent(50)) return [write(0, lostFrom)];
  const lostEnd = lostFrom + chance.below(bytes.length - lostFrom + 1);
  return [write(0, lostFrom), write(lostEnd, bytes.length)];
}

function changed(bytes: Buffer, change: Change): Buffer {
  if (change.kind === 'truncate') return Buffer.from(bytes.subarray(0, change.size));
  const end = change.position + change.bytes.length;
  const grown = end <= bytes.length ? bytes : Buffer.concat([bytes], end);
  grown.set(change.bytes, change.position);
  return grown;
}
