/**
 * The API keys on disk: two files of the exchange's folder that only its owner can read. `api-keys.secret` holds 32 bytes from which each key's secret is derived;
 * `api-keys.log` says line by line which keys were made and revoked and the highest nonce that each has used. It holds no secret. Why so: docs/decisions/0012-api-keys.md.
 *
 * A line counts once it is synced, and nobody is answered before. Lines that wait are written together.
 */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiScope } from '@wattlot/client/frames';
import type { Address } from '@wattlot/core';
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { ExchangeError } from '../errors.ts';
import { syncFolder } from '../journal/witness.ts';
import { apiKeyLinesMax } from '../limits.ts';

const Line = Type.Union([
  Type.Object({
    kind: Type.Literal('made'),
    key: Type.String(),
    participant: Type.String(),
    name: Type.String(),
    scopes: Type.Array(Type.Union([Type.Literal('read'), Type.Literal('trade')])),
    created: Type.String(),
  }),
  Type.Object({ kind: Type.Literal('revoked'), key: Type.String() }),
  Type.Object({
    kind: Type.Literal('nonce'),
    key: Type.String(),
    nonce: Type.String({ pattern: '^[0-9]{1,19}$' }),
  }),
]);
type Line = Static<typeof Line>;
const lineSchema = Compile(Line);

const secretBytes = 32;
const secretFile = 'api-keys.secret';
const logFile = 'api-keys.log';

/** One key that has not been revoked. */
export interface ApiKey {
  readonly key: string;
  readonly participant: Address;
  readonly name: string;
  readonly scopes: readonly ApiScope[];
  /** RFC 3339. */
  readonly created: string;
  /** The highest that was used. */
  nonce: bigint;
}

/** The keys of one exchange. One process at a time has them open: the folder's lock sees to that. */
export class ApiKeyFile {
  /** By key, in the order of making. */
  readonly keys: ReadonlyMap<string, ApiKey>;
  /** Each key's secret is derived from it. */
  readonly secret: Buffer;
  readonly #folder: string;
  readonly #keys: Map<string, ApiKey>;
  #file: FileHandle | undefined;
  #waiting: { readonly line: string; readonly done: (error?: Error) => void }[] = [];
  #writing: Promise<void> | undefined;
  /** Lines in the file that a new one would not have. */
  #stale = 0;

  private constructor(folder: string, secret: Buffer, keys: Map<string, ApiKey>) {
    this.#folder = folder;
    this.secret = secret;
    this.#keys = keys;
    this.keys = keys;
  }

  /**
   * Opens the files, made when missing.
   * @throws ExchangeError `keys_corrupt` when a line makes no sense, or the secret is missing where there are keys. A line cut short at the end was never answered, and is dropped.
   */
  static open(folder: string, random: (length: number) => Buffer): ApiKeyFile {
    const keys = readLog(join(folder, logFile));
    let secret = readSecret(join(folder, secretFile));
    if (secret === undefined) {
      if (keys.size > 0) {
        throw corrupt(`${secretFile} is missing in ${folder}, but there are API keys made with it`);
      }
      secret = random(secretBytes);
      writeWhole(folder, secretFile, `${secret.toString('hex')}\n`);
    }
    writeWhole(folder, logFile, textOf(keys));
    return new ApiKeyFile(folder, secret, keys);
  }

  /** Adds a key. Resolves when it is on disk. */
  async make(key: ApiKey): Promise<void> {
    this.#keys.set(key.key, key);
    const { nonce: _, ...words } = key;
    await this.#append({ kind: 'made', ...words, scopes: [...key.scopes] });
  }

  /** Takes a key away, at once. Resolves when that is on disk. */
  async revoke(key: string): Promise<void> {
    this.#keys.delete(key);
    this.#stale += 1;
    await this.#append({ kind: 'revoked', key });
  }

  /** Uses a nonce, at once. Resolves when that is on disk: the same request is never taken twice. @returns false when it is not above the last one. */
  async use(key: ApiKey, nonce: bigint): Promise<boolean> {
    if (nonce <= key.nonce) return false;
    key.nonce = nonce;
    this.#stale += 1;
    await this.#append({ kind: 'nonce', key: key.key, nonce: String(nonce) });
    return true;
  }

  /** Puts everything on disk. Nothing may be asked any more. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#file?.close();
    this.#file = undefined;
  }

  #append(line: Line): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        line: `${JSON.stringify(line)}\n`,
        done: (error) => (error === undefined ? resolve() : reject(error)),
      });
      this.#writing ??= this.#write().finally(() => (this.#writing = undefined));
    });
  }

  async #write(): Promise<void> {
    // So that all requests of one turn go together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0);
      let failure: Error | undefined;
      try {
        await this.#sync(batch.map(({ line }) => line).join(''));
      } catch (error) {
        failure = error instanceof Error ? error : new Error(String(error));
      }
      for (const { done } of batch) done(failure);
    }
  }

  async #sync(text: string): Promise<void> {
    if (this.#stale > apiKeyLinesMax) {
      // What is in memory holds the lines that wait.
      await this.#file?.close();
      this.#file = undefined;
      writeWhole(this.#folder, logFile, textOf(this.#keys));
      this.#stale = 0;
      return;
    }
    this.#file ??= await open(join(this.#folder, logFile), 'a', 0o600);
    await this.#file.appendFile(text);
    await this.#file.datasync();
  }
}

function corrupt(message: string): ExchangeError {
  return new ExchangeError('keys_corrupt', message);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function readSecret(path: string): Buffer | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  if (/^[0-9a-f]{64}\n$/.test(text)) return Buffer.from(text.trim(), 'hex');
  throw corrupt(`${path} does not hold a secret`);
}

function readLog(path: string): Map<string, ApiKey> {
  const keys = new Map<string, ApiKey>();
  const lines = (readText(path) ?? '').split('\n').slice(0, -1);
  for (const [index, text] of lines.entries()) {
    if (!fold(keys, parse(text))) throw corrupt(`line ${index + 1} of ${path} makes no sense`);
  }
  return keys;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @returns false when the line makes no sense. */
function fold(keys: Map<string, ApiKey>, line: unknown): boolean {
  if (!lineSchema.Check(line)) return false;
  if (line.kind === 'made') {
    const { key, name, scopes, created } = line;
    keys.set(key, {
      key,
      participant: line.participant as Address,
      name,
      scopes,
      created,
      nonce: 0n,
    });
    return true;
  }
  // A nonce may have been used while its key was being revoked.
  const known = keys.get(line.key);
  if (line.kind === 'revoked') keys.delete(line.key);
  else if (known !== undefined && BigInt(line.nonce) > known.nonce) {
    known.nonce = BigInt(line.nonce);
  }
  return true;
}

function textOf(keys: ReadonlyMap<string, ApiKey>): string {
  return [...keys.values()]
    .flatMap(({ nonce, scopes, ...words }): Line[] => [
      { kind: 'made', ...words, scopes: [...scopes] },
      { kind: 'nonce', key: words.key, nonce: String(nonce) },
    ])
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');
}

/** In one step, so that there is the old file or the whole new one. */
function writeWhole(folder: string, name: string, text: string): void {
  const path = join(folder, name);
  const file = openSync(`${path}.new`, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
  syncFolder(folder);
}
