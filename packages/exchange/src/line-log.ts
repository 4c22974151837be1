/**
 * A small file of JSON lines in the exchange's folder that says how things stand: the last line about a thing counts. A line counts once it is synced; lines that
 * wait are written together; a file with too many lines that no longer count is written anew, in one step.
 */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from './journal/witness.ts';

/** Which file, and what it would be if it were written anew. */
export interface LineLogOptions {
  readonly folder: string;
  readonly name: string;
  /** Every line that counts, in order. */
  readonly lines: () => readonly object[];
  /** Lines that no longer count after which the file is written anew. */
  readonly staleMax: number;
}

/** The lines of a file, parsed; `undefined` for one that is not JSON. None when there is no file. A last line without its end was never acted upon, and is left out. */
export function readLineLog(path: string): readonly unknown[] {
  const lines = (readText(path) ?? '').split('\n').slice(0, -1);
  return lines.map(parse);
}

/** The text of a file; undefined when there is none. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes a file that only its owner can read, in one step, so that there is the old one or the whole new one. */
export function writeWhole(folder: string, name: string, text: string): void {
  const path = join(folder, name);
  const file = openSync(`${path}.new`, 'w', 0o600);
  try {
    // Not `writeSync`, which leaves off where a disk is full without a word.
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
  syncFolder(folder);
}

/** One process at a time has it open: the folder's lock sees to that. */
export class LineLog {
  readonly #options: LineLogOptions;
  #file: FileHandle | undefined;
  #waiting: { readonly text: string; readonly done: (error?: Error) => void }[] = [];
  #writing: Promise<void> | undefined;
  /** Nothing is written before there is something to say, so that a start which is refused touches nothing; then the file is written anew, without a last line that was cut short. */
  #stale = Infinity;
  /** A write failed: the file may end in the middle of a line, and what came next would be one line with it. */
  #isTorn = false;

  constructor(options: LineLogOptions) {
    this.#options = options;
  }

  /** Adds a line. Resolves when it is on disk. @param isStale whether a new file would not have one line more for it. */
  append(line: object, isStale: boolean): Promise<void> {
    if (isStale) this.#stale += 1;
    return this.#add(`${JSON.stringify(line)}\n`);
  }

  /** Resolves when every line that was added is on disk, those of a write that failed too. */
  async flush(): Promise<void> {
    if (this.#writing !== undefined || this.#isTorn) await this.#add('');
  }

  /** Puts everything on disk. Nothing may be added any more. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#file?.close();
    this.#file = undefined;
  }

  #add(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (error?: Error): void => (error === undefined ? resolve() : reject(error));
      this.#waiting.push({ text, done });
      this.#writing ??= this.#write();
    });
  }

  async #write(): Promise<void> {
    // So that all lines of one turn go together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0);
      let failure: Error | undefined;
      try {
        await this.#sync(batch.map((one) => one.text).join(''));
      } catch (error) {
        failure = error instanceof Error ? error : new Error(String(error));
      }
      for (const { done } of batch) done(failure);
    }
    // In one turn with the last look at what waits: a line that comes right after would find nobody who writes it.
    this.#writing = undefined;
  }

  async #sync(text: string): Promise<void> {
    if (this.#isTorn || this.#stale > this.#options.staleMax) {
      // What is in memory holds the lines that wait.
      await this.#file?.close();
      this.#file = undefined;
      this.#isTorn = true;
      this.#writeAnew();
      return;
    }
    // Whoever waits for the lines before: they are there.
    if (text === '') return;
    const { folder, name } = this.#options;
    this.#isTorn = true;
    this.#file ??= await open(join(folder, name), 'a', 0o600);
    await this.#file.appendFile(text);
    await this.#file.datasync();
    this.#isTorn = false;
  }

  #writeAnew(): void {
    const { folder, name, lines } = this.#options;
    const text = lines().map((line) => `${JSON.stringify(line)}\n`);
    writeWhole(folder, name, text.join(''));
    this.#stale = 0;
    this.#isTorn = false;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
