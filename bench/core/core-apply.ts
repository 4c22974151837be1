/**
 * The whole core on stream S2: `apply` with shape checks, idempotency, accounts, lots, offers and events. Makers place and their agents deliver an
 * offer a lot; takers send ioc orders; blocks settle what was matched. Commands are made ahead of the clock, as JSON gives them; every event is read.
 */
import { performance } from 'node:perf_hooks';
import { apply, createState } from '../../packages/core/src/index.ts';
import type { Entry, Event, State } from '../../packages/core/src/index.ts';
import { median } from './runner.ts';
import { makeStream } from './streams.ts';
import type { Stream } from './streams.ts';

/** Medians over rounds. `commands` counts every entry, `orders` only placements and cancels. */
export interface CoreFigures {
  readonly commandsPerSecond: number;
  readonly ordersPerSecond: number;
  readonly nanosecondsPerCommand: number;
  readonly commands: number;
  readonly events: number;
  readonly rounds: number;
}

/** What the process held at a tenth of a soak, after a collection. Sizes in bytes. */
export interface SoakPoint {
  readonly commands: number;
  readonly heapUsed: number;
  readonly rss: number;
}

const makers = 20;
const takers = 10;
const batchOperations = 500;
/** Hexadecimal digits of a signed offer with one input and one output. */
const offer = 'ab'.repeat(350);

type Trade = Extract<Event, { kind: 'trade.made' }>['trade'];

/** A core that S2 can be sent to, batch by batch. */
class Run {
  readonly state: State = createState();
  readonly #stream: Stream;
  readonly #numberOf: Int32Array;
  readonly #trades: Trade[] = [];
  #cycle = 0;
  #orders = 0;
  #outputs = 0;
  #height = -1;
  #at = 0;
  commands = 0;
  orders = 0;
  events = 0;
  /** Milliseconds within `apply` and its readers. */
  spent = 0;

  constructor(stream: Stream) {
    this.#stream = stream;
    this.#numberOf = new Int32Array(stream.count);
    const terms = { symbol: 'KWH/ECOIN', energy: 'energy', ecoin: 'ecoin', lot: 10, tick: 1 };
    const bounds = { priceFloor: 1, priceCap: stream.cap, volumeMax: 1_000 };
    const timeouts = { offersTimeout: 60_000_000, settlementTimeout: 60_000_000 };
    const setUp: object[] = [{ kind: 'market.open', terms: { ...terms, ...bounds, ...timeouts } }];
    const moves: object[] = [];
    for (let index = 0; index < makers + takers; index += 1) {
      const address = addressOf(index);
      setUp.push({ kind: 'participant.admit', participant: address, name: '' });
      for (const asset of ['energy', 'ecoin']) moves.push({ address, asset, amount: 1e12 });
    }
    setUp.push(this.#block(moves, []));
    this.#carryOut(this.#entries(setUp));
    [this.commands, this.events, this.spent] = [0, 0, 0];
  }

  #block(moves: readonly object[], settled: readonly object[]): object {
    this.#height += 1;
    return { kind: 'ledger.advance', height: this.#height, moves, settled, lost: [] };
  }

  #entries(commands: readonly object[]): readonly Entry[] {
    const { seq } = this.state;
    return commands.map((command, index): Entry => {
      this.#at += 1;
      const text = JSON.stringify({ seq: seq + 1 + index, at: this.#at, command });
      const entry: Entry = JSON.parse(text);
      if (entry.command.kind !== 'offers.deliver') return entry;
      // One string stands for all signatures: a core that carries them does not read them.
      for (const lot of entry.command.lots) Object.assign(lot, { offer });
      return entry;
    });
  }

  #carryOut(entries: readonly Entry[]): void {
    const { state } = this;
    const trades = this.#trades;
    let events = 0;
    const from = performance.now();
    for (const entry of entries) {
      for (const event of apply(state, entry)) {
        events += 1;
        if (event.kind === 'trade.made') trades.push(event.trade);
        else if (event.kind === 'refused') throw new Error(`refused: ${event.code}`);
      }
    }
    this.spent += performance.now() - from;
    this.events += events;
    this.commands += entries.length;
  }

  /** Sends the operations from `from` on, then a block that settles everything matched. */
  batch(from: number): void {
    const { kind, side, price, volume, target, count } = this.#stream;
    const commands: object[] = [];
    const to = Math.min(count, from + batchOperations);
    for (let operation = from; operation < to; operation += 1) {
      if (kind[operation] === 1) {
        const placed = target[operation] ?? 0;
        const order = `O${this.#numberOf[placed]}`;
        commands.push({ kind: 'order.cancel', participant: addressOf(placed % makers), order });
        continue;
      }
      const [isAsk, at] = [side[operation] === 1, price[operation] ?? 0];
      const isTaker = at <= 1 || at >= 10_001;
      this.#orders += 1;
      this.#numberOf[operation] = this.#orders;
      const index = isTaker ? makers + (operation % takers) : operation % makers;
      const participant = addressOf(index);
      commands.push({
        kind: 'order.place',
        participant,
        clientOrderId: `${this.#cycle}-${operation}`,
        market: 'KWH/ECOIN',
        side: isAsk ? 'ask' : 'bid',
        price: at,
        volume: volume[operation] ?? 0,
        timeInForce: isTaker ? 'ioc' : 'gtc',
        postOnly: false,
      });
      if (isTaker) continue;
      this.#outputs += 1;
      const txid = this.#outputs.toString(16).padStart(64, '0');
      const lots = Array.from({ length: volume[operation] ?? 0 }, (_, lot) => ({
        lot,
        output: `${txid}:${lot}`,
        offer: '',
      }));
      commands.push({ kind: 'offers.deliver', participant, order: `O${this.#orders}`, lots });
    }
    this.orders += to - from;
    this.#carryOut(this.#entries(commands));
    this.#settle();
  }

  #settle(): void {
    const net = new Map<string, number>();
    const add = (address: string, asset: string, amount: number): void => {
      const key = `${address} ${asset}`;
      net.set(key, (net.get(key) ?? 0) + amount);
    };
    const settled = this.#trades.flatMap(({ trade, resting, incoming, side, price, lots }) => {
      const [seller, buyer] = side === 'bid' ? [resting, incoming] : [incoming, resting];
      add(seller.participant, 'energy', -10 * lots.length);
      add(buyer.participant, 'energy', 10 * lots.length);
      add(buyer.participant, 'ecoin', 0 - price * lots.length);
      add(seller.participant, 'ecoin', price * lots.length);
      const txid = trade.slice(1).padStart(64, '0');
      return lots.map(({ lot }) => ({ order: resting.order, lot, trade, txid }));
    });
    this.#trades.length = 0;
    const moves = [...net].map(([key, amount]) => {
      const [address, asset] = key.split(' ');
      return { address, asset, amount };
    });
    this.#carryOut(this.#entries([this.#block(moves, settled)]));
  }

  /** Cancels all that rests, so that the stream can begin anew. */
  beginAgain(): void {
    this.#cycle += 1;
    this.#carryOut(this.#entries([{ kind: 'market.cancel_all', market: 'KWH/ECOIN' }]));
  }
}

