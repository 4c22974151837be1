/** Looks at every frame: nothing is told before it is on disk, no channel has a gap or a duplicate, the same id gets the same answer for ever. */
import { lastSeq, toOrderId } from '@wattlot/core';
import type { Checker } from './checker.ts';
import { placedKey } from './checker.ts';
import type { PlantedFault } from './faults.ts';
import type { FrameWatcher, Link } from './network.ts';
import type { World } from './world.ts';

interface Frame {
  readonly channel?: string;
  readonly type?: string;
  readonly sequence?: number;
  readonly method?: string;
  readonly success?: boolean;
  readonly result?: {
    readonly order_id?: string;
    readonly cl_ord_id?: string;
    readonly amend_id?: string;
  };
  readonly data?: readonly {
    readonly symbol?: string;
    readonly seq?: number;
    readonly prev_seq?: number;
    readonly trade_id?: number;
    readonly order_id?: string;
  }[];
}

/** What a client has had of a connection. */
interface Had {
  readonly sequences: Map<string, number>;
  bookSeq: number | undefined;
  trade: number;
}

export class FrameChecks implements FrameWatcher {
  readonly #world: World;
  readonly #checker: () => Checker;
  readonly #addressOf: (client: string) => string | undefined;
  readonly #fault: PlantedFault | undefined;
  readonly #had = new Map<Link, Had>();
  readonly #answers = new Map<string, string>();

  constructor(options: {
    readonly world: World;
    readonly checker: () => Checker;
    /** The ledger address of a client; undefined for one that only looks. */
    readonly addressOf: (client: string) => string | undefined;
    readonly fault: PlantedFault | undefined;
  }) {
    this.#world = options.world;
    this.#checker = options.checker;
    this.#addressOf = options.addressOf;
    this.#fault = options.fault;
  }

  sent(link: Link, text: string): (() => void) | undefined {
    const frame: Frame = JSON.parse(text);
    this.#checkDurable(link, frame);
    const isUpdate =
      frame.type === 'update' && (frame.channel === 'book' || frame.channel === 'executions');
    const isDropped = isUpdate && this.#fault === 'the feed drops an update';
    if (isDropped && this.#world.chance.percent(10)) return undefined;
    return () => {
      this.#world.note(`down ${link.client} ${text}`);
      this.#receive(link, frame);
    };
  }

  #receive(link: Link, frame: Frame): void {
    const had = this.#had.get(link) ?? { sequences: new Map(), bookSeq: undefined, trade: 0 };
    this.#had.set(link, had);
    this.#checkNumbers(link, frame, had);
    if (frame.channel === 'book') this.#checkBook(link, frame, had);
    if (frame.channel === 'trade') this.#checkTape(link, frame, had);
  }

  #checkDurable({ client }: Link, { method, success, result, channel, data }: Frame): void {
    const checker = this.#checker();
    checker.follow();
    const { state } = checker;
    const told = (what: string): void =>
      checker.report(`${client} was told of ${what} before it was on disk`);
    if (channel === 'book') {
      for (const { seq = 0 } of data ?? []) if (seq > lastSeq(state)) told(`entry ${seq}`);
    }
    if (channel === 'executions') {
      for (const { order_id: id } of data ?? []) this.#mustBeKnown(id, told);
    }
    if (success !== true || result === undefined) return;
    const { order_id: order, cl_ord_id: own, amend_id: amendment } = result;
    if (amendment !== undefined && Number(amendment.slice(1)) > lastSeq(state)) told(amendment);
    if (method !== 'add_order' || order === undefined || own === undefined) return;
    this.#mustBeKnown(order, told);
    const key = placedKey(this.#addressOf(client) ?? '', own);
    if (checker.placed.get(key)?.order !== order)
      checker.report(`${own} was answered with ${order}, which is not its order`);
    const before = this.#answers.get(key);
    if (before !== undefined && before !== order)
      checker.report(`${own} was answered with ${before} and then with ${order}`);
    this.#answers.set(key, order);
  }

  #mustBeKnown(id: string | undefined, told: (what: string) => void): void {
    const order = toOrderId(id);
    if (order === undefined) return;
    if (!this.#checker().orders.has(order)) told(`order ${order}`);
  }

  #checkNumbers(
    { client }: Link,
    { channel = '', type, sequence }: Frame,
    { sequences }: Had,
  ): void {
    if (sequence === undefined) return;
    const before = sequences.get(channel);
    sequences.set(channel, sequence);
    const expected = type === 'snapshot' || before === undefined ? 1 : before + 1;
    if (sequence === expected) return;
    this.#checker().report(`${client} got message ${sequence} of ${channel}, not ${expected}`);
  }

  #checkBook({ client }: Link, { type, data = [] }: Frame, had: Had): void {
    for (const { seq, prev_seq: previous } of data) {
      const isNext = type === 'snapshot' || had.bookSeq === undefined || previous === had.bookSeq;
      if (!isNext)
        this.#checker().report(`${client} got a book after ${previous}, not after ${had.bookSeq}`);
      had.bookSeq = seq;
    }
  }

  #checkTape({ client }: Link, { type, data = [] }: Frame, had: Had): void {
    for (const { trade_id: trade = 0 } of data) {
      if (type === 'update' && trade <= had.trade) {
        this.#checker().report(`${client} got trade ${trade} after trade ${had.trade}`);
      }
      had.trade = Math.max(had.trade, trade);
    }
  }
}
