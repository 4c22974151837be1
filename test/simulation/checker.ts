/**
 * Watches a simulated exchange from outside: folds the journal anew as it reaches the disk, audits the state after every entry, and holds what the exchange tells
 * and what the chain has against it.
 */
import { createHash } from 'node:crypto';
import {
  apply,
  audit,
  balanceOf,
  createState,
  lastSeq,
  ledgerHeight,
  openTrades,
  participants,
  pendingOffers,
  stateHash,
  toAsset,
} from '@wattlot/core';
import type { Address, Entry, Event, OrderView, Output, State } from '@wattlot/core';
import type { Chain } from '@wattlot/ledger';
import type { Assembly } from '../../packages/exchange/src/assembly.ts';
import { decodeEntries } from '../../packages/exchange/src/journal/entries.ts';
import type { JournalDisk } from '../../packages/exchange/src/journal/simulated.ts';
import { History } from './history.ts';
import { contradictions } from './money-checks.ts';
import { PublicChecks } from './public-checks.ts';
import type { World } from './world.ts';

/** A digest for `stateHash`. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** An order as it was placed first. */
export type Placed = Pick<OrderView, 'order' | 'price' | 'volume'> & {
  /** Simulated milliseconds when it was on disk. */
  readonly at: number;
};

export class Checker {
  readonly violations: string[] = [];
  /** The fold of all that is on disk. */
  state: State = createState();
  /** By participant and the sender's id. */
  readonly placed = new Map<string, Placed>();
  /** What all that is on disk has come to. */
  readonly history = new History();
  /** What clients show of the market. */
  readonly market = new PublicChecks(this);
  /** Who spends what is on offer. */
  readonly liars = new Set<Address>();
  /** Trades that were made, and lots that were settled. */
  readonly counts = { entries: 0, orders: 0, trades: 0, settled: 0, released: 0, restarts: 0 };
  readonly #world: World;
  readonly #disk: JournalDisk;
  readonly #settled = new Set<string>();
  #rows = 0;
  #lastHash = '';
  #toCompare: Assembly | undefined;
  #heightCompared = -1;
  /** Outputs that have become firm and have not been looked at. */
  readonly #firm: Output[] = [];

  constructor(world: World, disk: JournalDisk) {
    this.#world = world;
    this.#disk = disk;
  }

  /** Something that must not be. */
  report(violation: string): void {
    this.#world.note(`VIOLATION ${violation}`);
    this.violations.push(violation);
  }

  /** An exchange has come up: its state has to be that of the journal. */
  started(assembly: Assembly): void {
    this.counts.restarts += 1;
    this.#toCompare = assembly;
  }

