/**
 * Many short markets, and more orders than anybody remembers: the feed forgets a market that made room with its orders, the core forgets each participant's oldest. Whatever of the two comes
 * first, a feed's past that is folded alone is the one that the feed keeps, and a feed that begins with it tells everybody the same.
 */
import { apply, createState, openTrades, pendingOffers } from '@wattlot/core';
import type { Entry, Event, State } from '@wattlot/core';
import * as fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { everybody, terms, txidOf } from '../packages/core/src/testing/driver.ts';
import { Feed } from '../packages/exchange/src/feed/feed.ts';
import { FeedPast, noPast } from '../packages/exchange/src/feed/past.ts';
import { findAsset, Listener } from '../packages/exchange/src/testing.ts';

// Small, so that a short flow comes to all of them; what the feed shows stays less than what the core knows.
vi.mock('../packages/core/src/limits.ts', async (original) => ({
  ...(await original<object>()),
  answersMax: 8,
}));
vi.mock('../packages/exchange/src/limits.ts', async (original) => ({
  ...(await original<object>()),
  marketsMax: 4,
  doneOrdersMax: 4,
  finalLotsMax: 5,
}));

const kinds = [
  'open',
  'open',
  'close',
  'order',
  'order',
  'order',
  'order',
  'at once',
  'at once',
  'deliver',
  'deliver',
  'cancel',
  'block',
  'wait',
] as const;

/** One thing that happens. `pick` chooses among what there is. */
const steps = fc.array(
  fc.record({
    what: fc.constantFrom(...kinds),
    who: fc.nat(everybody.length - 1),
    side: fc.constantFrom('ask', 'bid'),
    price: fc.integer({ min: 99, max: 101 }),
    volume: fc.integer({ min: 1, max: 3 }),
    whole: fc.integer({ min: 0, max: 3 }).map((chance) => chance === 0),
    pick: fc.nat(10_000),
  }),
  { minLength: 250, maxLength: 250 },
);

type Step = (typeof steps extends fc.Arbitrary<infer T> ? T : never) extends readonly (infer S)[]
  ? S
  : never;

/** An exchange of a core, a feed and the past that is folded alone. */
class Exchange {
  readonly state: State = createState();
  readonly feed = new Feed(findAsset);
  readonly past = new FeedPast(noPast, this.state);
  /** One that began somewhere on the way. */
  begun: Feed | undefined;
  /** One that was folded on from what was kept on the way. */
  resumed: FeedPast | undefined;
  readonly seen = new Set<string>();
  #seq = 0;
  #at = 1_000_000;
  #made = 0;

  constructor() {
    // Always there, so that an order in it stays shown.
    this.give({ kind: 'market.open', terms: { ...terms, symbol: 'FOREVER/E' } });
    for (const participant of everybody) {
      this.give({ kind: 'participant.admit', participant, name: participant });
    }
    const moves = everybody.flatMap((address) =>
      ['energy', 'ecoin'].map((asset) => ({ address, asset, amount: 1_000_000_000 })),
    );
    this.give({ kind: 'ledger.advance', height: 0, moves, settled: [], lost: [] });
  }

