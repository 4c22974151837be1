/**
 * Gives memory back to the system when a busy time is over. What V8 has taken for a burst it keeps: its own collector for that waits for a low rate of allocation, and takes a server that does nothing for one
 * that does much. So the rate is looked at here, by processor time, and the heap is made compact when nobody waits for anything.
 */
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Milliseconds between two looks. */
const lookMs = 1_000;

/** Looks in a row at a process with little to do after which it is quiet. */
const quietLooks = 3;

/** Share of a core below which a process has little to do: heartbeats to a thousand connections take less. */
const quietShare = 0.05;

/** Bytes that the heap has to have grown by since the last time: less is not worth the work. */
const growthBytesMin = 12_000_000;

/** Bytes of objects, garbage among them, above which the heap is left alone: nothing is answered meanwhile, up to half a second when all of this size is in use. */
const usedBytesMax = 256_000_000;

/** A process at an instant. */
export interface Sight {
  /** Milliseconds on a clock that only goes on. */
  readonly atMs: number;
  /** Milliseconds of processor time since its start. */
  readonly busyMs: number;
  /** Bytes that its heap has of the system, and uses. */
  readonly heldBytes: number;
  readonly usedBytes: number;
}

/** Decides when it is time. */
export class Rest {
  #last: Sight | undefined;
  #quiet = 0;
  #heldBytes = 0;

  /** Whether to collect now. `collected` has to follow. */
  isDue(sight: Sight): boolean {
    const { atMs, busyMs, heldBytes, usedBytes } = sight;
    const last = this.#last ?? { atMs, busyMs: 0 };
    this.#last = sight;
    const isQuiet = busyMs - last.busyMs < (atMs - last.atMs) * quietShare;
    this.#quiet = isQuiet ? this.#quiet + 1 : 0;
    if (this.#quiet < quietLooks || usedBytes > usedBytesMax) return false;
    return heldBytes - this.#heldBytes >= growthBytesMin;
  }

  /** It was done, and is not due again until the heap has grown. */
  collected({ heldBytes }: Pick<Sight, 'heldBytes'>): void {
    this.#heldBytes = heldBytes;
    this.#quiet = 0;
  }
}

function sightOf(): Sight {
  const { user, system } = process.cpuUsage();
  const { total_heap_size: heldBytes, used_heap_size: usedBytes } = getHeapStatistics();
  return { atMs: performance.now(), busyMs: (user + system) / 1000, heldBytes, usedBytes };
}

/** Looks after this process from now on. Keeps nobody from ending it. */
export function restWhenQuiet(): void {
  const rest = new Rest();
  setInterval(() => {
    if (!rest.isDue(sightOf())) return;
    collect();
    rest.collected(sightOf());
  }, lookMs).unref();
}

/** Collects all garbage and makes the heap compact, at once. */
function collect(): void {
  setFlagsFromString('--expose-gc');
  const run: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  if (typeof run === 'function') run({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
