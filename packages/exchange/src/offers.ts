/**
 * Offers as wallet agents deliver them: gathered over several frames, and checked byte for byte against the order and the chain before the core hears
 * of them. And rungs of ladders, checked in the same way, of which the core never hears.
 */
import { gatewayErrors, refusalErrors } from '@wattlot/client/frames';
import type { LadderDeliveredRequest } from '@wattlot/client/frames';
import type { Address, LotOffer, MarketTerms, OrderId, OrderView, Output } from '@wattlot/core';
import { checkOffer, checkRung, hashOfAddress } from '@wattlot/ledger';
import type { AssetId, ExpectedOffer } from '@wattlot/ledger';
import type { Feed } from './feed/feed.ts';
import type { HeldRung } from './feed/firm.ts';
import type { LedgerPort } from './ledger-port.ts';
import { deliveriesMax } from './limits.ts';

/** What became of one frame of offers. */
export type Delivery =
  /** An error string of the wire. What was gathered for the order is dropped. */
  | { readonly kind: 'refused'; readonly error: string }
  /** Good so far; so many lots have not come yet. */
  | { readonly kind: 'partial'; readonly missing: number }
  /** All that were asked for, good when they came, in the order of their lots. */
  | { readonly kind: 'complete'; readonly lots: readonly LotOffer[] };

/** What became of one frame of rungs. */
export type LadderDelivery =
  /** An error string of the wire. Nothing of the frame was kept. */
  | { readonly kind: 'refused'; readonly error: string }
  /** So many are kept; the others are not asked for any more. */
  | { readonly kind: 'taken'; readonly stored: number };

/** What each side of a lot is, in the ledger's own words. */
export interface LotSides {
  readonly give: { readonly asset: AssetId; readonly raw: bigint };
  readonly want: { readonly asset: AssetId; readonly raw: bigint };
}

/** What one lot of an order gives and asks, at a price. @throws Error when the ledger lacks an asset of the market. */
export function sidesOf(
  ledger: LedgerPort,
  terms: MarketTerms,
  { side, price, volume = 1 }: Pick<OrderView, 'side' | 'price'> & { readonly volume?: number },
): LotSides {
  const energy = { asset: assetId(ledger, terms.energy), raw: BigInt(terms.lot) * BigInt(volume) };
  const ecoin = { asset: assetId(ledger, terms.ecoin), raw: BigInt(price) * BigInt(volume) };
  return side === 'ask' ? { give: energy, want: ecoin } : { give: ecoin, want: energy };
}

function assetId(ledger: LedgerPort, name: string): AssetId {
  const asset = ledger.asset(name);
  if (asset === undefined) throw new Error(`exchange: the ledger has no asset ${name}`);
  return asset.id;
}

interface Gathered {
  readonly order: OrderId;
  readonly lots: Map<number, LotOffer>;
}

/** The deliveries under way. In memory: an agent that comes back delivers again. */
export class Deliveries {
  readonly #feed: Feed;
  readonly #ledger: LedgerPort;
  readonly #gathered = new Map<Address, Map<OrderId, Gathered>>();
  /** The deliveries whose outputs are not final yet: the newest of each order. */
  readonly #waiting = new Map<OrderId, object>();

  constructor(feed: Feed, ledger: LedgerPort) {
    this.#feed = feed;
    this.#ledger = ledger;
  }

