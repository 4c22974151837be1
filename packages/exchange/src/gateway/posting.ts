/** How a request becomes a command and a command's events an answer: the same for orders and for what agents say. */
import { gatewayErrors, refusalErrors } from '@wattlot/client/frames';
import type { Address, Command, OrderAmend, OrderPlace, Phase, RefusalCode } from '@wattlot/core';
import { ExchangeError } from '../errors.ts';
import type { Feed } from '../feed/feed.ts';
import type { OrderRecord } from '../feed/orders.ts';
import { pairStatusOf } from '../feed/system.ts';
import type { Applied, Sequencer } from '../sequencer.ts';

/** What becomes of a request. */
export type Outcome =
  | {
      readonly result: unknown;
      /** Of `batch_cancel`, where the dialect has it. */ readonly orders_cancelled?: number;
    }
  | {
      readonly error: string;
      /** The one of several that it is about, where the dialect names it. */ readonly symbol?: string;
    };

/** Takes each answer to a request: one, but for a request that names several orders. */
export type Respond = (outcome: Outcome) => void;

/** What posts commands. */
export interface Posting {
  readonly sequencer: Sequencer;
  readonly feed: Feed;
}

/** Says what would become of a new order or an amendment, and places or changes nothing. `done` gives the answer when it would not be refused. */
export function check(
  { sequencer, feed }: Posting,
  command: OrderPlace | OrderAmend,
  respond: Respond,
  done: () => Outcome,
): void {
  orUnavailable(respond, () =>
    sequencer.check(command, (code) =>
      respond(code === undefined ? done() : { error: errorOf(feed, code, command) }),
    ),
  );
}

/** Puts a command in its place and answers once it is on disk. After a failure of the disk nobody is answered any more. */
export function post(
  { sequencer, feed }: Posting,
  command: Command,
  respond: Respond,
  done: (applied: Applied) => Outcome,
): void {
  orUnavailable(respond, () =>
    sequencer.post(command, (applied) => {
      const refused = applied.events.find((event) => event.kind === 'refused');
      respond(
        refused === undefined ? done(applied) : { error: errorOf(feed, refused.code, command) },
      );
    }),
  );
}

function orUnavailable(respond: Respond, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof ExchangeError)) throw error;
    respond({ error: errorFor(error) });
  }
}

function errorFor({ code }: ExchangeError): string {
  if (code === 'busy') return gatewayErrors.busy;
  return code === 'orders_limited' ? refusalErrors.too_many_open_orders : gatewayErrors.unavailable;
}

/** An order by the exchange's id or, the newest, by its sender's. */
export function ownOrder(
  feed: Feed,
  participant: Address,
  { order, own }: { readonly order: string | undefined; readonly own: string | undefined },
): OrderRecord | undefined {
  const records = feed.ordersOf(participant);
  // The exchange's ids first: a sender may have made one of its own that reads like another order's.
  const found = records.find(({ view }) => view.order === order);
  return found ?? records.findLast(({ view }) => view.clientOrderId === own);
}

/** The wire's error for a refusal; where a market's phase forbids something it names the phase. */
function errorOf(feed: Feed, code: RefusalCode, command: Command): string {
  if (code !== 'phase_forbids') return refusalErrors[code];
  const symbol = marketOf(feed, command);
  const phase = symbol === undefined ? undefined : feed.market(symbol)?.phase;
  // What is told is the phase before this commit: one that forbids nothing was over by then.
  return phase === undefined || phase === 'continuous' ? refusalErrors[code] : phaseError(phase);
}

function marketOf(feed: Feed, command: Command): string | undefined {
  if ('market' in command) return command.market;
  if (!('order' in command && 'participant' in command)) return undefined;
  const named = { order: command.order, own: undefined };
  return ownOrder(feed, command.participant, named)?.view.market;
}

/** What the wire says where a market's phase forbids something. */
function phaseError(phase: Phase): string {
  return `EService:Market in ${pairStatusOf(phase)} mode`;
}
