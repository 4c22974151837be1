/** Clients that ask for everything and never read anything, on bare sockets. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { clientFrame, upgradeRequest } from '../../packages/exchange/src/gateway/raw-socket.ts';

/** How the silent ones behave. */
export interface SilentOptions {
  readonly url: string;
  readonly count: number;
  /** Requests that each sends a second, besides those with which it begins; their answers are not read either. */
  readonly requestsPerSecond: number;
}

/** Where they come from: Linux has many addresses of its own, and the honest ones are at another. */
const from = process.platform === 'linux' ? { localAddress: '127.0.0.2' } : {};

const symbol = ['KWH/ECOIN'];

/** Everything that there is, as deep as it goes. */
const subscriptions = [
  { channel: 'instrument' },
  { channel: 'book', symbol, depth: 1000 },
  { channel: 'level3', symbol, depth: 1000 },
  { channel: 'trade', symbol, snapshot: true },
  { channel: 'ticker', symbol, event_trigger: 'bbo' },
  { channel: 'ohlc', symbol, interval: 1, snapshot: true },
].map((params) => clientFrame(JSON.stringify({ method: 'subscribe', params })));

/** The costliest to answer: a whole book again and again. */
const again = subscriptions.slice(1, 3);

/** Clients that never read. One that is cut off comes back. */
export class Silent {
  /** Connections that the exchange has ended. */
  cut = 0;
  readonly #options: SilentOptions;
  readonly #sockets = new Set<Socket>();
  readonly #timer: NodeJS.Timeout;
  #isClosed = false;
  #turn = 0;

  private constructor(options: SilentOptions) {
    this.#options = options;
    const perTurn = options.requestsPerSecond / 10;
    this.#timer = setInterval(() => {
      this.#turn += 1;
      for (const socket of this.#sockets) {
        for (let sent = 0; sent < perTurn; sent += 1) {
          const frame = again[(this.#turn + sent) % again.length];
          // What the exchange does not take is not heaped up here.
          if (frame !== undefined && socket.writable && !socket.writableNeedDrain)
            socket.write(frame);
        }
      }
    }, 100);
  }

  /** Resolves when all are connected. */
  static async open(options: SilentOptions): Promise<Silent> {
    const silent = new Silent(options);
    const waiting: Promise<void>[] = [];
    for (let count = 0; count < options.count; count += 1) {
      waiting.push(silent.#connect());
      // Not more at a time than a server has room for in its queue of connections.
      if (waiting.length === 50) await Promise.all(waiting.splice(0));
    }
    await Promise.all(waiting);
    return silent;
  }

  get open(): number {
    return this.#sockets.size;
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    for (const socket of this.#sockets) socket.destroy();
  }

  #connect(): Promise<void> {
    const { hostname, port, host } = new URL(this.#options.url);
    return new Promise((connected) => {
      const socket = connect({ host: hostname, port: Number(port), ...from });
      socket.pause();
      socket.on('connect', () => {
        this.#sockets.add(socket);
        socket.write(Buffer.concat([Buffer.from(upgradeRequest(host)), ...subscriptions]));
        connected();
      });
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        if (this.#isClosed) return;
        this.cut += 1;
        setTimeout(() => void this.#connect(), 500);
      });
    });
  }
}
