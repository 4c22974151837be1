/**
 * What scripts were found to mean, so that a script seen again need not be read again: a participant's outputs of one lot or of one price are all alike.
 * Those who read the same script share what it means, which saves as much memory as time.
 *
 * A script is kept from the second time on that it comes. Half of all outputs are change, of an amount that never comes again: kept at once they were ten megabytes of nothing.
 */

/** Scripts in one generation. There are two at most, about 500 bytes a script. */
const SCRIPTS_MAX = 16_384;

/** Bytes of a script that is kept: a plain payment has 60, one of two assets 80. */
const SCRIPT_BYTES_MAX = 256;

/** Marks of scripts that came once, a power of two: a script that comes again before this many others is known. 64 kB. */
const MARKS = 16_384;

/** Keeps what is read often: whatever was not read again while SCRIPTS_MAX others came is forgotten. */
export class ScriptCache<Meaning> {
  #young = new Map<string, Meaning>();
  #old = new Map<string, Meaning>();
  /** Of the last script that came to each place, its hash. Two with the same hash are taken for one, and the second is kept a time too early. */
  readonly #marks = new Int32Array(MARKS);

  /** How many are kept. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** What a script means, if that is kept. @param script its bytes as Latin-1 text. */
  get(script: string): Meaning | undefined {
    const young = this.#young.get(script);
    if (young !== undefined) return young;
    const old = this.#old.get(script);
    if (old === undefined) return undefined;
    this.#old.delete(script);
    this.#enter(script, old);
    return old;
  }

  /** Keeps what a script means when it has come before, unless the script is long. The meaning must depend on nothing else. */
  add(script: string, meaning: Meaning): void {
    if (script.length > SCRIPT_BYTES_MAX) return;
    const hash = hashOf(script);
    const place = hash & (MARKS - 1);
    if (this.#marks[place] === hash) this.#enter(script, meaning);
    else this.#marks[place] = hash;
  }

  #enter(script: string, meaning: Meaning): void {
    this.#young.set(script, meaning);
    if (this.#young.size < SCRIPTS_MAX) return;
    this.#old = this.#young;
    this.#young = new Map();
  }
}

/** FNV-1a, folded so that its low bits depend on all of them. Never 0, which is the mark of no script. */
function hashOf(script: string): number {
  let hash = 0x811c_9dc5;
  for (let at = 0; at < script.length; at += 1) {
    hash = Math.imul(hash ^ script.charCodeAt(at), 0x0100_0193);
  }
  return hash ^ (hash >>> 15) || 1;
}
