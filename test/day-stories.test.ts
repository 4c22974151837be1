/** The stories of a recorded day go on with the entries that change them; here they are held against stories that every entry is told. */
import { beginStory, foldStory, sightOf } from '@wattlot/core';
import type { Address, OrderId, OrderStory } from '@wattlot/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { everybody, sure } from '../packages/core/src/testing/driver.ts';
import type { Driver } from '../packages/core/src/testing/driver.ts';
import { richDriver, take, trading, withPhases } from '../packages/core/src/testing/rules-flow.ts';
import type { RuleStep } from '../packages/core/src/testing/rules-flow.ts';
import { Stories } from '../packages/exchange/src/playback/stories.ts';
import type { Applied } from '../packages/exchange/src/sequencer.ts';

/** Told by every entry that changes anything in the order's market. */
class Tellers {
  readonly stories = new Map<OrderId, OrderStory>();

  readonly #whose: Address;

  constructor(whose: Address) {
    this.#whose = whose;
  }

  fold({ state }: Driver, { entry, events }: Applied): void {
    for (const [order, story] of this.stories) {
      const isBack = events.some(
        (event) => event.kind === 'lots.returned' && event.view.order === order,
      );
      if (story.view.status === 'done' && !isBack) continue;
      this.stories.set(order, foldStory(story, entry, events, sightOf(state, story.view)));
    }
    for (const event of events) {
      if (event.kind !== 'order.placed' || event.view.participant !== this.#whose) continue;
      const { view } = event;
      this.stories.set(view.order, beginStory(view, entry, events, sightOf(state, view)));
    }
  }
}

/** Bids and asks meet at two prices, so that queues grow. */
function calm(length: number): fc.Arbitrary<RuleStep[]> {
  return trading(length).map((flow) =>
    flow.map((step) => ({
      ...step,
      price: step.side === 'bid' ? Math.min(step.price, 100) : Math.max(step.price, 99),
    })),
  );
}

test('whatever happens, a story is the one that every entry is told, kept and brought back or not', () => {
  const seen = { live: 0, over: 0, back: 0, behind: 0, missed: 0 };
  fc.assert(
    fc.property(fc.oneof(withPhases(80), calm(80)), fc.nat(19), (flow, pick) => {
      const driver = richDriver();
      const all = everybody.map((whose) => ({
        whose,
        tellers: new Tellers(whose),
        stories: new Stories(whose, driver.state),
      }));
      const compare = (): void => {
        for (const { tellers, stories } of all) {
          for (const [order, story] of tellers.stories) {
            expect(stories.of(order)).toEqual(story);
            seen[story.view.status === 'done' ? 'over' : 'live'] += 1;
            if (story.better.lots + story.front.lots > 0) seen.behind += 1;
            if (story.missed.lots > 0) seen.missed += 1;
          }
        }
      };
      for (const [index, step] of flow.entries()) {
        take(driver, step, ({ events }) => {
          const applied = { entry: sure(driver.journal.at(-1)), events };
          for (const { tellers, stories } of all) {
            stories.fold(driver.state, applied);
            tellers.fold(driver, applied);
          }
          if (events.some(({ kind }) => kind === 'lots.returned')) seen.back += 1;
        });
        compare();
        if (index % 20 !== pick) continue;
        for (const one of all) {
          one.stories = new Stories(one.whose, driver.state, one.stories.save());
        }
        compare();
      }
    }),
    { numRuns: 200 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
});
