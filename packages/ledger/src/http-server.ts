/** What serving over HTTP needs in two places: a port, one request at a time on each connection, whole bodies within a bound, and an end. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { LedgerError } from './ledger-error.ts';
import {
  SERVED_CONNECTIONS_MAX,
  SERVED_LOOK_MS,
  SERVED_PIPELINED_MAX,
  SERVED_REQUEST_MS,
} from './limits.ts';

/** Where to listen. */
export interface Listening {
  /** A name or address of this machine. */
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
  /** Hears of what no caller can be told: a bug, or a broken disk. */
  readonly failed: (error: unknown) => void;
}

/** A server that listens. */
export interface HttpServer {
  readonly port: number;
  /** With a slash at its end. */
  readonly url: string;
  /** Takes no more requests; done when those under way are answered. */
  close(): Promise<void>;
}

/** Answers one request. */
export type Serve = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Starts listening. Requests of one connection are served one after the other, and none after an answer that closes it: a client that sent more than one
 * would not learn what became of the rest.
 * @throws LedgerError `port_taken` when the port cannot be had.
 */
export function listenHttp(serve: Serve, { host, port, failed }: Listening): Promise<HttpServer> {
  const timeouts = {
    requestTimeout: SERVED_REQUEST_MS,
    headersTimeout: SERVED_REQUEST_MS,
    keepAliveTimeout: SERVED_REQUEST_MS,
    connectionsCheckingInterval: SERVED_LOOK_MS,
  };
  const turns = new WeakMap<Socket, Turns>();
  const server = createServer(timeouts, (request, response) => {
    response.on('error', () => undefined);
    takeTurn(turns, request.socket, () => serveOne({ serve, failed }, request, response));
  });
  server.maxConnections = SERVED_CONNECTIONS_MAX;
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const isTaken = 'code' in error && error.code === 'EADDRINUSE';
      const why = isTaken ? 'is taken' : `cannot be used: ${error.message}`;
      reject(new LedgerError('port_taken', `port ${port} of ${host} ${why}`, { cause: error }));
    });
    server.listen(port, host, () => {
      const bound = server.address();
      const own = typeof bound === 'object' && bound !== null ? bound.port : port;
      const url = `http://${host.includes(':') ? `[${host}]` : host}:${own}/`;
      resolve({ port: own, url, close: () => closeHttp(server) });
    });
  });
}

/** The requests of one connection that are not answered yet. */
interface Turns {
  waiting: number;
  /** When the last of them is answered: whether the connection stays. */
  last: Promise<boolean>;
}

function takeTurn(all: WeakMap<Socket, Turns>, socket: Socket, work: () => Promise<boolean>): void {
  const turns = all.get(socket) ?? { waiting: 0, last: Promise.resolve(true) };
  all.set(socket, turns);
  if (turns.waiting >= SERVED_PIPELINED_MAX) {
    socket.destroy();
    return;
  }
  turns.waiting += 1;
  turns.last = turns.last.then(async (isOpen) => {
    const stays = isOpen && !socket.destroyed && (await work());
    turns.waiting -= 1;
    return stays;
  });
}

/** @returns whether the connection stays. */
async function serveOne(
  { serve, failed }: { readonly serve: Serve; readonly failed: Listening['failed'] },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  try {
    await serve(request, response);
  } catch (error) {
    request.socket.destroy();
    failed(error);
  }
  return response.shouldKeepAlive && response.getHeader('connection') !== 'close';
}

/** Milliseconds between two looks for connections that have become idle, and after which those still busy are cut. */
const idlePollMs = 20;
const graceMs = 5_000;

function closeHttp(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // A connection that is kept is busy until its answer is out: the one that asked to stop, for example.
    const poll = setInterval(() => {
      server.closeIdleConnections();
    }, idlePollMs);
    const cut = setTimeout(() => {
      server.closeAllConnections();
    }, graceMs);
    server.close(() => {
      clearInterval(poll);
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** What became of a request's body. `cut_off`: its sender has gone, and nobody is there to be answered. */
export type Body =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'not_text' | 'too_long' | 'cut_off' };

/**
 * The whole body, as UTF-8. Of one with more than `max` bytes nothing is kept, but as much again is read, so that its sender reads the refusal before
 * the connection closes.
 */
export async function readBody(request: IncomingMessage, max: number): Promise<Body> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of request.iterator({ destroyOnReturn: false })) {
      const bytes = Buffer.from(part);
      length += bytes.length;
      if (length > max) parts.length = 0;
      else parts.push(bytes);
      if (length > 2 * max) break;
    }
  } catch {
    return { kind: 'cut_off' };
  }
  if (length > max) return { kind: 'too_long' };
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return { kind: 'text', text: decoder.decode(Buffer.concat(parts)) };
  } catch {
    return { kind: 'not_text' };
  }
}

/** Reads a body that nobody wants, up to `max` bytes: see `readBody`. @returns false when its sender has gone. */
export async function skipBody(request: IncomingMessage, max: number): Promise<boolean> {
  let length = 0;
  try {
    for await (const part of request.iterator({ destroyOnReturn: false })) {
      length += Buffer.from(part).length;
      if (length > max) break;
    }
    return true;
  } catch {
    return false;
  }
}
