/**
 * What scripts were found to mean, so that a script seen again need not be read again: a participant's outputs of one lot or of one price are all alike.
 * Those who read the same script share what it means, which saves as much memory as time.
 */

/** Scripts in one generation. There are two at most, about 500 bytes a script. */
const SCRIPTS_MAX = 16_384;

/** Bytes of a script that is kept: a plain payment has 60, one of two assets 80. */
const SCRIPT_BYTES_MAX = 256;

/** Keeps what is read often: whatever was not read again while SCRIPTS_MAX others came is forgotten. */
export class ScriptCache<Meaning> {
  #young = new Map<string, Meaning>();
  #old = new Map<string, Meaning>();

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

  /** Keeps what a script means, unless the script is long. The meaning must depend on nothing else. */
  add(script: string, meaning: Meaning): void {
    if (script.length <= SCRIPT_BYTES_MAX) this.#enter(script, meaning);
  }

  #enter(script: string, meaning: Meaning): void {
    this.#young.set(script, meaning);
    if (this.#young.size < SCRIPTS_MAX) return;
    this.#old = this.#young;
    this.#young = new Map();
  }
}
