/** The exchange's process: the real assembly on simulated disks, killed and started again. */
import { localChainPort, newKeyPair, Operator, LedgerError } from '@wattlot/ledger';
import type { Chain, ChainPort, KeyPair } from '@wattlot/ledger';
import type { HttpOutcome } from '../../packages/client/src/http.ts';
import { assemble } from '../../packages/exchange/src/assembly.ts';
import type { Assembly } from '../../packages/exchange/src/assembly.ts';
import { steadyClock } from '../../packages/exchange/src/clock.ts';
import type { Clock } from '../../packages/exchange/src/clock.ts';
import { ExchangeError, lineOf } from '../../packages/exchange/src/errors.ts';
import {
  JournalDisk,
  openSimulatedJournal,
} from '../../packages/exchange/src/journal/simulated.ts';
import type { Journal } from '../../packages/exchange/src/journal/journal.ts';
import { openEmbeddedLedger } from '../../packages/exchange/src/ledger-embedded.ts';
import { localCalls } from '../../packages/exchange/src/gateway/local-calls.ts';
import type { LocalAnswer } from '../../packages/exchange/src/gateway/local-calls.ts';
import { chainName } from '../../packages/exchange/src/start-folder.ts';
import { defaultTerms } from '../../packages/exchange/src/terms.ts';
import { openChainOn } from '../../packages/ledger/src/chain/open-chain.ts';
import { BlockDisk } from './block-disk.ts';
import type { PlantedFault } from './faults.ts';
import { withLedgerFaults } from './ledger-faults.ts';
import type { Network } from './network.ts';
import { SnapshotShelf } from './snapshot-shelf.ts';
import { Life } from './world.ts';
import type { World } from './world.ts';

/** What a server is made with. */
export interface ServerOptions {
  readonly world: World;
  readonly network: Network;
  readonly fault: PlantedFault | undefined;
  /** Told what must not happen. */
  readonly report: (violation: string) => void;
  /** Told when an exchange has come up. */
  readonly started: (assembly: Assembly) => void;
}

/** How an exchange may end by itself: the disk said no. Anything else is a bug. */
function isOfTheDisk(error: unknown): boolean {
  if (error instanceof LedgerError) return error.code === 'disk' || error.code === 'closed';
  return error instanceof ExchangeError && error.code === 'journal_io';
}