  /** Takes in one frame. A lot that comes again replaces the one before. */
  take(participant: Address, order: OrderId, lots: readonly LotOffer[]): Delivery {
    const pending = this.#feed.pendingOf(order);
    if (pending?.view.participant !== participant) {
      this.#drop(participant, order);
      return { kind: 'refused', error: refusalErrors[this.#unexpected(participant, order)] };
    }
    const wanted = new Set(pending.lots);
    const gathered = this.#gatheredOf(participant, order);
    for (const lot of lots) {
      if (!wanted.has(lot.lot)) {
        this.#drop(participant, order);
        return { kind: 'refused', error: refusalErrors.lots_mismatch };
      }
      const fault = this.#faultOf(pending.view, lot);
      if (fault !== undefined) {
        this.#drop(participant, order);
        return { kind: 'refused', error: `${gatewayErrors.badOffer}: ${fault}` };
      }
      gathered.lots.set(lot.lot, lot);
    }
    const missing = wanted.size - gathered.lots.size;
    if (missing > 0) return { kind: 'partial', missing };
    this.#drop(participant, order);
    const all = [...gathered.lots.values()].toSorted((a, b) => a.lot - b.lot);
    return { kind: 'complete', lots: all };
  }

  /** Takes in one frame of rungs: each is checked as a leg made of what the order and the chain say, so that the chain need not check its signature again. */
  takeRungs(
    participant: Address,
    order: OrderId,
    rungs: LadderDeliveredRequest['params']['rungs'],
  ): LadderDelivery {
    const ladder = this.#feed.ladderOf(order);
    if (ladder?.view.participant !== participant) {
      return { kind: 'refused', error: refusalErrors[this.#unexpected(participant, order)] };
    }
    this.#feed.noteLadderAnswer(
      order,
      rungs.map(({ lot }) => lot),
    );
    const refused = (lot: number, fault: string): LadderDelivery => {
      return { kind: 'refused', error: `${gatewayErrors.badLadder}: lot ${lot}: ${fault}` };
    };
    const good = new Map<number, HeldRung>();
    const named = new Set<number>();
    for (const { lot, index, script } of rungs) {
      if (named.has(lot)) return refused(lot, 'named twice');
      named.add(lot);
      const place = ladder.places.get(lot);
      // Asked for once, and moved since or taken.
      if (place?.index !== index) continue;
      const { output } = place;
      const expected = this.#expectedOf(ladder.view, output);
      if (typeof expected === 'string') continue;
      const fault = checkRung({ index, script: Buffer.from(script, 'hex') }, expected);
      if (fault !== undefined) return refused(lot, fault);
      good.set(lot, { lot, output, index, script });
    }
    return { kind: 'taken', stored: this.#feed.holdRungs(order, [...good.values()]) };
  }

  /** Has the ledger look at what a frame of offers names, so that it can be checked. Calls back once, with an error string of the wire if it cannot be asked. */
  whenSeen(
    participant: Address,
    order: OrderId,
    lots: readonly LotOffer[],
    then: (error: string | undefined) => void,
  ): void {
    // What nobody has asked for is refused without a look.
    const isAsked = this.#feed.pendingOf(order)?.view.participant === participant;
    this.#look(isAsked ? lots.map(({ output }) => output) : [], then);
  }

  /** The same for a frame of rungs. */
  whenRungsSeen(
    participant: Address,
    order: OrderId,
    rungs: readonly { readonly lot: number }[],
    then: (error: string | undefined) => void,
  ): void {
    const ladder = this.#feed.ladderOf(order);
    const places = ladder?.view.participant === participant ? ladder.places : undefined;
    this.#look(
      rungs.flatMap(({ lot }) => places?.get(lot)?.output ?? []),
      then,
    );
  }

  #look(outputs: readonly Output[], then: (error: string | undefined) => void): void {
    this.#ledger.look(outputs, (isKnown) => then(isKnown ? undefined : gatewayErrors.unavailable));
  }

  /** Orders that wait until what was delivered for them is final. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Whether outputs take so long to be final that nobody should wait for an answer meanwhile. */
  get isSlow(): boolean {
    return this.#ledger.finalMs > 0;
  }

  /**
   * Waits until every output is final: an order that the journal calls firm must not stand on a transaction that a crash of the chain can undo.
   * Calls back once, with an error string of the wire when an output is gone by then; on a slow ledger not at all for an order whose
   * offers are delivered again meanwhile, or that is cancelled.
   */
  whenFinal(
    order: OrderId,
    lots: readonly LotOffer[],
    then: (error: string | undefined) => void,
  ): void {
    const delivery = {};
    this.#waiting.set(order, delivery);
    const isOver = (): boolean =>
      this.isSlow &&
      (this.#waiting.get(order) !== delivery || this.#feed.pendingOf(order) === undefined);
    const outputs = lots.map(({ output }) => output);
    let stop = (): void => undefined;
    const leave = (): void => {
      stop();
      if (this.#waiting.get(order) === delivery) this.#waiting.delete(order);
    };
    const end = (error?: string): void => {
      leave();
      then(error);
    };
    const look = (): void => {
      if (isOver()) return leave();
      this.#ledger.look(outputs, (isKnown) => {
        if (isOver()) return leave();
        // Asked again after the next block.
        if (!isKnown) return;
        const held = lots.map(({ lot, output }) => ({ lot, output: this.#ledger.output(output) }));
        const gone = held.find(({ output }) => output === undefined);
        if (gone !== undefined) end(`${gatewayErrors.badOffer}: lot ${gone.lot}: ${outputFault}`);
        else if (held.every(({ output }) => output?.isFinal === true)) end();
      });
    };
    stop = this.#ledger.onBlock(look);
    look();
  }

  /** What is wrong with one lot's offer. */
  #faultOf(view: OrderView, { lot, output, offer }: LotOffer): string | undefined {
    const expected = this.#expectedOf(view, output);
    if (typeof expected === 'string') return `lot ${lot}: ${expected}`;
    const verdict = checkOffer(Buffer.from(offer, 'hex'), expected);
    return verdict.kind === 'good' ? undefined : `lot ${lot}: ${verdict.reason}`;
  }

  /** What an order's offer of an output must be, or why there can be none. */
  #expectedOf(view: OrderView, output: Output): ExpectedOffer | string {
    const owner = hashOfAddress(view.participant, this.#ledger.params);
    const terms = this.#feed.termsOf(view.market);
    const held = this.#ledger.output(output);
    if (owner === undefined || terms === undefined) return 'the order is not of this ledger';
    if (held === undefined) return outputFault;
    const { script: outputScript } = held;
    const cache = this.#ledger.signatures;
    // A whole order has one offer for all that remains of it.
    const sides = sidesOf(this.#ledger, terms, {
      ...view,
      volume: view.whole ? view.remaining : 1,
    });
    return { ...sides, owner, output, outputScript, cache };
  }

  /** Why nothing is expected of a participant for an order. */
  #unexpected(participant: Address, order: OrderId): 'not_pending' | 'unknown_order' {
    const own = this.#feed.ordersOf(participant).some(({ view }) => view.order === order);
    return own ? 'not_pending' : 'unknown_order';
  }

  #gatheredOf(participant: Address, order: OrderId): Gathered {
    const own = this.#gathered.get(participant) ?? new Map<OrderId, Gathered>();
    this.#gathered.set(participant, own);
    const gathered = own.get(order) ?? { order, lots: new Map<number, LotOffer>() };
    own.set(order, gathered);
    for (const oldest of own.keys()) {
      if (own.size <= deliveriesMax) break;
      own.delete(oldest);
    }
    return gathered;
  }

  #drop(participant: Address, order: OrderId): void {
    const own = this.#gathered.get(participant);
    own?.delete(order);
    if (own?.size === 0) this.#gathered.delete(participant);
  }
}

const outputFault = 'the output is spent or was never made';
