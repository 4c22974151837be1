/** A participant's process: the real connection, wallet and agent on simulated time and network. Its keys, its journal and its wishes outlive it. */
import type { Address, Amount, Asset, OrderId } from '@wattlot/core';
import { journalInMemory, Wallet, WalletView } from '@wattlot/ledger';
import type { WalletJournal } from '@wattlot/ledger';
import { startAgent } from '../../packages/client/src/agent.ts';
import type { Clock } from '../../packages/client/src/clock.ts';
import { connectAgent } from '../../packages/client/src/connect.ts';
import type { AgentLink } from '../../packages/client/src/connect.ts';
import type {
  BookView,
  ClientEvent,
  OrderWish,
  Outcome,
  OwnBalance,
  OwnOrder,
  QueueView,
  TradingClient,
} from '../../packages/client/src/events.ts';
import { rememberWishes } from '../../packages/client/src/wishing-client.ts';
import { chainName } from '../../packages/exchange/src/start-folder.ts';
import { KEY_NAMES, keysInMemory } from '../../packages/ledger/src/index.ts';
import type { KeyFile } from '@wattlot/ledger';
import type { PlantedFault } from './faults.ts';
import { dishonest, withoutSettlements } from './liar.ts';
import { symbol } from './market.ts';
import type { Network } from './network.ts';
import type { PublicChecks } from './public-checks.ts';
import { WishPaper } from './wish-paper.ts';
import { Life } from './world.ts';
import type { World } from './world.ts';

/** What an owner was told of a wish, and when. */
export interface Told {
  readonly wish: OrderWish;
  readonly outcome: Outcome<{ readonly order: OrderId }>;
  /** Simulated milliseconds. */
  readonly at: number;
}

/** What a participant is made with. */
export interface HouseholdOptions {
  readonly world: World;
  readonly network: Network;
  readonly name: string;
  /** Whether its agent lies and its owner spends what is on offer. */
  readonly isLiar: boolean;
  /** Levels a side of the books that it follows. */
  readonly depth: 10 | 25 | 100;
  /** Told of all that the client shows of the market. */
  readonly saw: Pick<PublicChecks, 'sawBook' | 'sawQueue' | 'sawTrades'>;
  /** Whether it follows the single orders, too. */
  readonly followsQueue: boolean;
  readonly fault: PlantedFault | undefined;
  /** Told why a connection was given up. */
  readonly lost: (reason: string) => void;
}

/** One run of its program. */
export interface Running {
  readonly life: Life;
  readonly wallet: Wallet;
  readonly client: TradingClient;
  /** Below the wishes: what is asked here is not written down. */
  readonly link: TradingClient & AgentLink;
  close(): Promise<void>;
}

export class Household {
  readonly name: string;
  readonly isLiar: boolean;
  readonly depth: HouseholdOptions['depth'];
  readonly followsQueue: boolean;
  readonly address: Address;
  readonly told: Told[] = [];
  /** When each id was sent, or was meant to be. */
  readonly sent: { readonly id: string; readonly at: number }[] = [];
  /** Wishes in the order in which they were made, whatever became of them. */
  readonly wishes: OrderWish[] = [];
  orders = new Map<OrderId, OwnOrder>();
  readonly balances = new Map<Asset, OwnBalance>();
  book: BookView | undefined;
  queue: QueueView | undefined;
  /** Ecoin that it was told it has been given, in smallest units. */
  granted = 0;
  /** How often energy was made, which is what makes an issue safe to repeat. */
  issues = 0;
  readonly #options: HouseholdOptions;
  readonly #keys: KeyFile;
  readonly #journal: WalletJournal = journalInMemory();
  readonly #paper = new WishPaper();
  readonly #contradicted = new Set<string>();
  #running: Running | undefined;

  constructor(options: HouseholdOptions) {
    this.#options = options;
    const { world, name, isLiar } = options;
    this.name = name;
    this.isLiar = isLiar;
    this.depth = options.depth;
    this.followsQueue = options.followsQueue;
    this.#keys = keysInMemory([KEY_NAMES.settlement, KEY_NAMES.meter], world.chance.bytes);
    this.address = this.#walletOn(new Life()).address;
  }

  get running(): Running | undefined {
    return this.#running;
  }

  /** Whether it has written something of this down so that it lasts, or it is an id that was used past what writes down. */
  hasNoted(text: string): boolean {
    return this.#contradicted.has(text) || this.#paper.speaksOf(text);
  }

