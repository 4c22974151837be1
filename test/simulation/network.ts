/**
 * The network between the exchange and its clients. A connection is as TCP has it: what arrives is the beginning of what was sent, in order, late, and cut off at any
 * frame; its two ends learn of the end at different times. Calls of HTTP can be lost on the way there, and their answers on the way back.
 */
import type { ChainPort } from '@wattlot/ledger';
import { LedgerError } from '@wattlot/ledger';
import type { FrameSocket } from '../../packages/exchange/src/gateway/frame-socket.ts';
import type { HttpOutcome } from '../../packages/client/src/http.ts';
import type { ClientSocket, Transport } from '../../packages/client/src/transport.ts';
import { ClientEnd, ServerEnd } from './socket-ends.ts';
import type { Life, World } from './world.ts';

/** The exchange as its clients reach it. */
export interface Reachable {
  readonly life: Life;
  accept(socket: FrameSocket, source: string): void;
  call(path: string, body: unknown, token: string | undefined): Promise<HttpOutcome>;
  readonly chain: ChainPort;
}

/** Who looks at every frame. */
export interface FrameWatcher {
  /** The exchange sends a frame. @returns what is to be called when its client receives it; undefined when it is to be dropped, which is a fault to be found. */
  sent(link: Link, frame: string): (() => void) | undefined;
  /** A client sends a frame. */
  leaves(link: Link, frame: string): void;
  /** The exchange is to receive a frame. @returns false when it is not to see it, which is a fault to be found. */
  received(link: Link, frame: string): boolean;
}

/** A stalled link shows the exchange as many bytes waiting as this many times what waits, so that small frames fill large buffers. */
const stalledWeight = 400;

/** One connection. */
export class Link {
  readonly id: number;
  readonly client: string;
  readonly clientEnd: ClientEnd;
  readonly serverEnd: ServerEnd;
  readonly #network: Network;
  #isCut = false;
  #bytesDown = 0;
  #stalledUntil = 0;
  /** When the last of what was sent arrives. */
  readonly #last = { up: 0, down: 0 };

  constructor(network: Network, id: number, client: string) {
    this.#network = network;
    this.id = id;
    this.client = client;
    this.clientEnd = new ClientEnd(this);
    this.serverEnd = new ServerEnd(this);
  }

  /** Bytes on the way to the client, as the exchange sees them. */
  get bytesDown(): number {
    return this.isStalled ? this.#bytesDown * stalledWeight : this.#bytesDown;
  }

  get isStalled(): boolean {
    return this.#network.world.now < this.#stalledUntil;
  }

  /** Nothing reaches the client for a while. */
  stall(ms: number): void {
    this.#stalledUntil = this.#network.world.now + ms;
  }

  down(frame: string): void {
    const received = this.#isCut ? undefined : this.#network.watcher.sent(this, frame);
    if (received === undefined) return;
    this.#bytesDown += frame.length;
    this.pass('down', () => {
      this.#bytesDown -= frame.length;
      received();
      this.clientEnd.receive(frame);
    });
  }

