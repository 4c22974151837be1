/**
 * Everything that is told to anybody: views folded from committed entries, and the messages that follow from them. It takes in only what is committed while the exchange runs: at a start
 * it begins with the core's state, and with what it tells of the past and the core does not know (`past.ts`).
 */
import type {
  AgentMessage,
  AgentTask,
  Instrument,
  InstrumentMessage,
} from '@wattlot/client/frames';
import { conditionsOf, marketOf, markets, participantOf } from '@wattlot/core';
import type { Address, Asset, Event, Instant, MarketSymbol } from '@wattlot/core';
import type { MarketTerms, OrderId, Phase, State } from '@wattlot/core';
import { sure } from '../exact.ts';
import type { Applied } from '../sequencer.ts';
import { atOnce } from '../slices.ts';
import { AccountFeed } from './account-feed.ts';
import type { FirstMessage } from './account-feed.ts';
import { askChanged, holdRungs, nextRound, noteAgent, noteAnswer, placesOf } from './ladders.ts';
import type { HeldRung } from './firm.ts';
import { assetOf, instrumentOf, pairOf, wireAmount } from './instrument.ts';
import type { LedgerAsset } from './instrument.ts';
import { MarketFeed } from './market-feed.ts';
import { givingWay } from './market-past.ts';
import type { KeptOrder } from './kept-order.ts';
import type { KeptPast } from './past.ts';
import { restingIn } from './resting.ts';
import type { OrderRecord } from './orders.ts';
import { ordersByMarket } from './queue.ts';
import { frameOf } from './subscriber.ts';
import type { Subscriber } from './subscriber.ts';
import { pairStatusOf, SystemStatus } from './system.ts';
import { createTasks, foldTasks, pendingOf, tasksIn, tasksOf } from './tasks.ts';
import type { Assigned, Tasks } from './tasks.ts';

/** What the feed asks of the ledger: an asset by its name. */
export type FindAsset = (name: string) => LedgerAsset | undefined;

/** The channels of one participant. */
export type PrivateChannel = 'executions' | 'balances' | 'agent';

function isRenewal({ kind }: AgentTask): boolean {
  return kind === 'renewal.requested';
}

/** The feed of one exchange. */
export class Feed {
  readonly #findAsset: FindAsset;
  readonly #markets = new Map<MarketSymbol, MarketFeed>();
  readonly #terms = new Map<MarketSymbol, MarketTerms>();
  /** Those that a market trades. */
  readonly #assets = new Map<string, LedgerAsset>();
  readonly #participants = new Map<Address, string>();
  readonly #accounts: AccountFeed;
  #tasks: Tasks = createTasks();
  readonly #agents = new Map<Address, Set<Subscriber>>();
  /** What the exchange as a whole allows. */
  readonly system = new SystemStatus();
  readonly #instrumentFollowers = new Set<Subscriber>();
  #changedMarkets = new Set<Instrument>();
  /** Some are gone: whoever follows the instruments is told all anew. */
  #hasRemoved = false;
  #assigned: Assigned[] = [];
  #asksRenewals = true;
  readonly #isThere = (participant: Address): boolean => this.#agents.has(participant);

