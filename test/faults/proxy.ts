/**
 * A TCP connection that goes wrong: between a real client and a real server, bytes are late, stop, or the connection is ended or reset after any byte. It reorders
 * nothing, as TCP does not.
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** Which bytes count: those of the client, or those of the server. */
export type Direction = 'up' | 'down';

/** What goes wrong with a connection that is there, once so many more bytes have passed. */
export interface Fault {
  readonly direction: Direction;
  readonly afterBytes: number;
  /**
   * `end`: both sides see it end; `reset`: both are reset; `silent`: it stays open and nothing passes any more, either way; `deaf`: nothing passes down any more,
   * and what the client says still arrives.
   */
  readonly how: 'end' | 'reset' | 'silent' | 'deaf';
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  fault: Fault | undefined;
  passed: number;
  isSilent: boolean;
  isDeaf: boolean;
}

/** The first bytes of a connection that becomes a socket of the exchange. */
const upgrade = 'GET /v2 ';

/** A way to a server on which the sockets of its clients can be hurt. Their HTTP calls pass. */
export class FaultProxy {
  readonly url: string;
  /** Where new connections lead. */
  target: string;
  /** Milliseconds by which every byte is late. */
  delayMs = 0;
  /** Connections that were hurt. */
  hurt = 0;
  /** The most bytes that a client's socket has sent in one piece; whoever waits for a long frame sets it to 0 before. */
  longest = 0;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  readonly #sockets = new Set<Pair>();

  private constructor(server: Server, target: URL) {
    this.#server = server;
    this.target = target.href;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (client) => this.#take(client, new URL(this.target)));
  }

  static async open(target: string): Promise<FaultProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FaultProxy(server, new URL(target));
  }

  /** The next bytes of every socket that is open now lead to this. */
  arm(fault: Fault): void {
    for (const pair of this.#sockets) {
      pair.fault = fault;
      pair.passed = 0;
      if (fault.afterBytes === 0) this.#break(pair);
    }
  }

  close(): void {
    this.#server.close();
    for (const { client, server } of this.#pairs) {
      client.destroy();
      server.destroy();
    }
  }

  #take(client: Socket, { hostname, port }: URL): void {
    const server = connect({ host: hostname, port: Number(port) });
    const pair: Pair = {
      client,
      server,
      fault: undefined,
      passed: 0,
      isSilent: false,
      isDeaf: false,
    };
    this.#pairs.add(pair);
    let isFirst = true;
    client.on('data', (bytes: Buffer) => {
      if (isFirst && bytes.toString('latin1', 0, upgrade.length) === upgrade) {
        this.#sockets.add(pair);
      }
      isFirst = false;
      this.#pass(pair, 'up', bytes);
    });
    server.on('data', (bytes: Buffer) => this.#pass(pair, 'down', bytes));
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on('error', () => undefined);
      one.on('end', () => {
        if (!pair.isSilent) other.end();
      });
      one.on('close', () => {
        this.#pairs.delete(pair);
        this.#sockets.delete(pair);
        if (!pair.isSilent) other.destroy();
      });
    }
  }

  #pass(pair: Pair, direction: Direction, bytes: Buffer): void {
    if (pair.isSilent || (pair.isDeaf && direction === 'down')) return;
    const to = direction === 'up' ? pair.server : pair.client;
    if (direction === 'up' && this.#sockets.has(pair)) {
      this.longest = Math.max(this.longest, bytes.length);
    }
    const { fault } = pair;
    const room =
      fault?.direction === direction ? fault.afterBytes - pair.passed : Number.POSITIVE_INFINITY;
    const passing = bytes.subarray(0, room);
    if (fault?.direction === direction) pair.passed += passing.length;
    if (this.delayMs === 0) to.write(passing);
    else setTimeout(() => to.write(passing), this.delayMs);
    if (passing.length < bytes.length || passing.length === room) this.#break(pair);
  }

  #break(pair: Pair): void {
    const { client, server, fault } = pair;
    if (fault === undefined || pair.isSilent) return;
    this.hurt += 1;
    pair.fault = undefined;
    if (fault.how === 'deaf') {
      pair.isDeaf = true;
      return;
    }
    this.#sockets.delete(pair);
    if (fault.how === 'silent') {
      pair.isSilent = true;
      return;
    }
    for (const socket of [client, server]) {
      // What has passed arrives before the end; a reset overtakes it.
      if (fault.how === 'reset') socket.resetAndDestroy();
      else socket.end();
    }
  }
}