export class Server {
  readonly journalDisk = new JournalDisk();
  readonly #blockDisk = new BlockDisk();
  readonly #options: ServerOptions;
  readonly #operatorKey: KeyPair;
  readonly #shelf: SnapshotShelf;
  #life: Life | undefined;
  #assembly: Assembly | undefined;
  #ids = 0;
  starts = 0;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#operatorKey = newKeyPair(options.world.chance.bytes);
    this.#shelf = new SnapshotShelf(options.world, this.journalDisk, options.fault);
  }

  /** The exchange, while it is up. */
  get assembly(): Assembly | undefined {
    return this.#life === undefined ? undefined : this.#assembly;
  }

  get isRunning(): boolean {
    return this.#life !== undefined;
  }

  /** Starts the process, if there is none. */
  start(): void {
    if (this.#life !== undefined) return;
    const life = new Life();
    this.#life = life;
    this.#assembly = undefined;
    this.starts += 1;
    const { world, report } = this.#options;
    world.note('the exchange starts');
    this.#open(life).then(
      (assembly) => {
        if (!life.isOver) this.#listen(assembly, life);
      },
      (error: unknown) => {
        if (life.isOver) return;
        if (!isOfTheDisk(error)) report(`the exchange does not start: ${lineOf(error)}`);
        this.kill();
        this.#comeBack();
      },
    );
  }

  /** The process is gone from one instruction to the next; the disks keep what chance lets them. */
  kill(): void {
    const life = this.#life;
    if (life === undefined) return;
    const { world, fault } = this.#options;
    world.note('the exchange is killed');
    this.#life = undefined;
    life.end();
    this.journalDisk.crash((most) => world.chance.below(most + 1));
    if (fault === 'the disk forgets a commit that it had synced') this.journalDisk.forget();
    this.#blockDisk.crash(world.chance);
  }

  /** Kills it and starts it again after a while. */
  restart(): void {
    this.kill();
    this.#comeBack();
  }

  /** Stops it as an operator does. */
  async stop(): Promise<void> {
    const [life, assembly] = [this.#life, this.#assembly];
    if (life === undefined || assembly === undefined) return;
    this.#options.world.note('the exchange stops');
    await assembly.close();
    if (life.isOver) return;
    this.#life = undefined;
    life.end();
    // Nothing is on its way any more, so that this is no crash.
    this.journalDisk.crash(() => 0);
    this.#comeBack();
  }

  #comeBack(): void {
    const { world } = this.#options;
    const { chance, isCalm } = world;
    const awayMs =
      isCalm || chance.percent(85) ? chance.between(20, 800) : chance.between(800, 8_000);
    world.after(awayMs, () => this.start());
  }

  async #open(life: Life): Promise<Assembly> {
    const { world, fault, report } = this.#options;
    const after = (delayMs: number, then: () => void): (() => void) => {
      return world.after(delayMs, then, life);
    };
    const monotonic = (): number => world.now;
    const clock = steadyClock({ wall: () => world.wall, monotonic, after });
    const journal = this.#openJournal(life);
    const chain = await openChainOn(
      this.#blockDisk.open(world, life, {
        syncMs: () => this.#syncMs(),
        fails: () => this.#fails(),
      }),
      {
        name: chainName,
        operatorKey: this.#operatorKey,
        now: Math.floor(world.wall),
        random: world.chance.bytes,
        begin: this.journalDisk.head.seq === 0,
      },
      { release: () => Promise.resolve() },
    );
    const operator = new Operator({
      chain: chainName,
      port: localChainPort(chain),
      key: this.#operatorKey,
      now: () => Math.floor(clock.now() / 1000),
    });
    const timers = { now: monotonic, after };
    const ledger = withLedgerFaults(openEmbeddedLedger(chain, operator, clock, timers), fault);
    const failed = (error: Error): void => {
      if (!isOfTheDisk(error)) report(`the exchange has failed: ${lineOf(error)}`);
      // Not now: whoever tells of it has not finished.
      world.after(0, () => this.restart(), life);
    };
    const { folds, snapshots } = this.#shelf.open(life);
    const assembly = await assemble(
      {
        policy: 'open',
        clock: this.#clockWithFaults(clock),
        terms: defaultTerms,
        log: (line) => world.note(`log ${line}`),
        failed,
        version: 'simulated',
      },
      {
        journal,
        folds,
        snapshots,
        ledger,
        random: world.chance.bytes,
        newId: () => {
          this.#ids += 1;
          return `of-the-exchange-${this.#ids}`;
        },
      },
      [],
    );
    return assembly;
  }

  #clockWithFaults(clock: Clock): Clock {
    if (this.#options.fault !== 'deadlines do not fall') return clock;
    const after: Clock['after'] = (delayMs, then) => {
      // Heartbeats go on, whatever is later is forgotten.
      return delayMs > 1_000 ? () => undefined : clock.after(delayMs, then);
    };
    return { ...clock, after };
  }

  #openJournal(life: Life): Journal {
    const { world, fault } = this.#options;
    return openSimulatedJournal(this.journalDisk, {
      work: (then) => void world.after(this.#syncMs(), then, life),
      fails: () => this.#fails(),
      isEarly: fault === 'the journal acknowledges before it has synced',
    });
  }

  #syncMs(): number {
    const { chance, isCalm } = this.#options.world;
    if (isCalm || chance.percent(95)) return chance.between(0.3, 4);
    return chance.between(4, 400);
  }

  #fails(): boolean {
    const { chance, isCalm } = this.#options.world;
    return !isCalm && chance.percent(0.1);
  }

  #listen(assembly: Assembly, life: Life): void {
    const { world, network, started } = this.#options;
    const { chain, sockets } = assembly;
    if (chain === undefined) throw new Error('the simulated exchange has no chain');
    world.note('the exchange is up');
    this.#assembly = assembly;
    started(assembly);
    const local: ChainPort = localChainPort(chain);
    const call = localCalls(assembly);
    network.listen({
      life,
      chain: local,
      accept: (socket, source) => sockets.accept(socket, source),
      call: async (path, body, token) => {
        const outcome = outcomeOf(await call(path, body, token));
        this.#checkKept(chain, path, outcome);
        return outcome;
      },
    });
  }

  /** An answer that names a transaction says that it is there for good. */
  #checkKept(chain: Chain, path: string, outcome: HttpOutcome): void {
    if (outcome.kind !== 'yes') return;
    const { result } = outcome;
    const txid = isObject(result) && 'txid' in result ? result.txid : undefined;
    if (typeof txid !== 'string' || chain.transaction(txid)?.block !== undefined) return;
    this.#options.report(`${path} is answered with ${txid}, which is in no block`);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** An answer as the client reads it. */
function outcomeOf({ status, body }: LocalAnswer): HttpOutcome {
  if ('result' in body) return { kind: 'yes', result: body.result };
  const isFinal = status < 500 && status !== 429;
  return isFinal ? { kind: 'no', error: body.error } : { kind: 'retry', reason: body.error };
}