  constructor(findAsset: FindAsset) {
    this.#findAsset = findAsset;
    this.#accounts = new AccountFeed({
      instrument: (market) => this.#market(market).instrument,
      amount: (name, raw) => {
        const asset = this.#assets.get(name);
        return asset === undefined ? undefined : wireAmount(asset, raw);
      },
    });
  }

  /** The markets, in the order of opening, without those that are over and have made room for others. */
  get markets(): readonly MarketFeed[] {
    return [...this.#markets.values()];
  }

  /** A market by its symbol. */
  market(symbol: string): MarketFeed | undefined {
    return this.#markets.get(symbol as MarketSymbol);
  }

  /** The terms of a market. */
  termsOf(symbol: MarketSymbol): MarketTerms | undefined {
    return this.#terms.get(symbol);
  }

  /** Whether an address may trade. */
  isAdmitted(participant: Address): boolean {
    return this.#participants.has(participant);
  }

  /** The name under which an address was let in. */
  nameOf(participant: Address): string | undefined {
    return this.#participants.get(participant);
  }

  /** Everybody who may trade, with their names, in the order of admission. */
  get participants(): ReadonlyMap<Address, string> {
    return this.#participants;
  }

  /** A participant's orders that are still shown, in the order of acceptance. */
  ordersOf(participant: Address): readonly OrderRecord[] {
    return this.#accounts.ordersOf(participant);
  }

  /** The lots for whose offers a pending order waits. */
  pendingOf(order: OrderId): ReturnType<typeof pendingOf> {
    return pendingOf(this.#tasks, order);
  }

  /** An order that rests, with the places in ladders for which its agent was asked to sign its lots. */
  ladderOf(order: OrderId): ReturnType<typeof placesOf> {
    return placesOf(this.#tasks.firm, order);
  }

  /** An agent has said something about the ladders that these lots of an order are in, or, with none, about all of the order's. */
  noteLadderAnswer(order: OrderId, lots: readonly number[]): void {
    noteAnswer(this.#tasks.firm, order, lots);
  }

  /** Keeps rungs found good, of lots that still rest. They are lost with the process. @returns how many were kept. */
  holdRungs(order: OrderId, rungs: readonly HeldRung[]): number {
    return holdRungs(this.#tasks.firm, order, rungs);
  }

  /** What it knows of the past and the core does not. `state` is that of the core now. Rungs are soft state and belong to no snapshot: this is for a feed that nobody follows. */
  keep(state: State): KeptPast {
    const told = [...this.#markets.values()].map((market) => market.keep());
    const participants = [...this.#participants.keys()].map((participant) => {
      const { emptied, over, listed } = this.#accounts.keepOwner(participant);
      const released = [...(this.#tasks.released.get(participant) ?? [])];
      return { participant, emptied, released, over, listed };
    });
    const orders = this.#accounts.keepOrders(state, ({ market, order }) =>
      this.#market(market).placeOf(order),
    );
    return { markets: told, participants, orders };
  }

  /**
   * Becomes what it would be, had it taken in every entry up to the one at which `past` was kept and `state` is. To be called once, before anything is taken in.
   * @throws RangeError when the ledger does not have a market's assets.
   */
  begin(past: KeptPast, state: State): void {
    atOnce(this.beginSliced(past, state));
  }

  /**
   * As `begin`, in slices. Neither feed nor state may be used or change before the last.
   * @param own the orders that their owners are told of.
   */
  *beginSliced(
    past: KeptPast,
    state: State,
    own: readonly KeptOrder[] = past.orders,
  ): Generator<void, void, undefined> {
    const resting = yield* restingIn(state, past.orders);
    // Those of markets that made room, too: whoever has some of them is told so.
    for (const terms of markets(state)) this.#assetsOf(terms);
    for (const market of past.markets) {
      const { symbol, openedAt } = market;
      const terms = sure(marketOf(state, symbol), symbol);
      this.#open(terms, openedAt, sure(conditionsOf(state, symbol), symbol).phase);
      yield* this.#market(symbol).begin(market, resting(symbol));
    }
    for (const { participant } of past.participants) {
      this.#participants.set(participant, sure(participantOf(state, participant), 'name').name);
    }
    yield* this.#accounts.begin({ participants: past.participants, orders: own }, state);
    this.#tasks = yield* tasksIn(state, past);
    this.#publish();
  }

  /** Takes in committed entries, in order, and tells the subscribers. */
  take(batch: readonly Applied[]): void {
    for (const applied of batch) {
      const { entry, events } = applied;
      for (const event of events) {
        if (event.kind === 'market.opened') this.#open(event.terms, entry.at, event.phase);
        else if (event.kind === 'participant.admitted') {
          this.#participants.set(event.participant, event.name);
        } else if (event.kind === 'level.changed') {
          this.#market(event.market).fold(event, entry.seq, entry.at);
        } else if (event.kind === 'trade.made') {
          this.#market(event.trade.market).fold(event, entry.seq, entry.at);
        } else if (event.kind === 'phase.changed') {
          const market = this.#market(event.market);
          market.fold(event, entry.seq, entry.at);
          this.#changedMarkets.add(market.instrument);
        }
      }
      this.#accounts.fold(applied);
      for (const assigned of foldTasks(this.#tasks, applied, this.#isThere)) {
        if (this.#isAsked(assigned.task)) this.#assigned.push(assigned);
      }
      this.#foldQueues(applied);
      this.#makeRoom(events);
    }
    this.#askLadders();
    this.#publish();
  }

  /** After the tasks, which know what is firm. */
  #foldQueues(applied: Applied): void {
    const { seq, at } = applied.entry;
    const firm = (order: OrderId): number => this.#tasks.firm.get(order)?.size ?? 0;
    const [only] = this.#markets.values();
    if (this.#markets.size === 1) {
      only?.level3.fold(applied.events, seq, at, firm);
      return;
    }
    for (const [symbol, events] of ordersByMarket(applied)) {
      this.#market(symbol).level3.fold(events, seq, at, firm);
    }
  }

  /** Once a second: sends whole books to those who were too slow for their updates and have caught up, and asks for ladders that trades took parts of. */
  catchUp(): void {
    for (const market of this.#markets.values()) market.catchUp();
    nextRound(this.#tasks.ladders);
    this.#askLadders();
    this.#publishTasks();
  }

  #askLadders(): void {
    const { ladders, firm } = this.#tasks;
    if (ladders.changed.size === 0) return;
    this.#assigned.push(...askChanged(ladders, firm, this.#isThere));
  }

  /** Sends all markets and assets, and then each that is new or in another phase; all again when one has made room. */
  followInstruments(subscriber: Subscriber): void {
    this.#instrumentFollowers.add(subscriber);
    subscriber.send(this.#instrumentFrame('snapshot', this.#instruments()));
  }

  #instruments(): readonly Instrument[] {
    return [...this.#markets.values()].map(({ instrument }) => instrument);
  }

  leaveInstruments(subscriber: Subscriber): void {
    this.#instrumentFollowers.delete(subscriber);
  }

  /** Sends a participant what is his, and then every change. The caller has checked who asks. */
  followPrivate(
    channel: PrivateChannel,
    participant: Address,
    subscriber: Subscriber,
    shown: FirstMessage,
  ): void {
    if (channel !== 'agent') {
      this.#accounts.follow(channel, participant, subscriber, shown);
      return;
    }
    const own = this.#agents.get(participant) ?? new Set();
    this.#agents.set(participant, own.add(subscriber));
    const open = tasksOf(this.#tasks, participant).filter((task) => this.#isAsked(task));
    subscriber.send(agentFrame('snapshot', open));
    noteAgent(this.#tasks.ladders, this.#tasks.firm, participant);
    this.#askLadders();
    this.#publishTasks();
  }

  /**
   * Asks nobody for a renewal until `askRenewals`. Deadlines run on while an exchange is away, so that after a start good trades are overdue; an owner
   * who renews at once would undo them before the incoming side's agent is back.
   */
  holdRenewals(): void {
    this.#asksRenewals = false;
  }

  /** Asks the owners of overdue lots who are connected now, and from now on all. */
  askRenewals(): void {
    if (this.#asksRenewals) return;
    this.#asksRenewals = true;
    for (const [participant, agents] of this.#agents) {
      const renewals = tasksOf(this.#tasks, participant).filter(isRenewal);
      if (renewals.length === 0) continue;
      const frame = agentFrame('update', renewals);
      for (const agent of agents) agent.send(frame);
    }
  }

  #isAsked(task: AgentTask): boolean {
    return this.#asksRenewals || !isRenewal(task);
  }

  leavePrivate(channel: PrivateChannel, participant: Address, subscriber: Subscriber): void {
    if (channel !== 'agent') {
      this.#accounts.leave(channel, participant, subscriber);
      return;
    }
    const own = this.#agents.get(participant);
    own?.delete(subscriber);
    if (own?.size === 0) this.#agents.delete(participant);
  }

  #publish(): void {
    if (this.#changedMarkets.size > 0) {
      const frame = this.#hasRemoved
        ? this.#instrumentFrame('snapshot', this.#instruments())
        : this.#instrumentFrame('update', [...this.#changedMarkets]);
      for (const subscriber of this.#instrumentFollowers) subscriber.send(frame);
      this.#changedMarkets = new Set();
      this.#hasRemoved = false;
      this.system.set(this.markets.map(({ phase }) => phase));
    }
    for (const market of this.#markets.values()) market.publish();
    this.#accounts.publish();
    this.#publishTasks();
  }

  #publishTasks(): void {
    for (const { participant, task } of this.#assigned) {
      const frame = agentFrame('update', [task]);
      for (const agent of this.#agents.get(participant) ?? []) agent.send(frame);
    }
    this.#assigned = [];
  }

  #open(terms: MarketTerms, at: Instant, phase: Phase): void {
    const instrument = instrumentOf(terms, ...this.#assetsOf(terms));
    this.#terms.set(terms.symbol, terms);
    this.#markets.set(terms.symbol, new MarketFeed(instrument, at, phase));
    this.#changedMarkets.add(instrument);
  }

  /** Forgets the first market that is over: closed, and every lot of its trades decided. The core knows it still, so that nothing else gets its name. */
  #makeRoom(events: readonly Event[]): void {
    let unsettled: ReadonlySet<MarketSymbol> | undefined;
    const isOver = ({ phase }: MarketFeed, symbol: MarketSymbol): boolean => {
      if (phase !== 'closed') return false;
      const trades = this.#tasks.trades.values();
      return !(unsettled ??= new Set([...trades].map(({ trade }) => trade.market))).has(symbol);
    };
    for (const symbol of givingWay(events, this.#markets, isOver)) {
      // What it has not told yet, for example that its book is empty.
      this.#market(symbol).publish();
      this.#markets.delete(symbol);
      this.#terms.delete(symbol);
      this.#accounts.forgetMarket(symbol);
      this.#hasRemoved = true;
    }
  }

  /** The two assets of a market, known from now on. */
  #assetsOf({ energy, ecoin }: MarketTerms): [base: LedgerAsset, quote: LedgerAsset] {
    const [base, quote] = [this.#asset(energy), this.#asset(ecoin)];
    for (const asset of [base, quote]) this.#assets.set(asset.name, asset);
    return [base, quote];
  }

  #market(symbol: MarketSymbol): MarketFeed {
    const market = this.#markets.get(symbol);
    if (market === undefined) throw new Error(`exchange: there is no market ${symbol}`);
    return market;
  }

  #asset(name: Asset): LedgerAsset {
    const asset = this.#findAsset(name);
    if (asset === undefined) throw new RangeError(`the ledger has no asset ${name}`);
    return asset;
  }

  #instrumentFrame(type: InstrumentMessage['type'], instruments: readonly Instrument[]): Buffer {
    const names = new Set(instruments.flatMap(({ base, quote }) => [base, quote]));
    const assets = [...names].flatMap((name) => this.#assets.get(name) ?? []);
    const pairs = instruments.map((instrument) =>
      pairOf(instrument, pairStatusOf(this.#market(instrument.symbol).phase)),
    );
    const data = { assets: assets.map(assetOf), pairs };
    return frameOf({ channel: 'instrument', type, data });
  }
}

function agentFrame(type: AgentMessage['type'], data: AgentMessage['data']): Buffer {
  return frameOf({ channel: 'agent', type, data });
}
