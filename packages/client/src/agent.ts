/**
 * The wallet agent: answers the exchange's requests for offers, settlements and renewals with the participant's own wallet, and signs only what the wish
 * book says its owner ordered. One task at a time, so that no two choose the same outputs.
 */
import type { OrderId } from '@wattlot/core';
import { LedgerError } from '@wattlot/ledger';
import { raiseLadder } from './agent-ladder.ts';
import { isNews, remember } from './agent-memory.ts';
import { offerLots } from './agent-offers.ts';
import { Tidying } from './agent-tidy.ts';
import { comeBack, decline, endOrder, lockAgain, nameOf, settleTrade } from './agent-work.ts';
import type { AgentNote, AgentProgress, AgentWallet, Done, Tools, Work } from './agent-work.ts';
import type { Clock } from './clock.ts';
import type { AgentLink } from './connect.ts';
import type { ClientEvent, ExchangeClient, OwnOrder } from './events.ts';
import { agentAttemptsMax, agentParkedMax, agentRetryMs, agentTasksMax } from './limits.ts';
import { isFinal } from './orders.ts';
import { printable } from './text.ts';
import { liveOutputs } from './wish-book.ts';
import type { WishFile } from './wish-file.ts';

export type { AgentNote, AgentProgress, AgentWallet } from './agent-work.ts';

export interface AgentOptions {
  readonly client: ExchangeClient;
  readonly link: AgentLink;
  readonly wallet: AgentWallet;
  readonly wishes: WishFile;
  readonly clock: Clock;
  readonly onNote?: (note: AgentNote) => void;
  /** Told while an order is made firm, some lots at a time. */
  readonly onProgress?: (progress: AgentProgress) => void;
}

export interface WalletAgent {
  /** Done when nothing waits to be done now. */
  idle(): Promise<void>;
  /** Takes nothing more, and is done when the task under way is. */
  close(): Promise<void>;
}

interface Job {
  readonly work: Work;
  readonly attempt: number;
}

