/** The stories of one participant's orders, as far as a day has been read. */
import { beginStory, foldStory, sightOf } from '@wattlot/core';
import type { Address, Event, MarketSymbol, OrderId, OrderStory, State } from '@wattlot/core';
import { storiesKeptMax } from '../limits.ts';
import type { Applied } from '../sequencer.ts';

/** What a checkpoint keeps. Stories never change: others take their place. */
export interface KeptStories {
  readonly live: ReadonlyMap<OrderId, OrderStory>;
  readonly over: ReadonlyMap<OrderId, OrderStory>;
}

export class Stories {
  readonly #whose: Address | undefined;
  readonly #live: Map<OrderId, OrderStory>;
  /** The oldest first. */
  readonly #over: Map<OrderId, OrderStory>;

  /** @param whose nobody's when undefined: then there is never a story. */
  constructor(whose: Address | undefined, kept?: KeptStories) {
    this.#whose = whose;
    this.#live = new Map(kept?.live);
    this.#over = new Map(kept?.over);
  }

  save(): KeptStories {
    return { live: new Map(this.#live), over: new Map(this.#over) };
  }

  /** The story of an own order. @returns undefined for every other, and for one that was over long ago. */
  of(order: OrderId): OrderStory | undefined {
    return this.#live.get(order) ?? this.#over.get(order);
  }

  /** Takes in one entry. `state`: after it. */
  fold(state: State, applied: Applied): void {
    if (this.#whose === undefined) return;
    const { entry, events } = applied;
    const touched = this.#live.size === 0 ? undefined : marketsIn(events);
    if (touched !== undefined) {
      for (const story of this.#live.values()) {
        if (!touched.has(story.view.market)) continue;
        this.#put(foldStory(story, entry, events, sightOf(state, story.view)));
      }
    }
    for (const event of events) this.#meet(state, applied, event);
  }

  #meet(state: State, { entry, events }: Applied, event: Event): void {
    if (event.kind === 'order.placed' && event.view.participant === this.#whose) {
      const { view } = event;
      this.#put(beginStory(view, entry, events, sightOf(state, view)));
    } else if (event.kind === 'lots.returned') {
      // Lots came back to an order that was over.
      const story = this.#over.get(event.view.order);
      if (story !== undefined) {
        this.#put(foldStory(story, entry, events, sightOf(state, story.view)));
      }
    }
  }

  #put(story: OrderStory): void {
    const { order, status } = story.view;
    const [to, from] = status === 'done' ? [this.#over, this.#live] : [this.#live, this.#over];
    from.delete(order);
    to.set(order, story);
    if (this.#over.size <= storiesKeptMax) return;
    const [oldest] = this.#over.keys();
    if (oldest !== undefined) this.#over.delete(oldest);
  }
}

/** Whose books, orders or phase the events changed. */
function marketsIn(events: readonly Event[]): ReadonlySet<MarketSymbol> {
  const found = new Set<MarketSymbol>();
  for (const event of events) {
    if ('market' in event) found.add(event.market);
    else if ('view' in event) found.add(event.view.market);
    else if ('trade' in event) found.add(event.trade.market);
  }
  return found;
}