  /** Starts its program, if it does not run. */
  start(): void {
    if (this.#running !== undefined) return;
    const { world, network, name, fault } = this.#options;
    world.note(`${name} starts`);
    const life = new Life();
    const clock: Clock = {
      now: () => world.now,
      after: (ms, action) => world.after(ms, action, life),
    };
    const wallet = this.#walletOn(life);
    const wishes = this.#paper.open(world, life);
    const link = connectAgent({
      url: 'http://the-exchange',
      transport: network.transport(name, life),
      signer: {
        address: wallet.address,
        name,
        meter: wallet.meterAddress,
        signMessage: (text) => Promise.resolve(wallet.signMessage(text)),
      },
      clock,
      depth: this.depth,
      random: () => world.chance.next(),
    });
    const client = rememberWishes(link, wishes);
    client.listen((event) => {
      if (!life.isOver) this.#hear(event);
    });
    if (this.followsQueue) client.followQueue(symbol);
    const honest =
      fault === 'no agent settles' ? withoutSettlements({ client, link }) : { client, link };
    const forAgent = this.isLiar ? dishonest(world, honest) : honest;
    const onNote = (note: object): void => world.note(`agent ${name} ${JSON.stringify(note)}`);
    const agent = startAgent({ ...forAgent, wallet, wishes, clock, onNote });
    const close = async (): Promise<void> => {
      await agent.close();
      await client.close();
    };
    this.#running = { life, wallet, client, link, close };
  }

  /** The program is gone from one instruction to the next. */
  kill(): void {
    const running = this.#running;
    if (running === undefined) return;
    const { world, name } = this.#options;
    world.note(`${name} is killed`);
    this.#running = undefined;
    running.life.end();
    this.#paper.crash(world.chance);
  }

  /** The owner ends the program. */
  async leave(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#options.world.note(`${this.name} leaves`);
    await running.close();
    if (running === this.#running) this.kill();
  }

  /** Places an order and notes what its owner is told. @returns that; undefined when its program does not run. */
  async wish(wish: OrderWish): Promise<Told['outcome'] | undefined> {
    const { running } = this;
    if (running === undefined) return undefined;
    if (!this.wishes.includes(wish)) this.wishes.push(wish);
    this.sent.push({ id: wish.clientOrderId, at: this.#options.world.now });
    const outcome = await running.client.placeOrder(wish);
    this.#note(wish, outcome);
    return outcome;
  }

  /** Asks the operator for ecoin. */
  async requestEcoin(amount: Amount): Promise<void> {
    const outcome = await this.#running?.client.requestEcoin(amount);
    if (outcome?.kind === 'yes') this.granted += amount;
  }

  /** Asks for something else under an id that was used. */
  async contradict(wish: OrderWish): Promise<void> {
    this.sent.push({ id: wish.clientOrderId, at: this.#options.world.now });
    this.#contradicted.add(wish.clientOrderId);
    const outcome = await this.running?.link.placeOrder(wish);
    if (outcome !== undefined) this.#note(wish, outcome);
  }

  #note(wish: OrderWish, outcome: Told['outcome']): void {
    const { world } = this.#options;
    world.note(`told ${this.name} ${wish.clientOrderId} ${JSON.stringify(outcome)}`);
    this.told.push({ wish, outcome, at: world.now });
  }

  #walletOn(life: Life): Wallet {
    const port = this.#options.network.chainPort(life);
    const view = new WalletView({ chain: chainName, port, keys: this.#keys });
    return new Wallet(view, this.#journal);
  }

  #hear(event: ClientEvent): void {
    switch (event.kind) {
      case 'orders':
        if (event.snapshot) this.orders = new Map();
        for (const order of event.orders) this.orders.set(order.order, order);
        return;
      case 'balances':
        for (const balance of event.balances) this.balances.set(balance.asset, balance);
        return;
      case 'book':
        this.book = event.book;
        return this.#options.saw.sawBook(event.book, this.depth);
      case 'queue':
        this.queue = event.queue;
        if (event.queue !== undefined) this.#options.saw.sawQueue(event.queue);
        return;
      case 'trades':
        return this.#options.saw.sawTrades(event.trades);
      case 'connection':
        this.#options.world.note(`${this.name} ${event.state} ${event.reason ?? ''}`);
        if (event.state !== 'live') this.#options.lost(event.reason ?? '');
        return;
      case 'reconciled': {
        const wish = this.wishes.find(({ clientOrderId }) => clientOrderId === event.clientOrderId);
        if (wish !== undefined) this.#note(wish, event.outcome);
        return;
      }
      default:
    }
  }
}