class Agent implements WalletAgent {
  readonly #wishes: WishFile;
  readonly #clock: Clock;
  readonly #tools: Tools;
  readonly #jobs = new Map<string, Job>();
  /** Jobs that wait for something else to happen first. */
  readonly #parked = new Map<string, Job>();
  readonly #timers = new Set<() => void>();
  /** Own orders on the book. */
  readonly #open = new Set<string>();
  /** Own orders of which nothing can trade any more, the newest. */
  readonly #over = new Set<string>();
  readonly #stop: () => void;
  /** What was refused or failed and has been said: an exchange that asks again is not news. */
  readonly #told = new Set<string>();
  /** Own trades of which the ledger has decided every lot. */
  readonly #final = new Set<string>();
  /** What an earlier run wished and never saw placed. */
  readonly #unplaced = new Set<string>();
  /** Done when what an earlier run has on offer is locked. */
  readonly #locking: Promise<void>;
  readonly #tidying: Tidying;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor({ client, link, wallet, wishes, clock, onNote, onProgress }: AgentOptions) {
    this.#wishes = wishes;
    this.#clock = clock;
    this.#tools = {
      wallet,
      wishes,
      link,
      isOpen: (order) => this.#open.has(order),
      isOver: (order) => this.#over.has(order),
      progress: (progress) => onProgress?.(progress),
      note: (kind, work, text) => {
        if (
          (kind === 'refused' || kind === 'failed') &&
          !isNews(this.#told, `${nameOf(work)} ${text}`)
        )
          return;
        onNote?.({ kind, order: printable(work.order_id, 20), text: printable(text) });
      },
    };
    // Locks live in memory only.
    const live = [...wishes.book.records()].flatMap(liveOutputs);
    this.#locking = lockAgain(wallet, live);
    const isIdle = (): boolean => this.#running === undefined && !this.#closed;
    this.#tidying = new Tidying({ wallet, clock, isIdle });
    this.#tidying.later();
    for (const record of wishes.book.records()) {
      if (record.order === undefined) this.#unplaced.add(record.wish.clientOrderId);
    }
    // Whoever noted it: a task may have come before the order had its name, or before an amendment was decided.
    wishes.listen(({ step }) => {
      if (step === 'placed' || step.startsWith('amend_')) this.#unpark();
    });
    this.#stop = client.listen((event) => {
      this.#hear(event);
    });
  }

  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stop();
    this.#jobs.clear();
    this.#parked.clear();
    for (const cancel of this.#timers) cancel();
    await this.#tidying.stop();
    await this.idle();
  }

  #hear(event: ClientEvent): void {
    switch (event.kind) {
      case 'tasks':
        for (const work of event.tasks) this.#enter({ work, attempt: 1 });
        return;
      case 'orders':
        this.#hearOrders(event.orders, event.snapshot);
        return;
      case 'reconciled':
      case 'amendment':
      case 'connection':
      case 'latency':
      case 'instruments':
      case 'book':
      case 'queue':
      case 'trades':
      case 'balances':
        return;
    }
  }

  #hearOrders(orders: readonly OwnOrder[], snapshot: boolean): void {
    const { book } = this.#wishes;
    if (snapshot) this.#open.clear();
    for (const order of orders) {
      this.#bind(order.clientOrderId, order.order);
      if (order.status === 'open') this.#open.add(order.order);
      else this.#open.delete(order.order);
      if (order.status === 'done') remember(this.#over, order.order, agentTasksMax);
      this.#dropFinal(order);
      if (isFinal(order) && book.byOrder(order.order) !== undefined) this.#end(order.order);
    }
    if (!snapshot) return;
    // What the exchange does not list any more is over; what an earlier run wished and is not listed now never will be.
    const listed = new Set(orders.map(({ order }) => order));
    for (const { order, wish } of book.records()) {
      if (order !== undefined && !listed.has(order)) this.#end(order);
      if (order === undefined && this.#unplaced.has(wish.clientOrderId)) {
        this.#wishes.note({ step: 'over', id: wish.clientOrderId });
      }
    }
    this.#unplaced.clear();
  }

  /** Nothing is to be done any more for trades of which every lot is decided. */
  #dropFinal({ trades }: OwnOrder): void {
    for (const { trade, settlement } of trades) {
      if (settlement !== 'settled' && settlement !== 'released') continue;
      remember(this.#final, trade, agentTasksMax);
      const name = `settlement.requested ${trade}`;
      this.#jobs.delete(name);
      this.#parked.delete(name);
    }
  }

  #end(order: OrderId): void {
    this.#enter({ work: { kind: 'order.over', order_id: order }, attempt: 1 });
  }

  #bind(id: string, order: OrderId): void {
    const record = this.#wishes.book.byId(id);
    if (record === undefined || record.order !== undefined) return;
    this.#wishes.note({ step: 'placed', id, order });
  }

  /** Takes a job in; when too many wait the exchange has to repeat it. */
  #enter(job: Job): void {
    if (this.#closed) return;
    const { work } = job;
    if (work.kind === 'settlement.requested' && this.#final.has(work.trade_id)) return;
    const name = nameOf(work);
    if (this.#jobs.size >= agentTasksMax && !this.#jobs.has(name)) {
      this.#tools.note('failed', work, 'too many tasks wait');
      return;
    }
    this.#parked.delete(name);
    this.#jobs.set(name, job);
    this.#running ??= this.#run();
  }

  #park(name: string, job: Job, reason: string): void {
    this.#tools.note('refused', job.work, reason);
    if (this.#closed) return;
    const oldest = this.#parked.keys().next();
    if (this.#parked.size >= agentParkedMax && oldest.done !== true) {
      this.#parked.delete(oldest.value);
    }
    this.#parked.set(name, job);
  }

  #unpark(): void {
    const jobs = [...this.#parked.values()];
    this.#parked.clear();
    for (const job of jobs) this.#enter(job);
  }

  async #run(): Promise<void> {
    // The turn of whoever told us ends first: the tasks of one message are seen together.
    await this.#locking;
    for (let next = this.#jobs.entries().next(); next.done !== true;) {
      const [name, job] = next.value;
      this.#jobs.delete(name);
      await this.#attempt(name, job);
      next = this.#jobs.entries().next();
    }
    this.#running = undefined;
    if (!this.#closed) this.#tidying.later();
  }

  async #attempt(name: string, job: Job): Promise<void> {
    try {
      const outcome = await this.#carryOut(job.work);
      if (outcome.kind === 'later') this.#park(name, job, outcome.reason);
      else if (outcome.kind === 'done') this.#unpark();
      else if (!this.#tryAgain(name, job)) this.#tools.note('failed', job.work, outcome.reason);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (error instanceof LedgerError && error.retryable && this.#tryAgain(name, job)) return;
      this.#tools.note('failed', job.work, error.message);
      if (job.work.kind === 'offers.requested') await decline(this.#tools, job.work, error.message);
    }
  }

  /** Puts the job back for later. @returns false when it had all its attempts. */
  #tryAgain(name: string, job: Job): boolean {
    if (job.attempt >= agentAttemptsMax) return false;
    if (this.#closed) return true;
    const cancel = this.#clock.after(agentRetryMs * job.attempt, () => {
      this.#timers.delete(cancel);
      if (!this.#jobs.has(name)) this.#enter({ ...job, attempt: job.attempt + 1 });
    });
    this.#timers.add(cancel);
    return true;
  }

  #carryOut(work: Work): Promise<Done> {
    switch (work.kind) {
      case 'offers.requested':
        return offerLots(this.#tools, work);
      case 'settlement.requested':
        return settleTrade(this.#tools, work);
      case 'ladder.requested':
        return raiseLadder(this.#tools, work);
      case 'renewal.requested': {
        const { order_id: order, lots } = work;
        return comeBack(
          this.#tools,
          work,
          lots.map(({ output }) => ({ order, output })),
        );
      }
      case 'outputs.released':
        return comeBack(this.#tools, work, this.#released(work));
      case 'order.over':
        return endOrder(this.#tools, work);
    }
  }

  /** The outputs of this task and of all others of its kind that wait: they come back in one transaction. */
  #released(first: Work & { kind: 'outputs.released' }): { order: string; output: string }[] {
    const all = [first];
    for (const [name, { work }] of this.#jobs) {
      if (work.kind !== 'outputs.released') continue;
      all.push(work);
      this.#jobs.delete(name);
    }
    return all.flatMap(({ order_id: order, outputs }) =>
      outputs.map((output) => ({ order, output })),
    );
  }
}

/** Starts the agent. It hears the client's events from now on: start it before the connection is open. */
export function startAgent(options: AgentOptions): WalletAgent {
  return new Agent(options);
}
