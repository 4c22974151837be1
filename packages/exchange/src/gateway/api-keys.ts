/**
 * API keys: how a program that cannot sign with a ledger address says who it is. A request is signed with the key's secret as in the dialect, and carries a nonce that
 * only goes up, so that what somebody records is good for nothing.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { gatewayErrors, timeText } from '@wattlot/client/frames';
import type { ApiScope, ListApiKeysResult } from '@wattlot/client/frames';
import type { Address, Instant } from '@wattlot/core';
import { apiKeysMax } from '../limits.ts';
import type { ApiKey, ApiKeyFile } from './api-key-file.ts';
import type { Sessions } from './sessions.ts';

/** What keys are made with. */
export interface ApiKeysOptions {
  readonly file: ApiKeyFile;
  readonly sessions: Sessions;
  /** Told of a key that was revoked, at once: nothing that was opened with it may go on. */
  readonly revoked: (key: string) => void;
  readonly now: () => Instant;
  /** A source of chance, such as `randomBytes` of `node:crypto`. */
  readonly random: (length: number) => Buffer;
}

/** A private request as it came. */
export interface SignedRequest {
  /** Headers `API-Key` and `API-Sign`. */
  readonly key: string | undefined;
  readonly sign: string | undefined;
  /** Without a query. */
  readonly path: string;
  readonly nonce: string | undefined;
  /** Byte for byte. */
  readonly body: string;
}

const keyBytes = 24;
const signBytes = 64;

/** The signature of a request: base64 of HMAC-SHA512 over the path and SHA-256 of nonce and body, under the decoded secret. */
export function signRequest(
  secret: string,
  { path, nonce, body }: { readonly path: string; readonly nonce: string; readonly body: string },
): string {
  const digest = createHash('sha256').update(`${nonce}${body}`).digest();
  const mac = createHmac('sha512', Buffer.from(secret, 'base64')).update(path).update(digest);
  return mac.digest('base64');
}

/** The keys of all participants. */
export class ApiKeys {
  readonly #options: ApiKeysOptions;

  constructor(options: ApiKeysOptions) {
    this.#options = options;
  }

  /** Makes a key. Its secret is told here only. @returns undefined when the participant has as many as may be. */
  async make(
    participant: Address,
    { name, scopes }: { readonly name: string; readonly scopes: readonly ApiScope[] },
  ): Promise<{ readonly key: string; readonly secret: string } | undefined> {
    const { file, now, random } = this.#options;
    if (this.#of(participant).length >= apiKeysMax) return undefined;
    const key = random(keyBytes).toString('base64url');
    await file.make({ key, participant, name, scopes, created: timeText(now()), nonce: 0n });
    return { key, secret: this.#secretOf(key) };
  }

  /** A participant's keys, oldest first. */
  list(participant: Address): ListApiKeysResult['keys'] {
    return this.#of(participant).map(({ key, name, scopes, created }) => {
      return { key, name, scopes: [...scopes], created };
    });
  }

  /** Ends a key, the session made with it and what was opened with that. @returns false when it is not the participant's. */
  async revoke(participant: Address, key: string): Promise<boolean> {
    const { file, sessions, revoked } = this.#options;
    if (file.keys.get(key)?.participant !== participant) return false;
    const kept = file.revoke(key);
    sessions.endKey(key);
    revoked(key);
    await kept;
    return true;
  }

  /** Who sent a request. Its nonce is used up, on disk, before this resolves. @returns an error string of the wire when it may not be answered. */
  async check(request: SignedRequest, scope: ApiScope): Promise<ApiKey | string> {
    const { file } = this.#options;
    const { key: id, sign, path, nonce, body } = request;
    const key = id === undefined ? undefined : file.keys.get(id);
    if (key === undefined || sign === undefined) return gatewayErrors.badKey;
    if (nonce === undefined || !/^\d{1,19}$/.test(nonce)) return gatewayErrors.badNonce;
    const expected = Buffer.from(
      signRequest(this.#secretOf(key.key), { path, nonce, body }),
      'base64',
    );
    const given = Buffer.from(sign, 'base64');
    if (given.length !== signBytes || !timingSafeEqual(given, expected)) {
      return gatewayErrors.badSignature;
    }
    if (!(await file.use(key, BigInt(nonce)))) return gatewayErrors.badNonce;
    // Revoked while its nonce was on the way to the disk.
    if (!file.keys.has(key.key)) return gatewayErrors.badKey;
    return key.scopes.includes(scope) ? key : gatewayErrors.permissionDenied;
  }

  /** The token with which a key's owner asks on the socket. */
  tokenOf({ key, participant, scopes }: ApiKey): string {
    const mayTrade = scopes.includes('trade');
    return this.#options.sessions.ofKey(participant, { id: key, mayTrade });
  }

  #of(participant: Address): readonly ApiKey[] {
    return [...this.#options.file.keys.values()].filter((key) => key.participant === participant);
  }

  #secretOf(key: string): string {
    const mac = createHmac('sha512', this.#options.file.secret);
    return mac.update(`wattlot api key ${key}`).digest('base64');
  }
}
