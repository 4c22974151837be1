/** Snapshots of the simulated journal, made as the thread makes them, and kept where a crash does not reach them. */
import type { Parts } from '../../packages/exchange/src/assembly.ts';
import type { JournalDisk } from '../../packages/exchange/src/journal/simulated.ts';
import { foldRows } from '../../packages/exchange/src/journal/snapshot-thread.ts';
import { Folds } from '../../packages/exchange/src/replay.ts';
import type { Snapshot } from '../../packages/exchange/src/journal/snapshot.ts';
import type { PlantedFault } from './faults.ts';
import type { Life, World } from './world.ts';

/** Entries from one snapshot to the next, at least and at most. */
const between = { least: 10, most: 80 };

export class SnapshotShelf {
  readonly #world: World;
  readonly #disk: JournalDisk;
  readonly #fault: PlantedFault | undefined;
  #newest: Snapshot | undefined;

  constructor(world: World, disk: JournalDisk, fault: PlantedFault | undefined) {
    this.#world = world;
    this.#disk = disk;
    this.#fault = fault;
  }

  /** What a start finds, and what makes the next ones. Sometimes nothing is found: the whole journal is read then. */
  open(life: Life): Pick<Parts, 'folds' | 'snapshots'> {
    const { chance } = this.#world;
    const isFound = chance.percent(70);
    const snapshot = isFound ? this.#newest : undefined;
    let due = (snapshot?.head.seq ?? 0) + chance.between(between.least, between.most);
    return {
      folds: new Folds(snapshot),
      snapshots: {
        committed: (seq) => {
          if (seq < due) return;
          due = seq + chance.between(between.least, between.most);
          // One that fails does no harm, as in the real ones.
          this.#make(life).catch((error: unknown) => {
            this.#world.note(`no snapshot: ${String(error)}`);
          });
        },
        provePast: () => Promise.resolve(),
        close: () => Promise.resolve(),
      },
    };
  }

  async #make(life: Life): Promise<void> {
    const base = this.#newest;
    const rows = this.#disk.rows
      .filter(({ first }) => first > (base?.head.seq ?? 0))
      .map(({ head, ...row }) => ({ ...row, hash: head.hash }));
    const made = await foldRows(rows, base);
    if (life.isOver) return;
    this.#newest = this.#fault === 'a snapshot holds another state' ? other(made) : made;
    this.#world.note(`snapshot after ${made.head.seq}`);
  }
}

/** The same with somebody's name changed. */
function other({ head, sections }: Snapshot): Snapshot {
  const changed = sections.map((one) => ({ ...one, text: one.text.replace('house-0', 'house-9') }));
  return { head, sections: changed };
}