  give(command: object): void {
    this.#seq += 1;
    this.#at += 1;
    const entry: Entry = JSON.parse(JSON.stringify({ seq: this.#seq, at: this.#at, command }));
    const events = apply(this.state, entry);
    this.#see(events);
    for (const feed of [this.feed, this.begun]) feed?.take([{ entry, events }]);
    for (const past of [this.past, this.resumed]) past?.take({ entry, events });
  }

  #see(events: readonly Event[]): void {
    const inOne = new Set(events.map(({ kind }) => kind));
    for (const kind of inOne) this.seen.add(kind);
    if (inOne.has('market.opened') && inOne.has('level.changed')) this.seen.add('gate at opening');
  }

  /** Begins another feed and another past here. */
  begin(): void {
    const kept = JSON.stringify(this.past.keep());
    this.resumed = new FeedPast(JSON.parse(kept), this.state);
    if (kept.includes('"view"')) this.seen.add('forgotten by the core');
    this.begun = new Feed(findAsset);
    this.begun.begin(JSON.parse(kept), this.state);
  }

  take({ what, who, side, price, volume, whole, pick }: Step): void {
    const participant = everybody[who];
    const symbols = this.feed.markets.map(({ instrument }) => instrument.symbol);
    const market = symbols[pick % symbols.length];
    const place = {
      kind: 'order.place',
      participant,
      clientOrderId: `c${this.#seq}`,
      market,
      side,
      price,
      volume,
      timeInForce: 'gtc',
      postOnly: false,
    };
    switch (what) {
      case 'open': {
        const gate = this.#at + 500_000 + (pick % 10) * 1_000_000;
        const delivery = { from: gate + 1, to: gate + 2, gate };
        const own = { ...terms, symbol: `H${this.#seq}/E`, ...(pick % 3 > 0 ? { delivery } : {}) };
        this.give({ kind: 'market.open', terms: own });
        return;
      }
      case 'close':
        if (market !== 'FOREVER/E') this.give({ kind: 'market.phase', market, phase: 'closed' });
        return;
      case 'order':
        this.give({ ...place, ...(whole ? { whole } : {}) });
        this.#deliver(this.#seq);
        return;
      case 'at once':
        this.give({ ...place, price: side === 'ask' ? 200 : 50, timeInForce: 'ioc' });
        return;
      case 'deliver':
        this.#deliver(pick);
        return;
      case 'cancel': {
        const all = [...this.state.orders.values()];
        const order = all[pick % all.length];
        if (order === undefined) return;
        const { address } = order.participant;
        this.give({ kind: 'order.cancel', participant: address, order: order.id });
        return;
      }
      case 'block':
        this.#block(pick);
        return;
      case 'wait':
        this.#at += [1, 400_000, 1_000_000, 5_000_000][pick % 4] ?? 1;
        if (pick % 3 === 0) this.give({ kind: 'time.tick' });
        return;
    }
  }

  #deliver(pick: number): void {
    const all = pendingOffers(this.state);
    const asked = all[pick % Math.max(1, all.length)];
    if (asked === undefined) return;
    const { order, participant } = asked.view;
    const lots = asked.lots.map((lot) => {
      this.#made += 1;
      return { lot, output: `${txidOf(this.#made)}:0`, offer: 'abab' };
    });
    this.give({ kind: 'offers.deliver', participant, order, lots });
  }

  /** Most lots of trades settle or are lost, and some that rest are. */
  #block(pick: number): void {
    let random = pick + 1;
    const chance = (percent: number): boolean => {
      random = (random * 16_807 + 11) % 2_147_483_647;
      return random % 100 < percent;
    };
    const settled: object[] = [];
    const lost: object[] = [];
    for (const { trade, lots, resting } of openTrades(this.state)) {
      for (const { lot, state } of lots) {
        if (state === 'settled' || state === 'released') continue;
        const ended = { order: resting.order, lot, txid: txidOf(random) };
        if (chance(50)) settled.push({ ...ended, trade });
        else if (chance(60)) lost.push(ended);
      }
    }
    for (const order of this.state.orders.values()) {
      for (const { lot } of order.firm) {
        if (chance(4)) lost.push({ order: order.id, lot, txid: txidOf(random) });
      }
    }
    const height = this.state.height + 1;
    this.give({ kind: 'ledger.advance', height, moves: [], settled, lost });
  }
}

/** What everybody is shown first. What an agent is asked for after that depends on who was there before. */
function shownBy(feed: Feed): readonly unknown[] {
  const shown: unknown[] = [];
  const look = (
    follow: (listener: Listener) => void,
    leave: (listener: Listener) => void,
  ): void => {
    const listener = new Listener();
    follow(listener);
    leave(listener);
    shown.push(listener.frames[0]);
  };
  look(
    (one) => feed.followInstruments(one),
    (one) => feed.leaveInstruments(one),
  );
  for (const market of feed.markets) {
    for (const follow of [
      (one: Listener) => market.followBook(one, 100),
      (one: Listener) => market.level3.follow(one, 100),
      (one: Listener) => market.followTape(one, true),
    ])
      look(follow, (one) => market.leave(one));
  }
  for (const participant of feed.participants.keys()) {
    for (const channel of ['executions', 'balances', 'agent'] as const) {
      look(
        (one) => feed.followPrivate(channel, participant, one, true),
        (one) => feed.leavePrivate(channel, participant, one),
      );
    }
  }
  return shown;
}

test('a feed begins as the one that took in every entry, however many markets and orders are over', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(steps, (flow) => {
      const exchange = new Exchange();
      for (const [index, step] of flow.entries()) {
        exchange.take(step);
        if (index % 25 > 0) continue;
        const { past, feed, state, begun } = exchange;
        const kept = JSON.stringify(feed.keep(state));
        for (const one of [past, exchange.resumed ?? past]) {
          expect(JSON.stringify(one.keep())).toBe(kept);
        }
        if (begun !== undefined) expect(JSON.stringify(begun.keep(state))).toBe(kept);
        exchange.begin();
        expect(shownBy(exchange.begun ?? feed)).toEqual(shownBy(feed));
      }
      for (const what of exchange.seen) seen.add(what);
    }),
    { numRuns: 12, endOnFailure: true },
  );
  for (const what of ['forgotten by the core', 'gate at opening', 'lots.returned']) {
    expect(seen).toContain(what);
  }
});
