/** What tests are made of: a clock that stands still, a journal that commits when told, and a market without a ledger. Real code in all but the disk. */
import { createState, toAddress, toAmount, toAsset, toOutput, toPrice } from '@wattlot/core';
import type { Address, Amount, Asset, Command, Entry, LotOffer, Price, State } from '@wattlot/core';
import type { Clock } from './clock.ts';
import { exactInstant, exactLots, exactSeq, sure } from './exact.ts';
import { Feed } from './feed/feed.ts';
import type { Subscriber } from './feed/subscriber.ts';
import type { Journal } from './journal/journal.ts';
import { timerMsMax } from './limits.ts';

import { Sequencer } from './sequencer.ts';
import type { Applied, SequencerOptions } from './sequencer.ts';
import { defaultTerms } from './terms.ts';

/** A clock that moves only when told. */
export class ManualClock implements Clock {
  /** Microseconds since 1970. */
  micros = 1_700_000_000_000_000;
  readonly #timers: { readonly at: number; readonly call: () => void }[] = [];

  readonly now = (): ReturnType<Clock['now']> => exactInstant(this.micros);

  /** @throws RangeError where the machine's own timer would fire at once. */
  readonly after = (delayMs: number, then: () => void): (() => void) => {
    if (delayMs > timerMsMax) throw new RangeError(`no timer keeps ${delayMs} ms`);
    const timer = { at: this.micros + delayMs * 1000, call: then };
    this.#timers.push(timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index >= 0) this.#timers.splice(index, 1);
    };
  };

  readonly notBefore = (instant: number): void => {
    this.micros = Math.max(this.micros, instant);
  };

  /** Timers that wait. */
  get waiting(): number {
    return this.#timers.length;
  }

  /** Lets time pass and what falls due happen, in order. */
  advance(milliseconds: number): void {
    const end = this.micros + milliseconds * 1000;
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers.splice(this.#timers.indexOf(due), 1);
      this.micros = Math.max(this.micros, due.at);
      due.call();
    }
    this.micros = end;
  }
}

/** A journal in memory. While it is held, nothing is durable. */
class MemoryJournal implements Journal {
  readonly entries: Entry[] = [];
  /** How many entries each commit had. */
  readonly commits: number[] = [];
  /** Entries given to it. */
  begun = 0;
  isHeld = false;
  failure: Error | undefined;
  #release: (() => void)[] = [];

  get head(): Journal['head'] {
    return exactSeq(this.entries.length);
  }

