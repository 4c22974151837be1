/** An exchange that nobody else trades on, a household at its terminal in a pty, and a neighbour in this process. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openParticipant } from '@wattlot/client';
import type { OwnOrder, Participant } from '@wattlot/client';
import { toAmount, toLots, toMarketSymbol, toPrice } from '@wattlot/core';
import type { Side } from '@wattlot/core';
import { FaultProxy } from './faults/proxy.ts';
import { startServer } from './kill/server.ts';
import type { Server } from './kill/server.ts';
import { PtyScreen } from './pty-screen.ts';
import { emptyFolder, wattlot } from './run-wattlot.ts';

const program = fileURLToPath(new URL('../bin/wattlot.mjs', import.meta.url));

export function sure<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a value is missing');
  return value;
}

/** What happens inside the terminal's process when it gets SIGUSR2. */
const meddling = {
  crash: `throw new Error('the test throws this');`,
  'a minute later':
    'const now = performance.now.bind(performance); performance.now = () => now() + 61_000;',
};

/** Environment of a program into which the test reaches. */
export function meddled(how: keyof typeof meddling): Readonly<Record<string, string>> {
  const code = `process.on('SIGUSR2', () => { ${meddling[how]} });`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
}

/** Somebody to trade with: 1,000 ecoin and 5 kWh. */
export class Neighbour {
  readonly #participant: Participant;
  readonly #orders = new Map<string, OwnOrder>();
  readonly #rich = new Set<string>();
  #wake: () => void = () => undefined;
  #count = 0;

  private constructor(participant: Participant) {
    this.#participant = participant;
    participant.client.listen((event) => {
      if (event.kind === 'orders') {
        for (const own of event.orders) this.#orders.set(own.clientOrderId, own);
      } else if (event.kind === 'balances') {
        for (const { asset, balance } of event.balances) if (balance > 0) this.#rich.add(asset);
      } else if (event.kind === 'connection' && event.state === 'live') this.#rich.add('live');
      this.#wake();
    });
  }

  static async open(url: string, folder: string): Promise<Neighbour> {
    const keyFile = join(folder, 'neighbour.key');
    const participant = await openParticipant({ url, keyFile, name: 'neighbour', meter: 'own' });
    const neighbour = new Neighbour(participant);
    await neighbour.#until(() => neighbour.#rich.has('live'));
    await participant.client.requestEcoin(sure(toAmount(100_000)));
    await neighbour.#until(() => neighbour.#rich.has('ecoin'));
    await participant.wallet.issueMore({ asset: 'energy', raw: 5_000n });
    await neighbour.#until(() => neighbour.#rich.has('energy'));
    return neighbour;
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((wake) => (this.#wake = wake));
  }

  /** Places an order and waits until it is as wanted. */
  async place(
    wish: { readonly side: Side; readonly price: number; readonly lots: number },
    isSo: (order: OwnOrder) => boolean,
  ): Promise<string> {
    this.#count += 1;
    const clientOrderId = `neighbour-${this.#count}`;
    const outcome = await this.#participant.client.placeOrder({
      clientOrderId,
      symbol: sure(toMarketSymbol('KWH/ECOIN')),
      side: wish.side,
      price: sure(toPrice(wish.price)),
      volume: sure(toLots(wish.lots)),
      timeInForce: 'gtc',
      postOnly: false,
    });
    if (outcome.kind !== 'yes') throw new Error(`not placed: ${JSON.stringify(outcome)}`);
    await this.until(clientOrderId, isSo);
    return clientOrderId;
  }

  async until(clientOrderId: string, isSo: (order: OwnOrder) => boolean): Promise<void> {
    await this.#until(() => {
      const own = this.#orders.get(clientOrderId);
      return own !== undefined && isSo(own);
    });
  }

  close(): Promise<void> {
    return this.#participant.close();
  }
}

/** What one market's book has, as whoever asks once is told: prices in ecoin a kWh, and kWh. */
export interface Once {
  readonly bids: readonly (readonly [number, number])[];
  readonly asks: readonly (readonly [number, number])[];
}

export class TerminalMarket {
  readonly folder: string;
  readonly proxy: FaultProxy;
  #server: Server;
  readonly #ends: (() => unknown)[];

  private constructor(folder: string, server: Server, proxy: FaultProxy, ends: (() => unknown)[]) {
    this.folder = folder;
    this.#server = server;
    this.proxy = proxy;
    this.#ends = ends;
  }

  static async open(): Promise<TerminalMarket> {
    const { folder, remove } = await emptyFolder();
    const server = await startServer(folder);
    const proxy = await FaultProxy.open(server.url);
    return new TerminalMarket(folder, server, proxy, [remove]);
  }

  get server(): Server {
    return this.#server;
  }

  /** Starts the exchange again after it was ended: where it was, or anywhere. */
  async restart(port = Number(new URL(this.proxy.target).port)): Promise<Server> {
    this.#server = await startServer(this.folder, port);
    return this.#server;
  }

  async neighbour(): Promise<Neighbour> {
    const neighbour = await Neighbour.open(this.#server.url, this.folder);
    this.#ends.push(() => neighbour.close());
    return neighbour;
  }

  /** The terminal of a household that has asked for 1,000 ecoin and issued 5 kWh, by its keys, and looks at the ladder. */
  async household(extra: Readonly<Record<string, string>> = {}): Promise<PtyScreen> {
    const args = ['trade', '--name', 'anna', '--meter', 'own', '--data', this.folder];
    const screen = new PtyScreen(
      { columns: 120, rows: 40 },
      process.execPath,
      [program, ...args, '--url', this.proxy.url],
      extra,
    );
    this.#ends.push(() => screen.end('SIGKILL').catch(() => undefined));
    await screen.until((text) => text.includes('LIVE'), 0);
    screen.press('4r1000\t\r');
    await screen.until((text) => text.includes('ecoin 1000.00'), 0);
    screen.press('e5\t\r');
    await screen.until((text) => text.includes('kWh 5.000'), 0);
    screen.press('2');
    await screen.until((text) => text.includes('LADDER'), 0);
    return screen;
  }

  /** The book, as somebody else reads it. */
  async book(): Promise<Once> {
    const { out, err } = await wattlot(['trade', '--once', '--json', '--url', this.#server.url]);
    if (out === '') throw new Error(err);
    return JSON.parse(out) as Once;
  }

  async close(): Promise<void> {
    await this.#server.kill();
    this.proxy.close();
    for (const end of this.#ends.toReversed()) await end();
  }
}
