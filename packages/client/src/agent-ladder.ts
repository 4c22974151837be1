/** The agent's work on ladders: signing lots of an order on the book so that they can settle together. */
import { done, keyOf, recordOf } from './agent-work.ts';
import type { Done, OwnOutput, Tools } from './agent-work.ts';
import { isPassing } from './asks.ts';
import { rungFrames } from './delivery.ts';
import type { DeliveredRung } from './delivery.ts';
import type { LadderRequested } from './frames/messages.ts';
import { planLadder } from './signing-rules.ts';
import type { LadderPlan } from './signing-rules.ts';

/**
 * Signs lots of an order on the book for their places in a ladder. It always answers, if only with nothing: the exchange does not ask again while it waits
 * for an answer.
 */
export async function raiseLadder(tools: Tools, task: LadderRequested): Promise<Done> {
  const record = recordOf(tools, task.order_id);
  // Over since it was asked: the exchange has forgotten the ladder as well.
  if (record === undefined) return done;
  const plan = planLadder(record, task);
  if (plan.kind === 'refused') tools.note('refused', task, plan.reason);
  const rungs = plan.kind === 'sign' ? await signRungs(tools, plan) : [];
  const frames = rungs.length > 0 ? rungFrames(rungs) : [[]];
  for (const frame of frames) {
    const outcome = await tools.link.ask({
      method: 'ladder.delivered',
      params: { order_id: task.order_id, rungs: [...frame] },
    });
    // Unknown: the exchange asks again after the connection is back.
    if (outcome.kind === 'unknown') return done;
    if (outcome.kind === 'yes') continue;
    if (isPassing(outcome.error)) return { kind: 'again', reason: outcome.error };
    // Nothing is lost: its lots settle by their offers.
    tools.note('failed', task, `the ladder was not taken: ${outcome.error}`);
    return done;
  }
  if (rungs.length > 0) tools.note('laddered', task, `a ladder of ${rungs.length} lots signed`);
  return done;
}

/** The rungs of a plan, up to the first lot whose output is gone. */
async function signRungs(
  { wallet }: Tools,
  { terms: { want }, lots }: LadderPlan & { kind: 'sign' },
): Promise<readonly DeliveredRung[]> {
  const known = await wallet.known(lots.map(({ output }) => output));
  const byKey = new Map(known.map((own) => [keyOf(own), own]));
  const outputs: OwnOutput[] = [];
  for (const { output } of lots) {
    const own = byKey.get(output);
    if (own === undefined) break;
    outputs.push(own);
  }
  if (outputs.length === 0) return [];
  const scripts = await wallet.signLadder({ outputs, want });
  return scripts.flatMap((script, index) => {
    const lot = lots[index]?.lot;
    return lot === undefined ? [] : [{ lot, index, script }];
  });
}
