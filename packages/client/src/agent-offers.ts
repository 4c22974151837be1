/** The agent's work on offers: making the lots of a pending order firm, some at a time, so that it can be seen how far it is and stopped on the way. */
import { decline, done, keyOf, notOurs, recordOf, renewOf } from './agent-work.ts';
import type { AgentProgress, Done, OwnOutput, Tools } from './agent-work.ts';
import { isPassing } from './asks.ts';
import { deliveryFrames } from './delivery.ts';
import type { DeliveredLot } from './delivery.ts';
import { refusalErrors } from './frames/errors.ts';
import type { OffersRequested } from './frames/messages.ts';
import { lotsPerFrameMax } from './frames/requests.ts';
import { planOffers } from './signing-rules.ts';
import type { OfferPlan, RawQuantity } from './signing-rules.ts';
import type { OfferedLot, WishRecord } from './wish-book.ts';

/** Makes the lots of a pending order firm: one new output and one signed offer each. */
export async function offerLots(tools: Tools, task: OffersRequested): Promise<Done> {
  const record = recordOf(tools, task.order_id);
  if (record === undefined) return notOurs;
  const plan = planOffers(record, task);
  if (plan.kind === 'later') return plan;
  if (plan.kind === 'refused') {
    tools.note('refused', task, plan.reason);
    await decline(tools, task, plan.reason);
    return done;
  }
  const of = plan.made.length + plan.fresh.length;
  let lots = 0;
  const tell = (state: AgentProgress['state']): void => {
    if (record.order !== undefined) tools.progress({ order: record.order, lots, of, state });
  };
  tell('working');
  try {
    const outputs = await outputsFor(tools, record, plan);
    if (outputs === undefined) {
      // Taken behind our back, or lost with a crash of the ledger: either way it may still be worth something to somebody.
      await decline(tools, task, 'an output of the order is gone');
      return done;
    }
    return await signAndDeliver(tools, {
      task,
      outputs,
      want: plan.terms.want,
      delivered: (more) => {
        lots += more;
        tell('working');
      },
    });
  } finally {
    tell(lots === of ? 'done' : 'stopped');
  }
}

/** The outputs to offer, made where there are none yet. @returns undefined when one that was offered before is gone. */
async function outputsFor(
  tools: Tools,
  record: WishRecord,
  { terms: { give }, made, fresh }: OfferPlan & { kind: 'sign' },
): Promise<ReadonlyMap<OfferedLot, OwnOutput> | undefined> {
  const { wallet, wishes } = tools;
  const outputs = new Map<OfferedLot, OwnOutput>();
  if (made.length > 0) {
    const known = await wallet.known(made.map(({ output }) => output));
    const byKey = new Map(known.map((own) => [keyOf(own), own]));
    for (const offered of made) {
      const own = byKey.get(offered.output);
      if (own === undefined) return undefined;
      outputs.set(offered, own);
    }
  }
  if (fresh.length > 0) {
    const split = await newOutputs(tools, give, fresh.length);
    const offers: OfferedLot[] = [];
    for (const [index, lot] of fresh.entries()) {
      const own = split[index];
      if (own === undefined) throw new Error('the wallet made fewer outputs than lots');
      const offered = { lot, output: keyOf(own) };
      offers.push(offered);
      outputs.set(offered, own);
    }
    // On disk before a signature leaves: what may be out always counts.
    wishes.note({ step: 'offered', id: record.wish.clientOrderId, offers });
    await wishes.settled();
  }
  return outputs;
}

/**
 * So many outputs of one lot that nobody has an offer on. Where a crash of the ledger has lost a split, the same inputs make the same outputs again, down to their names: those that were
 * offered for an order before are that order's, and are locked for it.
 */
async function newOutputs(
  { wallet, wishes }: Tools,
  { asset, raw }: RawQuantity,
  count: number,
): Promise<readonly OwnOutput[]> {
  const fresh: OwnOutput[] = [];
  try {
    while (fresh.length < count) {
      const split = await wallet.split({ asset, lotRaw: raw, count: count - fresh.length });
      if (split.length === 0) break;
      fresh.push(...split.filter((own) => wishes.book.byOutput(keyOf(own)) === undefined));
    }
  } catch (error) {
    // The others cannot be paid for: these would stay locked for nobody.
    if (fresh.length > 0) await wallet.renew(fresh.map(keyOf));
    throw error;
  }
  return fresh;
}

interface Delivery {
  readonly task: OffersRequested;
  readonly outputs: ReadonlyMap<OfferedLot, OwnOutput>;
  readonly want: RawQuantity;
  /** So many more lots have been handed over. */
  readonly delivered: (more: number) => void;
}

/**
 * Signs the offers and hands them over, some lots at a time, and stops when the order is over: what it had then is renewed with the order's end. When the
 * exchange does not want the offers they have to die: they have been out of our hands. Unless it says that it does not wait for any: then they were delivered before, and may be on the
 * book or in a trade already, of which it tells after this answer; or the order is over, and ends as any.
 */
async function signAndDeliver(
  tools: Tools,
  { task, outputs, want, delivered }: Delivery,
): Promise<Done> {
  const all = [...outputs];
  for (let from = 0; from < all.length; from += lotsPerFrameMax) {
    if (tools.isOver(task.order_id)) return done;
    const some = all.slice(from, from + lotsPerFrameMax);
    const verdict = await handOver(tools, task, await signed(tools, some, want));
    if (verdict === undefined) delivered(some.length);
    else if (verdict.kind !== 'refused') return verdict;
    else if (verdict.reason === refusalErrors.not_pending || tools.isOpen(task.order_id))
      return done;
    else {
      // An order that was cancelled meanwhile is no fault.
      if (!tools.isOver(task.order_id)) {
        tools.note('failed', task, `the offers were not taken: ${verdict.reason}`);
      }
      // These alone: others of the order may be in a trade.
      const own = all.map(([{ output }]) => output);
      await renewOf(tools, task, own);
      return done;
    }
  }
  tools.note('offered', task, `${all.length} lots offered`);
  return done;
}

async function signed(
  { wallet }: Tools,
  lots: readonly (readonly [OfferedLot, OwnOutput])[],
  want: RawQuantity,
): Promise<readonly DeliveredLot[]> {
  const offers = await wallet.signOffers({ outputs: lots.map(([, own]) => own), want });
  return lots.flatMap(([{ lot, output }], index) => {
    const offer = offers[index];
    return offer === undefined ? [] : [{ lot, output, offer }];
  });
}

/** @returns undefined when all of them were taken. */
async function handOver(
  tools: Tools,
  task: OffersRequested,
  delivered: readonly DeliveredLot[],
): Promise<Done | { readonly kind: 'refused'; readonly reason: string } | undefined> {
  for (const lots of deliveryFrames(delivered)) {
    const outcome = await tools.link.ask({
      method: 'offers.delivered',
      params: { order_id: task.order_id, lots: [...lots] },
    });
    if (outcome.kind === 'yes') continue;
    // Unknown: the exchange asks again after the connection is back.
    if (outcome.kind === 'unknown') return done;
    const reason = outcome.error;
    return { kind: isPassing(reason) ? 'again' : 'refused', reason };
  }
  return undefined;
}
