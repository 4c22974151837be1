/**
 * Holds the exchange's answers against what was asked: each request gets one answer, and a yes has its entry on disk, taken after the request came in, of whoever asked, and
 * just what was asked for.
 */
import { qtyOfLots, timeText, wireOfPrice } from '@wattlot/client/frames';
import type { AddOrderRequest, Instrument, Request } from '@wattlot/client/frames';
import { lastSeq } from '@wattlot/core';
import type { Address, Command, SelfTrade } from '@wattlot/core';
import type { Checker } from './checker.ts';
import type { Link } from './network.ts';
import type { World } from './world.ts';

/** A request that has reached the exchange. */
interface Asked {
  readonly request: Request;
  /** The last entry on disk then. */
  readonly after: number;
  /** Simulated milliseconds. */
  readonly at: number;
}

/** An answer, as far as it matters here. */
export interface Answer {
  readonly method: string;
  readonly req_id?: number;
  readonly success?: boolean;
  readonly result?: { readonly missing?: number; readonly amend_id?: string };
}

/** What answers are held against. */
export interface AnswerCheckOptions {
  readonly world: World;
  readonly checker: () => Checker;
  /** The ledger address of a client; undefined for one that only looks. */
  readonly addressOf: (client: string) => Address | undefined;
  /** The market as the wire describes it; undefined while the exchange is away. */
  readonly instrument: () => Instrument | undefined;
}

/** Milliseconds within which what needs nothing but the disk is answered: several of its slowest syncs, and less than a client waits. */
const answerMs = 5_000;

export class AnswerChecks {
  readonly #options: AnswerCheckOptions;
  readonly #open = new Map<Link, Map<number, Asked>>();
  /** Entries that have been answered for. */
  readonly #answered = new Set<number>();

  constructor(options: AnswerCheckOptions) {
    this.#options = options;
  }

  /** A request reaches the exchange. @returns it. */
  asked(link: Link, text: string): Request {
    const request: Request = JSON.parse(text);
    if (request.req_id === undefined) return request;
    const { world, checker } = this.#options;
    checker().follow();
    const own = this.#open.get(link) ?? new Map<number, Asked>();
    this.#open.set(link, own);
    own.set(request.req_id, { request, after: lastSeq(checker().state), at: world.now });
    return request;
  }

  /** The exchange answers. */
  answered(link: Link, { req_id: id, method, success, result = {} }: Answer): void {
    if (id === undefined) return;
    const { checker, addressOf } = this.#options;
    const own = this.#open.get(link);
    const asked = own?.get(id);
    if (asked === undefined) {
      checker().report(`${link.client} got an answer to ${method} for which it does not wait`);
      return;
    }
    own?.delete(id);
    const address = addressOf(link.client);
    if (success !== true || address === undefined) return;
    this.#checkYes(link.client, address, asked, result);
  }

  /** Reports the requests on a connection that should have been answered. To be called whenever the exchange sends something on it. */
  checkWaiting(link: Link): void {
    const { world, checker } = this.#options;
    for (const [id, { request, at }] of this.#open.get(link) ?? []) {
      if (at > world.now - answerMs || waitsForLedger(request)) continue;
      checker().report(`${request.method} of ${link.client} has no answer`);
      this.#open.get(link)?.delete(id);
    }
  }

  #checkYes(
    client: string,
    address: Address,
    { request, after }: Asked,
    { missing = 0, amend_id: amendment }: NonNullable<Answer['result']>,
  ): void {
    const { checker, instrument } = this.#options;
    const market = instrument();
    if (market === undefined || missing > 0 || !leavesEntry(request)) return;
    const entry = checker()
      .history.takenAfter(address, after)
      .find(({ seq, command }) => {
        if (this.#answered.has(seq)) return false;
        if (amendment !== undefined && amendment !== `A${seq}`) return false;
        return isAskedBy(request, command, market);
      });
    if (entry === undefined) {
      checker().report(`${client} got a yes to ${JSON.stringify(request)}, and no entry says so`);
    } else this.#answered.add(entry.seq);
  }
}

/** Whether it is answered only when outputs are seen or final. */
function waitsForLedger({ method }: Request): boolean {
  return method === 'offers.delivered' || method === 'ladder.delivered';
}

/** Whether a yes to it means that something is on disk. */
function leavesEntry({ method }: Request): boolean {
  return (
    method !== 'ping' &&
    method !== 'subscribe' &&
    method !== 'unsubscribe' &&
    method !== 'ladder.delivered'
  );
}

/** Whether a command is what a request asked for. */
function isAskedBy(request: Request, command: Command, market: Instrument): boolean {
  switch (request.method) {
    case 'add_order':
      return isPlacementOf(request.params, command, market);
    case 'amend_order': {
      const { order_id: order, order_qty: qty, limit_price: price } = request.params;
      return (
        command.kind === 'order.amend' &&
        command.order === order &&
        (command.volume && qtyOfLots(market, command.volume)) === qty &&
        (command.price && wireOfPrice(market, command.price)) === price
      );
    }
    case 'cancel_order':
      return (
        command.kind === 'order.cancel' && request.params.order_id?.includes(command.order) === true
      );
    case 'cancel_all':
      return command.kind === 'order.cancel_all' && command.market === request.params.symbol;
    case 'cancel_all_orders_after': {
      const micros = request.params.timeout * 1_000_000;
      return command.kind === 'order.cancel_all_after' && command.timeout === micros;
    }
    case 'offers.delivered':
      return command.kind === 'offers.deliver' && command.order === request.params.order_id;
    case 'offers.declined':
      return command.kind === 'offers.decline' && command.order === request.params.order_id;
    case 'settlement.submitted':
      return (
        command.kind === 'settlement.submit' &&
        command.trade === request.params.trade_id &&
        JSON.stringify(command.lots) === JSON.stringify(request.params.lots)
      );
    default:
      // Households ask for nothing else.
      return false;
  }
}

const selfTrades: Readonly<Record<SelfTrade, AddOrderRequest['params']['stp_type']>> = {
  cancel_incoming: 'cancel_newest',
  cancel_resting: 'cancel_oldest',
  cancel_both: 'cancel_both',
};

function isPlacementOf(
  words: AddOrderRequest['params'],
  command: Command,
  market: Instrument,
): boolean {
  if (command.kind !== 'order.place') return false;
  const { type = 'limit', whole = false, expiresAt, selfTrade } = command;
  return (
    command.clientOrderId === words.cl_ord_id &&
    command.market === words.symbol &&
    command.side === (words.side === 'sell' ? 'ask' : 'bid') &&
    type === words.order_type &&
    qtyOfLots(market, command.volume) === words.order_qty &&
    wireOfPrice(market, command.price) === words.limit_price &&
    command.timeInForce === words.time_in_force &&
    command.postOnly === words.post_only &&
    whole === (words.all_or_none ?? false) &&
    (expiresAt && timeText(expiresAt)) === words.expire_time &&
    (selfTrade && selfTrades[selfTrade]) === words.stp_type
  );
}
