/**
 * Who is who: a challenge signed by a ledger address makes a session, and its token goes with each private request.
 *
 * A challenge carries its own proof (an HMAC over address, nonce and expiry), so that asking for many costs nothing and pushes out nobody else's; what
 * is remembered are those that were used, until they run out anyway. Its text says what it is for, so that a signature is good for nothing else.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { challengePrefix, timeText } from '@wattlot/client/frames';
import type { Address } from '@wattlot/core';
import { LRUCache } from 'lru-cache';
import { exactInstant } from '../exact.ts';
import {
  challengeMs,
  challengesMax,
  guestSessionsMax,
  sessionMs,
  sessionsMax,
  sessionsPerAddressMax,
} from '../limits.ts';

/** What sessions are made with. */
export interface SessionsOptions {
  /** Names this exchange in the text that is signed: printable, without spaces. */
  readonly exchange: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A source of chance, such as `randomBytes` of `node:crypto`. */
  readonly random: (length: number) => Buffer;
  /** Whether the address signed exactly this text. */
  readonly verify: (address: string, signature: string, text: string) => boolean;
  /** Whether the address may trade: others have sessions too, which never push out theirs. */
  readonly isAdmitted: (address: Address) => boolean;
}

/** Why a login was refused. */
export type LoginRefusal = 'challenge' | 'signature';

interface Session {
  readonly address: Address;
  /** The API key behind it, and whether that is for more than looking. */
  readonly key?: { readonly id: string; readonly mayTrade: boolean };
}

const secretBytes = 32;
const nonceBytes = 16;
const tokenBytes = 32;

/** The sessions of one run of the exchange: none outlives it. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #secret: Buffer;
  readonly #used: LRUCache<string, true>;
  readonly #members: LRUCache<string, Session>;
  readonly #guests: LRUCache<string, Session>;
  readonly #tokens = new Map<Address, string[]>();
  /** Of API keys: one token each. */
  readonly #keyTokens = new Map<string, string>();

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#secret = options.random(secretBytes);
    // A resolution of 0: the cache asks the clock each time instead of keeping a reading of its own.
    const time = { perf: { now: options.now }, ttlResolution: 0 };
    this.#used = new LRUCache({ max: challengesMax, ttl: challengeMs, ...time });
    const lasting = { ttl: sessionMs, updateAgeOnGet: true, ...time };
    // After, not while it goes: what asks whether a token is there would find it still.
    const disposeAfter = (session: Session, token: string): void => this.#forget(session, token);
    this.#members = new LRUCache({ max: sessionsMax, ...lasting, disposeAfter });
    this.#guests = new LRUCache({ max: guestSessionsMax, ...lasting, disposeAfter });
  }

  /** A text for the address to sign. */
  challenge(address: string): { readonly challenge: string; readonly expires: string } {
    const expires = timeText(exactInstant((this.#options.now() + challengeMs) * 1000));
    const nonce = this.#options.random(nonceBytes).toString('hex');
    const proof = this.#proof(address, nonce, expires);
    const { exchange } = this.#options;
    return { challenge: `${challengePrefix}${exchange} ${nonce}${proof} ${expires}`, expires };
  }

  /** A session for whoever signed a challenge of ours. */
  login(request: {
    readonly address: string;
    readonly challenge: string;
    readonly signature: string;
  }): { readonly token: string; readonly expires: string } | LoginRefusal {
    const { address, challenge, signature } = request;
    const { now, random, verify, isAdmitted } = this.#options;
    if (!this.#isOurs(address, challenge) || this.#used.has(challenge)) return 'challenge';
    if (!verify(address, signature, challenge)) return 'signature';
    this.#used.set(challenge, true);
    // The signature proves that this text is an address of our chain.
    const participant = address as Address;
    const token = random(tokenBytes).toString('base64url');
    const cache = isAdmitted(participant) ? this.#members : this.#guests;
    cache.set(token, { address: participant });
    this.#limit(participant, token);
    return { token, expires: timeText(exactInstant((now() + sessionMs) * 1000)) };
  }

  /** Whose token it is. @returns undefined when it is nobody's or has run out. */
  find(token: string): Address | undefined {
    const member = this.#members.get(token);
    if (member !== undefined) return member.address;
    const guest = this.#guests.get(token);
    if (guest !== undefined && this.#options.isAdmitted(guest.address)) {
      this.#members.set(token, guest);
      this.#guests.delete(token);
    }
    return guest?.address;
  }

  /**
   * The session of an API key: one token as long as it is used. The caller has checked who asks, and that keys are no more than may be.
   */
  ofKey(address: Address, key: { readonly id: string; readonly mayTrade: boolean }): string {
    const known = this.#keyTokens.get(key.id);
    if (known !== undefined && this.#members.get(known) !== undefined) return known;
    const token = this.#options.random(tokenBytes).toString('base64url');
    this.#members.set(token, { address, key });
    this.#keyTokens.set(key.id, token);
    return token;
  }

  /** Ends the session of an API key. */
  endKey(id: string): void {
    const token = this.#keyTokens.get(id);
    if (token !== undefined) this.#members.delete(token);
  }

  /** The API key behind a token; undefined for one of a login, or nobody's. */
  keyOf(token: string): string | undefined {
    return this.#members.peek(token)?.key?.id;
  }

  /** Whether a token is for more than looking; true for one that is nobody's. */
  mayTrade(token: string): boolean {
    return this.#members.peek(token)?.key?.mayTrade ?? true;
  }

  #isOurs(address: string, challenge: string): boolean {
    const prefix = `${challengePrefix}${this.#options.exchange} `;
    if (!challenge.startsWith(prefix)) return false;
    const [noncePart = '', expires = '', ...more] = challenge.slice(prefix.length).split(' ');
    if (more.length > 0) return false;
    const nonce = noncePart.slice(0, nonceBytes * 2);
    const proof = Buffer.from(noncePart.slice(nonceBytes * 2));
    const expected = Buffer.from(this.#proof(address, nonce, expires));
    if (proof.length !== expected.length || !timingSafeEqual(proof, expected)) return false;
    return Date.parse(expires) > this.#options.now();
  }

  #proof(address: string, nonce: string, expires: string): string {
    const text = `${address} ${nonce} ${expires}`;
    return createHmac('sha256', this.#secret).update(text).digest('hex').slice(0, 32);
  }

  /** An address that logs in again and again pushes out those of its own sessions that have not been used for longest. */
  #limit(address: Address, token: string): void {
    const tokens = [...(this.#tokens.get(address) ?? []), token];
    this.#tokens.set(address, tokens);
    if (tokens.length <= sessionsPerAddressMax) return;
    let oldest = tokens[0] ?? token;
    for (const other of tokens) if (this.#leftOf(other) < this.#leftOf(oldest)) oldest = other;
    this.#members.delete(oldest);
    this.#guests.delete(oldest);
  }

  /** Milliseconds until a session runs out if it is not used; less than 1 for one that has. */
  #leftOf(token: string): number {
    const cache = this.#members.has(token) ? this.#members : this.#guests;
    return cache.getRemainingTTL(token);
  }

  #forget({ address, key }: Session, token: string): void {
    if (this.#members.has(token)) return;
    if (key !== undefined) {
      this.#keyTokens.delete(key.id);
      return;
    }
    const left = (this.#tokens.get(address) ?? []).filter((other) => other !== token);
    if (left.length === 0) this.#tokens.delete(address);
    else this.#tokens.set(address, left);
  }
}
