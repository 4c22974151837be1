import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { challengeMs, sessionMs, sessionsPerAddressMax } from '../limits.ts';
import { alice, bob, ManualClock } from '../testing.ts';
import { Sessions } from './sessions.ts';

interface Set {
  readonly sessions: Sessions;
  readonly clock: ManualClock;
  readonly admitted: globalThis.Set<string>;
}

/** Signs by naming the signer: what a signature proves is tested with the ledger. */
function signed(address: string, text: string): string {
  return `${address} signed ${text}`;
}

function createSet(): Set {
  const clock = new ManualClock();
  const admitted = new globalThis.Set<string>();
  const sessions = new Sessions({
    exchange: 'test',
    now: () => clock.micros / 1000,
    random: randomBytes,
    verify: (address, signature, text) => signature === signed(address, text),
    isAdmitted: (address) => admitted.has(address),
  });
  return { sessions, clock, admitted };
}

function login({ sessions }: Set, address: string): string {
  const { challenge } = sessions.challenge(address);
  const made = sessions.login({ address, challenge, signature: signed(address, challenge) });
  if (typeof made === 'string') throw new Error(made);
  return made.token;
}

test('a challenge is good until it runs out, and once', () => {
  const { sessions, clock } = createSet();
  const { challenge } = sessions.challenge(alice);
  const request = { address: alice, challenge, signature: signed(alice, challenge) };
  clock.advance(challengeMs - 1);
  expect(sessions.login({ ...request, signature: 'no' })).toBe('signature');
  expect(sessions.login(request)).toMatchObject({ token: expect.any(String) as unknown });
  expect(sessions.login(request)).toBe('challenge');
  const late = sessions.challenge(alice).challenge;
  clock.advance(challengeMs);
  const answer = { address: alice, challenge: late, signature: signed(alice, late) };
  expect(sessions.login(answer)).toBe('challenge');
});

test('a challenge of another exchange, or with anything changed, is none of ours', () => {
  const [here, there] = [createSet(), createSet()];
  const { challenge } = there.sessions.challenge(alice);
  const attempts = [challenge, `${challenge} more`, challenge.replace('test', 'tent'), ''];
  const own = here.sessions.challenge(alice).challenge;
  for (let at = 0; at < own.length; at += 1) {
    const other = own[at] === '0' ? '1' : '0';
    attempts.push(`${own.slice(0, at)}${other}${own.slice(at + 1)}`);
  }
  for (const text of attempts) {
    const request = { address: alice, challenge: text, signature: signed(alice, text) };
    expect(here.sessions.login(request), text).toBe('challenge');
  }
});

test('a session lasts as long as it is used, for its address only', () => {
  const set = createSet();
  const { sessions, clock } = set;
  const [first, second] = [login(set, alice), login(set, bob)];
  expect([sessions.find(first), sessions.find(second)]).toEqual([alice, bob]);
  expect(sessions.find(`${first}x`)).toBeUndefined();
  clock.advance(sessionMs - 1);
  expect(sessions.find(first)).toBe(alice);
  clock.advance(sessionMs - 1);
  expect(sessions.find(first)).toBe(alice);
  expect(sessions.find(second)).toBeUndefined();
});

test('whoever logs in again and again pushes out his own oldest session only', () => {
  const set = createSet();
  set.admitted.add(alice);
  const other = login(set, alice);
  const guest = login(set, bob);
  set.admitted.add(bob);
  expect(set.sessions.find(guest)).toBe(bob);
  const own = Array.from({ length: sessionsPerAddressMax }, () => login(set, bob));
  expect(set.sessions.find(guest)).toBeUndefined();
  expect(own.map((token) => set.sessions.find(token))).toEqual(own.map(() => bob));
  expect(set.sessions.find(other)).toBe(alice);
});

test('an address never has more sessions than it may, however often it logs in', () => {
  const set = createSet();
  for (const isMember of [false, true]) {
    if (isMember) set.admitted.add(alice);
    const tokens = Array.from({ length: 5 * sessionsPerAddressMax }, () => login(set, alice));
    const kept = tokens.slice(-sessionsPerAddressMax);
    expect(tokens.filter((token) => set.sessions.find(token) === alice)).toEqual(kept);
  }
});

test('sessions that ran out do not count, and push out nobody', () => {
  const set = createSet();
  set.admitted.add(alice);
  for (let count = 1; count < sessionsPerAddressMax; count += 1) login(set, alice);
  set.clock.advance(sessionMs + 1);
  const tokens = Array.from({ length: sessionsPerAddressMax }, () => login(set, alice));
  expect(tokens.map((token) => set.sessions.find(token))).toEqual(tokens.map(() => alice));
});

test('a session that is used is not pushed out by its owner’s others', () => {
  const set = createSet();
  set.admitted.add(alice);
  const tokens = Array.from({ length: sessionsPerAddressMax }, () => login(set, alice));
  const [first = '', second = ''] = tokens;
  set.clock.advance(1_000);
  expect(set.sessions.find(first)).toBe(alice);
  login(set, alice);
  expect(set.sessions.find(first)).toBe(alice);
  expect(set.sessions.find(second)).toBeUndefined();
});
