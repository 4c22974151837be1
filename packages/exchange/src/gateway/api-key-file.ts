/**
 * The API keys on disk: two files of the exchange's folder that only its owner can read. `api-keys.secret` holds 32 bytes from which each key's secret is derived;
 * `api-keys.log` says line by line which keys were made and revoked and the highest nonce that each has used. It holds no secret. Why so: docs/decisions/0012-api-keys.md.
 *
 * A line counts once it is synced, and nobody is answered before.
 */
import { join } from 'node:path';
import type { ApiScope } from '@wattlot/client/frames';
import type { Address } from '@wattlot/core';
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { ExchangeError } from '../errors.ts';
import { apiKeyLinesMax } from '../limits.ts';
import { LineLog, readLineLog, readText, writeWhole } from '../line-log.ts';

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
  readonly #keys: Map<string, ApiKey>;
  readonly #log: LineLog;

  private constructor(folder: string, secret: Buffer, keys: Map<string, ApiKey>) {
    this.secret = secret;
    this.#keys = keys;
    this.keys = keys;
    const lines = (): readonly Line[] => linesOf(keys);
    this.#log = new LineLog({ folder, name: logFile, lines, staleMax: apiKeyLinesMax });
  }

  /**
   * Opens the files: the secret is made when it is missing, the log with its first line.
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
    return new ApiKeyFile(folder, secret, keys);
  }

  /** Adds a key. Resolves when it is on disk. */
  async make(key: ApiKey): Promise<void> {
    this.#keys.set(key.key, key);
    const { nonce: _, ...words } = key;
    await this.#append({ kind: 'made', ...words, scopes: [...key.scopes] }, false);
  }

  /** Takes a key away, at once. Resolves when that is on disk. */
  async revoke(key: string): Promise<void> {
    this.#keys.delete(key);
    await this.#append({ kind: 'revoked', key }, true);
  }

  /** Uses a nonce, at once. Resolves when that is on disk: the same request is never taken twice. @returns false when it is not above the last one. */
  async use(key: ApiKey, nonce: bigint): Promise<boolean> {
    if (nonce <= key.nonce) return false;
    key.nonce = nonce;
    await this.#append({ kind: 'nonce', key: key.key, nonce: String(nonce) }, true);
    return true;
  }

  /** Puts everything on disk. Nothing may be asked any more. */
  close(): Promise<void> {
    return this.#log.close();
  }

  #append(line: Line, isStale: boolean): Promise<void> {
    return this.#log.append(line, isStale);
  }
}

function corrupt(message: string): ExchangeError {
  return new ExchangeError('keys_corrupt', message);
}

function readSecret(path: string): Buffer | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  if (/^[0-9a-f]{64}\n$/.test(text)) return Buffer.from(text.trim(), 'hex');
  throw corrupt(`${path} does not hold a secret`);
}

function readLog(path: string): Map<string, ApiKey> {
  const keys = new Map<string, ApiKey>();
  for (const [index, line] of readLineLog(path).entries()) {
    if (!fold(keys, line)) throw corrupt(`line ${index + 1} of ${path} makes no sense`);
  }
  return keys;
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

function linesOf(keys: ReadonlyMap<string, ApiKey>): readonly Line[] {
  return [...keys.values()].flatMap(({ nonce, scopes, ...words }): Line[] => [
    { kind: 'made', ...words, scopes: [...scopes] },
    { kind: 'nonce', key: words.key, nonce: String(nonce) },
  ]);
}
