/**
 * The stories of one participant's orders, as far as a day has been read. A story goes on with the entries that change it; of the others only the best prices are kept, once for all stories of a
 * market. So a day with hundreds of own orders is read nearly as fast as one with none. A test holds the stories against those that every entry is told.
 */
import { beginStory, depthOf, foldStory, isBetter, queuePlaceOf, sightOf } from '@wattlot/core';
import type { Address, Event, MarketSymbol, OrderId, OrderStory } from '@wattlot/core';
import type { Price, Sight, State } from '@wattlot/core';
import { storiesKeptMax } from '../limits.ts';
import type { Applied } from '../sequencer.ts';
import { concerns, isNearer, levelOf, otherSide, touchOf } from './story-touch.ts';
import type { Best, Side, Touch } from './story-touch.ts';

/** What a checkpoint keeps. Stories never change: others take their place. */
export interface KeptStories {
  readonly live: ReadonlyMap<OrderId, OrderStory>;
  readonly over: ReadonlyMap<OrderId, OrderStory>;
}

/** A market with live stories. */
interface OwnMarket {
  readonly stories: Map<OrderId, OrderStory>;
  /** The orders by the level at which they stand, or would stand. */
  readonly levels: Map<string, Set<OrderId>>;
  /** After the last entry. */
  best: Best;
}

export class Stories {
  readonly #whose: Address | undefined;
  /** Of each the sight is that of its newest entry, but for the best prices, which are the market's. */
  readonly #live = new Map<OrderId, OrderStory>();
  /** The oldest first. */
  readonly #over: Map<OrderId, OrderStory>;
  readonly #markets = new Map<MarketSymbol, OwnMarket>();

  /**
   * @param whose nobody's when undefined: then there is never a story.
   * @param state as it was when `kept` was.
   */
  constructor(whose: Address | undefined, state: State, kept?: KeptStories) {
    this.#whose = whose;
    this.#over = new Map(kept?.over);
    for (const story of kept?.live.values() ?? []) this.#put(state, story);
  }

  save(): KeptStories {
    return { live: new Map(this.#live), over: new Map(this.#over) };
  }

  /** The story of an own order. @returns undefined for every other, and for one that was over long ago. */
  of(order: OrderId): OrderStory | undefined {
    const story = this.#live.get(order);
    return story === undefined ? this.#over.get(order) : this.#seen(story);
  }

  /** Takes in one entry. `state`: after it. */
  fold(state: State, applied: Applied): void {
    if (this.#whose === undefined) return;
    for (const [symbol, market] of this.#markets) {
      const touch = touchOf(applied.events, symbol);
      if (touch === undefined) continue;
      const best = touch.isBestNew ? bestIn(state, symbol) : market.best;
      this.#foldMarket(state, applied, this.#met(state, market, touch, best));
      market.best = best;
      if (market.stories.size === 0) this.#markets.delete(symbol);
    }
    for (const event of applied.events) this.#meet(state, applied, event);
  }

  #foldMarket(state: State, { entry, events }: Applied, met: ReadonlyMap<OrderId, Sight>): void {
    for (const [order, sight] of met) {
      const story = this.#live.get(order);
      // One that ends was seen last with the best prices before the entry.
      if (story !== undefined) this.#put(state, foldStory(this.#seen(story), entry, events, sight));
    }
  }

  /** The orders whose stories go on with an entry, and what they meet after it. */
  #met(state: State, market: OwnMarket, touch: Touch, best: Best): ReadonlyMap<OrderId, Sight> {
    const met = new Map<OrderId, Sight>();
    const meet = (order: OrderId): void => {
      const story = this.#live.get(order);
      if (story !== undefined) met.set(order, sightOf(state, story.view));
    };
    for (const order of touch.isPhaseNew ? market.stories.keys() : touch.orders) meet(order);
    for (const [level, place] of touch.levels) {
      for (const order of market.levels.get(level) ?? []) {
        if (!met.has(order) && this.#hasMoved(state, order, place)) meet(order);
      }
    }
    const nearer = touch.isBestNew
      ? sides.filter((side) => isNew(side, market.best[side], best[side]))
      : [];
    if (touch.trades.length === 0 && nearer.length === 0) return met;
    for (const [order, story] of market.stories) {
      if (met.has(order)) continue;
      const isMet =
        touch.trades.some((party) => concerns(party, story)) ||
        (nearer.includes(otherSide(story.view.side)) && isNearer(story, best));
      // It stands where it stood.
      if (isMet) met.set(order, sightWith(story, best));
    }
    return met;
  }

  /** Whether something in front of it at its price is not what it was; nothing before `place` has changed. */
  #hasMoved(state: State, order: OrderId, place: number): boolean {
    const was = this.#live.get(order)?.sight.queue;
    if (was !== undefined && was.place <= place) return false;
    const is = queuePlaceOf(state, order);
    return was?.place !== is?.place || was?.lots !== is?.lots || was?.orders !== is?.orders;
  }

  #meet(state: State, { entry, events }: Applied, event: Event): void {
    if (event.kind === 'order.placed' && event.view.participant === this.#whose) {
      const { view } = event;
      this.#put(state, beginStory(view, entry, events, sightOf(state, view)));
    } else if (event.kind === 'lots.returned') {
      // Lots came back to an order that was over.
      const story = this.#over.get(event.view.order);
      if (story !== undefined) {
        this.#put(state, foldStory(story, entry, events, sightOf(state, story.view)));
      }
    }
  }

