/**
 * Looks at every frame: nothing is told before it is on disk, of one's own orders nobody else is told, no channel has a gap or a duplicate, the same id gets the same answer
 * for ever.
 */
import type { Request } from '@wattlot/client/frames';
import { lastSeq, toOrderId } from '@wattlot/core';
import type { Address, OrderView } from '@wattlot/core';
import { AnswerChecks } from './answer-checks.ts';
import type { Answer, AnswerCheckOptions } from './answer-checks.ts';
import type { Checker } from './checker.ts';
import { placedKey } from './checker.ts';
import type { PlantedFault } from './faults.ts';
import type { FrameWatcher, Link } from './network.ts';
import { ReportChecks } from './report-checks.ts';
import type { Reports } from './report-checks.ts';
import type { World } from './world.ts';

interface Frame extends Partial<Answer> {
  readonly channel?: string;
  readonly type?: string;
  readonly sequence?: number;
  readonly result?: Answer['result'] & {
    readonly order_id?: string;
    readonly cl_ord_id?: string;
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

/** What frames are held against. */
export interface FrameCheckOptions extends AnswerCheckOptions {
  readonly fault: PlantedFault | undefined;
  /** Whether a client has written something of this down so that it lasts, or is none to be trusted. */
  readonly hasNoted: (client: string, text: string) => boolean;
}

export class FrameChecks implements FrameWatcher {
  readonly #world: World;
  readonly #checker: () => Checker;
  readonly #addressOf: (client: string) => Address | undefined;
  readonly #instrument: AnswerCheckOptions['instrument'];
  readonly #answerChecks: AnswerChecks;
  readonly #reportChecks: ReportChecks;
  readonly #fault: PlantedFault | undefined;
  readonly #hasNoted: FrameCheckOptions['hasNoted'];
  readonly #had = new Map<Link, Had>();
  readonly #answers = new Map<string, string>();

  constructor(options: FrameCheckOptions) {
    this.#world = options.world;
    this.#checker = options.checker;
    this.#addressOf = options.addressOf;
    this.#instrument = options.instrument;
    this.#answerChecks = new AnswerChecks(options);
    this.#reportChecks = new ReportChecks(options.checker);
    this.#fault = options.fault;
    this.#hasNoted = options.hasNoted;
  }

  /** What an honest client asks for, and what it signs, is written down first: a crash must not make it forget what is out of its hands. */
  leaves({ client }: Link, text: string): void {
    const request: Request = JSON.parse(text);
    const names =
      request.method === 'add_order'
        ? [request.params.cl_ord_id ?? '']
        : request.method === 'offers.delivered'
          ? request.params.lots.map(({ output }) => output)
          : [];
    for (const name of names) {
      if (!this.#hasNoted(client, name)) this.#checker().report(`${client} sends ${name} unnoted`);
    }
  }

  received(link: Link, text: string): boolean {
    const request = this.#answerChecks.asked(link, text);
    const isSkipped = this.#fault === 'a cancel is acknowledged and not carried out';
    if (!isSkipped || request.method !== 'cancel_order') return true;
    const { method, req_id: id } = request;
    link.down(JSON.stringify({ method, req_id: id, success: true, result: {} }));
    return false;
  }

  sent(link: Link, text: string): (() => void) | undefined {
    const frame: Frame = JSON.parse(text);
    if (this.#isDropped(frame)) return undefined;
    this.#checkDurable(link, frame);
    if (frame.channel === 'executions') this.#checkReports(link, JSON.parse(text));
    const { method } = frame;
    if (method !== undefined) this.#answerChecks.answered(link, { ...frame, method });
    this.#answerChecks.checkWaiting(link);
    return () => {
      this.#world.note(`down ${link.client} ${text}`);
      this.#receive(link, frame);
    };
  }

  #isDropped({ channel, type, method }: Frame): boolean {
    // One now and then; but cancels are so rare that each of their answers is.
    const isOne = (): boolean => this.#world.chance.percent(10);
    const isUpdate = type === 'update';
    switch (this.#fault) {
      case 'the feed drops an update':
        return isUpdate && (channel === 'book' || channel === 'executions') && isOne();
      case 'the feed drops a trade':
        return isUpdate && channel === 'trade' && isOne();
      default:
        return this.#fault === 'an answer is lost' && method === 'cancel_order';
    }
  }

  #receive(link: Link, frame: Frame): void {
    const had = this.#had.get(link) ?? { sequences: new Map(), bookSeq: undefined, trade: 0 };
    this.#had.set(link, had);
    this.#checkNumbers(link, frame, had);
    if (frame.channel === 'book') this.#checkBook(link, frame, had);
    if (frame.channel === 'trade') this.#checkTape(link, frame, had);
  }

  #checkDurable({ client }: Link, { method, success, result, channel, type, data }: Frame): void {
    const checker = this.#checker();
    checker.follow();
    const { state } = checker;
    const told = (what: string): void =>
      checker.report(`${client} was told of ${what} before it was on disk`);
    if (channel === 'book') {
      for (const { seq = 0 } of data ?? []) if (seq > lastSeq(state)) told(`entry ${seq}`);
    }
    if (channel === 'trade' && type === 'snapshot') {
      const [newest, made] = [data?.at(-1)?.trade_id ?? 0, checker.history.trades.size];
      if (newest !== made) {
        checker.report(`${client} is shown trades up to ${newest}, there are ${made}`);
      }
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

  #checkReports(link: Link, reports: Reports): void {
    const { client } = link;
    const address = this.#addressOf(client);
    const market = this.#instrument();
    if (address === undefined || market === undefined) return;
    const checker = this.#checker();
    for (const { order_id: id } of reports.data) {
      const known = this.#mustBeKnown(id, (what) => {
        checker.report(`${client} was told of ${what} before it was on disk`);
      });
      if (known === undefined || known.participant === address) continue;
      checker.report(`${client} was told of ${known.order}, which is not its own`);
      return;
    }
    this.#reportChecks.sent(link, address, reports, market);
  }

  #mustBeKnown(id: string | undefined, told: (what: string) => void): OrderView | undefined {
    const order = toOrderId(id);
    if (order === undefined) return undefined;
    const view = this.#checker().history.orders.get(order);
    if (view === undefined) told(`order ${order}`);
    return view;
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
    for (const [index, { trade_id: trade = 0 }] of data.entries()) {
      // One market: its trades have all numbers.
      const isNext = trade === had.trade + 1 || (type === 'snapshot' && index === 0);
      if (!isNext) this.#checker().report(`${client} got trade ${trade} after trade ${had.trade}`);
      had.trade = trade;
    }
    if (type === 'snapshot' && data.length === 0) had.trade = 0;
  }
}