  /** Takes in what has reached the disk since. */
  follow(): void {
    const { rows } = this.#disk;
    if (this.#rows > 0 && rows[this.#rows - 1]?.head.hash !== this.#lastHash) {
      this.report('entries that were on disk are not there any more');
      this.#rows = rows.length;
      this.#lastHash = rows.at(-1)?.head.hash ?? '';
      return;
    }
    for (; this.#rows < rows.length; this.#rows += 1) {
      const row = rows[this.#rows];
      if (row === undefined) break;
      this.#lastHash = row.head.hash;
      for (const entry of decodeEntries(row.entries, row.first, row.last)) this.#take(entry);
    }
  }

  /** Holds the exchange's memory and its chain against the journal, where they are at the same entry. */
  compare(assembly: Assembly | undefined): void {
    this.follow();
    if (assembly?.chain !== undefined) this.#checkFirm(assembly.chain);
    if (assembly === undefined || lastSeq(assembly.state) !== lastSeq(this.state)) return;
    if (this.#toCompare === assembly) {
      this.#toCompare = undefined;
      this.compareStates(assembly);
    }
    this.#compareBalances(assembly);
  }

  compareStates({ state }: Assembly): void {
    if (stateHash(state, sha256) === stateHash(this.state, sha256)) return;
    this.report('the state is not what the journal leads to');
  }

  /** What is not finished: trades whose lots are not decided, orders that wait for offers. */
  unfinished(): readonly string[] {
    const trades = openTrades(this.state).map(({ trade, lots }) => {
      return `trade ${trade} has lots ${lots.map(({ state }) => state).join(', ')}`;
    });
    const orders = pendingOffers(this.state).map(({ view }) => `order ${view.order} is pending`);
    return [...trades, ...orders];
  }

  #take(entry: Entry): void {
    this.counts.entries += 1;
    let events: readonly Event[];
    try {
      events = apply(this.state, entry);
    } catch (error) {
      this.report(`entry ${entry.seq} cannot be applied: ${String(error)}`);
      return;
    }
    for (const violation of audit(this.state))
      this.report(`after entry ${entry.seq}: ${violation}`);
    const { command } = entry;
    if (command.kind === 'ledger.advance') {
      for (const one of contradictions(this.state, command, events)) this.report(one);
    }
    this.history.take(entry, events);
    this.market.take(entry, events);
    for (const event of events) this.#note(event, entry);
    this.#world.note(
      `entry ${entry.seq} ${entry.command.kind} ${events.map(({ kind }) => kind).join(' ')}`,
    );
  }

  #note(event: Event, { seq, command }: Entry): void {
    if (event.kind === 'refused' && command.kind === 'ledger.advance') {
      this.report(`block ${command.height} was refused: ${event.code}`);
    } else if (event.kind === 'order.placed') {
      const { participant, clientOrderId, order, price, volume } = event.view;
      const key = `${participant} ${clientOrderId}`;
      if (this.placed.has(key))
        this.report(`${clientOrderId} was placed twice, at entry ${seq} again`);
      this.placed.set(key, { order, price, volume, at: this.#world.now });
      this.counts.orders += 1;
    } else if (event.kind === 'order.cancelled' && command.kind === 'ledger.advance') {
      const { order, participant } = event.view;
      // The incoming side of its trades has lost them too, and is not to blame.
      const isSpent =
        event.reason === 'output_spent' && command.lost.some((lot) => lot.order === order);
      if (isSpent && !this.liars.has(participant)) {
        this.report(`an honest agent spent what ${order} offers`);
      }
    } else if (event.kind === 'order.opened') {
      for (const { lot, output, offer } of event.lots) {
        this.#firm.push(output);
        if (!this.#world.spoiled.has(output) && !this.#world.spoiled.has(offer)) continue;
        this.report(
          `lot ${lot} of ${event.view.order} is on the book with an offer that is made up`,
        );
      }
    } else if (event.kind === 'trade.made') this.counts.trades += 1;
    else if (event.kind === 'trade.updated') {
      const { resting, lots } = event.trade;
      for (const { lot, state } of lots) {
        if (event.lots.includes(lot)) this.#noteLot(`${resting.order} lot ${lot}`, state);
      }
    }
  }

  /** What is on the book stands on the disk of the chain, so that no crash can undo it. */
  #checkFirm(chain: Chain): void {
    for (const output of this.#firm.splice(0)) {
      const [txid = '', vout = ''] = output.split(':');
      const held = chain.output(txid, Number(vout));
      if (held === undefined || held.height !== undefined) continue;
      this.report(`${output} is on the book and in no block`);
    }
  }

  #noteLot(name: string, state: string): void {
    if (state === 'released') this.counts.released += 1;
    if (state !== 'settled') return;
    this.counts.settled += 1;
    if (this.#settled.has(name)) this.report(`${name} has settled twice`);
    this.#settled.add(name);
  }

  /** What is final on the chain is what the state says, whenever nothing waits for a block. */
  #compareBalances({ chain }: Assembly): void {
    const height = ledgerHeight(this.state);
    if (chain === undefined || height === this.#heightCompared) return;
    if (chain.waiting > 0 || chain.height !== height) return;
    this.#heightCompared = height;
    for (const { participant } of participants(this.state)) {
      const held = chain.balances(participant);
      for (const name of ['energy', 'ecoin']) {
        const id = chain.asset(name)?.id;
        const asset = toAsset(name);
        if (id === undefined || asset === undefined) continue;
        const onChain = Number(held.get(id) ?? 0n);
        const here = balanceOf(this.state, participant, asset)?.balance ?? 0;
        if (onChain === here) continue;
        this.report(`${participant} has ${onChain} ${name} on the chain and ${here} in the state`);
      }
    }
  }
}

/** An order's key in `Checker.placed`. */
export function placedKey(participant: string, clientOrderId: string): string {
  return `${participant} ${clientOrderId}`;
}