  /** As it would be, had every entry been told. */
  #seen(story: OrderStory): OrderStory {
    const { market, side } = story.view;
    const best = this.#markets.get(market)?.best;
    const { own, opposite } = story.sight;
    if (best === undefined || (best[side] === own && best[otherSide(side)] === opposite)) {
      return story;
    }
    return { ...story, sight: sightWith(story, best) };
  }

  #put(state: State, story: OrderStory): void {
    const { order, status, price, market } = story.view;
    if (status !== 'done' && this.#live.get(order)?.view.price === price) {
      this.#live.set(order, story);
      this.#markets.get(market)?.stories.set(order, story);
      return;
    }
    this.#take(order);
    if (status !== 'done') {
      this.#live.set(order, story);
      this.#list(state, story);
      return;
    }
    this.#over.set(order, story);
    if (this.#over.size <= storiesKeptMax) return;
    const [oldest] = this.#over.keys();
    if (oldest !== undefined) this.#over.delete(oldest);
  }

  #list(state: State, story: OrderStory): void {
    const { order, market: symbol } = story.view;
    let market = this.#markets.get(symbol);
    if (market === undefined) {
      market = { stories: new Map(), levels: new Map(), best: bestIn(state, symbol) };
      this.#markets.set(symbol, market);
    }
    market.stories.set(order, story);
    const level = levelOf(story.view);
    const there = market.levels.get(level);
    if (there === undefined) market.levels.set(level, new Set([order]));
    else there.add(order);
  }

  /** Takes an order out of wherever it is. */
  #take(order: OrderId): void {
    this.#over.delete(order);
    const story = this.#live.get(order);
    if (story === undefined) return;
    this.#live.delete(order);
    const market = this.#markets.get(story.view.market);
    if (market === undefined) return;
    market.stories.delete(order);
    const level = levelOf(story.view);
    const there = market.levels.get(level);
    there?.delete(order);
    if (there?.size === 0) market.levels.delete(level);
  }
}

const sides = ['ask', 'bid'] as const;

/** Whether the other side has come nearer than it was. */
function isNew(side: Side, was: Price | undefined, is: Price | undefined): boolean {
  return is !== undefined && (was === undefined || isBetter(side, is, was));
}

function bestIn(state: State, market: MarketSymbol): Best {
  return {
    ask: depthOf(state, market, 'ask', 1)[0]?.price,
    bid: depthOf(state, market, 'bid', 1)[0]?.price,
  };
}

/** What a story met last, with other best prices. */
function sightWith({ view: { side }, sight: { phase, queue } }: OrderStory, best: Best): Sight {
  const [own, opposite] = [best[side], best[otherSide(side)]];
  return {
    phase,
    ...(queue === undefined ? {} : { queue }),
    ...(own === undefined ? {} : { own }),
    ...(opposite === undefined ? {} : { opposite }),
  };
}
