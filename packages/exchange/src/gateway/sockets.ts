/** The WebSocket side: which upgrades of the HTTP server become connections, and all that are open. */
import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Clock } from '../clock.ts';
import type { Feed } from '../feed/feed.ts';
import { fragmentsMax, frameBytesMax, heartbeatMs } from '../limits.ts';
import { usualLimits } from '../operating-limits.ts';
import type { OperatingLimits } from '../operating-limits.ts';
import type { Log } from '../watch/log.ts';
import { Meters } from '../watch/meters.ts';
import { callCounter } from './calls.ts';
import { Connection } from './connection.ts';
import type { Desk } from './desk.ts';
import { FrameRates } from './frame-rates.ts';
import type { FrameSocket } from './frame-socket.ts';
import { isOriginAllowed } from './origin.ts';
import { Outbox } from './outbox.ts';
import { sourceOf } from './source.ts';

/** What the sockets work with. */
export interface SocketsOptions {
  readonly desk: Desk;
  readonly feed: Feed;
  readonly clock: Clock;
  readonly version: string;
  readonly mayTrade: (token: string) => boolean;
  /** Default: the usual ones. */
  readonly limits?: OperatingLimits;
  readonly meters?: Meters;
  /** Default: nobody is told. */
  readonly log?: Log;
  /** Takes a line for each request. */
  readonly trace?: Log;
}

/** The open connections of one server. */
export class Sockets {
  readonly #options: SocketsOptions;
  readonly #server: WebSocketServer;
  readonly #outbox = new Outbox();
  readonly #meters: Meters;
  readonly #rates: FrameRates;
  readonly #count: (ip: string) => boolean;
  readonly #connections = new Map<Connection, string>();
  #opened = 0;
  #isClosing = false;
  #stopTicking: (() => void) | undefined;

  constructor(options: SocketsOptions) {
    this.#options = options;
    this.#meters = options.meters ?? new Meters();
    const { limits = usualLimits, clock } = options;
    this.#rates = new FrameRates(limits, this.#meters);
    this.#count = callCounter({ now: clock.now, limits });
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: frameBytesMax,
      maxFragments: fragmentsMax,
      perMessageDeflate: false,
      clientTracking: false,
      // One frame of each connection a turn: whoever sends many at once waits behind everybody else, not they behind him.
      allowSynchronousEvents: false,
    });
    this.#tick();
  }

  /** Connections that are open. */
  get size(): number {
    return this.#connections.size;
  }

  /** Bytes sent that clients have yet to read, of all connections. */
  get waitingBytes(): number {
    let bytes = 0;
    for (const connection of this.#connections.keys()) bytes += connection.buffered;
    return bytes;
  }

  /** Takes the upgrades of an HTTP server. */
  attach(server: Server): void {
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** Makes a connection of an open socket. @param source where in the network it comes from. */
  accept(socket: FrameSocket, source: string): void {
    const { desk, feed, clock, version, mayTrade } = this.#options;
    const { log, trace } = this.#options;
    this.#opened += 1;
    const connection = new Connection({
      socket,
      id: this.#opened,
      desk,
      feed,
      version,
      mayTrade,
      frames: this.#rates.connection(source, clock.now() / 1000),
      meters: this.#meters,
      ...(trace === undefined ? {} : { trace }),
      now: clock.now,
      after: clock.after,
    });
    this.#connections.set(connection, source);
    const id = this.#opened;
    log?.('connected', { level: 'debug', connection: id, source });
    socket.on('close', () => {
      this.#connections.delete(connection);
      log?.('disconnected', { level: 'debug', connection: id });
    });
  }

  /** An API key is no more. */
  endKey(id: string): void {
    for (const connection of this.#connections.keys()) connection.endKey(id);
  }

  /** Takes no new connections. */
  refuse(): void {
    this.#isClosing = true;
  }

  /** Says goodbye to all. */
  close(): void {
    this.#isClosing = true;
    this.#stopTicking?.();
    for (const connection of this.#connections.keys()) connection.close();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Until ws takes over, an error of the socket is nobody's.
    const ignore = (): void => undefined;
    socket.on('error', ignore);
    const source = sourceOf(request.socket.remoteAddress);
    const status = this.#refusalOf(request, source);
    if (status !== undefined) {
      this.#meters.connectionsRefused += 1;
      this.#options.log?.('connection refused', { level: 'debug', source, status });
      // Its client need not end its side, and nobody reads it any more: it would stand there for good.
      socket.once('finish', () => socket.destroy());
      socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`);
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      socket.off('error', ignore);
      this.accept(this.#outbox.socketOver(webSocket, socket), source);
    });
  }

  #refusalOf({ url = '', headers }: IncomingMessage, source: string): number | undefined {
    if (this.#isClosing) return 503;
    // Each is a new count of frames, too.
    if (!this.#count(source)) return 429;
    const [path] = url.split('?');
    if (path !== '/v2') return 404;
    if (!isOriginAllowed(headers)) return 403;
    const { limits = usualLimits } = this.#options;
    if (this.#connections.size >= limits.connections) return 503;
    let ofSource = 0;
    for (const other of this.#connections.values()) if (other === source) ofSource += 1;
    return ofSource >= limits['connections-per-source'] ? 429 : undefined;
  }

  #tick(): void {
    this.#stopTicking = this.#options.clock.after(heartbeatMs, () => {
      this.#options.feed.catchUp();
      for (const connection of this.#connections.keys()) connection.tick();
      if (!this.#isClosing) this.#tick();
    });
  }
}