  async append(batch: readonly Entry[]): Promise<void> {
    this.begun += batch.length;
    if (this.isHeld) await new Promise<void>((release) => this.#release.push(release));
    if (this.failure !== undefined) throw this.failure;
    this.entries.push(...batch);
    this.commits.push(batch.length);
  }

  /** Lets the commit on its way arrive. */
  release(): void {
    for (const release of this.#release.splice(0)) release();
  }

  async *read(from: Journal['head']): AsyncGenerator<readonly Entry[], void, undefined> {
    await Promise.resolve();
    yield this.entries.slice(Math.max(0, from - 1));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Keeps what it is sent. */
export class Listener implements Subscriber {
  buffered = 0;
  readonly frames: string[] = [];

  send(frame: Buffer): void {
    this.frames.push(frame.toString());
  }

  /** The messages since the last call. */
  take(): readonly Record<string, unknown>[] {
    return this.frames.splice(0).map((text) => JSON.parse(text) as Record<string, unknown>);
  }
}

/** Names of participants. */
export const [alice, bob, carol]: readonly [Address, Address, Address] = [
  addressOf('alice'),
  addressOf('bob'),
  addressOf('carol'),
];

function addressOf(name: string): Address {
  return sure(toAddress(name), name);
}

/** The two assets as the ledger would describe them. */
export function findAsset(
  name: string,
): { readonly name: string; readonly multiple: number; readonly id: string } | undefined {
  if (name === 'energy') return { name, multiple: 1000, id: '1'.repeat(32) };
  if (name === 'ecoin') return { name, multiple: 100, id: '2'.repeat(32) };
  return undefined;
}

/** A market of alice, bob and carol with funds, on a journal in memory; the offers in it are made up. */
export class TestMarket {
  readonly clock = new ManualClock();
  readonly journal = new MemoryJournal();
  readonly state: State = createState();
  readonly feed = new Feed(findAsset);
  readonly failures: unknown[] = [];
  readonly sequencer: Sequencer;
  #height = -1;
  #ids = 0;

  constructor({ limits, soon }: Partial<Pick<SequencerOptions, 'limits' | 'soon'>> = {}) {
    this.sequencer = new Sequencer({
      state: this.state,
      journal: this.journal,
      clock: this.clock,
      ...(limits === undefined ? {} : { limits }),
      ...(soon === undefined ? {} : { soon }),
      committed: (batch) => this.feed.take(batch),
      failed: (error) => this.failures.push(error),
    });
  }

  /** Opens the market and funds everybody. */
  async open(): Promise<this> {
    await this.submit({ kind: 'market.open', terms: defaultTerms });
    for (const participant of [alice, bob, carol]) {
      await this.submit({ kind: 'participant.admit', participant, name: participant });
      await this.fund(participant, 'energy', 100_000);
      await this.fund(participant, 'ecoin', 1_000_000);
    }
    return this;
  }

  /** Of the last block; −1 before the first. */
  get height(): number {
    return this.#height;
  }

  submit(command: Command): Promise<Applied> {
    return this.sequencer.submit(command);
  }

  fund(address: Address, name: 'energy' | 'ecoin', raw: number): Promise<Applied> {
    const move = { address, asset: assetOf(name), amount: amountOf(raw) };
    return this.advance({ moves: [move] });
  }

  /** One more block of the ledger. */
  advance(
    block: Partial<Pick<Command & { kind: 'ledger.advance' }, 'moves' | 'settled' | 'lost'>>,
  ): Promise<Applied> {
    this.#height += 1;
    const { moves = [], settled = [], lost = [] } = block;
    return this.submit({ kind: 'ledger.advance', height: this.#height, moves, settled, lost });
  }

  /** A command that places an order. */
  order(
    participant: Address,
    side: 'ask' | 'bid',
    { price, volume, ioc = false }: { price: number; volume: number; ioc?: boolean },
  ): Command {
    this.#ids += 1;
    return {
      kind: 'order.place',
      participant,
      clientOrderId: `order-${this.#ids}`,
      market: defaultTerms.symbol,
      side,
      price: priceOf(price),
      volume: exactLots(volume),
      timeInForce: ioc ? 'ioc' : 'gtc',
      postOnly: false,
    };
  }

  /** Places an order and delivers what is asked for. @returns the events of both. */
  async place(...wish: Parameters<TestMarket['order']>): Promise<Applied['events']> {
    const { events } = await this.submit(this.order(...wish));
    const requested = events.find((event) => event.kind === 'offers.requested');
    if (requested === undefined) return events;
    const { view, lots } = requested;
    const delivered = await this.submit({
      kind: 'offers.deliver',
      participant: view.participant,
      order: view.order,
      lots: lots.map((lot) => offerOf(view.order, lot)),
    });
    return [...events, ...delivered.events];
  }
}

/** A made-up offer: its output is told by its order and lot. */
export function offerOf(order: string, lot: number): LotOffer {
  const txid = order.slice(1).padStart(64, '0');
  return { lot, output: sure(toOutput(`${txid}:${lot}`), 'output'), offer: 'ab'.repeat(10) };
}

function priceOf(value: number): Price {
  return sure(toPrice(value), 'price');
}

function amountOf(value: number): Amount {
  return sure(toAmount(value), 'amount');
}

function assetOf(name: string): Asset {
  return sure(toAsset(name), name);
}