  up(frame: string): void {
    this.#network.watcher.leaves(this, frame);
    this.pass('up', () => {
      this.#network.world.note(`up ${this.client} ${frame}`);
      if (this.serverEnd.readyState !== this.serverEnd.OPEN) return;
      if (this.#network.watcher.received(this, frame)) this.serverEnd.receive(frame);
    });
  }

  /** Something goes from one end to the other, behind all that went before, unless the connection is cut meanwhile. */
  pass(way: 'up' | 'down', arrive: () => void): void {
    const { world } = this.#network;
    const stalled = way === 'down' ? this.#stalledUntil : 0;
    const at = Math.max(this.#last[way], world.now + this.#network.delayMs(), stalled);
    this.#last[way] = at;
    world.at(at, () => {
      if (!this.#isCut) arrive();
    });
  }

  /** What is on its way is lost; each end is told some time later. */
  cut(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    const { world } = this.#network;
    this.#network.forget(this);
    world.after(this.#network.delayMs(), () => this.clientEnd.gone());
    // An end that nobody says goodbye to is missed late.
    const lateMs = world.isCalm || world.chance.percent(60) ? 0 : world.chance.between(0, 8_000);
    world.after(lateMs, () => this.serverEnd.gone());
  }
}

/** All connections and calls. */
export class Network {
  readonly world: World;
  readonly watcher: FrameWatcher;
  readonly #links = new Set<Link>();
  #exchange: Reachable | undefined;
  #count = 0;

  constructor(world: World, watcher: FrameWatcher) {
    this.world = world;
    this.watcher = watcher;
  }

  /** The exchange listens from now on, until its process is over. */
  listen(exchange: Reachable): void {
    this.#exchange = exchange;
    exchange.life.whenOver(() => {
      if (this.#exchange === exchange) this.#exchange = undefined;
      for (const link of this.#links) link.cut();
    });
  }

  get links(): readonly Link[] {
    return [...this.#links];
  }

  /** What is stalled now would stay so for a while: it is made anew. */
  calm(): void {
    for (const link of this.#links) if (link.isStalled) link.cut();
  }

  forget(link: Link): void {
    this.#links.delete(link);
  }

  delayMs(): number {
    const { chance, isCalm } = this.world;
    if (isCalm || chance.percent(90)) return chance.between(0.2, 3);
    return chance.percent(90) ? chance.between(3, 120) : chance.between(120, 1_500);
  }

  /** The way of one client's process to the exchange. */
  transport(client: string, life: Life): Transport {
    return {
      name: 'the exchange',
      dial: () => this.#dial(client, life),
      call: async (path, { body, token }) => {
        const lost = (): HttpOutcome => ({ kind: 'retry', reason: 'the call was lost' });
        const done = await this.#roundTrip(life, (exchange) => exchange.call(path, body, token));
        this.world.note(`call ${client} ${path} ${JSON.stringify(done ?? 'lost')}`);
        return done ?? lost();
      },
    };
  }

  /** The chain behind the exchange's HTTP, as a wallet's process reaches it. */
  chainPort(life: Life): ChainPort {
    const ask = async <T>(work: (chain: ChainPort) => Promise<T>): Promise<T> => {
      const found = await this.#roundTrip(life, async ({ chain }) => ({
        value: await work(chain),
      }));
      if (found !== undefined) return found.value;
      throw new LedgerError('chain_unreachable', 'the call was lost', { retryable: true });
    };
    return {
      info: () => ask((chain) => chain.info()),
      changes: (query) => ask((chain) => chain.changes(query)),
      send: (transactions) => ask((chain) => chain.send(transactions)),
      outputs: (outpoints) => ask((chain) => chain.outputs(outpoints)),
      transactions: (txids) => ask((chain) => chain.transactions(txids)),
      history: (addresses, count) => ask((chain) => chain.history(addresses, count)),
      permissions: (entity, addresses) => ask((chain) => chain.permissions(entity, addresses)),
      assets: () => ask((chain) => chain.assets()),
      block: (which) => ask((chain) => chain.block(which)),
      pool: () => ask((chain) => chain.pool()),
      close: () => Promise.resolve(),
    };
  }

  #dial(client: string, life: Life): ClientSocket {
    this.#count += 1;
    const link = new Link(this, this.#count, client);
    this.#links.add(link);
    life.whenOver(() => link.cut());
    const { world } = this;
    link.pass('up', () => {
      const exchange = this.#exchange;
      if (exchange === undefined || (!world.isCalm && world.chance.percent(3))) {
        link.cut();
        return;
      }
      link.pass('down', () => link.clientEnd.opened());
      exchange.accept(link.serverEnd, client);
    });
    return link.clientEnd;
  }

  /** Asks the exchange something. @returns undefined when the question or its answer was lost, or nobody was there. */
  async #roundTrip<T>(
    life: Life,
    work: (exchange: Reachable) => Promise<T>,
  ): Promise<T | undefined> {
    await this.#pause(life);
    const exchange = this.#exchange;
    if (exchange === undefined || this.#isLost()) return undefined;
    const answer = await Promise.race([
      work(exchange).then((value) => ({ value })),
      new Promise<undefined>((gone) => exchange.life.whenOver(() => gone(undefined))),
    ]);
    await this.#pause(life);
    return this.#isLost() ? undefined : answer?.value;
  }

  #isLost(): boolean {
    return !this.world.isCalm && this.world.chance.percent(1);
  }

  #pause(life: Life): Promise<void> {
    return new Promise((done) => {
      this.world.after(this.delayMs(), done, life);
    });
  }
}