function addressOf(index: number): string {
  return `1Wattlot${String(index).padStart(26, 'x')}`;
}

/** Commands a second through `apply`, medians of rounds over `quick` or the whole stream. */
export function measureCore(rounds: number, quick: boolean): CoreFigures {
  const stream = makeStream('S2', quick ? 100_000 : 400_000);
  const run = new Run(stream);
  const seen: CoreFigures[] = [];
  for (let round = 0; round < rounds; round += 1) {
    [run.commands, run.events, run.spent, run.orders] = [0, 0, 0, 0];
    for (let from = 0; from < stream.count; from += batchOperations) run.batch(from);
    run.beginAgain();
    const seconds = run.spent / 1_000;
    seen.push({
      commandsPerSecond: run.commands / seconds,
      ordersPerSecond: run.orders / seconds,
      nanosecondsPerCommand: (seconds * 1e9) / run.commands,
      commands: run.commands,
      events: run.events,
      rounds,
    });
  }
  const counted = seen.slice(Math.floor(rounds / 3));
  const of = (pick: (figures: CoreFigures) => number): number => median(counted.map(pick));
  return {
    commandsPerSecond: of((f) => f.commandsPerSecond),
    ordersPerSecond: of((f) => f.ordersPerSecond),
    nanosecondsPerCommand: of((f) => f.nanosecondsPerCommand),
    commands: of((f) => f.commands),
    events: of((f) => f.events),
    rounds: counted.length,
  };
}

/** Sends as many commands and tells at each tenth what the process holds. */
export function soakCore(commands: number): SoakPoint[] {
  const stream = makeStream('S2', 400_000);
  const run = new Run(stream);
  const points: SoakPoint[] = [];
  for (let from = 0; run.commands < commands; from += batchOperations) {
    if (from >= stream.count) {
      run.beginAgain();
      from = 0;
    }
    run.batch(from);
    if (run.commands < ((points.length + 1) * commands) / 10) continue;
    globalThis.gc?.();
    const { heapUsed, rss } = process.memoryUsage();
    const point = { commands: run.commands, heapUsed, rss };
    points.push(point);
    const [million, heap, resident] = [run.commands / 1e6, heapUsed / 2 ** 20, rss / 2 ** 20];
    console.log(
      `${million.toFixed(1)} M commands: heap ${heap.toFixed(1)} MB, RSS ${resident.toFixed(0)} MB`,
    );
  }
  return points;
}
