/** What a feed once told otherwise after a start than before it, or could not begin with at all. */
import { apply, createState } from '@wattlot/core';
import type { Entry, Event, State } from '@wattlot/core';
import { expect, test } from 'vitest';
import { sure } from '../exact.ts';
import { marketsMax } from '../limits.ts';
import { defaultTerms } from '../terms.ts';
import { alice, Listener } from '../testing.ts';
import { Feed } from './feed.ts';
import { FeedPast, noPast } from './past.ts';

const { symbol } = defaultTerms;

function findAsset(name: string): { name: string; multiple: number; id: string } {
  return { name, multiple: 1000, id: '1'.repeat(32) };
}

/** A core, its feed, and the past that is folded alone; alice has enough. */
class Exchange {
  readonly state: State = createState();
  readonly feed = new Feed(findAsset);
  readonly past = new FeedPast(noPast, this.state);
  at = 1_000_000;
  #seq = 0;

  constructor(more: object = {}) {
    this.give({ kind: 'market.open', terms: { ...defaultTerms, ...more } });
    this.give({ kind: 'participant.admit', participant: alice, name: 'alice' });
    const moves = ['energy', 'solar'].map((asset) => ({
      address: alice,
      asset,
      amount: 1_000_000,
    }));
    this.give({ kind: 'ledger.advance', height: 0, moves, settled: [], lost: [] });
  }

  give(command: object): readonly Event[] {
    this.#seq += 1;
    this.at += 1;
    const entry: Entry = JSON.parse(JSON.stringify({ seq: this.#seq, at: this.at, command }));
    const events = apply(this.state, entry);
    expect(events.filter(({ kind }) => kind === 'refused')).toEqual([]);
    this.feed.take([{ entry, events }]);
    this.past.take({ entry, events });
    return events;
  }

  /** An ask of alice that rests. */
  rest(price: number, more: object = {}): void {
    const events = this.give({
      kind: 'order.place',
      participant: alice,
      clientOrderId: `c${this.#seq}`,
      market: symbol,
      side: 'ask',
      price,
      volume: 1,
      timeInForce: 'gtc',
      postOnly: false,
      ...more,
    });
    const asked = sure(
      events.find((event) => event.kind === 'offers.requested'),
      'a request',
    );
    const output = `${String(this.#seq).padStart(64, '0')}:0`;
    const lots = asked.lots.map((lot) => ({ lot, output, offer: 'abab' }));
    this.give({ kind: 'offers.deliver', participant: alice, order: asked.view.order, lots });
  }

  /** Another feed that begins here. */
  begun(): Feed {
    const kept = JSON.stringify(this.past.keep());
    expect(kept).toBe(JSON.stringify(this.feed.keep(this.state)));
    const feed = new Feed(findAsset);
    feed.begin(JSON.parse(kept), this.state);
    return feed;
  }
}

function shown(follow: (listener: Listener) => void): string {
  const listener = new Listener();
  follow(listener);
  return sure(listener.frames[0], 'a frame');
}

test('a market whose gate falls in the entry that opens another one makes room after that entry', () => {
  const gate = 5_000_000;
  const exchange = new Exchange({ delivery: { from: gate + 1, to: gate + 2, gate } });
  exchange.rest(100);
  for (let number = 1; number < marketsMax; number += 1) {
    exchange.give({ kind: 'market.open', terms: { ...defaultTerms, symbol: `H-${number}/ECOIN` } });
  }
  const book = new Listener();
  sure(exchange.feed.market(symbol), 'a market').followBook(book, 10);
  exchange.at = gate;
  const events = exchange.give({
    kind: 'market.open',
    terms: { ...defaultTerms, symbol: 'NEW/ECOIN' },
  });
  const kinds = events.map(({ kind }) => kind);
  expect(kinds.indexOf('level.changed')).toBeGreaterThan(kinds.indexOf('market.opened'));
  for (const feed of [exchange.feed, exchange.begun()]) {
    expect(feed.market(symbol)).toBeUndefined();
    expect(feed.market('NEW/ECOIN')).toBeDefined();
    expect(feed.ordersOf(alice)).toEqual([]);
  }
  // Whoever followed it has seen its book become empty.
  expect(book.frames).toHaveLength(2);
  expect(book.frames[1]).toContain('"asks":[]');
});

test('nobody learns from the places of others that a whole order came', () => {
  const exchange = new Exchange();
  exchange.rest(100);
  exchange.rest(101, { whole: true, volume: 3 });
  exchange.rest(102);
  for (const feed of [exchange.feed, exchange.begun()]) {
    const told = shown((one) => feed.market(symbol)?.level3.follow(one, 10));
    expect([...told.matchAll(/"place":(\d+)/g)].map(([, place]) => place)).toEqual(['1', '2']);
  }
});

test('who has some of an asset whose only market made room is told so after a start, too', () => {
  const exchange = new Exchange({ energy: 'solar' });
  exchange.give({ kind: 'market.phase', market: symbol, phase: 'closed' });
  for (let number = 0; number < marketsMax; number += 1) {
    exchange.give({ kind: 'market.open', terms: { ...defaultTerms, symbol: `H-${number}/ECOIN` } });
  }
  for (const feed of [exchange.feed, exchange.begun()]) {
    expect(feed.market(symbol)).toBeUndefined();
    expect(shown((one) => feed.followPrivate('balances', alice, one, true))).toContain('"solar"');
  }
});
