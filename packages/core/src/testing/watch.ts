/** Runs flows through a core and shows a property every entry of them, with how the orders were before. */
import * as fc from 'fast-check';
import { knownOrders } from '../known.ts';
import { viewOfOrder } from '../order.ts';
import type { Event, OrderId, OrderView, State } from '../index.ts';
import { createReader } from './reader.ts';
import type { Driver } from './driver.ts';
import { deliveryOf, richDriver, take } from './rules-flow.ts';
import type { RuleStep, Taken } from './rules-flow.ts';

/** One entry with what it did. */
export interface Seen extends Taken {
  readonly driver: Driver;
  readonly state: State;
  /** The orders before the entry. */
  readonly before: ReadonlyMap<OrderId, OrderView>;
  /** The orders after it. */
  readonly after: ReadonlyMap<OrderId, OrderView>;
}

function viewsOf(state: State): ReadonlyMap<OrderId, OrderView> {
  return new Map([...knownOrders(state)].map((order) => [order.id, viewOfOrder(order)]));
}

/** How many flows, what is asked of the end of each, and whether their markets have a gate, as `deliveryOf` says. */
interface Watching {
  readonly runs?: number;
  readonly last?: (driver: Driver) => void;
  readonly gated?: boolean;
}

/** Every entry of every flow has to pass `check`, and what is left at its end `last`. The seed is in the failure's message. */
export function watch(
  flows: fc.Arbitrary<RuleStep[]>,
  check: (seen: Seen) => void,
  { runs = 60, last = () => undefined, gated = false }: Watching = {},
): void {
  fc.assert(
    fc.property(flows, (flow) => {
      const driver = lightDriver(gated ? deliveryOf(flow) : {});
      let before = viewsOf(driver.state);
      for (const step of flow) {
        take(driver, step, (taken) => {
          const after = viewsOf(driver.state);
          check({ ...taken, driver, state: driver.state, before, after });
          before = after;
        });
      }
      last(driver);
    }),
    { numRuns: runs },
  );
}

/** A driver that only applies: the audit is a property of its own. */
export function lightDriver(more: object = {}): Driver {
  return { ...richDriver(more), isAudited: false, reader: createReader() };
}

/** The events of one kind. */
export function eventsOf<Kind extends Event['kind']>(
  events: readonly Event[],
  kind: Kind,
): Extract<Event, { kind: Kind }>[] {
  return events.filter((event): event is Extract<Event, { kind: Kind }> => event.kind === kind);
}
